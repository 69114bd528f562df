//! Reports are sent again until they are answered, so what the log has must not
//! depend on how often or in which groups they came.

use std::cell::Cell;
use std::collections::BTreeMap;

use lac_app::login::sessions::{SessionReport, SessionReported};
use lac_app::{Caller, Credential};
use lac_model::fault::Fault;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::support::{InProcessStore, StorefrontFixture};

/// Id and content of each action of a report.
type Report = Vec<(u8, u8)>;

/// What a report has to lead to: the new content, how much was recorded and
/// known, or a conflict.
fn expected(
    known: &BTreeMap<u8, u8>,
    report: &Report,
) -> Option<(BTreeMap<u8, u8>, SessionReported)> {
    let mut after = known.clone();
    let mut repeated = 0;
    for (id, content) in report {
        match after.insert(*id, *content) {
            None => {}
            Some(same) if same == *content => repeated += 1,
            Some(_) => return None,
        }
    }
    let recorded = (after.len() - known.len()) as u64;
    let known = repeated;
    Some((after, SessionReported { recorded, known }))
}

fn request(session: &str, case: u32, report: &Report) -> SessionReport {
    let action = |(id, content): &(u8, u8)| {
        json!({"id": format!("{case}:{id}"), "action": "cart_changed",
               "summary": format!("content {content}")})
    };
    let actions: Vec<Value> = report.iter().map(action).collect();
    serde_json::from_value(json!({"id": session, "actions": actions})).expect("a request")
}

#[test]
fn whatever_is_sent_again_the_log_has_it_once() {
    let shop = StorefrontFixture::new();
    let ann = shop.store.create_agent("ann");
    let token = shop.issue_link(&ann, &["1"]);
    let session = shop.redeem(&token, "https://shop.example.com");
    let caller = Caller {
        credential: Credential::from_token_or_account(Some(&shop.storefront), ""),
        os_account: None,
        login_uid: None,
        ip_address: None,
    };
    let store = InProcessStore::new(&shop.store);
    let (case, total) = (Cell::new(0), Cell::new(0));
    let report = prop::collection::vec((0..6_u8, 0..2_u8), 1..5);
    let seed = [11; 32];
    let config = Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let reports = prop::collection::vec(report, 1..8);
    let ran = runner.run(&reports, |reports: Vec<Report>| {
        case.set(case.get() + 1);
        let mut known = BTreeMap::new();
        for report in &reports {
            let request = request(&session, case.get(), report);
            let answer = store.run_as(&caller, |context| request.run(context));
            match expected(&known, report) {
                Some((after, reported)) => {
                    prop_assert_eq!(answer, Ok(reported));
                    known = after;
                }
                None => {
                    prop_assert_eq!(answer.as_ref().map_err(Fault::code), Err("action_conflict"));
                }
            }
        }
        total.set(total.get() + known.len());
        Ok(())
    });
    assert_eq!(ran, Ok(()));
    let recorded = shop
        .store
        .run_json(&["log", "list", "--action", "cart_changed"]);
    assert_eq!(recorded.as_array().map(Vec::len), Some(total.get()));
}
