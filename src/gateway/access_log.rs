//! One line in the log for each request.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::Method;

use super::metrics::{Answered, Metrics};

/// Lines that may wait for a slow reader of stderr. More are dropped and
/// counted: a reader that stands still must not stop the gateway.
const MAX_WAITING: usize = 4096;

/// Where request lines are written to.
#[derive(Debug, Clone)]
pub(super) struct AccessLog {
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
    logs_requests: bool,
}

impl AccessLog {
    /// The log, and the lines to print.
    pub(super) fn new(logs_requests: bool) -> (Self, Receiver<String>) {
        let (lines, waiting) = sync_channel(MAX_WAITING);
        let log = Self {
            lines,
            dropped: Arc::default(),
            logs_requests,
        };
        (log, waiting)
    }

    /// Writes a line that is no request's.
    pub(super) fn write(&self, line: String) {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(line) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            let line = format!("{dropped} lines of this log were dropped");
            let _ = self.lines.try_send(line);
        }
    }

    fn write_request(&self, line: impl FnOnce() -> String) {
        if self.logs_requests {
            self.write(line());
        }
    }
}

/// What becomes known of a request while it is answered.
#[derive(Debug, Default)]
pub(super) struct RequestFacts {
    /// The path with names in place of parameters.
    pub route: Option<&'static str>,
    pub storefront: Option<Arc<str>>,
    pub code: Option<&'static str>,
    /// Whether it is a storefront's redemption.
    pub is_redemption: bool,
    /// Why the gateway itself failed.
    pub failure: Option<String>,
}

/// The route of a path that has none.
const UNKNOWN_ROUTE: &str = "unknown";

/// The line of one request. It is written when dropped, so that it is also
/// written if the client disconnects.
pub(super) struct RequestLine {
    log: AccessLog,
    metrics: Arc<Metrics>,
    method: Method,
    started: Instant,
    facts: Arc<Mutex<RequestFacts>>,
    status: Option<u16>,
}

/// The status of requests whose client has disconnected (as nginx writes it).
pub(super) const CLIENT_GONE: u16 = 499;

impl RequestLine {
    pub(super) fn new(
        log: AccessLog,
        metrics: Arc<Metrics>,
        method: Method,
        facts: Arc<Mutex<RequestFacts>>,
    ) -> Self {
        Self {
            log,
            metrics,
            method,
            started: Instant::now(),
            facts,
            status: None,
        }
    }

    /// The request was answered.
    pub(super) fn finish(mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for RequestLine {
    fn drop(&mut self) {
        let status = self.status.unwrap_or(CLIENT_GONE);
        let length = self.started.elapsed();
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        self.metrics.count(Answered {
            route: facts.route.unwrap_or(UNKNOWN_ROUTE),
            status,
            code: facts.code,
            length,
            is_redemption: facts.is_redemption,
        });
        if let Some(failure) = &facts.failure {
            self.log.write(format!("a request failed: {failure}"));
        }
        let line = || format_line(&self.method, &facts, status, length);
        self.log.write_request(line);
    }
}

fn format_line(method: &Method, facts: &RequestFacts, status: u16, length: Duration) -> String {
    // A method can be any word of a client.
    let method = match *method {
        Method::GET | Method::HEAD | Method::OPTIONS | Method::POST | Method::PUT => {
            method.as_str()
        }
        _ => "other",
    };
    let route = facts.route.unwrap_or(UNKNOWN_ROUTE);
    let milliseconds = length.as_secs_f64() * 1000.0;
    let mut line = format!("{method} {route} {status} {milliseconds:.1}ms");
    if let Some(storefront) = &facts.storefront {
        let _ = write!(line, " storefront={storefront}");
    }
    if let Some(code) = facts.code {
        let _ = write!(line, " code={code}");
    }
    line
}
