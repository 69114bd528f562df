//! Consent: modes, time limits and overrides.

mod limits;
mod modes;
mod overrides;

use serde_json::Value;

use crate::support::TestStore;

const SHOP: &str = "https://shop.example.com";
const MODE: &str = "lac/consent/mode";

/// Sets the mode at the default scope.
#[track_caller]
fn mode(store: &TestStore, mode: &str) {
    store.run_ok(&["config", "set", MODE, mode]);
}

/// The newest event of an action.
#[track_caller]
fn newest(store: &TestStore, action: &str) -> Value {
    let log = store.log_events();
    let found = log.iter().find(|event| event["action"] == action);
    found.cloned().expect("an event")
}

fn redeem(url: &str) -> [&str; 4] {
    ["redeem", url, "--audience", SHOP]
}
