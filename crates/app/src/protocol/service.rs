//! What a broker needs to serve requests.

use std::io::PipeReader;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use super::ContextProvider;

pub struct Service<'s> {
    pub listener: UnixListener,
    pub contexts: &'s dyn ContextProvider,
    /// The broker ends after this time without a connection.
    pub idle_timeout: Option<Duration>,
    /// Becomes readable when the broker must end.
    pub shutdown: PipeReader,
    /// Writes a line to the system's log.
    pub log_line: &'s (dyn Fn(&str) + Sync),
    /// Maintenance, to be run about once a minute.
    pub maintenance: &'s (dyn Fn() + Sync),
}
