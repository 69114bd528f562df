//! The broker: serves the store of a service account over a local socket. The
//! kernel identifies the caller by the peer's uid.
//!
//! Each connection has its own thread and carries one request. The number of
//! connections, the size of a request and the time it takes to arrive are
//! limited, in total and per account, so that no account can lock out others.

mod limiter;
mod peer;
mod timed_stream;

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use self::limiter::{ConnectionLimiter, Slot};
use self::peer::{Peer, uid_for_account};
use self::timed_stream::TimedStream;
use lac_app::protocol::{IsDisconnected, LARGE_REQUEST, ServerConnection, Service};
use lac_app::{self, Caller, Context, Credential};
use lac_model::fault::Fault;
use lac_store::Result;

/// The greeting and the request must arrive within this time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for the client to read an answer or to send more input.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);

/// Longest duration of a request.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(2 * 3600);

const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(60);

/// Time for running requests to finish at shutdown.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Serves until shutdown is requested or the idle timeout is reached.
pub fn serve(service: &Service<'_>) -> Result<()> {
    let io = |e: io::Error| Fault::io("the socket", e);
    service.listener.set_nonblocking(true).map_err(io)?;
    let limiter = ConnectionLimiter::default();
    // Before the first connection, so that admin users' accounts are recognised.
    refresh_admin_uids(service, &limiter);
    thread::scope(|scope| {
        let chores =
            thread::Builder::new().spawn_scoped(scope, || run_maintenance(service, &limiter));
        let chores = chores.map_err(io)?.thread().clone();
        let ended = accept_connections(service, scope, &limiter, &chores);
        limiter.close();
        chores.unpark();
        let until = Instant::now() + SHUTDOWN_GRACE;
        while !limiter.is_empty() && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
        limiter.disconnect_all();
        ended
    })
}

/// Runs maintenance at once, then at intervals until the broker ends.
fn run_maintenance(service: &Service<'_>, limiter: &ConnectionLimiter) {
    while !limiter.is_closed() {
        refresh_admin_uids(service, limiter);
        if catch_unwind(AssertUnwindSafe(service.maintenance)).is_err() {
            (service.log_line)("maintenance panicked");
        }
        thread::park_timeout(MAINTENANCE_INTERVAL);
    }
}

/// Looks up the uids of admin users' accounts. On failure the previous set is
/// kept.
fn refresh_admin_uids(service: &Service<'_>, limiter: &ConnectionLimiter) {
    let known = catch_unwind(AssertUnwindSafe(|| service.contexts.os_accounts()));
    if let Ok(Ok(accounts)) = known {
        limiter.set_admin_uids(
            accounts
                .iter()
                .filter_map(|name| uid_for_account(name))
                .collect(),
        );
    }
}

fn accept_connections<'scope>(
    service: &'scope Service<'_>,
    scope: &'scope thread::Scope<'scope, '_>,
    limiter: &'scope ConnectionLimiter,
    chores: &Thread,
) -> Result<()> {
    let mut quiet_since = Instant::now();
    loop {
        let wait = match service.idle_timeout {
            None => PollTimeout::NONE,
            Some(idle) => {
                let left = idle.saturating_sub(quiet_since.elapsed());
                let left = left
                    .max(Duration::from_millis(20))
                    .min(MAINTENANCE_INTERVAL);
                PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO)
            }
        };
        let mut ends = [
            PollFd::new(service.listener.as_fd(), PollFlags::POLLIN),
            PollFd::new(service.shutdown.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut ends, wait) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(Fault::io("the socket", error)),
        }
        if ends[1].any().unwrap_or(false) {
            return Ok(());
        }
        loop {
            match service.listener.accept() {
                Ok((stream, _)) => {
                    quiet_since = Instant::now();
                    spawn_handler(service, scope, limiter, (stream, chores.clone()));
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // Usually too many open files, which passes.
                    (service.log_line)(&format!("cannot accept connections: {error}"));
                    thread::sleep(Duration::from_millis(50));
                    break;
                }
            }
        }
        if !limiter.is_empty() {
            quiet_since = Instant::now();
        }
        if service
            .idle_timeout
            .is_some_and(|idle| quiet_since.elapsed() >= idle)
        {
            (service.log_line)("idle timeout reached");
            return Ok(());
        }
    }
}

