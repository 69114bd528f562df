use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn merchant(id: i64) -> CustomerId {
    CustomerId::from_merchant(id).unwrap()
}

fn local(n: i64) -> CustomerId {
    CustomerId::from_local(n).unwrap()
}

fn expiry(until: Option<i64>) -> ConsentExpiry {
    until.map_or(ConsentExpiry::Never, |at| {
        ConsentExpiry::At(Timestamp::from_micros(at))
    })
}

fn consent_row(granted: bool, seq: u64, until: Option<i64>) -> Consent {
    Consent {
        granted,
        seq: Some(seq),
        until: until.map(Timestamp::from_micros),
        ..Consent::default()
    }
}

const GRANTED: ConsentAction = ConsentAction::Granted(ConsentExpiry::Never);

fn build_log(events: &[(CustomerId, ConsentAction)]) -> ConsentLog {
    let mut log = ConsentLog::default();
    for (seq, (customer, change)) in (1..).zip(events) {
        log.apply(&ConsentEvent {
            seq,
            customer: *customer,
            action: *change,
        });
    }
    log
}

#[test]
fn a_removal_ends_the_consent_of_that_customer_only() {
    let (id, first, second) = (merchant(12), local(1), local(2));
    // Recorded under local:1, before another customer 12 was removed.
    let log = build_log(&[
        (first, GRANTED),
        (id, ConsentAction::CustomerRemoved),
        (first, ConsentAction::Renumbered(id)),
    ]);
    assert_eq!(
        log.find_difference(id, &[first], &consent_row(true, 1, None), 0),
        None
    );
    // Two customers had the id 12, one after the other, and both had a former
    // id.
    let log = build_log(&[
        (first, GRANTED),
        (second, GRANTED),
        (first, ConsentAction::Revoked),
        (first, ConsentAction::Renumbered(id)),
        (id, ConsentAction::CustomerRemoved),
        (second, ConsentAction::Renumbered(id)),
    ]);
    let former = [first, second];
    assert_eq!(
        log.find_difference(id, &former, &consent_row(true, 2, None), 0),
        None
    );
    assert_eq!(log.find_misuse(id, &former, 2, None), None);
    for old in [1, 3] {
        let forged = consent_row(old == 1, old, None);
        assert!(
            log.find_difference(id, &former, &forged, 0).is_some(),
            "{old}"
        );
    }
}

#[test]
fn a_consent_ends_with_the_customer_whatever_their_id_was() {
    let (id, first) = (merchant(12), local(1));
    let log = build_log(&[
        (first, GRANTED),
        (first, ConsentAction::Renumbered(id)),
        (id, ConsentAction::CustomerRemoved),
    ]);
    let problem = log.find_difference(id, &[first], &consent_row(true, 1, None), 0);
    assert_eq!(problem.as_deref(), Some("event 1 did not grant it so"));
    assert!(log.find_misuse(id, &[first], 1, None).is_some());
    let silent = Consent::default();
    assert_eq!(log.find_difference(id, &[first], &silent, 0), None);
}

#[test]
fn a_former_id_proves_nothing_against_its_event() {
    let (first, mine, other) = (local(1), merchant(7), merchant(8));
    let log = build_log(&[(first, GRANTED), (first, ConsentAction::Renumbered(mine))]);
    let consent = consent_row(true, 1, None);
    assert_eq!(log.find_difference(mine, &[first], &consent, 0), None);
    assert!(log.find_difference(other, &[first], &consent, 0).is_some());
}

#[test]
fn a_refusal_under_a_former_id_still_counts() {
    let (first, id) = (local(1), merchant(7));
    let log = build_log(&[
        (first, ConsentAction::Revoked),
        (first, ConsentAction::Renumbered(id)),
    ]);
    let silent = Consent::default();
    assert!(log.find_difference(id, &[first], &silent, 0).is_some());
    assert_eq!(log.find_difference(id, &[first], &silent, 1), None);
}

