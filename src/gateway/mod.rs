//! The gateway: serves storefronts over HTTP. Only the token of a storefront's
//! account is accepted, and each request runs one use case.
//!
//! One thread reads and writes connections; use cases run on a bounded number of
//! others. Connections, sizes and times are limited, and so is what one address
//! or storefront may ask for.

mod access_log;
mod body;
mod checks;
mod dispatch;
mod limits;
mod metrics;
mod openapi;
mod operations;
mod peer;
mod problem;
mod query;
mod routes;
mod server;
mod stall;
mod state;
mod storefronts;
mod tls;
mod unwinding;
mod workers;
mod writes;

use std::io::{self, PipeReader};
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::net::unix::pipe::Receiver;

use self::access_log::AccessLog;
use self::server::Server;
use self::state::Gateway;
use self::tls::TlsServer;
use self::workers::{Queue, run_jobs};
use self::writes::run_writes;
use lac_app::protocol::GatewayService;
use lac_model::fault::Fault;
use lac_store::Result;

/// Threads for use cases that mostly read.
const WORKERS: usize = 4;

/// Requests that may wait for a thread.
const MAX_QUEUED: usize = 1024;

const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(60);

/// Serves until shutdown is requested.
pub fn serve(listener: TcpListener, service: &GatewayService<'_>) -> Result<()> {
    let io = |e: io::Error| Fault::io("the gateway", e);
    let shutdown = service.shutdown.try_clone().map_err(io)?;
    let jobs = Arc::new(Queue::new(MAX_QUEUED));
    let writes = Arc::new(Queue::new(MAX_QUEUED));
    let (log, lines) = AccessLog::new(service.logs_requests);
    let gateway = Gateway::new(
        Arc::clone(&jobs),
        Arc::clone(&writes),
        log,
        service.hint,
        service.proxies.clone(),
        service.limits,
        Arc::clone(&service.watch),
    );
    let server = Server {
        tls: service.tls.clone().map(TlsServer::new).transpose()?,
        gateway: Arc::new(gateway),
    };
    let syncs = Arc::clone(&server.gateway.syncs);
    let has_ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let (queued, pending, syncing) = (&writes, &*jobs, &*syncs);
        let chores = spawn(scope, "chores", || run_maintenance(service, &has_ended))?;
        let start = || -> Result<()> {
            spawn(scope, "log", move || {
                for line in lines {
                    (service.log_line)(&line);
                }
            })?;
            for _ in 0..WORKERS {
                let urgent = chores.clone();
                let run = move || run_jobs(pending, service.contexts, service.log_line, &urgent);
                spawn(scope, "worker", run)?;
            }
            let urgent = chores.clone();
            let run = move || run_jobs(syncing, service.contexts, service.log_line, &urgent);
            spawn(scope, "sync", run)?;
            let urgent = chores.clone();
            spawn(scope, "writes", move || {
                run_writes(queued, service.contexts, service.log_line, &urgent);
            })?;
            Ok(())
        };
        let ended = start().and_then(|()| run_server(service, server, listener, shutdown));
        jobs.close();
        writes.close();
        syncs.close();
        has_ended.store(true, Ordering::Release);
        chores.unpark();
        ended
    })
}

fn spawn<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    name: &str,
    run: impl FnOnce() + Send + 'scope,
) -> Result<Thread> {
    let builder = thread::Builder::new().name(name.to_owned());
    let spawned = builder.spawn_scoped(scope, run);
    let handle = spawned.map_err(|e| Fault::io("a thread", e))?;
    Ok(handle.thread().clone())
}

/// Runs the server on this thread.
fn run_server(
    service: &GatewayService<'_>,
    server: Server,
    listener: TcpListener,
    shutdown: PipeReader,
) -> Result<()> {
    let io = |e: io::Error| Fault::io("the gateway", e);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(io)?;
    runtime.block_on(async {
        let listener = to_async(listener)?;
        if let Some(metrics) = &service.metrics {
            let gateway = Arc::clone(&server.gateway);
            tokio::spawn(server::serve_metrics(
                gateway,
                to_async(metrics.try_clone().map_err(io)?)?,
            ));
        }
        let shutdown = Receiver::from_owned_fd(shutdown.into()).map_err(io)?;
        server::serve(server, listener, shutdown.readable()).await;
        Ok(())
    })
}

fn to_async(listener: TcpListener) -> Result<tokio::net::TcpListener> {
    let io = |e: io::Error| Fault::io("the gateway", e);
    listener.set_nonblocking(true).map_err(io)?;
    tokio::net::TcpListener::from_std(listener).map_err(io)
}

/// Runs maintenance at once and at intervals, unless a broker does, and whenever
/// a request has left some that should not wait.
fn run_maintenance(service: &GatewayService<'_>, has_ended: &AtomicBool) {
    let mut is_due = service.runs_chores;
    while !has_ended.load(Ordering::Acquire) {
        let is_due_now = is_due || service.contexts.has_urgent_maintenance();
        if is_due_now && catch_unwind(AssertUnwindSafe(service.maintenance)).is_err() {
            (service.log_line)("maintenance panicked");
        }
        let since = Instant::now();
        thread::park_timeout(MAINTENANCE_INTERVAL);
        is_due = service.runs_chores && since.elapsed() >= MAINTENANCE_INTERVAL;
    }
}
