//! Consent: modes, time limits and overrides.

mod asks;
mod limits;
mod modes;
mod overrides;
mod own;
mod visits;
mod waiting;

use serde_json::Value;

use crate::support::{CommandOutput, TestStore, json_str};

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

/// A storefront on both websites that may pass on consent, and a run with its
/// token that must succeed.
struct Shop {
    token: String,
}

impl Shop {
    #[track_caller]
    fn add(store: &TestStore) -> Self {
        let added = store.run_json(&[
            "storefront",
            "add",
            "shop",
            "--website",
            "base",
            "eu",
            "--consent",
        ]);
        Self {
            token: json_str(&added["token"]).to_owned(),
        }
    }

    fn run(&self, store: &TestStore, args: &[&str]) -> CommandOutput {
        store.run_as(&self.token, &[args, &["-o", "json"]].concat())
    }

    #[track_caller]
    fn json(&self, store: &TestStore, args: &[&str]) -> Value {
        let ran = self.run(store, args).assert_succeeded();
        serde_json::from_str(&ran.stdout).expect("JSON")
    }
}

fn redeem(url: &str) -> [&str; 4] {
    ["redeem", url, "--audience", SHOP]
}
