//! Floor 4: the broker. Lends the store of a service account to whoever the
//! kernel says is calling, over a local socket.
//!
//! One thread serves one connection, which carries one request. How many there
//! are, how long a request is and how long it may take to arrive are bounded,
//! for all together and for each account, so that nobody is kept out by
//! somebody else.

mod crowd;
mod peer;
mod stream;

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use self::crowd::{Crowd, Guest};
use self::peer::{Peer, uid_of};
use self::stream::Timed;
use lac_app::remote::{Hearing, IsGone, LARGE_REQUEST, Service};
use lac_app::{self, Caller, Credential, Desk};
use lac_model::fault::Fault;
use lac_store::Result;

/// Greeting and request must be here within this time.
const TO_ASK: Duration = Duration::from_secs(10);

/// The other side may keep the store waiting so long, while it writes what it
/// gets or reads what it sends.
const STALL: Duration = Duration::from_secs(300);

/// And no request takes longer than this.
const IN_ALL: Duration = Duration::from_secs(2 * 3600);

/// What is to be done now and then.
const ROUND: Duration = Duration::from_secs(60);

/// Requests under way may end when the broker is told to.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until it is told to end, or nobody calls any more.
///
/// # Errors
/// `io` where the socket fails.
pub fn serve(service: &Service<'_>) -> Result<()> {
    let io = |e: io::Error| Fault::io("the socket", e);
    service.listener.set_nonblocking(true).map_err(io)?;
    let crowd = Crowd::default();
    // Before anybody is let in: who is no stranger.
    know(service, &crowd);
    thread::scope(|scope| {
        let chores = thread::Builder::new().spawn_scoped(scope, || round(service, &crowd));
        let chores = chores.map_err(io)?.thread().clone();
        let ended = accept(service, scope, &crowd, &chores);
        crowd.close();
        chores.unpark();
        let until = Instant::now() + GRACE;
        while !crowd.is_empty() && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
        crowd.hang_up();
        ended
    })
}

/// Does the chores, first at once, until the broker ends.
fn round(service: &Service<'_>, crowd: &Crowd) {
    while !crowd.is_closed() {
        know(service, crowd);
        if catch_unwind(AssertUnwindSafe(service.chores)).is_err() {
            (service.say)("a chore failed");
        }
        thread::park_timeout(ROUND);
    }
}

/// Looks up which accounts are admin users'. What they were stays where that
/// fails.
fn know(service: &Service<'_>, crowd: &Crowd) {
    let known = catch_unwind(AssertUnwindSafe(|| service.desks.accounts()));
    if let Ok(Ok(accounts)) = known {
        crowd.know(accounts.iter().filter_map(|name| uid_of(name)).collect());
    }
}

fn accept<'scope>(
    service: &'scope Service<'_>,
    scope: &'scope thread::Scope<'scope, '_>,
    crowd: &'scope Crowd,
    chores: &Thread,
) -> Result<()> {
    let mut quiet_since = Instant::now();
    loop {
        let wait = match service.idle {
            None => PollTimeout::NONE,
            Some(idle) => {
                let left = idle.saturating_sub(quiet_since.elapsed());
                let left = left.max(Duration::from_millis(20)).min(ROUND);
                PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO)
            }
        };
        let mut ends = [
            PollFd::new(service.listener.as_fd(), PollFlags::POLLIN),
            PollFd::new(service.end.as_fd(), PollFlags::POLLIN),
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
                    receive(service, scope, crowd, (stream, chores.clone()));
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // Too many files are open, for a moment.
                    (service.say)(&format!("nobody can be received: {error}"));
                    thread::sleep(Duration::from_millis(50));
                    break;
                }
            }
        }
        if !crowd.is_empty() {
            quiet_since = Instant::now();
        }
        if service
            .idle
            .is_some_and(|idle| quiet_since.elapsed() >= idle)
        {
            (service.say)("nobody called for a while");
            return Ok(());
        }
    }
}

