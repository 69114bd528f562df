//! A customer's own consent, which a storefront passes on.

use serde_json::{Value, json};

use lac_app::shop::consent::{ConsentAskDecide, CustomerConsentSet};
use lac_model::fault::Fault;
use lac_model::ids::SessionId;

use super::{SHOP, Shop, mode, newest};
use crate::support::{InProcessStore, TestStore, json_str};

const TITLE: &str = "login_as_customer/general/shopping_assistance_checkbox_title";

#[test]
fn the_checkbox_shows_its_websites_texts_and_the_choice_sticks() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    store.run_ok(&["config", "set", TITLE, "Help me", "--scope", "website:base"]);
    let shown = shop.json(&store, &["consent", "show", "2"]);
    assert_eq!(shown["title"], "Help me");
    assert_eq!(
        (&shown["granted"], &shown["can_change"], &shown["mode"]),
        (&json!(false), &json!(true), &json!("opt-in"))
    );
    assert_eq!(shown["website"], "base");
    assert_ne!(
        shop.json(&store, &["consent", "show", "4"])["title"],
        "Help me"
    );
    store.run_failing(&["login", "2"], "consent_withheld", 5);

    let granted = shop.json(&store, &["consent", "grant", "2"]);
    assert_eq!(granted["changed"], true);
    assert_eq!(granted["granted"], true);
    let event = newest(&store, "grant");
    assert_eq!(event["admin"], Value::Null);
    assert_eq!(event["details"]["source"], "customer");
    assert_eq!(event["details"]["storefront"], "shop");
    assert_eq!(event["customer_email"], "bob@example.com");
    let staff = store.run_json(&["consent", "show", "2"]);
    assert_eq!(staff["source"], "customer");
    assert_eq!(staff["changed_by"], "shop");
    let again = shop.json(&store, &["consent", "grant", "2"]);
    assert_eq!(again["changed"], false);

    // A login is based on the customer's own word.
    store.login(&["2"]);
    let issued = newest(&store, "issue");
    assert_eq!(issued["consent"]["source"], "customer");
    assert_eq!(issued["consent"]["seq"], event["seq"]);
    assert_eq!(issued["consent"]["self_granted"], Value::Null);
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_withdrawal_ends_the_session_and_no_file_overrules_it() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    let url = store.login_url(&["1"]);
    let session = shop.json(&store, &["redeem", &url, "--audience", SHOP]);
    let revoked = shop.json(&store, &["consent", "revoke", "1"]);
    assert_eq!(revoked["granted"], false);
    let shown = store.run_json(&["session", "show", json_str(&session["session_id"])]);
    assert_eq!(shown["state"], "ended");
    assert_eq!(
        newest(&store, "end")["details"]["cause"],
        "consent_withdrawn"
    );
    // Bob's no of a file becomes his own, which a later file cannot change.
    let own = shop.json(&store, &["consent", "revoke", "2"]);
    assert_eq!(own["changed"], true);
    let mut bob = crate::support::rest_customer(2, "bob@example.com", ("Bob", "Birch"), (1, 1), 2);
    bob["updated_at"] = json!("2026-10-05 11:59:59");
    store.import("customers", &crate::support::rest_page(&[bob]));
    assert_eq!(
        store.run_json(&["consent", "show", "2"])["consent"],
        "withheld"
    );
    store.run_ok(&["log", "verify"]);
}

#[test]
fn in_opt_out_the_box_is_set_until_the_customer_says_no() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "new@example.com",
        "--first-name",
        "N",
        "--last-name",
        "N",
        "--website",
        "base",
        "--id",
        "99",
    ]);
    let granted = || shop.json(&store, &["consent", "show", "99"])["granted"].clone();
    assert_eq!(granted(), false);
    mode(&store, "opt-out");
    assert_eq!(granted(), true);
    shop.json(&store, &["consent", "revoke", "99"]);
    assert_eq!(granted(), false);
    store.run_failing(&["login", "99"], "consent_withheld", 5);
}

#[test]
fn a_grant_can_have_an_end_and_needs_no_reason() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    let granted = shop.json(&store, &["consent", "grant", "2", "--for", "2h"]);
    assert_eq!(granted["until"], "2026-10-05T14:00:00.000000Z");
    store.clock.set("2026-10-05T14:00:00.000000Z");
    let shown = shop.json(&store, &["consent", "show", "2"]);
    assert_eq!(
        (&shown["granted"], &shown["until"]),
        (&json!(false), &Value::Null)
    );
    for args in [
        &["consent", "grant", "2", "--reason", "x"][..],
        &["consent", "grant", "bob@example.com", "--website", "base"],
        &["consent", "grant", "2", "3"],
        &["consent", "grant", "2", "--until", "2026-10-01"],
        &["consent", "show", "1", "2"],
    ] {
        shop.run(&store, args).assert_failed("invalid_value", 2);
    }
}

