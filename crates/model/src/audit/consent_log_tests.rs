use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn merchant(id: i64) -> CustomerId {
    CustomerId::merchant(id).unwrap()
}

fn local(n: i64) -> CustomerId {
    CustomerId::local(n).unwrap()
}

fn end(until: Option<i64>) -> Until {
    until.map_or(Until::Never, |at| Until::At(Timestamp::from_micros(at)))
}

fn row(granted: bool, seq: u64, until: Option<i64>) -> Consent {
    Consent {
        granted,
        seq: Some(seq),
        until: until.map(Timestamp::from_micros),
        ..Consent::default()
    }
}

const YES: Said = Said::Yes(Until::Never);

fn log_of(events: &[(CustomerId, Said)]) -> ConsentLog {
    let mut log = ConsentLog::default();
    for (seq, (customer, said)) in (1..).zip(events) {
        log.take(&Consented {
            seq,
            customer: *customer,
            said: *said,
        });
    }
    log
}

#[test]
fn a_removal_ends_what_the_removed_customer_had_said_and_nothing_else() {
    let (id, first, second) = (merchant(12), local(1), local(2));
    // Said as local:1, before the removal of another customer 12.
    let log = log_of(&[
        (first, YES),
        (id, Said::Gone),
        (first, Said::Renumbered(id)),
    ]);
    assert_eq!(log.difference(id, &[first], &row(true, 1, None), 0), None);
    // One customer 12 after another, both of whom were somebody before.
    let log = log_of(&[
        (first, YES),
        (second, YES),
        (first, Said::No),
        (first, Said::Renumbered(id)),
        (id, Said::Gone),
        (second, Said::Renumbered(id)),
    ]);
    let former = [first, second];
    assert_eq!(log.difference(id, &former, &row(true, 2, None), 0), None);
    assert_eq!(log.misused(id, &former, 2, None), None);
    for old in [1, 3] {
        let forged = row(old == 1, old, None);
        assert!(log.difference(id, &former, &forged, 0).is_some(), "{old}");
    }
}

#[test]
fn a_consent_ends_with_the_customer_whatever_their_id_was() {
    let (id, first) = (merchant(12), local(1));
    let log = log_of(&[
        (first, YES),
        (first, Said::Renumbered(id)),
        (id, Said::Gone),
    ]);
    let problem = log.difference(id, &[first], &row(true, 1, None), 0);
    assert_eq!(problem.as_deref(), Some("event 1 did not grant it so"));
    assert!(log.misused(id, &[first], 1, None).is_some());
    let silent = Consent::default();
    assert_eq!(log.difference(id, &[first], &silent, 0), None);
}

#[test]
fn a_former_id_proves_nothing_against_its_event() {
    let (first, mine, other) = (local(1), merchant(7), merchant(8));
    let log = log_of(&[(first, YES), (first, Said::Renumbered(mine))]);
    let consent = row(true, 1, None);
    assert_eq!(log.difference(mine, &[first], &consent, 0), None);
    assert!(log.difference(other, &[first], &consent, 0).is_some());
}

#[test]
fn a_no_that_came_with_a_former_id_is_no_silence() {
    let (first, id) = (local(1), merchant(7));
    let log = log_of(&[(first, Said::No), (first, Said::Renumbered(id))]);
    let silent = Consent::default();
    assert!(log.difference(id, &[first], &silent, 0).is_some());
    assert_eq!(log.difference(id, &[first], &silent, 1), None);
}

/// The former ids are those of today.
#[test]
fn a_login_before_two_customers_had_one_id_is_judged_by_what_was_said_then() {
    let (id, first) = (merchant(12), local(1));
    let log = log_of(&[(id, YES), (first, Said::No)]);
    assert_eq!(log.misused(id, &[first], 1, None), None);
}

#[test]
fn a_login_after_the_end_is_one_without_consent() {
    let id = merchant(7);
    let log = log_of(&[(id, Said::Yes(end(Some(10))))]);
    let at = |micros| Some(Timestamp::from_micros(micros));
    assert_eq!(log.misused(id, &[], 1, at(10)), None);
    assert!(log.misused(id, &[], 1, at(11)).is_some());
}

/// What may happen to customers: which one (of those there are), and how.
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

/// Customers' rows as the use cases keep them, and the events they record.
#[derive(Debug, Default)]
struct Customers {
    rows: BTreeMap<CustomerId, Consent>,
    former: Vec<(CustomerId, CustomerId)>,
    events: Vec<Consented>,
    locals: i64,
}

