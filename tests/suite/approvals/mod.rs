//! Logins that take a second person.

mod crowd;
mod customers;
mod rules;
mod wait;

use serde_json::Value;

use crate::support::{Ran, Store, text};

/// A shop where every login needs approval, with people who have to do with it.
pub struct Desk {
    pub store: Store,
    /// May log in.
    pub amy: String,
    /// May approve.
    pub lea: String,
}

impl Desk {
    pub fn new() -> Self {
        let store = Store::with_shop();
        store.ok(&["config", "set", "lac/approval/required", "yes"]);
        let amy = store.agent("amy");
        let lea = store.staff("lea", &["login_button", "Lac::approve"]);
        Self { store, amy, lea }
    }

    /// Amy's request; the JSON answer.
    #[track_caller]
    pub fn ask(&self, args: &[&str]) -> Value {
        let mut all = vec!["login"];
        all.extend(args);
        all.extend(["--request", "-o", "json"]);
        json(&self.as_amy(&all))
    }

    /// The id of such a request.
    #[track_caller]
    pub fn id(&self, args: &[&str]) -> String {
        text(&self.ask(args)["id"]).to_owned()
    }

    pub fn as_amy(&self, args: &[&str]) -> Ran {
        self.store.run_as(&self.amy, args)
    }

    pub fn as_lea(&self, args: &[&str]) -> Ran {
        self.store.run_as(&self.lea, args)
    }

    #[track_caller]
    pub fn approve(&self, id: &str) -> Value {
        json(&self.as_lea(&["request", "approve", id, "-o", "json"]))
    }

    #[track_caller]
    pub fn state(&self, id: &str) -> String {
        let shown = self.store.json(&["request", "show", id]);
        text(&shown["state"]).to_owned()
    }

    /// The newest event of that action.
    #[track_caller]
    pub fn event(&self, action: &str) -> Value {
        let found = self.store.json(&["log", "list", "--action", action]);
        found[0].clone()
    }
}

#[track_caller]
pub fn json(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{ran:#?}");
    serde_json::from_str(&ran.stdout).expect("JSON")
}
