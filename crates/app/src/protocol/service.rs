//! What is handed to whoever serves others.

use std::io::PipeReader;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use super::ContextProvider;

/// What a broker is run with.
pub struct Service<'s> {
    pub listener: UnixListener,
    pub contexts: &'s dyn ContextProvider,
    /// Ends when nobody called for so long.
    pub idle_timeout: Option<Duration>,
    /// Readable once it is to end.
    pub shutdown: PipeReader,
    /// What is worth a line in the system's log.
    pub log_line: &'s (dyn Fn(&str) + Sync),
    /// To be done every minute or so.
    pub maintenance: &'s (dyn Fn() + Sync),
}

impl std::fmt::Debug for Service<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("listener", &self.listener)
            .finish_non_exhaustive()
    }
}
