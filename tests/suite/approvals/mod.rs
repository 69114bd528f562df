//! Logins that need a second person's approval.

mod concurrency;
mod customers;
mod rules;
mod wait;

use serde_json::Value;

use crate::support::{CommandOutput, TestStore, json_str};

/// A store where every login needs approval, with the people involved.
pub(crate) struct ApprovalFixture {
    pub store: TestStore,
    /// A token of an agent who may log in.
    pub amy: String,
    /// A token of a user who may approve.
    pub lea: String,
}

impl ApprovalFixture {
    pub(crate) fn new() -> Self {
        let store = TestStore::with_sample_data();
        store.run_ok(&["config", "set", "lac/approval/required", "yes"]);
        let amy = store.create_agent("amy");
        let lea = store.create_user_with_resources("lea", &["login_button", "Lac::approve"]);
        Self { store, amy, lea }
    }

    /// Makes a request as Amy; returns the JSON output.
    #[track_caller]
    pub(crate) fn request(&self, args: &[&str]) -> Value {
        let mut all = vec!["login"];
        all.extend(args);
        all.extend(["--request", "-o", "json"]);
        json(&self.as_amy(&all))
    }

    /// Makes a request as Amy; returns its id.
    #[track_caller]
    pub(crate) fn request_id(&self, args: &[&str]) -> String {
        json_str(&self.request(args)["id"]).to_owned()
    }

    pub(crate) fn as_amy(&self, args: &[&str]) -> CommandOutput {
        self.store.run_as(&self.amy, args)
    }

    pub(crate) fn as_lea(&self, args: &[&str]) -> CommandOutput {
        self.store.run_as(&self.lea, args)
    }

    #[track_caller]
    pub(crate) fn approve(&self, id: &str) -> Value {
        json(&self.as_lea(&["request", "approve", id, "-o", "json"]))
    }

    #[track_caller]
    pub(crate) fn state(&self, id: &str) -> String {
        let shown = self.store.run_json(&["request", "show", id]);
        json_str(&shown["state"]).to_owned()
    }

    /// The newest event of that action.
    #[track_caller]
    pub(crate) fn event(&self, action: &str) -> Value {
        let found = self.store.run_json(&["log", "list", "--action", action]);
        found[0].clone()
    }
}

#[track_caller]
pub(crate) fn json(ran: &CommandOutput) -> Value {
    assert_eq!(ran.code, 0, "{ran:#?}");
    serde_json::from_str(&ran.stdout).expect("JSON")
}