impl Customers {
    fn record(&mut self, customer: CustomerId, said: Said) -> u64 {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Consented {
            seq,
            customer,
            said,
        });
        seq
    }

    fn nth(&self, which: usize) -> Option<CustomerId> {
        let all = self.rows.keys().copied();
        all.cycle().take(self.rows.len() * 6).nth(which)
    }

    fn step(&mut self, step: &Step) {
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
                    let seq = self.record(id, Said::Yes(end(until)));
                    self.rows.insert(id, row(true, seq, until));
                }
            }
            Step::Revoke(which) => {
                if let Some(id) = self.nth(which) {
                    let seq = self.record(id, Said::No);
                    self.rows.insert(id, row(false, seq, None));
                }
            }
            Step::Remove(which) => {
                if let Some(id) = self.nth(which) {
                    self.rows.remove(&id);
                    self.record(id, Said::Gone);
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

    /// Where somebody has the id already, the more careful word of the two
    /// holds, as an import has it.
    fn renumber(&mut self, from: CustomerId, to: CustomerId) {
        let theirs = self.rows.remove(&from).unwrap_or_default();
        self.record(from, Said::Renumbered(to));
        self.former.push((from, to));
        let Some(mine) = self.rows.get(&to).cloned() else {
            self.rows.insert(to, theirs);
            return;
        };
        let kept = match (theirs.granted, theirs.seq) {
            (false, Some(_)) if mine.granted => {
                let seq = self.record(to, Said::No);
                row(false, seq, None)
            }
            (false, Some(_)) if mine.seq.is_none() => theirs,
            (true, _) if mine.granted && theirs.ends_before(&mine) => theirs,
            _ => mine,
        };
        self.rows.insert(to, kept);
    }

    fn former_of(&self, id: CustomerId) -> Vec<CustomerId> {
        let of = self.former.iter().filter(|(_, to)| *to == id);
        of.map(|(from, _)| *from).collect()
    }

    fn log(&self, tells_renumbering: bool) -> ConsentLog {
        let mut log = ConsentLog::default();
        for event in &self.events {
            if tells_renumbering || !matches!(event.said, Said::Renumbered(_)) {
                log.take(event);
            }
        }
        log
    }

    /// Every word that somebody's row may name, found without any shortcut:
    /// whose it is now, its seq and what was said.
    fn standing(&self) -> Vec<(CustomerId, u64, Said)> {
        let mut standing: Vec<(CustomerId, u64, Said)> = Vec::new();
        for event in &self.events {
            match event.said {
                Said::Yes(_) | Said::No => {
                    standing.retain(|(whose, ..)| *whose != event.customer);
                    standing.push((event.customer, event.seq, event.said));
                }
                Said::Gone => standing.retain(|(whose, ..)| *whose != event.customer),
                Said::Renumbered(to) => {
                    for word in &mut standing {
                        if word.0 == event.customer {
                            word.0 = to;
                        }
                    }
                }
                Said::Used { .. } => {}
            }
        }
        standing
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_row_that_came_about_rightly_differs(steps in steps(), tells in any::<bool>()) {
        let mut customers = Customers::default();
        for step in &steps {
            customers.step(step);
            let log = customers.log(tells);
            for (id, consent) in &customers.rows {
                let former = customers.former_of(*id);
                prop_assert_eq!(log.difference(*id, &former, consent, 0), None);
                if let (true, Some(seq)) = (consent.granted, consent.seq) {
                    prop_assert_eq!(log.misused(*id, &former, seq, None), None);
                }
            }
        }
    }

    #[test]
    fn a_row_may_name_what_counts_and_nothing_else(steps in steps()) {
        let mut customers = Customers::default();
        for step in &steps {
            customers.step(step);
        }
        let (log, standing) = (customers.log(true), customers.standing());
        for id in customers.rows.keys() {
            let former = customers.former_of(*id);
            for event in &customers.events {
                let Said::Yes(until) = event.said else { continue };
                let end = match until {
                    Until::At(at) => Some(at),
                    _ => None,
                };
                let is_theirs = standing.contains(&(*id, event.seq, event.said));
                let ends = |(whose, seq, said): &(CustomerId, u64, Said)| {
                    let shorter = match said {
                        Said::Yes(Until::Never) => false,
                        Said::Yes(Until::At(at)) => end.is_none_or(|end| *at < end),
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
                let problem = log.difference(*id, &former, &consent, 0);
                prop_assert_eq!(problem.is_none(), counts, "{:?} {:?}", event, problem);
                prop_assert_eq!(log.misused(*id, &former, event.seq, None).is_none(), counts);
            }
        }
    }
}
