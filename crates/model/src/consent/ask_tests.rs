use super::*;
use proptest::prelude::*;

const DAY: i64 = 24 * 60 * 60;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(second)
}

fn ask(state: AskState) -> ConsentAsk {
    ConsentAsk {
        id: ConsentAskId::from_bits([1; 8]),
        state,
        ask_seq: 1,
        customer_id: CustomerId::from_merchant(1).unwrap(),
        website_id: 1,
        admin_id: 1,
        admin: "alice".to_owned(),
        ticket: None,
        duration: AskDuration::default(),
        asked_at: at(0),
        expires_at: at(DAY),
        decided_at: None,
        storefront: None,
    }
}

#[test]
fn an_ask_is_open_for_a_day_and_not_before_it_was_made() {
    let open = ask(AskState::Open);
    let states = [-1, 0, DAY - 1, DAY].map(|second| open.state_at(at(second)));
    let expected = [
        AskState::Expired,
        AskState::Open,
        AskState::Open,
        AskState::Expired,
    ];
    assert_eq!(states, expected);
}

#[test]
fn a_duration_is_a_minute_to_thirty_days() {
    for (seconds, is_valid) in [
        (0, false),
        (59, false),
        (60, true),
        (30 * 86_400, true),
        (30 * 86_400 + 1, false),
    ] {
        assert_eq!(
            AskDuration::try_from(seconds).is_ok(),
            is_valid,
            "{seconds}"
        );
        let json = seconds.to_string();
        let parsed: Result<AskDuration, _> = serde_json::from_str(&json);
        assert_eq!(parsed.is_ok(), is_valid, "{json}");
    }
    assert_eq!(
        serde_json::to_string(&AskDuration::default()).unwrap(),
        "86400"
    );
}

#[test]
fn a_yes_never_shortens_consent() {
    let ask = ask(AskState::Open);
    let consent = |granted, until: Option<i64>| Consent {
        granted,
        until: until.map(at),
        ..Consent::default()
    };
    let end = |known: Consent| ask.extension_of(&known, at(10));
    let given = Some(at(10 + DAY));
    assert_eq!(end(consent(false, None)), given);
    assert_eq!(end(consent(true, Some(5))), given, "it has expired");
    assert_eq!(end(consent(true, Some(100))), given, "it ends sooner");
    assert_eq!(end(consent(true, Some(11 + DAY))), None);
    assert_eq!(end(consent(true, None)), None);
}

#[test]
fn three_asks_a_day() {
    let wait = |asked: &[i64], now| {
        wait_until_next_ask(&asked.iter().map(|s| at(*s)).collect::<Vec<_>>(), at(now))
    };
    assert_eq!(wait(&[0, 10], 20), None);
    assert_eq!(wait(&[0, 20, 10], 30), Some(at(DAY)));
    assert_eq!(wait(&[0, 10, 20], DAY), None, "the first is a day old");
    assert_eq!(wait(&[0, 10, 20, DAY], DAY), Some(at(DAY + 10)));
    // The clock was set back: the asks of later times count.
    assert_eq!(wait(&[100, 200, 300], 0), Some(at(100 + DAY)));
}

fn actions() -> impl Strategy<Value = Vec<(AskAction, i64)>> {
    let action = prop_oneof![
        Just(AskAction::Allow),
        Just(AskAction::Deny),
        Just(AskAction::Withdraw),
        Just(AskAction::Expire),
    ];
    proptest::collection::vec((action, 0..2 * DAY), 1..6)
}

proptest! {
    /// Of all that happens to an ask, the first thing counts.
    #[test]
    fn an_ask_is_closed_once(mut steps in actions()) {
        steps.sort_by_key(|(_, second)| *second);
        let mut ask = ask(AskState::Open);
        let mut closed: Option<AskState> = None;
        for (action, second) in steps {
            if let Ok(state) = ask.apply(action, at(second)) {
                let repeats = (closed, state) == (Some(AskState::Expired), AskState::Expired);
                prop_assert!(closed.is_none() || repeats, "{closed:?} -> {state:?}");
                ask.state = state;
                closed = Some(state);
            }
        }
    }

    /// After a no, a withdrawal or the end of its time, an ask gives nothing.
    #[test]
    fn a_closed_ask_is_never_allowed(second in 0..2 * DAY, which in 0usize..4) {
        let state = [AskState::Allowed, AskState::Denied, AskState::Expired, AskState::Withdrawn][which];
        prop_assert_eq!(ask(state).apply(AskAction::Allow, at(second)), Err(state));
    }

    #[test]
    fn no_day_has_more_than_three_asks(mut attempts in proptest::collection::vec(0..4 * DAY, 1..30)) {
        attempts.sort_unstable();
        let mut asked: Vec<Timestamp> = Vec::new();
        for now in attempts.into_iter().map(at) {
            if wait_until_next_ask(&asked, now).is_none() {
                asked.push(now);
            }
        }
        for window in asked.windows(MAX_ASKS_PER_PERIOD + 1) {
            let span = window[MAX_ASKS_PER_PERIOD].duration_since(window[0]);
            prop_assert!(span >= ASK_PERIOD);
        }
    }
}