/// The former ids are the current ones.
#[test]
fn a_login_before_two_customers_became_one_is_judged_by_the_consent_at_that_time() {
    let (id, first) = (merchant(12), local(1));
    let log = build_log(&[(id, GRANTED), (first, ConsentAction::Revoked)]);
    assert_eq!(log.find_misuse(id, &[first], 1, None), None);
}

#[test]
fn a_login_after_the_end_is_one_without_consent() {
    let id = merchant(7);
    let log = build_log(&[(id, ConsentAction::Granted(expiry(Some(10))))]);
    let at = |micros| Some(Timestamp::from_micros(micros));
    assert_eq!(log.find_misuse(id, &[], 1, at(10)), None);
    assert!(log.find_misuse(id, &[], 1, at(11)).is_some());
}

/// What happens to the n-th customer.
#[derive(Debug, Clone)]
enum Step {
    AddLocal,
    Add(i64),
    Grant(usize, Option<i64>),
    Revoke(usize),
    Remove(usize),
    Renumber(usize, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = 0..6_usize;
    let id = 1..4_i64;
    let one = prop_oneof![
        2 => Just(Step::AddLocal),
        1 => id.clone().prop_map(Step::Add),
        3 => (which.clone(), proptest::option::of(1..4_i64))
            .prop_map(|(which, until)| Step::Grant(which, until)),
        2 => which.clone().prop_map(Step::Revoke),
        2 => which.clone().prop_map(Step::Remove),
        3 => (which, id).prop_map(|(which, id)| Step::Renumber(which, id)),
    ];
    proptest::collection::vec(one, 0..40)
}

/// The rows of customers as the use cases keep them, and the events that they
/// record.
#[derive(Debug, Default)]
struct Customers {
    rows: BTreeMap<CustomerId, Consent>,
    former: Vec<(CustomerId, CustomerId)>,
    events: Vec<ConsentEvent>,
    locals: i64,
}

impl Customers {
    fn record(&mut self, customer: CustomerId, change: ConsentAction) -> u64 {
        let seq = self.events.len() as u64 + 1;
        self.events.push(ConsentEvent {
            seq,
            customer,
            action: change,
        });
        seq
    }

    fn nth(&self, which: usize) -> Option<CustomerId> {
        let all = self.rows.keys().copied();
        all.cycle().take(self.rows.len() * 6).nth(which)
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::AddLocal => {
                self.locals += 1;
                self.rows.insert(local(self.locals), Consent::default());
            }
            Step::Add(id) => {
                self.rows.entry(merchant(id)).or_default();
            }
            Step::Grant(which, until) => {
                if let Some(id) = self.nth(which) {
                    let seq = self.record(id, ConsentAction::Granted(expiry(until)));
                    self.rows.insert(id, consent_row(true, seq, until));
                }
            }
            Step::Revoke(which) => {
                if let Some(id) = self.nth(which) {
                    let seq = self.record(id, ConsentAction::Revoked);
                    self.rows.insert(id, consent_row(false, seq, None));
                }
            }
            Step::Remove(which) => {
                if let Some(id) = self.nth(which) {
                    self.rows.remove(&id);
                    self.record(id, ConsentAction::CustomerRemoved);
                }
            }
            Step::Renumber(which, id) => {
                let from = self.nth(which).filter(|from| from.is_local());
                if let Some(from) = from {
                    self.renumber(from, merchant(id));
                }
            }
        }
    }

    /// If a customer with the new id exists, the stricter consent of the two is
    /// kept, as an import does.
    fn renumber(&mut self, from: CustomerId, to: CustomerId) {
        let theirs = self.rows.remove(&from).unwrap_or_default();
        self.record(from, ConsentAction::Renumbered(to));
        self.former.push((from, to));
        let Some(mine) = self.rows.get(&to).cloned() else {
            self.rows.insert(to, theirs);
            return;
        };
        let kept = match (theirs.granted, theirs.seq) {
            (false, Some(_)) if mine.granted => {
                let seq = self.record(to, ConsentAction::Revoked);
                consent_row(false, seq, None)
            }
            (false, Some(_)) if mine.seq.is_none() => theirs,
            (true, _) if mine.granted && theirs.ends_before(&mine) => theirs,
            _ => mine,
        };
        self.rows.insert(to, kept);
    }

