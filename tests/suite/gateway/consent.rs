//! The customer's own consent over HTTP.

use serde_json::{Value, json};

use crate::support::{GatewayProcess, TestStore, json_str};

/// A storefront that may pass on consent, and one that may not.
fn storefronts(store: &TestStore) -> [String; 2] {
    [("account", Some("--consent")), ("plain", None)].map(|(name, right)| {
        let mut args = vec!["storefront", "add", name, "--website", "base"];
        args.extend(right);
        json_str(&store.run_json(&args)["token"]).to_owned()
    })
}

#[test]
fn the_checkbox_is_the_customers() {
    let store = TestStore::with_sample_data();
    let [account, plain] = storefronts(&store);
    let gateway = GatewayProcess::start(&store);
    let storefront = gateway.with_token(&account);
    let path = "/v1/customers/2/consent";
    let consent = storefront.get(path).assert_ok();
    assert_eq!(
        (&consent["granted"], &consent["can_change"]),
        (&json!(false), &json!(true))
    );
    assert!(!json_str(&consent["title"]).is_empty());

    let changed = storefront
        .send_json("PUT", path, &json!({"granted": true}))
        .assert_ok();
    assert_eq!(
        (&changed["granted"], &changed["changed"]),
        (&json!(true), &json!(true))
    );
    let again = storefront.send_json("PUT", path, &json!({"granted": true, "until": null}));
    assert_eq!(again.assert_ok()["changed"], false);
    let newest = store.log_events()[0].clone();
    assert_eq!(newest["action"], "grant");
    assert_eq!(newest["admin"], Value::Null);
    assert_eq!(newest["details"]["storefront"], "account");

    let other = gateway.with_token(&plain);
    assert_eq!(other.get(path).assert_ok()["can_change"], false);
    let refused = other.send_json("PUT", path, &json!({"granted": false}));
    refused.assert_problem(403, "resource_denied");
    let of_agent = json!({"granted": false, "session_id": "0".repeat(32)});
    storefront
        .send_json("PUT", path, &of_agent)
        .assert_problem(403, "agent_session");
    for id in ["999", "local:1"] {
        let path = format!("/v1/customers/{id}/consent");
        storefront
            .get(&path)
            .assert_problem(404, "customer_not_found");
    }
    for id in ["0", "02", "abc", "-1"] {
        let path = format!("/v1/customers/{id}/consent");
        storefront.get(&path).assert_problem(400, "invalid_value");
    }
}

#[test]
fn an_ask_is_answered_once() {
    let store = TestStore::with_sample_data();
    let [account, _] = storefronts(&store);
    let agent = store.create_agent("ben");
    store
        .run_as(&agent, &["consent", "ask", "2", "--for", "2h"])
        .assert_succeeded();
    let gateway = GatewayProcess::start(&store);
    let storefront = gateway.with_token(&account);
    let consent = storefront.get("/v1/customers/2/consent").assert_ok();
    assert_eq!(consent["ask"]["duration"], 7200);
    let path = format!(
        "/v1/customers/2/consent-asks/{}",
        json_str(&consent["ask"]["id"])
    );
    let other = path.replace("customers/2", "customers/1");
    storefront
        .post(&other, &json!({"decision": "allow"}))
        .assert_problem(404, "ask_not_found");
    let maybe = storefront.post(&path, &json!({"decision": "maybe"}));
    maybe.assert_problem(400, "invalid_value");
    let decided = storefront
        .post(&path, &json!({"decision": "allow"}))
        .assert_ok();
    assert_eq!(
        (&decided["state"], &decided["granted"]),
        (&json!("allowed"), &json!(true))
    );
    storefront
        .post(&path, &json!({"decision": "deny"}))
        .assert_problem(409, "ask_closed");
}
