//! Accepts connections and reads requests from them, within limits of number
//! and time.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::dispatch::router;
use super::metrics::Metrics;
use super::peer::is_proxy;
use super::problem::Problem;
use super::stall::StallTimeout;
use super::state::Gateway;
use super::tls::TlsServer;

/// The head of a request must arrive within this time, also the next one of a
/// connection that is kept open.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Time for running requests to finish at shutdown.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Most connections at once.
const MAX_CONNECTIONS: usize = 1024;
/// Most of them from one address elsewhere.
const MAX_FROM_ADDRESS: usize = 256;

/// A request's head is at most as long, and has at most so many fields.
const MAX_HEAD: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;

/// Which connections are taken.
pub(super) struct Server {
    pub gateway: Arc<Gateway>,
    /// Plain HTTP without it.
    pub tls: Option<TlsServer>,
}

/// The open connections of each address.
#[derive(Debug, Default)]
struct Connections {
    of_address: Mutex<HashMap<IpAddr, usize>>,
    metrics: Arc<Metrics>,
}

/// One open connection.
struct OpenConnection {
    connections: Arc<Connections>,
    address: IpAddr,
}

impl Connections {
    /// Counts a connection; `None` if there are too many.
    fn open(self: &Arc<Self>, address: IpAddr) -> Option<OpenConnection> {
        let mut counts = self
            .of_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let total: usize = counts.values().sum();
        let own = counts.entry(address).or_default();
        let most = if address.is_loopback() {
            MAX_CONNECTIONS
        } else {
            MAX_FROM_ADDRESS
        };
        if total >= MAX_CONNECTIONS || *own >= most {
            self.metrics
                .refused_connections
                .fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *own += 1;
        self.metrics
            .open_connections
            .fetch_add(1, Ordering::Relaxed);
        Some(OpenConnection {
            connections: Arc::clone(self),
            address,
        })
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let counts = self.connections.of_address.lock();
        let mut counts = counts.unwrap_or_else(PoisonError::into_inner);
        let open = &self.connections.metrics.open_connections;
        open.fetch_sub(1, Ordering::Relaxed);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Accepts connections until `shutdown` is ready, then lets running requests
/// finish.
pub(super) async fn serve(server: Server, listener: TcpListener, shutdown: impl Future) {
    let router = TowerToHyperService::new(router(&server.gateway));
    let connections = Arc::new(Connections {
        metrics: Arc::clone(&server.gateway.metrics),
        ..Connections::default()
    });
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    while let Some(accepted) = before(shutdown.as_mut(), listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let address = peer.ip().to_canonical();
                if !server.accepts(address) {
                    continue;
                }
                if let Some(open) = connections.open(address) {
                    let handler = Handler {
                        gateway: Arc::clone(&server.gateway),
                        router: router.clone(),
                        address,
                    };
                    server.spawn_connection(handler, stream, open, graceful.watcher());
                }
            }
            Err(error) => {
                // Usually too many open files, which passes.
                let line = format!("cannot accept connections: {error}");
                server.gateway.log.write(line);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, graceful.shutdown()).await;
}

impl Server {
    /// Whether an address may connect: without TLS, only the proxies may, if
    /// there are any.
    fn accepts(&self, address: IpAddr) -> bool {
        let proxies = &self.gateway.proxies;
        self.tls.is_some() || proxies.is_empty() || is_proxy(address, proxies)
    }

    fn spawn_connection(
        &self,
        handler: Handler,
        stream: TcpStream,
        open: OpenConnection,
        watcher: Watcher,
    ) {
        let _ = stream.set_nodelay(true);
        let tls = self.tls.as_ref();
        let tls = tls.map(|tls| tls.acceptor(&self.gateway.log));
        tokio::spawn(async move {
            // Errors are the client's: it disconnected, or sent no HTTP.
            match tls {
                None => drop(watcher.watch(handler.serve(stream)).await),
                Some(tls) => {
                    let handshake = tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        let _ = watcher.watch(handler.serve(stream)).await;
                    }
                }
            }
            drop(open);
        });
    }
}

/// Answers the requests of one connection.
struct Handler {
    gateway: Arc<Gateway>,
    router: TowerToHyperService<Router>,
    address: IpAddr,
}

impl Handler {
    fn serve<S>(self, stream: S) -> impl GracefulConnection<Error = hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(move |request: Request<Incoming>| {
            let (gateway, router) = (Arc::clone(&self.gateway), self.router.clone());
            async move {
                let request = request.map(Body::new);
                let answer = gateway.answer(self.address, request, |request| router.call(request));
                Ok::<_, std::convert::Infallible>(answer.await)
            }
        });
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MAX_HEAD)
            .max_headers(MAX_HEADERS)
            .serve_connection(TokioIo::new(StallTimeout::new(stream)), service)
    }
}

/// The output of a future, unless `end` is ready before.
async fn before<T>(
    mut end: std::pin::Pin<&mut impl Future>,
    future: impl Future<Output = io::Result<T>>,
) -> Option<io::Result<T>> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Serves the metrics, and nothing else, until the gateway ends.
pub(super) async fn serve_metrics(gateway: Arc<Gateway>, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let gateway = Arc::clone(&gateway);
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = metrics_answer(&gateway, &request);
            async move { Ok::<_, std::convert::Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

fn metrics_answer(gateway: &Gateway, request: &Request<Incoming>) -> Response<Body> {
    if request.uri().path() != "/metrics" {
        return Problem::NotFound.into_response(gateway.hint);
    }
    let queued = [
        ("reads", gateway.jobs.len()),
        ("writes", gateway.writes.len()),
    ];
    let mut response = Response::new(Body::from(gateway.metrics.to_text(queued)));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