/// Only a storefront's account that was added with `--consent` passes on what
/// customers decide, and only of its own websites.
#[test]
fn nobody_else_can_act_as_the_customer() {
    let store = TestStore::with_sample_data();
    let plain = store.run_json(&["storefront", "add", "plain", "--website", "base"]);
    let plain = Shop {
        token: json_str(&plain["token"]).to_owned(),
    };
    let shown = plain.json(&store, &["consent", "show", "2"]);
    assert_eq!(shown["can_change"], false);
    for change in ["grant", "revoke"] {
        let ran = plain.run(&store, &["consent", change, "2"]);
        ran.assert_failed("resource_denied", 4);
        let failure = newest(&store, change);
        assert_eq!(failure["result"], "failure");
        assert_eq!(failure["customer_id"], "2");
        assert_eq!(failure["details"]["storefront"], "plain");
    }
    // Customers of other websites, and of none, are not found.
    for id in ["4", "4711", "local:1"] {
        plain
            .run(&store, &["consent", "show", id])
            .assert_failed("customer_not_found", 3);
    }
    // A person is none, whatever the role.
    let set = || CustomerConsentSet {
        customer: "2".parse().expect("an id"),
        granted: true,
        until: None,
        session_id: None,
    };
    let alice = store.run_json(&["user", "token", "create", "alice"]);
    let role = store.create_user_with_resources("sam", &["Lac::storefront"]);
    for token in [json_str(&alice["token"]), role.as_str()] {
        let ran = InProcessStore::new(&store).with_token(token, |context| set().run(context));
        assert!(matches!(ran, Err(Fault::ResourceDenied { .. })), "{ran:?}");
    }
    assert_eq!(
        store.run_json(&["consent", "show", "2"])["consent"],
        "withheld"
    );
}

/// In an agent's session the agent would decide, so nobody does.
#[test]
fn in_an_agents_session_nothing_is_decided() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    let url = store.login_url(&["1"]);
    let session = shop.json(&store, &["redeem", &url, "--audience", SHOP]);
    store.run_ok(&["consent", "revoke", "5"]);
    let ask = store.run_json(&["consent", "ask", "5"]);
    let session = json_str(&session["session_id"]);
    for granted in [true, false] {
        let set = CustomerConsentSet {
            customer: "1".parse().expect("an id"),
            granted,
            until: None,
            session_id: Some(SessionId::new(session).expect("an id")),
        };
        let ran = InProcessStore::new(&store).with_token(&shop.token, |context| set.run(context));
        assert_eq!(ran.map(drop), Err(Fault::AgentSession));
        let failure = newest(&store, if granted { "grant" } else { "revoke" });
        assert_eq!(failure["result"], "failure");
        assert_eq!(failure["session_id"], session);
        assert_eq!(failure["details"]["code"], "agent_session");
    }
    let answer = json!({"customer": "5", "ask": ask["id"], "decision": "allow",
                        "session_id": session});
    let answer: ConsentAskDecide = serde_json::from_value(answer).expect("a request");
    let ran = InProcessStore::new(&store).with_token(&shop.token, |context| answer.run(context));
    assert_eq!(ran.map(drop), Err(Fault::AgentSession));
    assert_eq!(
        store.run_json(&["consent", "show", "5"])["consent"],
        "withheld"
    );
    assert_eq!(
        store.run_json(&["consent", "show", "1"])["consent"],
        "granted"
    );
}

#[test]
fn grants_are_limited_and_a_no_never_is() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    let limit = ["config", "set", "lac/storefront/grants_per_hour", "2"];
    store.run_ok(&limit);
    let grant = |id: &str| shop.run(&store, &["consent", "grant", id]);
    let revoke = |id: &str| {
        shop.run(&store, &["consent", "revoke", id])
            .assert_succeeded()
    };
    for id in ["1", "3", "4", "5"] {
        revoke(id);
    }
    grant("1").assert_succeeded();
    assert_eq!(
        newest(&store, "grant")["details"]["limit_reached"],
        Value::Null
    );
    store.clock.set("2026-10-05T12:20:00.000000Z");
    grant("3").assert_succeeded();
    assert_eq!(newest(&store, "grant")["details"]["limit_reached"], true);
    let error = grant("4").assert_failed("rate_limited", 7);
    assert_eq!(error["hint"], "try again in 2401 s");
    // What is granted already needs no room, and a no never does.
    grant("1").assert_succeeded();
    revoke("1");
    revoke("3");
    grant("1").assert_failed("rate_limited", 7);
    // An hour after the first grant there is room for one again.
    store.clock.set("2026-10-05T13:00:01.000000Z");
    grant("4").assert_succeeded();
    grant("5").assert_failed("rate_limited", 7);
    store.run_ok(&["log", "verify"]);
}
