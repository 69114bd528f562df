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

use super::{CommandSpec, parse_args, with_args};
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::store_pool::StorePool;
use lac_app::protocol::Service;
use lac_ledger::signing::keys::protect_process_memory;
use lac_model::fault::Fault;
use lac_model::time::parse_duration;
use lac_render::sanitize::sanitize;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "serve",
    about: "Serve the store to other accounts on this machine",
    arguments: with_args::<ServeArgs>,
    run,
};

/// Runs a broker that serves the store over a local socket. The kernel identifies
/// the callers, and each has their own role. Run it as the service account that
/// owns the store, with systemd if possible (docs/deployment.md); a socket from
/// systemd is used if there is one. Clients set store = "unix:SOCKET".
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac serve --socket /run/lac/lac.sock")]
struct ServeArgs {
    /// The socket to create, in a directory that others cannot write
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Exit after this time without connections [default: never; 10m with a socket
    /// from systemd]
    #[arg(long, value_name = "DURATION")]
    idle: Option<String>,
}

/// The default if systemd starts the broker again on demand.
const SYSTEMD_IDLE_TIMEOUT: Duration = Duration::from_secs(600);

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: ServeArgs = parse_args(matches)?;
    cli.require_local_store()?;
    let idle = args.idle.as_deref().map(parse_idle).transpose()?;
    // Check the store before listening.
    let pool = StorePool::new(cli.settings.clone())?;
    // Requests contain access tokens and personal data, which must not get into
    // core dumps.
    protect_process_memory();
    raise_limits();
    let (socket, idle) = match (systemd_listener()?, &args.socket) {
        (Some(listener), _) => (
            ListeningSocket::from_listener(listener),
            idle.or(Some(SYSTEMD_IDLE_TIMEOUT)),
        ),
        (None, Some(path)) => (ListeningSocket::bind(path)?, idle),
        (None, None) => {
            return Err(Fault::InputRequired {
                what: "a socket".to_owned(),
                flag: "--socket".to_owned(),
            });
        }
    };
    let (shutdown, shutdown_signal) = std::io::pipe().map_err(|e| Fault::io("a pipe", e))?;
    let shutdown_signal = Mutex::new(shutdown_signal);
    let handler = move || {
        if let Ok(mut shutdown_signal) = shutdown_signal.lock() {
            let _ = shutdown_signal.write_all(b"x");
        }
    };
    ctrlc::set_handler(handler).map_err(|e| Fault::io("signals", e))?;
    let log_line = |text: &str| Out::print_err(&sanitize(text));
    log_line(&match &socket.path {
        Some(path) => format!("listening on {}", path.display()),
        None => "listening".to_owned(),
    });
    let listener = socket.listener.try_clone();
    let ended = (cli.components.serve)(&Service {
        listener: listener.map_err(|e| Fault::io("the socket", e))?,
        contexts: &pool,
        idle_timeout: idle,
        shutdown,
        log_line: &log_line,
        maintenance: &|| pool.run_maintenance(&log_line),
    });
    drop(socket);
    if let Err(fault) = pool.record_counted_refusals() {
        log_line(&format!("refusals could not be recorded: {fault}"));
    }
    log_line("stopped");
    ended.map(|()| 0)
}

fn parse_idle(text: &str) -> Result<Duration> {
    let length = parse_duration(text, None).map_err(|e| Fault::invalid("--idle", e))?;
    if length.is_zero() {
        return Err(Fault::invalid("--idle", "expected 1s or more"));
    }
    Ok(length)
}

/// A listening socket from systemd.
fn systemd_listener() -> Result<Option<UnixListener>> {
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
        // Hooks must not inherit it.
        fcntl(listener, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))
            .map_err(|e| Fault::io("the inherited socket", e))?;
    }
    Ok(listener)
}

/// Raises the limit of open files, because each connection needs a few.
fn raise_limits() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536).max(soft), hard);
    }
}

/// A listening socket; its path is removed when dropped.
#[derive(Debug)]
struct ListeningSocket {
    listener: UnixListener,
    path: Option<PathBuf>,
    /// The file's identity, because another broker may have replaced it.
    id: Option<(u64, u64)>,
}

impl ListeningSocket {
    fn from_listener(listener: UnixListener) -> Self {
        Self {
            listener,
            path: None,
            id: None,
        }
    }

    /// All accounts may connect, since the kernel identifies them. The socket gets
    /// its name only when it is ready.
    fn bind(path: &Path) -> Result<Self> {
        let io = |e| Fault::io(path.display(), e);
        match fs::symlink_metadata(path) {
            Ok(meta) => {
                use std::os::unix::fs::FileTypeExt as _;
                if !meta.file_type().is_socket() {
                    let shown = path.display().to_string();
                    return Err(Fault::invalid(shown, "it exists and is not a socket"));
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
        let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let _ = fs::remove_file(&temporary);
        let listener = UnixListener::bind(&temporary).map_err(io)?;
        let placed = fs::set_permissions(&temporary, Permissions::from_mode(0o666))
            .and_then(|()| fs::rename(&temporary, path));
        if let Err(error) = placed {
            let _ = fs::remove_file(&temporary);
            return Err(io(error));
        }
        Ok(Self {
            listener,
            path: Some(path.to_path_buf()),
            id: file_id(path),
        })
    }
}

fn file_id(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

impl Drop for ListeningSocket {
    fn drop(&mut self) {
        if let Some(path) = self.path.as_ref().filter(|path| file_id(path) == self.id) {
            let _ = fs::remove_file(path);
        }
    }
}
