use std::sync::Arc;

use super::*;

/// Accounts that are neither root's nor the one that runs the tests.
const ONE: u32 = 100_001;
const OTHER: u32 = 100_002;
const MANY: std::ops::Range<u32> = 200_000..200_600;

fn stream() -> Arc<UnixStream> {
    Arc::new(UnixStream::pair().unwrap().0)
}

fn knowing(uids: &[u32]) -> Crowd {
    let crowd = Crowd::default();
    crowd.know(uids.iter().copied().collect());
    crowd
}

#[test]
fn one_account_never_fills_the_room() {
    let crowd = knowing(&[ONE, OTHER]);
    let one: Vec<_> = (0..MOST_OF_ONE)
        .map(|_| crowd.enter(ONE, stream()).unwrap())
        .collect();
    assert!(crowd.enter(ONE, stream()).is_err());
    let other = crowd.enter(OTHER, stream()).unwrap();
    drop(one);
    assert!(crowd.enter(ONE, stream()).is_ok(), "they left");
    assert!(!crowd.is_empty());
    drop(other);
    assert!(crowd.is_empty());
}

#[test]
fn strangers_leave_room_for_admin_users_and_root() {
    let crowd = knowing(&[ONE]);
    let mut strangers: Vec<_> = (0..1000)
        .filter_map(|_| crowd.enter(OTHER, stream()).ok())
        .collect();
    assert_eq!(strangers.len(), MOST_OF_STRANGER);
    for uid in MANY {
        strangers.iter().for_each(Guest::has_asked);
        strangers.extend(crowd.enter(uid, stream()));
    }
    assert_eq!(strangers.len(), MOST_STRANGERS);
    for uid in [ONE, 0, nix::unistd::geteuid().as_raw()] {
        crowd.enter(uid, stream()).unwrap();
    }
    strangers.clear();
    crowd.enter(OTHER, stream()).unwrap();
}

#[test]
fn strangers_that_say_nothing_keep_no_other_out() {
    let crowd = knowing(&[]);
    let mut ends = Vec::new();
    let silent: Vec<_> = MANY
        .take(MOST_STRANGERS)
        .map(|uid| {
            let (other, end) = UnixStream::pair().unwrap();
            ends.push(other);
            crowd.enter(uid, Arc::new(end)).unwrap()
        })
        .collect();
    silent[0].has_asked();
    let late = crowd.enter(ONE, stream()).unwrap();
    let is_open = |end: &UnixStream| !crate::broker::stream::is_gone(end);
    let open: Vec<bool> = ends.iter().map(is_open).collect();
    assert!(open[0], "it has asked");
    assert!(!open[1], "the oldest that had not");
    assert!(open[2..].iter().all(|open| *open));
    late.has_asked();
    // Those that were hung up on are counted until they have left.
    let mut more: Vec<_> = (0..1000)
        .filter_map(|n| crowd.enter(300_000 + n, stream()).ok())
        .collect();
    assert_eq!(1 + silent.len() + more.len(), 2 * MOST_STRANGERS);
    more.clear();
    drop((silent, late));
    assert_eq!(crowd.guests().strangers, 0);
    assert!(crowd.guests().silent.is_empty());
}

#[test]
fn admin_users_leave_room_for_root() {
    let admins: Vec<u32> = MANY.collect();
    let crowd = knowing(&admins);
    let here: Vec<_> = admins
        .iter()
        .filter_map(|uid| crowd.enter(*uid, stream()).ok())
        .collect();
    assert_eq!(here.len(), MOST - RESERVED);
    crowd.enter(0, stream()).unwrap();
}

#[test]
fn who_shows_a_token_that_counts_is_no_stranger() {
    let crowd = knowing(&[]);
    let first = crowd.enter(ONE, stream()).unwrap();
    assert!(first.is_stranger());
    first.is_known_now();
    first.is_known_now();
    assert_eq!(crowd.guests().strangers, 0);
    let more: Vec<_> = (1..MOST_OF_ONE)
        .map(|_| crowd.enter(ONE, stream()).unwrap())
        .collect();
    let strangers: Vec<_> = MANY
        .take(MOST_STRANGERS)
        .map(|uid| crowd.enter(uid, stream()).unwrap())
        .collect();
    assert_eq!(crowd.guests().strangers, MOST_STRANGERS);
    assert_eq!(
        crowd.guests().silent.len(),
        MOST_STRANGERS,
        "nobody was hung up on"
    );
    drop((first, more, strangers));
    assert_eq!(crowd.guests().strangers, 0);
    crowd.know(HashSet::new());
    assert!(
        !crowd.enter(ONE, stream()).unwrap().is_stranger(),
        "for a while"
    );
}

#[test]
fn heavy_requests_of_one_wait_for_each_other_and_for_nobody_else() {
    let crowd = knowing(&[ONE, OTHER]);
    let stays = || false;
    let guest = |uid| crowd.enter(uid, stream()).unwrap();
    let (a, b, c, other) = (guest(ONE), guest(ONE), guest(ONE), guest(OTHER));
    let first = a.enter_heavy(&stays).unwrap().unwrap();
    let second = b.enter_heavy(&stays).unwrap().unwrap();
    assert!(other.enter_heavy(&stays).unwrap().is_some());
    assert!(
        c.enter_heavy(&|| true).unwrap().is_none(),
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
        assert!(c.enter_heavy(&ends_meanwhile).unwrap().is_some());
    });
    assert!(asked.get() > 0, "it waited");
    drop(second);
    // All strangers have one share.
    let (one, two) = (guest(300_001), guest(300_002));
    let running = one.enter_heavy(&stays).unwrap();
    assert!(two.enter_heavy(&|| true).unwrap().is_none());
    drop(running);
    let _large = one.enter_large().unwrap();
    assert!(two.enter_large().is_err());
    assert!(crowd.guests().heavy.values().sum::<usize>() == 0);
}

#[test]
fn strangers_do_not_fill_the_systems_log() {
    let crowd = Crowd::default();
    let told = (0..10_000).filter(|_| crowd.may_be_told()).count();
    assert_eq!(told, LINES as usize);
}
