//! The modes opt-in, opt-out and mandatory.

use serde_json::{Value, json};

use super::{MODE, mode, newest, redeem};
use crate::support::{TestStore, json_str, rest_customer, rest_page};

#[test]
fn opt_in_is_the_default_and_requires_consent() {
    let store = TestStore::with_sample_data();
    assert_eq!(store.run_ok(&["config", "get", MODE]).trim(), "opt-in");
    store.run_failing(&["config", "set", MODE, "never"], "invalid_value", 2);
    store.run_failing(&["login", "2"], "consent_withheld", 5);
    store.login(&["1"]);
    let basis = &newest(&store, "issue")["consent"];
    assert_eq!(basis["mode"], "opt-in");
    assert_eq!(basis["source"], "import");
    let keys: Vec<&String> = basis.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["mode", "seq", "source"], "as it always was");
}

#[test]
fn opt_out_allows_logins_until_consent_is_withdrawn() {
    let store = TestStore::with_sample_data();
    store.import(
        "customers",
        &rest_page(&[rest_customer(
            8,
            "gwen@example.com",
            ("Gwen", "Grape"),
            (1, 1),
            0,
        )]),
    );
    store.run_failing(&["login", "8"], "consent_withheld", 5);
    mode(&store, "opt-out");
    store.login(&["8"]);
    let basis = &newest(&store, "issue")["consent"];
    assert_eq!(
        basis,
        &json!({"mode": "opt-out", "source": null, "seq": null})
    );
    let shown = store.run_json(&["consent", "show", "8"]);
    assert_eq!(
        (&shown["mode"], &shown["allowed"]),
        (&json!("opt-out"), &json!(true))
    );
    // An imported refusal has the same effect.
    store.run_failing(&["login", "2"], "consent_withheld", 5);
    // The first refusal is a change, and ends the session that relied on
    // silence.
    let revoked = store.run_json(&["consent", "revoke", "8"]);
    assert_eq!(
        (&revoked[0]["changed"], &revoked[0]["sessions_ended"]),
        (&json!(true), &json!(1))
    );
    store.run_failing(&["login", "8"], "consent_withheld", 5);
    assert_eq!(
        store.run_json(&["consent", "revoke", "8"])[0]["changed"],
        false
    );
    // If consent was given, it is shown.
    store.run_ok(&["consent", "grant", "8"]);
    let granted = newest(&store, "grant")["seq"].clone();
    store.login(&["8"]);
    assert_eq!(newest(&store, "issue")["consent"]["seq"], granted);
}

#[test]
fn in_opt_out_mode_an_imported_first_refusal_is_recorded() {
    let store = TestStore::with_sample_data();
    mode(&store, "opt-out");
    let gwen = |consent| {
        rest_page(&[rest_customer(
            8,
            "gwen@example.com",
            ("Gwen", "Grape"),
            (1, 1),
            consent,
        )])
    };
    store.import("customers", &gwen(0));
    let url = store.login_url(&["8"]);
    let imported = store.import("customers", &gwen(1));
    assert_eq!(imported["consents"]["revoked"], 1);
    assert_eq!(imported["sessions_ended"], 1);
    assert_eq!(newest(&store, "revoke")["details"]["source"], "import");
    store.run_failing(&redeem(&url), "consent_withheld", 5);
    assert_eq!(
        store.import("customers", &gwen(1))["consents"]["revoked"],
        0
    );
}

#[test]
fn mandatory_mode_ignores_consent() {
    let store = TestStore::with_sample_data();
    mode(&store, "mandatory");
    let url = store.login_url(&["2"]);
    let basis = &newest(&store, "issue")["consent"];
    assert_eq!(
        basis,
        &json!({"mode": "mandatory", "source": null, "seq": null})
    );
    // A refusal is recorded and has no effect.
    store.run_ok(&["consent", "revoke", "1"]);
    store.run_json(&redeem(&url));
    store.run_ok(&["consent", "grant", "2"]);
    let revoked = store.run_json(&["consent", "revoke", "2"]);
    assert_eq!(revoked[0]["sessions_ended"], 0);
    assert_eq!(store.run_json(&["session", "list"])[0]["state"], "active");
}

#[test]
fn the_customers_own_website_decides_the_mode() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["consent", "revoke", "1", "3"]);
    store.run_ok(&["config", "set", MODE, "mandatory", "--scope", "website:eu"]);
    store.login(&["3"]);
    store.run_failing(&["login", "1"], "consent_withheld", 5);
    // Also if the login goes to a website that does not require consent.
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    store.run_failing(&["login", "1", "--store-view", "de"], "consent_withheld", 5);
    store.login(&["3", "--store-view", "en"]);
    let wrong = ["config", "set", MODE, "opt-out", "--scope", "store-view:de"];
    store.run_failing(&wrong, "scope_not_allowed", 2);
}

#[test]
fn changing_the_mode_ends_sessions_that_lack_consent() {
    let store = TestStore::with_sample_data();
    mode(&store, "mandatory");
    let ben = store.create_agent("ben");
    store.run_as(&ben, &["login", "1"]).assert_succeeded();
    let url = store.login_url(&["2"]);
    let cleo = store.create_agent("cara");
    store.run_as(&cleo, &["login", "5"]).assert_succeeded();
    store.run_ok(&["consent", "revoke", "5"]);
    // Only on the changed website.
    store.run_ok(&["config", "set", MODE, "opt-in", "--scope", "website:base"]);
    let end = newest(&store, "end");
    assert_eq!(
        (
            json_str(&end["customer_id"]),
            json_str(&end["details"]["cause"])
        ),
        ("2", "consent_withdrawn")
    );
    store.run_failing(&redeem(&url), "consent_withheld", 5);
    let open = |store: &TestStore| -> Vec<Value> {
        let list = store.run_json(&["session", "list", "--state", "issued"]);
        list.as_array().expect("a list").clone()
    };
    assert_eq!(open(&store).len(), 2, "Ada said yes, and eu does not ask");
    store.run_ok(&["config", "unset", MODE]);
    assert_eq!(open(&store).len(), 1);
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_login_on_consent_the_agent_granted_is_marked() {
    let store = TestStore::with_sample_data();
    let ben =
        store.create_user_with_resources("ben", &["login_button", "allow_shopping_assistance"]);
    store
        .run_as(&ben, &["consent", "grant", "2"])
        .assert_succeeded();
    store.run_as(&ben, &["login", "2"]).assert_succeeded();
    assert_eq!(newest(&store, "issue")["consent"]["self_granted"], true);
    store.login(&["2"]);
    assert_eq!(
        newest(&store, "issue")["consent"]["self_granted"],
        Value::Null
    );
    let report = store.run_json(&["log", "report"]);
    assert_eq!(
        report["own_consent"]["rows"].as_array().map(Vec::len),
        Some(1)
    );
    // A new user with the same name did not grant it.
    store.run_ok(&["user", "delete", "ben", "--yes"]);
    store.clock.set("2026-10-05T12:00:01.000000Z");
    let other = store.create_user("ben", "bens");
    store.run_as(&other, &["login", "2"]).assert_succeeded();
    assert_eq!(
        newest(&store, "issue")["consent"]["self_granted"],
        Value::Null
    );
    store.run_ok(&["log", "verify"]);
}
