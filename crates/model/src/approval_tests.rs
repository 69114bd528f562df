use proptest::prelude::*;

use super::*;

const ACTIONS: [RequestAction; 4] = [
    RequestAction::Approve,
    RequestAction::Deny,
    RequestAction::Cancel,
    RequestAction::Use,
];

fn approval_request(state: RequestState, decided: Option<i64>) -> ApprovalRequest {
    ApprovalRequest {
        id: RequestId::from_bits([7; 8]),
        state,
        request_seq: 1,
        admin_id: 1,
        admin: "amy".to_owned(),
        customer_id: CustomerId::from_merchant(1).unwrap(),
        website_id: 1,
        store_view: "en".to_owned(),
        document: None,
        reason: None,
        ticket: None,
        causes: vec![ApprovalCause::Website],
        requested_at: Timestamp::from_micros(1_000),
        expires_at: Timestamp::from_micros(2_000),
        decided_at: decided.map(Timestamp::from_micros),
        decided_by_id: None,
        decided_by: None,
        decision_reason: None,
        session_id: None,
        read_only: false,
    }
}

#[test]
fn ids_have_sixteen_digits_and_six_are_enough() {
    let id = RequestId::from_bits([0, 0, 0, 0, 0, 0, 0, 0xab]);
    assert_eq!(id.as_str(), "00000000000000ab");
    assert!(!id.is_prefix());
    for (text, is) in [("00000", false), ("0000ab", true), ("0000AB", false)] {
        assert_eq!(RequestId::new(text).unwrap().is_prefix(), is, "{text}");
    }
}

#[test]
fn every_criterion_is_a_cause_and_none_means_no_approval() {
    let none = ApprovalCriteria {
        website_requires: false,
        vip_requires: true,
        customer_is_vip: false,
        approval_roles: &["night"],
        agent_role: Some("Night"),
        is_override: true,
    };
    assert_eq!(approval_causes(&none), []);
    let all = ApprovalCriteria {
        website_requires: true,
        customer_is_vip: true,
        agent_role: Some("night"),
        ..none
    };
    assert_eq!(approval_causes(&all), ApprovalCause::ALL);
    let off = ApprovalCriteria {
        vip_requires: false,
        is_override: false,
        ..all
    };
    assert_eq!(
        approval_causes(&off),
        [ApprovalCause::Website, ApprovalCause::Role]
    );
}

#[test]
fn with_a_clock_before_the_request_it_is_expired() {
    let pending = approval_request(RequestState::Pending, None);
    let approved = approval_request(RequestState::Approved, Some(1_500));
    let at = |request: &ApprovalRequest, t| request.state_at(Timestamp::from_micros(t));
    assert_eq!(at(&pending, 999), RequestState::Expired);
    assert_eq!(at(&pending, 1_000), RequestState::Pending);
    assert_eq!(at(&pending, 2_000), RequestState::Expired);
    assert_eq!(at(&approved, 1_499), RequestState::Expired);
    assert_eq!(at(&approved, 1_500), RequestState::Approved);
}

proptest! {
    /// Whatever is tried in whatever order: at most one decision, at most one
    /// use, no use without an approval, and a closed request stays closed.
    #[test]
    fn one_decision_and_one_use(steps in proptest::collection::vec(0_usize..4, 0..20)) {
        let (mut state, mut decisions, mut uses) = (RequestState::Pending, 0, 0);
        for step in steps.into_iter().map(|at| ACTIONS[at]) {
            let Some(next) = state.apply(step) else { continue };
            prop_assert!(state.is_open());
            decisions += usize::from(matches!(step, RequestAction::Approve | RequestAction::Deny));
            uses += usize::from(step == RequestAction::Use);
            prop_assert!(uses == 0 || (state == RequestState::Approved && decisions == 1));
            state = next;
        }
        prop_assert!(decisions <= 1 && uses <= 1);
    }

    #[test]
    fn no_action_is_possible_outside_its_time(now in 0_i64..4_000, at in 0_usize..4, approved: bool) {
        let request = if approved {
            approval_request(RequestState::Approved, Some(1_200))
        } else {
            approval_request(RequestState::Pending, None)
        };
        let begun = if approved { 1_200 } else { 1_000 };
        let stepped = request.apply(ACTIONS[at], Timestamp::from_micros(now));
        if (begun..2_000).contains(&now) {
            prop_assert_eq!(stepped.ok(), request.state.apply(ACTIONS[at]));
        } else {
            prop_assert_eq!(stepped, Err(RequestState::Expired));
        }
    }

    #[test]
    fn stored_states_are_read_back(at in 0_usize..6) {
        let state = RequestState::ALL[at];
        prop_assert_eq!(RequestState::from_stored(state.as_str()), Some(state));
    }
}
