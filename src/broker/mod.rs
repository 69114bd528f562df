//! Floor 4: the broker. Lends the store of a service account to whoever the
//! kernel says is calling, over a local socket.
//!
//! One thread serves one connection, which carries one request. How many there
//! are, how long a request is and how long it may take to arrive are bounded,
//! for all together and for each account, so that nobody is kept out by
//! somebody else.

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

/// Greeting and request must be here within this time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The other side may keep the store waiting so long, while it writes what it
/// gets or reads what it sends.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);

/// And no request takes longer than this.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(2 * 3600);

/// What is to be done now and then.
const MAINTENANCE_INTERVAL: Duration = Duration::from_secs(60);

/// Requests under way may end when the broker is told to.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Serves until it is told to end, or nobody calls any more.
///
/// # Errors
/// `io` where the socket fails.
pub fn serve(service: &Service<'_>) -> Result<()> {
    let io = |e: io::Error| Fault::io("the socket", e);
    service.listener.set_nonblocking(true).map_err(io)?;
    let limiter = ConnectionLimiter::default();
    // Before anybody is let in: who is no stranger.
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

/// Does the chores, first at once, until the broker ends.
fn run_maintenance(service: &Service<'_>, limiter: &ConnectionLimiter) {
    while !limiter.is_closed() {
        refresh_admin_uids(service, limiter);
        if catch_unwind(AssertUnwindSafe(service.maintenance)).is_err() {
            (service.log_line)("a chore failed");
        }
        thread::park_timeout(MAINTENANCE_INTERVAL);
    }
}

/// Looks up which accounts are admin users'. What they were stays where that
/// fails.
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
                    // Too many files are open, for a moment.
                    (service.log_line)(&format!("nobody can be received: {error}"));
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
            (service.log_line)("nobody called for a while");
            return Ok(());
        }
    }
}

/// Gives a connection a thread of its own, if there is room for one more.
fn spawn_handler<'scope>(
    service: &'scope Service<'_>,
    scope: &'scope thread::Scope<'scope, '_>,
    limiter: &'scope ConnectionLimiter,
    (stream, chores): (UnixStream, Thread),
) {
    let Ok(peer) = Peer::from_stream(&stream) else {
        return; // gone already, or nobody the kernel knows
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
        let visitor = PeerConnection {
            peer: &peer,
            slot: &slot,
            is_gone,
        };
        let heard = catch_unwind(AssertUnwindSafe(|| {
            handle_connection(service, &visitor, stream)
        }));
        let problem = match heard {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("a request failed badly".to_owned()),
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
        (service.log_line)(&format!("nobody can be attended to: {error}"));
    }
}

fn refuse_connection(stream: UnixStream, fault: &Fault) {
    let mut connection = ServerConnection::new(TimedStream::with_timeout(
        stream,
        Duration::from_millis(100),
    ));
    connection.send_fault(fault);
}

/// Whoever is attended to.
struct PeerConnection<'v> {
    peer: &'v Peer,
    slot: &'v Slot<'v>,
    is_gone: IsDisconnected,
}

/// Hears one request and answers it.
fn handle_connection(
    service: &Service<'_>,
    visitor: &PeerConnection<'_>,
    stream: UnixStream,
) -> Result<()> {
    let (peer, slot) = (visitor.peer, visitor.slot);
    let busy = |problem| Fault::BrokerBusy { problem };
    let mut connection = ServerConnection::new(TimedStream::with_timeout(stream, REQUEST_TIMEOUT));
    if !connection.handshake(|| service.contexts.timezone())? {
        return Ok(());
    }
    let mut large = None;
    let heard = connection.receive(|length| {
        if length > LARGE_REQUEST {
            large = Some(slot.acquire_large().map_err(busy)?);
        }
        Ok(())
    });
    let asked = match heard {
        Ok(Some(asked)) => asked,
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
    let token = match asked.token() {
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
        // What fails here fails again when the request is run.
        let _ = service.contexts.with_context(&caller, None, &mut ask);
        if is_known {
            slot.mark_known();
        }
    }
    let heavy = match asked
        .is_heavy()
        .then(|| slot.acquire_heavy(&*visitor.is_gone))
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
    let is_gone = Arc::clone(&visitor.is_gone);
    let lent = service
        .contexts
        .with_context(&caller, Some(is_gone), &mut |context| {
            answered = connection.answer(&asked, context);
        });
    drop((large, heavy));
    if let Err(fault) = lent {
        // It is not the caller's fault, so whoever runs the broker hears it too.
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