/// Starts a thread for the connection, unless a connection limit is reached.
fn spawn_handler<'scope>(
    service: &'scope Service<'_>,
    scope: &'scope thread::Scope<'scope, '_>,
    limiter: &'scope ConnectionLimiter,
    (stream, chores): (UnixStream, Thread),
) {
    let Ok(peer) = Peer::from_stream(&stream) else {
        return; // disconnected already, or the kernel has no credentials
    };
    let entered = stream
        .set_nonblocking(false)
        .and_then(|()| stream.try_clone())
        .map(Arc::new)
        .map_err(|e| e.to_string())
        .and_then(|second| Ok((limiter.acquire(peer.uid, Arc::clone(&second))?, second)));
    let (slot, second) = match entered {
        Ok(entered) => entered,
        Err(problem) => {
            refuse_connection(stream, &Fault::BrokerBusy { problem });
            return;
        }
    };
    let thread = thread::Builder::new().spawn_scoped(scope, move || {
        let is_gone: IsDisconnected = Arc::new(move || timed_stream::is_disconnected(&second));
        let client = PeerConnection {
            peer: &peer,
            slot: &slot,
            is_gone,
        };
        let received = catch_unwind(AssertUnwindSafe(|| {
            handle_connection(service, &client, stream)
        }));
        let problem = match received {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("a request panicked".to_owned()),
        };
        if let Some(problem) = problem
            && (!slot.is_unknown() || limiter.may_log_unknown())
        {
            (service.log_line)(&format!("uid {}: {problem}", peer.uid));
        }
        drop(slot);
        if service.contexts.has_urgent_maintenance() {
            chores.unpark();
        }
    });
    if let Err(error) = thread {
        (service.log_line)(&format!("cannot start a thread: {error}"));
    }
}

fn refuse_connection(stream: UnixStream, fault: &Fault) {
    let mut connection = ServerConnection::new(TimedStream::with_timeout(
        stream,
        Duration::from_millis(100),
    ));
    connection.send_fault(fault);
}

/// The caller's connection.
struct PeerConnection<'v> {
    peer: &'v Peer,
    slot: &'v Slot<'v>,
    is_gone: IsDisconnected,
}

/// Reads one request and answers it.
fn handle_connection(
    service: &Service<'_>,
    client: &PeerConnection<'_>,
    stream: UnixStream,
) -> Result<()> {
    let (peer, slot) = (client.peer, client.slot);
    let busy = |problem| Fault::BrokerBusy { problem };
    let mut connection = ServerConnection::new(TimedStream::with_timeout(stream, REQUEST_TIMEOUT));
    if !connection.handshake(|| service.contexts.timezone())? {
        return Ok(());
    }
    let mut large = None;
    let received = connection.receive(|length| {
        if length > LARGE_REQUEST {
            large = Some(slot.acquire_large().map_err(busy)?);
        }
        Ok(())
    });
    let request = match received {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        Err(fault) => {
            connection.send_fault(&fault);
            return Err(fault);
        }
    };
    slot.mark_requested();
    connection
        .stream_mut()
        .set_timeouts(STALL_TIMEOUT, TOTAL_TIMEOUT);
    let token = match request.token() {
        Ok(token) => token,
        Err(fault) => {
            connection.send_fault(&fault);
            return Ok(());
        }
    };
    let account = peer.account();
    let caller = Caller {
        credential: Credential::from_token_or_account(token.as_deref(), &account),
        os_account: Some(account),
        login_uid: peer.login_uid(),
        ip_address: Some(peer.address()),
    };
    if slot.is_unknown() {
        let mut is_known = false;
        let mut ask = |context: &Context<'_>| is_known = lac_app::is_known(context);
        // An error here occurs again when the request runs.
        let _ = service.contexts.with_context(&caller, None, &mut ask);
        if is_known {
            slot.mark_known();
        }
    }
    let heavy = match request
        .is_heavy()
        .then(|| slot.acquire_heavy(&*client.is_gone))
    {
        None => None,
        Some(Ok(Some(heavy))) => Some(heavy),
        Some(Ok(None)) => return Ok(()),
        Some(Err(problem)) => {
            connection.send_fault(&busy(problem));
            return Ok(());
        }
    };
    let mut answered = Ok(None);
    let is_gone = Arc::clone(&client.is_gone);
    let ran = service
        .contexts
        .with_context(&caller, Some(is_gone), &mut |context| {
            answered = connection.answer(&request, context);
        });
    drop((large, heavy));
    if let Err(fault) = ran {
        // The caller did not cause this, so it also goes to the broker's log.
        connection.send_fault(&fault);
        return Err(fault);
    }
    match answered? {
        Some(
            fault @ (Fault::Internal { .. }
            | Fault::LogTampered { .. }
            | Fault::SchemaTampered { .. }
            | Fault::StateTampered { .. }),
        ) => Err(fault),
        _ => Ok(()),
    }
}
