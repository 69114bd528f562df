//! `lac serve`.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use clap::{ArgMatches, Args};
use listenfd::ListenFd;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use super::{Noun, arguments, parsed};
use crate::cli::out::Out;
use crate::cli::premises::Premises;
use crate::cli::shop::Shop;
use lac_app::remote::Service;
use lac_ledger::signing::keys::keep_private;
use lac_model::fault::Fault;
use lac_model::time::parse_duration;
use lac_render::safe::safe;
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "serve",
    about: "Lend the store to other accounts of this machine, each with its own role",
    arguments: arguments::<ServeArgs>,
    run,
};

/// Answers what other accounts ask over a local socket; the kernel says who
/// they are. Run it as the service account that owns the store, best by systemd
/// (docs/deployment.md), whose socket is taken where there is one. They use it
/// with store = "unix:SOCKET".
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac serve --socket /run/lac/lac.sock")]
struct ServeArgs {
    /// Where to listen; its directory must not be writable by others
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// End when nobody called for so long [default: never; 10m with systemd's
    /// socket]
    #[arg(long, value_name = "DURATION")]
    idle: Option<String>,
}

/// The idle time where systemd starts it again when it is needed.
const IDLE: Duration = Duration::from_secs(600);

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    let args: ServeArgs = parsed(matches)?;
    shop.must_be_here()?;
    let idle = args.idle.as_deref().map(idle).transpose()?;
    // Before anything is promised: the store must be there and sound.
    let premises = Premises::new(shop.settings.clone())?;
    // Requests bring access tokens, and what is asked for is no dump's either.
    keep_private();
    raise_limits();
    let (socket, idle) = match (inherited()?, &args.socket) {
        (Some(listener), _) => (Socket::of(listener), idle.or(Some(IDLE))),
        (None, Some(path)) => (Socket::at(path)?, idle),
        (None, None) => {
            return Err(Fault::InputRequired {
                what: "where to listen".to_owned(),
                flag: "--socket".to_owned(),
            });
        }
    };
    let (end, told) = std::io::pipe().map_err(|e| Fault::io("a pipe", e))?;
    let told = Mutex::new(told);
    let handler = move || {
        if let Ok(mut told) = told.lock() {
            let _ = told.write_all(b"x");
        }
    };
    ctrlc::set_handler(handler).map_err(|e| Fault::io("signals", e))?;
    let say = |text: &str| Out::err(&safe(text));
    say(&match &socket.path {
        Some(path) => format!("listening on {}", path.display()),
        None => "listening".to_owned(),
    });
    let listener = socket.listener.try_clone();
    let ended = (shop.parts.serve)(&Service {
        listener: listener.map_err(|e| Fault::io("the socket", e))?,
        desks: &premises,
        idle,
        end,
        say: &say,
        chores: &|| premises.chores(&say),
    });
    drop(socket);
    if let Err(fault) = premises.finish() {
        say(&format!("refusals could not be written down: {fault}"));
    }
    say("ended");
    ended.map(|()| 0)
}

fn idle(text: &str) -> Result<Duration> {
    let length = parse_duration(text, None).map_err(|e| Fault::invalid("--idle", e))?;
    if length.is_zero() {
        return Err(Fault::invalid("--idle", "1s or more"));
    }
    Ok(length)
}

/// A socket that systemd listens on for us.
fn inherited() -> Result<Option<UnixListener>> {
    let mut all = ListenFd::from_env();
    if all.len() == 0 {
        return Ok(None);
    }
    if all.len() > 1 {
        return Err(Fault::invalid("the socket unit", "it must name one socket"));
    }
    let listener = all
        .take_unix_listener(0)
        .map_err(|e| Fault::io("the inherited socket", e))?;
    if let Some(listener) = &listener {
        // No program of a hook inherits it.
        fcntl(listener, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))
            .map_err(|e| Fault::io("the inherited socket", e))?;
    }
    Ok(listener)
}

/// Each connection takes a few open files.
fn raise_limits() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536).max(soft), hard);
    }
}

/// A socket, and the path that is removed when it is no longer listened on.
#[derive(Debug)]
struct Socket {
    listener: UnixListener,
    path: Option<PathBuf>,
    /// Which one it is: another broker may have laid its own there since.
    id: Option<(u64, u64)>,
}

impl Socket {
    fn of(listener: UnixListener) -> Self {
        Self {
            listener,
            path: None,
            id: None,
        }
    }

    /// Everybody may connect: the kernel says who they are. The name appears
    /// only once it is ready.
    fn at(path: &Path) -> Result<Self> {
        let io = |e| Fault::io(path.display(), e);
        match fs::symlink_metadata(path) {
            Ok(meta) => {
                use std::os::unix::fs::FileTypeExt as _;
                if !meta.file_type().is_socket() {
                    let shown = path.display().to_string();
                    return Err(Fault::invalid(shown, "something else is there"));
                }
                if UnixStream::connect(path).is_ok() {
                    return Err(Fault::AlreadyExists {
                        what: format!("a broker on {}", path.display()),
                    });
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(io(e)),
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let _ = fs::remove_file(&aside);
        let listener = UnixListener::bind(&aside).map_err(io)?;
        let placed = fs::set_permissions(&aside, Permissions::from_mode(0o666))
            .and_then(|()| fs::rename(&aside, path));
        if let Err(error) = placed {
            let _ = fs::remove_file(&aside);
            return Err(io(error));
        }
        Ok(Self {
            listener,
            path: Some(path.to_path_buf()),
            id: id(path),
        })
    }
}

/// Device and inode.
fn id(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(path) = self.path.as_ref().filter(|path| id(path) == self.id) {
            let _ = fs::remove_file(path);
        }
    }
}