/// Gives a connection a thread of its own, if there is room for one more.
fn receive<'scope>(
    service: &'scope Service<'_>,
    scope: &'scope thread::Scope<'scope, '_>,
    crowd: &'scope Crowd,
    (stream, chores): (UnixStream, Thread),
) {
    let Ok(peer) = Peer::of(&stream) else {
        return; // gone already, or nobody the kernel knows
    };
    let entered = stream
        .set_nonblocking(false)
        .and_then(|()| stream.try_clone())
        .map(Arc::new)
        .map_err(|e| e.to_string())
        .and_then(|second| Ok((crowd.enter(peer.uid, Arc::clone(&second))?, second)));
    let (guest, second) = match entered {
        Ok(entered) => entered,
        Err(problem) => {
            refuse(stream, &Fault::BrokerBusy { problem });
            return;
        }
    };
    let thread = thread::Builder::new().spawn_scoped(scope, move || {
        let is_gone: IsGone = Arc::new(move || stream::is_gone(&second));
        let visitor = Visitor {
            peer: &peer,
            guest: &guest,
            is_gone,
        };
        let heard = catch_unwind(AssertUnwindSafe(|| attend(service, &visitor, stream)));
        let problem = match heard {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(_) => Some("a request failed badly".to_owned()),
        };
        if let Some(problem) = problem
            && (!guest.is_stranger() || crowd.may_be_told())
        {
            (service.say)(&format!("uid {}: {problem}", peer.uid));
        }
        drop(guest);
        if service.desks.has_chores() {
            chores.unpark();
        }
    });
    if let Err(error) = thread {
        (service.say)(&format!("nobody can be attended to: {error}"));
    }
}

fn refuse(stream: UnixStream, fault: &Fault) {
    let mut hearing = Hearing::new(Timed::until(stream, Duration::from_millis(100)));
    hearing.refuse(fault);
}

/// Whoever is attended to.
struct Visitor<'v> {
    peer: &'v Peer,
    guest: &'v Guest<'v>,
    is_gone: IsGone,
}

/// Hears one request and answers it.
fn attend(service: &Service<'_>, visitor: &Visitor<'_>, stream: UnixStream) -> Result<()> {
    let (peer, guest) = (visitor.peer, visitor.guest);
    let busy = |problem| Fault::BrokerBusy { problem };
    let mut hearing = Hearing::new(Timed::until(stream, TO_ASK));
    if !hearing.greet(|| service.desks.timezone())? {
        return Ok(());
    }
    let mut large = None;
    let heard = hearing.hear(|length| {
        if length > LARGE_REQUEST {
            large = Some(guest.enter_large().map_err(busy)?);
        }
        Ok(())
    });
    let asked = match heard {
        Ok(Some(asked)) => asked,
        Ok(None) => return Ok(()),
        Err(fault) => {
            hearing.refuse(&fault);
            return Err(fault);
        }
    };
    guest.has_asked();
    hearing.stream().be_patient(STALL, IN_ALL);
    let token = match asked.token() {
        Ok(token) => token,
        Err(fault) => {
            hearing.refuse(&fault);
            return Ok(());
        }
    };
    let account = peer.account();
    let caller = Caller {
        credential: Credential::of(token.as_deref(), &account),
        os_account: Some(account),
        login_uid: peer.login_uid(),
        ip_address: Some(peer.address()),
    };
    if guest.is_stranger() {
        let mut is_known = false;
        let mut ask = |desk: &Desk<'_>| is_known = lac_app::is_known(desk);
        // What fails here fails again when the request is run.
        let _ = service.desks.lend(&caller, None, &mut ask);
        if is_known {
            guest.is_known_now();
        }
    }
    let heavy = match asked
        .is_heavy()
        .then(|| guest.enter_heavy(&*visitor.is_gone))
    {
        None => None,
        Some(Ok(Some(heavy))) => Some(heavy),
        Some(Ok(None)) => return Ok(()),
        Some(Err(problem)) => {
            hearing.refuse(&busy(problem));
            return Ok(());
        }
    };
    let mut answered = Ok(None);
    let is_gone = Arc::clone(&visitor.is_gone);
    let lent = service.desks.lend(&caller, Some(is_gone), &mut |desk| {
        answered = hearing.answer(&asked, desk);
    });
    drop((large, heavy));
    if let Err(fault) = lent {
        // It is not the caller's fault, so whoever runs the broker hears it too.
        hearing.refuse(&fault);
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
