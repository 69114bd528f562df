//! The way to a store that a broker keeps.

use std::cell::{OnceCell, RefCell};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use lac_app::protocol::{Channel, ClientConnection, ServerInfo, UseCase};
use lac_model::fault::Fault;
use lac_store::Result;

/// How long an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallTimeout {
    /// As long as the slowest use case may need.
    Long,
    /// While somebody types.
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

/// Calls a broker; each request has a connection of its own.
#[derive(Debug, Default)]
pub struct BrokerClient {
    /// Greeted, and not yet asked.
    connection: RefCell<Option<ClientConnection<UnixStream>>>,
    welcome: OnceCell<ServerInfo>,
}

impl BrokerClient {
    /// Calls, so that the next request has a line.
    ///
    /// # Errors
    /// `broker_missing`, `broker_failed`, `broker_busy`, `protocol_mismatch`,
    /// `store_unsafe`.
    pub fn connect(&self, socket: &Path, patience: CallTimeout) -> Result<()> {
        let line = connect(socket, patience)?;
        let _ = self.welcome.set(line.server.clone());
        *self.connection.borrow_mut() = Some(line);
        Ok(())
    }

    /// Asks.
    ///
    /// # Errors
    /// As [`Broker::call`], and the use case's own.
    pub fn send<U: UseCase>(
        &self,
        socket: &Path,
        request: &U,
        token: Option<&str>,
        channel: &mut dyn Channel,
    ) -> Result<U::Answer> {
        self.connection(socket)?.call(request, token, channel)
    }

    /// The line that waits, or a new one.
    fn connection(&self, socket: &Path) -> Result<ClientConnection<UnixStream>> {
        let waiting = self.connection.borrow_mut().take();
        // One that waited at a prompt may be gone by now.
        let waiting = waiting.filter(ClientConnection::is_open);
        if waiting.is_none() {
            self.connect(socket, CallTimeout::Long)?;
        }
        let line = waiting.or_else(|| self.connection.borrow_mut().take());
        line.ok_or_else(|| Fault::internal("no line to the broker"))
    }

    /// The store's time zone, once called.
    pub fn timezone(&self) -> Option<String> {
        self.welcome.get()?.timezone.clone()
    }
}

fn connect(socket: &Path, patience: CallTimeout) -> Result<ClientConnection<UnixStream>> {
    check_socket_is_trusted(socket)?;
    let missing = |problem: String| Fault::BrokerMissing {
        path: socket.display().to_string(),
        problem,
    };
    let stream = UnixStream::connect(socket).map_err(|e| missing(e.to_string()))?;
    let wait = Some(patience.duration());
    stream
        .set_read_timeout(wait)
        .and_then(|()| stream.set_write_timeout(wait))
        .map_err(|e| missing(e.to_string()))?;
    ClientConnection::open(stream)
}

/// Somebody who could lay a socket there could answer in the broker's place,
/// and be shown tokens.
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
        return Ok(()); // connecting will say it
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
        return refuse(socket, "its directory belongs to somebody else");
    }
    Ok(())
}
