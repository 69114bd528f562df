//! Whatever a storefront sends: a second time adds nothing, consents stay, and
//! so do the customers of other websites.

use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::support::{TestStore, json_str};

const EMAILS: &[&str] = &[
    "ada@example.com",
    "bob@example.com",
    "cleo@example.com",
    "DAN@example.com",
    "new@example.com",
    "eve@example.com",
];
const WEBSITES: &[&str] = &["base", "base", "base", "eu", "mars"];

fn any_row() -> impl Strategy<Value = Value> {
    let known = (
        1..12_u64,
        select(EMAILS),
        select(&["Ada Apple", "Al", "A B C", ""][..]),
        select(WEBSITES),
        select(&[None, Some("en"), Some("es"), Some("de")][..]),
        any::<bool>(),
        any::<bool>(),
    );
    let known = known.prop_map(|(id, email, name, website, view, active, confirmed)| {
        json!({"id": id, "email": email, "name": name, "website": website, "store_view": view,
               "active": active, "confirmed": confirmed})
    });
    let gone = (1..12_u64).prop_map(|id| json!({"id": id.to_string(), "deleted": true}));
    prop_oneof![6 => known, 1 => gone]
}

/// All customers by id.
fn customers(store: &TestStore) -> BTreeMap<String, Value> {
    let listed = store.run_json(&["customer", "list"]);
    let rows = listed.as_array().expect("a list").iter();
    rows.map(|row| (json_str(&row["id"]).to_owned(), row.clone()))
        .collect()
}

fn check(founded: &TestStore, token: &str, rows: &[Value]) -> Result<(), TestCaseError> {
    let store = founded.copy_store();
    let file = store.home().join("rows.json");
    fs::write(&file, json!(rows).to_string()).expect("a file");
    let file = file.display().to_string();
    let sync = || {
        let ran = store.run_as(token, &["sync", "customers", &file, "-o", "json"]);
        let answer = if ran.code == 0 {
            &ran.stdout
        } else {
            &ran.stderr
        };
        (
            ran.code,
            serde_json::from_str::<Value>(answer).expect("JSON"),
        )
    };
    let before = customers(&store);
    let (code, answer) = sync();
    let after = customers(&store);
    if code != 0 {
        // Two swap addresses, and one of them could not.
        prop_assert_eq!(json_str(&answer["error"]["code"]), "invalid_file");
        prop_assert_eq!(before, after);
        return Ok(());
    }
    for (id, customer) in &before {
        if customer["website"] == "eu" {
            prop_assert_eq!(after.get(id), Some(customer));
        }
    }
    for (id, customer) in &after {
        let consent = before
            .get(id)
            .map_or(json!("withheld"), |c| c["consent"].clone());
        prop_assert_eq!(&customer["consent"], &consent, "{}", id);
        if !before.contains_key(id) {
            prop_assert_eq!(&customer["website"], "base");
        }
    }
    let counted = ["created", "updated", "unchanged", "deleted"].map(|f| answer[f].as_u64());
    let counted: u64 = counted.into_iter().flatten().sum();
    let skipped = answer["skipped"].as_array().map_or(0, Vec::len) as u64;
    prop_assert_eq!(counted + skipped, rows.len() as u64);
    // The second time.
    let (code, again) = sync();
    prop_assert_eq!(code, 0, "{}", again);
    let changes = ["created", "updated", "deleted"].map(|f| again[f].as_u64());
    prop_assert_eq!(changes, [Some(0); 3], "{}", again);
    prop_assert_eq!(customers(&store), after);
    store.run_ok(&["log", "verify"]);
    Ok(())
}

#[test]
fn a_sync_is_idempotent_and_keeps_to_its_websites() {
    let store = TestStore::with_sample_data();
    let made = store.run_json(&["storefront", "add", "shop", "--website", "base", "--sync"]);
    let token = json_str(&made["token"]);
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let batches = prop::collection::vec(any_row(), 1..10);
    runner
        .run(&batches, |rows| check(&store, token, &rows))
        .expect("every batch");
}
