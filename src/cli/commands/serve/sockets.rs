//! The sockets that `lac serve` listens on: made here, or inherited from systemd.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use lac_model::fault::Fault;
use lac_store::Result;

/// The listening sockets from systemd: at most one for the broker and one for
/// the gateway.
#[derive(Debug, Default)]
pub(super) struct InheritedSockets {
    pub unix: Option<UnixListener>,
    pub tcp: Option<TcpListener>,
}

impl InheritedSockets {
    pub(super) fn take() -> Result<Self> {
        let mut all = ListenFd::from_env();
        let mut taken = Self::default();
        for at in 0..all.len() {
            // A socket of another kind stays in its place.
            let unix = all.take_unix_listener(at).unwrap_or_default();
            let tcp = all.take_tcp_listener(at).unwrap_or_default();
            let is_first = match (&unix, &tcp) {
                (Some(unix), _) => set_close_on_exec(unix)? && taken.unix.is_none(),
                (_, Some(tcp)) => set_close_on_exec(tcp)? && taken.tcp.is_none(),
                (None, None) => false,
            };
            if !is_first {
                let expected = "it must name one local socket, one TCP address, or both";
                return Err(Fault::invalid("the socket unit", expected));
            }
            taken.unix = taken.unix.or(unix);
            taken.tcp = taken.tcp.or(tcp);
        }
        Ok(taken)
    }
}

/// Hooks must not inherit it.
fn set_close_on_exec(socket: impl AsFd) -> Result<bool> {
    fcntl(socket, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))
        .map_err(|e| Fault::io("the inherited socket", e))?;
    Ok(true)
}

/// A listening socket; its path is removed when dropped.
#[derive(Debug)]
pub(super) struct ListeningSocket {
    pub listener: UnixListener,
    pub path: Option<PathBuf>,
    /// The file's identity, because another broker may have replaced it.
    id: Option<(u64, u64)>,
}

impl ListeningSocket {
    pub(super) fn from_listener(listener: UnixListener) -> Self {
        Self {
            listener,
            path: None,
            id: None,
        }
    }

    /// All accounts may connect, since the kernel identifies them. The socket gets
    /// its name only when it is ready.
    pub(super) fn bind(path: &Path) -> Result<Self> {
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
