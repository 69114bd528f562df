//! `lac serve`.

mod gateway;
mod sockets;

use std::io::{PipeReader, PipeWriter, Write as _, pipe};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use clap::{ArgMatches, Args};

use self::gateway::{GatewayArgs, GatewaySockets};
use self::sockets::{InheritedSockets, ListeningSocket};
use super::{CommandSpec, parse_args, with_args};
use crate::cli::error::explain;
use crate::cli::hint::HintReader;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::store_pool::StorePool;
use lac_app::protocol::{GatewayService, Service};
use lac_ledger::signing::keys::protect_process_memory;
use lac_model::fault::Fault;
use lac_model::time::parse_duration;
use lac_render::sanitize::sanitize;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "serve",
    about: "Serve the store to other accounts on this machine, and to storefronts",
    arguments: with_args::<ServeArgs>,
    run,
};

/// Serves the store: to other accounts of this machine over a local socket (the
/// broker), to storefronts over HTTP (the gateway), or to both.
/// The kernel identifies the callers of the broker, and each has their own role.
/// The gateway accepts the access tokens of storefronts alone (docs/gateway.md).
/// Run it as the service account that owns the store, with systemd if possible
/// (docs/deployment.md); sockets from systemd are used if there are any. Clients
/// set store = "unix:SOCKET".
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lac serve --socket /run/lac/lac.sock\n  \
    lac serve --listen 127.0.0.1:8420")]
struct ServeArgs {
    /// The broker's socket to create, in a directory that others cannot write
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Exit after this time without connections [default: never; 10m with only a
    /// local socket from systemd]
    #[arg(long, value_name = "DURATION", conflicts_with = "listen")]
    idle: Option<String>,
    #[command(flatten)]
    gateway: GatewayArgs,
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
    let inherited = InheritedSockets::take()?;
    let gateway = GatewaySockets::open(&args.gateway, inherited.tcp)?;
    let (socket, idle) = match (inherited.unix, &args.socket) {
        (Some(listener), _) => {
            let default = gateway.is_none().then_some(SYSTEMD_IDLE_TIMEOUT);
            let socket = ListeningSocket::from_listener(listener);
            (Some(socket), idle.or(default))
        }
        (None, Some(path)) => (Some(ListeningSocket::bind(path)?), idle),
        (None, None) => (None, None),
    };
    if socket.is_none() && gateway.is_none() {
        return Err(Fault::InputRequired {
            what: "a socket".to_owned(),
            flag: "--socket or --listen".to_owned(),
        });
    }
    let servers = Servers {
        cli,
        pool: &pool,
        idle,
        shutdown: Shutdown::new()?,
    };
    let ended = servers.run(socket, gateway);
    if let Err(fault) = pool.record_counted_refusals() {
        log_line(&format!("refusals could not be recorded: {fault}"));
    }
    log_line("stopped");
    ended.map(|()| 0)
}

fn log_line(text: &str) {
    Out::print_err(&sanitize(text));
}

/// Tells every server that it must end.
struct Shutdown {
    signals: Arc<Mutex<Vec<PipeWriter>>>,
}

impl Shutdown {
    /// Ends the servers when the process is told to end.
    fn new() -> Result<Self> {
        let signals = Arc::new(Mutex::new(Vec::new()));
        let shutdown = Self {
            signals: Arc::clone(&signals),
        };
        let handler = move || request_shutdown(&signals);
        ctrlc::set_handler(handler).map_err(|e| Fault::io("signals", e))?;
        Ok(shutdown)
    }

    /// Becomes readable when its server must end.
    fn subscribe(&self) -> Result<PipeReader> {
        let (signal, writer) = pipe().map_err(|e| Fault::io("a pipe", e))?;
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        signals.push(writer);
        Ok(signal)
    }

    fn request(&self) {
        request_shutdown(&self.signals);
    }
}

fn request_shutdown(signals: &Mutex<Vec<PipeWriter>>) {
    let mut signals = signals.lock().unwrap_or_else(PoisonError::into_inner);
    for signal in signals.iter_mut() {
        let _ = signal.write_all(b"x");
    }
}

/// What the broker and the gateway share.
struct Servers<'s> {
    cli: &'s Cli,
    pool: &'s StorePool,
    idle: Option<Duration>,
    shutdown: Shutdown,
}

impl Servers<'_> {
    /// Runs the servers until they are told to end. If one ends, so does the
    /// other.
    fn run(&self, socket: Option<ListeningSocket>, gateway: Option<GatewaySockets>) -> Result<()> {
        let maintenance = || self.pool.run_maintenance(&log_line);
        let components = self.cli.components;
        let gateway = match gateway {
            None => None,
            Some(gateway) => {
                let is_alone = socket.is_none();
                let address = gateway.listener.local_addr();
                let address = address.map_err(|e| Fault::io("the gateway's address", e))?;
                let scheme = if gateway.tls.is_some() {
                    "https"
                } else {
                    "http"
                };
                if let Some(metrics) = &gateway.metrics {
                    let address = metrics.local_addr();
                    let address = address.map_err(|e| Fault::io("the metrics' address", e))?;
                    log_line(&format!("metrics on http://{address}/metrics"));
                }
                log_line(&format!("listening on {scheme}://{address}"));
                let maintenance: &(dyn Fn() + Sync) = &maintenance;
                let service = GatewayService {
                    metrics: gateway.metrics,
                    tls: gateway.tls,
                    proxies: gateway.proxies,
                    limits: self.cli.settings.gateway,
                    contexts: self.pool,
                    watch: self.pool.watch()?,
                    shutdown: self.shutdown.subscribe()?,
                    log_line: &log_line,
                    logs_requests: !self.cli.out.quiet,
                    maintenance,
                    runs_chores: is_alone,
                    hint: |fault| explain(fault, HintReader::unknown).hint,
                };
                Some((gateway.listener, service))
            }
        };
        let broker = socket.as_ref().map(|socket| {
            let place = socket.path.as_ref().map(|path| path.display().to_string());
            log_line(&match place {
                Some(place) => format!("listening on {place}"),
                None => "listening".to_owned(),
            });
            let listener = socket.listener.try_clone();
            let service = Service {
                listener: listener.map_err(|e| Fault::io("the socket", e))?,
                contexts: self.pool,
                idle_timeout: self.idle,
                shutdown: self.shutdown.subscribe()?,
                log_line: &log_line,
                maintenance: &maintenance,
            };
            Ok::<_, Fault>(service)
        });
        match (broker.transpose()?, gateway) {
            (Some(broker), None) => (components.serve)(&broker),
            (None, Some((listener, gateway))) => (components.serve_http)(listener, &gateway),
            (None, None) => Ok(()),
            (Some(broker), Some((listener, gateway))) => thread::scope(|scope| {
                let shutdown = &self.shutdown;
                let http = scope.spawn(move || {
                    let ended = (components.serve_http)(listener, &gateway);
                    shutdown.request();
                    ended
                });
                let ended = (components.serve)(&broker);
                self.shutdown.request();
                let http = http
                    .join()
                    .map_err(|_| Fault::internal("the gateway panicked"));
                ended.and(http?)
            }),
        }
    }
}

fn parse_idle(text: &str) -> Result<Duration> {
    let length = parse_duration(text, None).map_err(|e| Fault::invalid("--idle", e))?;
    if length.is_zero() {
        return Err(Fault::invalid("--idle", "expected 1s or more"));
    }
    Ok(length)
}

/// Raises the limit of open files, because each connection needs a few.
fn raise_limits() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536).max(soft), hard);
    }
}
