//! Filters alone, in pairs and in any combination.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;

use super::busy::{archive, shop};
use super::language::{Clause, Comparison, FLAGS, values};
use crate::log::{list, seqs};
use crate::support::TestStore;

/// Whether a flag has a `--not-…` form.
fn has_not(comparison: Comparison) -> bool {
    !matches!(
        comparison,
        Comparison::Contains(_) | Comparison::ContainsJson | Comparison::Since | Comparison::Until
    )
}

fn clause(at: usize, not: bool, values: Vec<String>) -> Clause {
    let (flag, comparison) = FLAGS[at];
    Clause {
        flag,
        comparison,
        not,
        values,
    }
}

fn args(command: &[&str], clauses: &[Clause]) -> Vec<String> {
    let words = command.iter().map(|word| (*word).to_owned());
    words.chain(clauses.iter().flat_map(Clause::args)).collect()
}

fn fitting(log: &[Value], clauses: &[Clause]) -> Vec<Value> {
    let fits = |event: &&Value| clauses.iter().all(|clause| clause.fits(event));
    log.iter().filter(fits).cloned().collect()
}

fn listed(store: &TestStore, clauses: &[Clause]) -> Vec<Value> {
    let args = args(&["log", "list", "-o", "json"], clauses);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    list(store.run(&args))
}

#[track_caller]
fn check(store: &TestStore, log: &[Value], clauses: &[Clause]) {
    let expected = fitting(log, clauses);
    let found = listed(store, clauses);
    assert_eq!(seqs(&found), seqs(&expected), "{clauses:?}");
    assert_eq!(found, expected);
}

/// Several values of a flag match any of them, several flags match all of them,
/// and a missing value matches neither a flag nor its `--not-…` form.
#[test]
fn every_filter_and_pair_of_filters_matches_a_recomputation() {
    let store = shop();
    let log = store.log_events();
    let mut each = Vec::new();
    for (at, (_, comparison)) in FLAGS.iter().enumerate() {
        let values = values(*comparison, &log);
        let nots = if has_not(*comparison) { 2 } else { 1 };
        for not in [false, true].into_iter().take(nots) {
            for value in &values {
                check(&store, &log, &[clause(at, not, vec![value.clone()])]);
            }
            let some = match comparison {
                Comparison::Since => vec!["2026-10-24".to_owned()],
                Comparison::Until => vec!["2026-10-26".to_owned()],
                _ => values.iter().step_by(2).take(3).cloned().collect(),
            };
            each.push(clause(at, not, some));
        }
    }
    for (at, one) in each.iter().enumerate() {
        check(&store, &log, std::slice::from_ref(one));
        for other in &each[at + 1..] {
            check(&store, &log, &[one.clone(), other.clone()]);
        }
    }
}

#[test]
fn any_combination_of_filters_matches_a_recomputation() {
    any_combination(&shop());
}

/// With most of the log in archives, the same events are found.
#[test]
fn any_combination_of_filters_finds_the_same_in_archives() {
    let store = shop();
    let log = store.log_events();
    archive(&store);
    let now = store.log_events();
    assert_eq!(now[now.len() - log.len()..], log);
    any_combination(&store);
}

/// Any filters with any values, as a list and as an export. An export is
/// recorded in the log: on stdout it contains its own event.
fn any_combination(store: &TestStore) {
    let log = store.log_events();
    let pools: Vec<Vec<String>> = FLAGS
        .iter()
        .map(|(_, comparison)| values(*comparison, &log))
        .collect();
    let flags: Vec<usize> = (0..FLAGS.len()).collect();
    let chosen = subsequence(flags, 1..5).prop_flat_map(|flags| {
        let values = prop::collection::vec(any::<Index>(), 1..4);
        flags
            .into_iter()
            .map(|flag| (Just(flag), prop::bool::weighted(0.3), values.clone()))
            .collect::<Vec<_>>()
    });
    let clauses = chosen.prop_map(|chosen| -> Vec<Clause> {
        let one = |(at, not, selected): (usize, bool, Vec<Index>)| {
            let comparison = FLAGS[at].1;
            let once = matches!(comparison, Comparison::Since | Comparison::Until);
            let selected = selected.iter().take(if once { 1 } else { 3 });
            let values = selected
                .map(|index| index.get(&pools[at]).clone())
                .collect();
            clause(at, not && has_not(comparison), values)
        };
        chosen.into_iter().map(one).collect()
    });
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(100)
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let checked = TestRunner::new_with_rng(config, rng).run(&clauses, |clauses| {
        let export = args(&["log", "export", "-", "--format", "jsonl"], &clauses);
        let export: Vec<&str> = export.iter().map(String::as_str).collect();
        let rows = store.run(&export).assert_succeeded().stdout;
        let rows: Result<Vec<Value>, _> = rows.lines().map(serde_json::from_str).collect();
        let mut rows = rows.map_err(|e| TestCaseError::fail(e.to_string()))?;
        rows.reverse();
        let expected = fitting(&store.log_events(), &clauses);
        prop_assert_eq!(seqs(&rows), seqs(&expected));
        prop_assert_eq!(&rows, &expected);
        prop_assert_eq!(listed(store, &clauses), expected);
        Ok(())
    });
    if let Err(failure) = checked {
        panic!("{failure}");
    }
}
