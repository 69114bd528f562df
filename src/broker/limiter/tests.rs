use std::sync::Arc;

use super::*;

/// Accounts that are neither root's nor the one that runs the tests.
const ONE: u32 = 100_001;
const OTHER: u32 = 100_002;
const MANY: std::ops::Range<u32> = 200_000..200_600;

fn stream() -> Arc<UnixStream> {
    Arc::new(UnixStream::pair().unwrap().0)
}

fn limiter_with_admins(uids: &[u32]) -> ConnectionLimiter {
    let limiter = ConnectionLimiter::default();
    limiter.set_admin_uids(uids.iter().copied().collect());
    limiter
}

#[test]
fn one_account_cannot_take_all_connections() {
    let limiter = limiter_with_admins(&[ONE, OTHER]);
    let one: Vec<_> = (0..MAX_PER_ACCOUNT)
        .map(|_| limiter.acquire(ONE, stream()).unwrap())
        .collect();
    assert!(limiter.acquire(ONE, stream()).is_err());
    let other = limiter.acquire(OTHER, stream()).unwrap();
    drop(one);
    assert!(limiter.acquire(ONE, stream()).is_ok(), "they left");
    assert!(!limiter.is_empty());
    drop(other);
    assert!(limiter.is_empty());
}

#[test]
fn unknown_accounts_leave_room_for_admins_and_root() {
    let limiter = limiter_with_admins(&[ONE]);
    let mut strangers: Vec<_> = (0..1000)
        .filter_map(|_| limiter.acquire(OTHER, stream()).ok())
        .collect();
    assert_eq!(strangers.len(), MAX_PER_UNKNOWN_ACCOUNT);
    for uid in MANY {
        strangers.iter().for_each(Slot::mark_requested);
        strangers.extend(limiter.acquire(uid, stream()));
    }
    assert_eq!(strangers.len(), MAX_UNKNOWN);
    for uid in [ONE, 0, nix::unistd::geteuid().as_raw()] {
        limiter.acquire(uid, stream()).unwrap();
    }
    strangers.clear();
    limiter.acquire(OTHER, stream()).unwrap();
}

#[test]
fn silent_unknown_connections_are_dropped_first() {
    let limiter = limiter_with_admins(&[]);
    let mut ends = Vec::new();
    let silent: Vec<_> = MANY
        .take(MAX_UNKNOWN)
        .map(|uid| {
            let (other, end) = UnixStream::pair().unwrap();
            ends.push(other);
            limiter.acquire(uid, Arc::new(end)).unwrap()
        })
        .collect();
    silent[0].mark_requested();
    let late = limiter.acquire(ONE, stream()).unwrap();
    let is_open = |end: &UnixStream| !crate::broker::timed_stream::is_disconnected(end);
    let open: Vec<bool> = ends.iter().map(is_open).collect();
    assert!(open[0], "it has asked");
    assert!(!open[1], "the oldest that had not");
    assert!(open[2..].iter().all(|open| *open));
    late.mark_requested();
    // Those that were hung up on are counted until they have left.
    let mut more: Vec<_> = (0..1000)
        .filter_map(|n| limiter.acquire(300_000 + n, stream()).ok())
        .collect();
    assert_eq!(1 + silent.len() + more.len(), 2 * MAX_UNKNOWN);
    more.clear();
    drop((silent, late));
    assert_eq!(limiter.lock().unknown, 0);
    assert!(limiter.lock().awaiting_request.is_empty());
}

#[test]
fn admin_users_leave_room_for_root() {
    let admins: Vec<u32> = MANY.collect();
    let limiter = limiter_with_admins(&admins);
    let here: Vec<_> = admins
        .iter()
        .filter_map(|uid| limiter.acquire(*uid, stream()).ok())
        .collect();
    assert_eq!(here.len(), MAX_CONNECTIONS - RESERVED_CONNECTIONS);
    limiter.acquire(0, stream()).unwrap();
}

#[test]
fn valid_token_makes_an_account_known() {
    let limiter = limiter_with_admins(&[]);
    let first = limiter.acquire(ONE, stream()).unwrap();
    assert!(first.is_unknown());
    first.mark_known();
    first.mark_known();
    assert_eq!(limiter.lock().unknown, 0);
    let more: Vec<_> = (1..MAX_PER_ACCOUNT)
        .map(|_| limiter.acquire(ONE, stream()).unwrap())
        .collect();
    let strangers: Vec<_> = MANY
        .take(MAX_UNKNOWN)
        .map(|uid| limiter.acquire(uid, stream()).unwrap())
        .collect();
    assert_eq!(limiter.lock().unknown, MAX_UNKNOWN);
    assert_eq!(
        limiter.lock().awaiting_request.len(),
        MAX_UNKNOWN,
        "no connection was dropped"
    );
    drop((first, more, strangers));
    assert_eq!(limiter.lock().unknown, 0);
    limiter.set_admin_uids(HashSet::new());
    assert!(
        !limiter.acquire(ONE, stream()).unwrap().is_unknown(),
        "for a while"
    );
}

#[test]
fn heavy_requests_wait_per_account() {
    let limiter = limiter_with_admins(&[ONE, OTHER]);
    let stays = || false;
    let slot = |uid| limiter.acquire(uid, stream()).unwrap();
    let (a, b, c, other) = (slot(ONE), slot(ONE), slot(ONE), slot(OTHER));
    let first = a.acquire_heavy(&stays).unwrap().unwrap();
    let second = b.acquire_heavy(&stays).unwrap().unwrap();
    assert!(other.acquire_heavy(&stays).unwrap().is_some());
    assert!(
        c.acquire_heavy(&|| true).unwrap().is_none(),
        "its caller has gone"
    );
    let asked = Cell::new(0);
    let ends_meanwhile = || {
        asked.set(asked.get() + 1);
        false
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            drop(first);
        });
        assert!(c.acquire_heavy(&ends_meanwhile).unwrap().is_some());
    });
    assert!(asked.get() > 0, "it waited");
    drop(second);
    // All strangers have one share.
    let (one, two) = (slot(300_001), slot(300_002));
    let running = one.acquire_heavy(&stays).unwrap();
    assert!(two.acquire_heavy(&|| true).unwrap().is_none());
    drop(running);
    let _large = one.acquire_large().unwrap();
    assert!(two.acquire_large().is_err());
    assert!(limiter.lock().heavy_requests.values().sum::<usize>() == 0);
}

#[test]
fn unknown_accounts_do_not_fill_the_system_log() {
    let limiter = ConnectionLimiter::default();
    let told = (0..10_000).filter(|_| limiter.may_log_unknown()).count();
    assert_eq!(told, MAX_LOG_LINES as usize);
}
