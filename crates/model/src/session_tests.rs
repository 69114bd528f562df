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
        read_only: false,
        storefront_id: None,
        idle_timeout: None,
        seen_at: None,
        browser: Browser::default(),
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

#[test]
fn a_session_that_nobody_checks_runs_out() {
    let mut open = session(SessionState::Active, [0, 10, 5, 1000].map(|s| s * SECOND));
    open.idle_timeout = Some(60);
    let at = |open: &Session, second: i64| open.expiry_at(Timestamp::from_seconds(second));
    let idle = |second| {
        Some(Expiry {
            at: Timestamp::from_seconds(second),
            cause: EndCause::Idle,
        })
    };
    assert_eq!(at(&open, 64), None);
    assert_eq!(at(&open, 65), idle(65), "the redemption counts as seen");
    assert_eq!(
        at(&open, 900),
        idle(65),
        "the end is when its time was over"
    );
    assert!(!open.is_activity_due(Timestamp::from_seconds(10)));
    assert!(open.is_activity_due(Timestamp::from_seconds(11)));
    assert!(
        !open.is_activity_due(Timestamp::from_seconds(65)),
        "too late"
    );
    open.seen_at = Some(Timestamp::from_seconds(64));
    assert_eq!((at(&open, 123), at(&open, 124)), (None, idle(124)));
    open.seen_at = Some(Timestamp::from_seconds(990));
    let over = at(&open, 1000).expect("it is over");
    assert_eq!(
        over.cause,
        EndCause::DurationOver,
        "a check makes none longer"
    );
    open.end_cause = Some(EndCause::ConsentExpired);
    open.seen_at = None;
    assert_eq!(
        at(&open, 65),
        idle(65),
        "a planned end is no reason for an earlier one"
    );
}

#[test]
fn only_the_strictest_rule_refuses_to_write() {
    use ReadOnlyRule as Rule;
    for (rule, asked, read_only) in [
        (Rule::Allowed, None, Ok(false)),
        (Rule::Allowed, Some(true), Ok(true)),
        (Rule::Allowed, Some(false), Ok(false)),
        (Rule::Default, None, Ok(true)),
        (Rule::Default, Some(false), Ok(false)),
        (Rule::Always, None, Ok(true)),
        (Rule::Always, Some(true), Ok(true)),
        (Rule::Always, Some(false), Err(Fault::ReadOnlyRequired)),
    ] {
        assert_eq!(rule.decide(asked), read_only, "{rule:?} {asked:?}");
    }
    assert_eq!(Rule::from_config(Some("?")), Rule::Always);
}

#[test]
fn an_address_has_one_form() {
    for (given, form) in [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
    ] {
        assert_eq!(given.parse::<ClientIp>().unwrap().to_string(), form);
    }
    for bad in [
        "",
        "192.0.2",
        "192.0.2.7:80",
        "fe80::1%eth0",
        "unknown",
        " ::1",
    ] {
        assert_eq!(bad.parse::<ClientIp>(), Err(InvalidClientIp), "{bad:?}");
    }
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
