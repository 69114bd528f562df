//! The client of a broker.

use std::cell::{OnceCell, RefCell};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use lac_app::protocol::{Channel, ClientConnection, ServerInfo, UseCase};
use lac_model::fault::Fault;
use lac_store::Result;

/// How long to wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallTimeout {
    /// For any use case.
    Long,
    /// For completion, while the user types.
    Short,
}

impl CallTimeout {
    fn duration(self) -> Duration {
        match self {
            Self::Long => Duration::from_secs(3600),
            Self::Short => Duration::from_secs(1),
        }
    }
}

/// Opens a connection for each request.
#[derive(Debug, Default)]
pub(super) struct BrokerClient {
    /// Open, but not used for a request yet.
    connection: RefCell<Option<ClientConnection<UnixStream>>>,
    welcome: OnceCell<ServerInfo>,
}

impl BrokerClient {
    /// Opens the connection for the next request.
    pub(super) fn connect(&self, socket: &Path, timeout: CallTimeout) -> Result<()> {
        let connection = connect(socket, timeout)?;
        let _ = self.welcome.set(connection.server.clone());
        *self.connection.borrow_mut() = Some(connection);
        Ok(())
    }

    pub(super) fn send<U: UseCase>(
        &self,
        socket: &Path,
        request: &U,
        token: Option<&str>,
        channel: &mut dyn Channel,
    ) -> Result<U::Answer> {
        self.connection(socket)?.call(request, token, channel)
    }

    /// The open connection, or a new one.
    fn connection(&self, socket: &Path) -> Result<ClientConnection<UnixStream>> {
        let waiting = self.connection.borrow_mut().take();
        // The broker may have closed it while the user answered a prompt.
        let waiting = waiting.filter(ClientConnection::is_open);
        if waiting.is_none() {
            self.connect(socket, CallTimeout::Long)?;
        }
        let connection = waiting.or_else(|| self.connection.borrow_mut().take());
        connection.ok_or_else(|| Fault::internal("no connection to the broker"))
    }

    /// The store's time zone, known once connected.
    pub(super) fn timezone(&self) -> Option<String> {
        self.welcome.get()?.timezone.clone()
    }
}

fn connect(socket: &Path, timeout: CallTimeout) -> Result<ClientConnection<UnixStream>> {
    check_socket_is_trusted(socket)?;
    let missing = |problem: String| Fault::BrokerMissing {
        path: socket.display().to_string(),
        problem,
    };
    let stream = UnixStream::connect(socket).map_err(|e| missing(e.to_string()))?;
    let wait = Some(timeout.duration());
    stream
        .set_read_timeout(wait)
        .and_then(|()| stream.set_write_timeout(wait))
        .map_err(|e| missing(e.to_string()))?;
    ClientConnection::open(stream)
}

/// Whoever can create a socket at this path could act as the broker and receive
/// access tokens.
fn check_socket_is_trusted(socket: &Path) -> Result<()> {
    let path = |path: &Path| path.display().to_string();
    let refuse = |at: &Path, problem: &str| {
        Err(Fault::StoreUnsafe {
            path: path(at),
            problem: problem.to_owned(),
            remedy: format!(
                "keep the socket in a directory that only its owner can write, such as /run/lac; now it is {}",
                path(socket)
            ),
        })
    };
    let Ok(meta) = fs::symlink_metadata(socket) else {
        return Ok(()); // connecting reports it
    };
    if meta.is_symlink() {
        return refuse(socket, "it is a symbolic link");
    }
    let parent = socket.parent().filter(|p| !p.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let dir = fs::metadata(parent).map_err(|e| Fault::io(parent.display(), e))?;
    if dir.mode() & 0o022 != 0 {
        return refuse(parent, "others can write it");
    }
    if dir.uid() != meta.uid() && dir.uid() != 0 {
        return refuse(socket, "its directory belongs to another account");
    }
    Ok(())
}
