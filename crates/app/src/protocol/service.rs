//! What the servers need: the broker on a local socket, and the gateway on
//! HTTP.

use std::io::PipeReader;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use super::ContextProvider;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;

/// What a broker needs to serve requests.
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

/// Notices changes of the store.
pub trait StoreWatch: Send + Sync {
    /// A number that is another one once the store has changed. `None` if that
    /// is not known.
    fn version(&self) -> Option<i64>;

    /// The time, as use cases see it.
    fn now(&self) -> Timestamp;
}

/// What a gateway needs to serve requests, besides the socket it listens on.
pub struct GatewayService<'s> {
    /// Where metrics are served, if anywhere.
    pub metrics: Option<TcpListener>,
    /// The certificate and its key, unless HTTP is plain.
    pub tls: Option<TlsFiles>,
    /// The proxies whose `X-Forwarded-For` counts. If HTTP is plain and there
    /// are any, nobody else may connect.
    pub proxies: Vec<IpNet>,
    pub limits: GatewayLimits,
    pub contexts: &'s dyn ContextProvider,
    pub watch: Arc<dyn StoreWatch>,
    /// Becomes readable when the gateway must end.
    pub shutdown: PipeReader,
    /// Writes a line to the system's log.
    pub log_line: &'s (dyn Fn(&str) + Sync),
    /// Whether each request has a line in the system's log.
    pub logs_requests: bool,
    /// Maintenance, to be run soon after requests that need it.
    pub maintenance: &'s (dyn Fn() + Sync),
    /// Whether it is also to be run about once a minute; otherwise a broker
    /// does.
    pub runs_chores: bool,
    /// What the reader of a problem can do about it.
    pub hint: fn(&Fault) -> Option<String>,
}

/// The files of a TLS server.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate chain, in PEM.
    pub cert: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

/// How many requests a gateway takes in a minute; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayLimits {
    /// Redemptions from one address.
    pub redeem_per_address: u32,
    /// Requests from one storefront, except checks that are answered from
    /// memory.
    pub requests_per_storefront: u32,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        Self {
            redeem_per_address: 600,
            requests_per_storefront: 60_000,
        }
    }
}
