use proptest::prelude::*;

use super::*;

fn session(state: SessionState, times: [i64; 4]) -> Session {
    let [issued_at, expires_at, redeemed_at, ends_at] = times.map(Timestamp::from_micros);
    let redeemed = state != SessionState::Issued;
    Session {
        id: SessionId::new("0123456789abcdef0123456789abcdef").unwrap(),
        state,
        admin_id: 1,
        admin: "anna".to_owned(),
        customer_id: CustomerId::from_merchant(1).expect("an id"),
        website_id: 1,
        store_view_id: 1,
        document: None,
        ticket: None,
        issue_seq: 1,
        issued_at,
        expires_at,
        redeemed_at: redeemed.then_some(redeemed_at),
        redeemed_by: None,
        ends_at: redeemed.then_some(ends_at),
        ended_at: None,
        end_cause: None,
        key_id: None,
        is_override: false,
        request_id: None,
    }
}

const SECOND: i64 = 1_000_000;

#[test]
fn a_clock_may_go_back_a_little() {
    let now = 1_000 * SECOND;
    let link = session(SessionState::Issued, [now, now + 60 * SECOND, 0, 0]);
    let at = |seconds: i64| link.state_at(Timestamp::from_micros(now + seconds * SECOND));
    assert_eq!(at(-6), SessionState::Expired);
    assert_eq!(at(-5), SessionState::Issued);
    assert_eq!(at(59), SessionState::Issued);
    assert_eq!(at(60), SessionState::Expired);
}

#[test]
fn the_cause_that_shortened_a_session_is_why_it_ended() {
    let mut open = session(SessionState::Active, [0, 10, 5, 20]);
    let over = |open: &Session| {
        open.expiry_at(Timestamp::from_micros(20))
            .map(|over| over.cause)
    };
    assert_eq!(over(&open), Some(EndCause::DurationOver));
    open.end_cause = Some(EndCause::ConsentExpired);
    assert_eq!(over(&open), Some(EndCause::ConsentExpired));
    open.ends_at = None;
    assert!(!open.state_at(Timestamp::from_micros(5)).is_open());
}

proptest! {
    /// Whatever the clock shows, an open session has lasted, by that clock, no
    /// longer than its duration plus the tolerance.
    #[test]
    fn no_clock_makes_a_session_last_longer(
        issued in 0..1_000_000 * SECOND,
        ttl in 1..600 * SECOND,
        duration in 60 * SECOND..86_400 * SECOND,
        now in -2_000_000 * SECOND..2_000_000 * SECOND,
        active: bool,
    ) {
        let state = if active { SessionState::Active } else { SessionState::Issued };
        let redeemed = issued + ttl / 2;
        let times = [issued, issued + ttl, redeemed, redeemed + duration];
        let open = session(state, times);
        let (began, longest) = if active { (redeemed, duration) } else { (issued, ttl) };
        let is_open = open.state_at(Timestamp::from_micros(now)).is_open();
        prop_assert_eq!(is_open, now >= began - 5 * SECOND && now < began + longest);
    }

    /// The end is when its time was over, not when that was noticed.
    #[test]
    fn an_expired_session_ended_when_its_time_was_over(now: i64, issued in 0..SECOND, ttl in 1..SECOND) {
        let link = session(SessionState::Issued, [issued, issued + ttl, 0, 0]);
        if let Some(over) = link.expiry_at(Timestamp::from_micros(now)) {
            prop_assert!(over.at >= link.issued_at && over.at <= link.expires_at);
        }
    }
}