    fn former_ids(&self, id: CustomerId) -> Vec<CustomerId> {
        let of = self.former.iter().filter(|(_, to)| *to == id);
        of.map(|(from, _)| *from).collect()
    }

    fn log(&self, tells_renumbering: bool) -> ConsentLog {
        let mut log = ConsentLog::default();
        for event in &self.events {
            if tells_renumbering || !matches!(event.action, ConsentAction::Renumbered(_)) {
                log.apply(event);
            }
        }
        log
    }

    /// All entries that a row may refer to, found without shortcuts: the
    /// current id, the seq and what was recorded.
    fn effective_entries(&self) -> Vec<(CustomerId, u64, ConsentAction)> {
        let mut standing: Vec<(CustomerId, u64, ConsentAction)> = Vec::new();
        for event in &self.events {
            match event.action {
                ConsentAction::Granted(_) | ConsentAction::Revoked => {
                    standing.retain(|(whose, ..)| *whose != event.customer);
                    standing.push((event.customer, event.seq, event.action));
                }
                ConsentAction::CustomerRemoved => {
                    standing.retain(|(whose, ..)| *whose != event.customer);
                }
                ConsentAction::Renumbered(to) => {
                    for word in &mut standing {
                        if word.0 == event.customer {
                            word.0 = to;
                        }
                    }
                }
                ConsentAction::UsedByLogin { .. } => {}
            }
        }
        standing
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn rows_that_the_use_cases_made_agree_with_the_log(steps in steps(), tells in any::<bool>()) {
        let mut customers = Customers::default();
        for step in &steps {
            customers.apply(step);
            let log = customers.log(tells);
            for (id, consent) in &customers.rows {
                let former = customers.former_ids(*id);
                prop_assert_eq!(log.find_difference(*id, &former, consent, 0), None);
                if let (true, Some(seq)) = (consent.granted, consent.seq) {
                    prop_assert_eq!(log.find_misuse(*id, &former, seq, None), None);
                }
            }
        }
    }

    #[test]
    fn a_row_may_name_a_valid_entry_and_no_other(steps in steps()) {
        let mut customers = Customers::default();
        for step in &steps {
            customers.apply(step);
        }
        let (log, standing) = (customers.log(true), customers.effective_entries());
        for id in customers.rows.keys() {
            let former = customers.former_ids(*id);
            for event in &customers.events {
                let ConsentAction::Granted(until) = event.action else { continue };
                let end = match until {
                    ConsentExpiry::At(at) => Some(at),
                    _ => None,
                };
                let is_theirs = standing.contains(&(*id, event.seq, event.action));
                let ends = |(whose, seq, change): &(CustomerId, u64, ConsentAction)| {
                    let shorter = match change {
                        ConsentAction::Granted(ConsentExpiry::Never) => false,
                        ConsentAction::Granted(ConsentExpiry::At(at)) => end.is_none_or(|end| *at < end),
                        _ => true,
                    };
                    whose == id && *seq > event.seq && shorter
                };
                let counts = is_theirs && !standing.iter().any(ends);
                let consent = Consent {
                    granted: true,
                    seq: Some(event.seq),
                    until: end,
                    ..Consent::default()
                };
                let problem = log.find_difference(*id, &former, &consent, 0);
                prop_assert_eq!(problem.is_none(), counts, "{:?} {:?}", event, problem);
                prop_assert_eq!(log.find_misuse(*id, &former, event.seq, None).is_none(), counts);
            }
        }
    }
}
