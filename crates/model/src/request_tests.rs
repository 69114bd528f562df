use proptest::prelude::*;

use super::*;

const STEPS: [Step; 4] = [Step::Approve, Step::Deny, Step::Cancel, Step::Use];

fn request(state: RequestState, decided: Option<i64>) -> LoginRequest {
    LoginRequest {
        id: RequestId::from_bits([7; 8]),
        state,
        request_seq: 1,
        admin_id: 1,
        admin: "amy".to_owned(),
        customer_id: CustomerId::merchant(1).unwrap(),
        website_id: 1,
        store_view: "en".to_owned(),
        document: None,
        reason: None,
        ticket: None,
        causes: vec![Cause::Website],
        requested_at: Timestamp::from_micros(1_000),
        expires_at: Timestamp::from_micros(2_000),
        decided_at: decided.map(Timestamp::from_micros),
        decided_by_id: None,
        decided_by: None,
        decision_reason: None,
        session_id: None,
    }
}

#[test]
fn ids_are_sixteen_digits_and_six_are_a_beginning() {
    let id = RequestId::from_bits([0, 0, 0, 0, 0, 0, 0, 0xab]);
    assert_eq!(id.as_str(), "00000000000000ab");
    assert!(!id.is_beginning());
    for (text, is) in [("00000", false), ("0000ab", true), ("0000AB", false)] {
        assert_eq!(RequestId::new(text).unwrap().is_beginning(), is, "{text}");
    }
}

#[test]
fn every_mark_is_a_cause_and_none_is_none() {
    let none = Marks {
        website: false,
        vip_counts: true,
        customer_is_vip: false,
        roles: &["night"],
        role: Some("Night"),
        overrides: true,
    };
    assert_eq!(causes(&none), []);
    let all = Marks {
        website: true,
        customer_is_vip: true,
        role: Some("night"),
        ..none
    };
    assert_eq!(causes(&all), Cause::ALL);
    let off = Marks {
        vip_counts: false,
        overrides: false,
        ..all
    };
    assert_eq!(causes(&off), [Cause::Website, Cause::Role]);
}

#[test]
fn a_clock_before_the_request_leaves_no_time() {
    let pending = request(RequestState::Pending, None);
    let approved = request(RequestState::Approved, Some(1_500));
    let at = |request: &LoginRequest, t| request.state_at(Timestamp::from_micros(t));
    assert_eq!(at(&pending, 999), RequestState::Expired);
    assert_eq!(at(&pending, 1_000), RequestState::Pending);
    assert_eq!(at(&pending, 2_000), RequestState::Expired);
    assert_eq!(at(&approved, 1_499), RequestState::Expired);
    assert_eq!(at(&approved, 1_500), RequestState::Approved);
}

proptest! {
    /// Whatever is tried in whatever order: at most one decision, at most one
    /// use, no use without an approval before it, and what is over stays so.
    #[test]
    fn one_decision_and_one_use(steps in proptest::collection::vec(0_usize..4, 0..20)) {
        let (mut state, mut decisions, mut uses) = (RequestState::Pending, 0, 0);
        for step in steps.into_iter().map(|at| STEPS[at]) {
            let Some(next) = state.after(step) else { continue };
            prop_assert!(state.is_open());
            decisions += usize::from(matches!(step, Step::Approve | Step::Deny));
            uses += usize::from(step == Step::Use);
            prop_assert!(uses == 0 || (state == RequestState::Approved && decisions == 1));
            state = next;
        }
        prop_assert!(decisions <= 1 && uses <= 1);
    }

    /// Nothing can be done outside of its time.
    #[test]
    fn nothing_happens_outside_of_its_time(now in 0_i64..4_000, at in 0_usize..4, approved: bool) {
        let request = if approved {
            request(RequestState::Approved, Some(1_200))
        } else {
            request(RequestState::Pending, None)
        };
        let begun = if approved { 1_200 } else { 1_000 };
        let stepped = request.stepped(STEPS[at], Timestamp::from_micros(now));
        if (begun..2_000).contains(&now) {
            prop_assert_eq!(stepped.ok(), request.state.after(STEPS[at]));
        } else {
            prop_assert_eq!(stepped, Err(RequestState::Expired));
        }
    }

    #[test]
    fn stored_words_come_back(at in 0_usize..6) {
        let state = RequestState::ALL[at];
        prop_assert_eq!(RequestState::from_stored(state.as_str()), Some(state));
    }
}
