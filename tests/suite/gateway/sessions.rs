//! What a shop does with a session over HTTP.

use serde_json::{Value, json};

use crate::support::{GatewayProcess, StorefrontFixture, json_str};

const SHOP: &str = "https://shop.example.com";

/// Logs `ann` in as customer 1 and redeems; returns her token and the session.
#[track_caller]
fn open(shop: &StorefrontFixture, gateway: &GatewayProcess) -> (String, String) {
    let ann = shop.store.create_agent("ann");
    let token = shop.issue_link(&ann, &["--order", "100000001"]);
    let body = json!({
        "token": token, "audience": SHOP, "client_ip": "203.0.113.9", "user_agent": "Firefox",
    });
    let answer = gateway
        .with_token(&shop.storefront)
        .post("/v1/redeem", &body);
    let session = answer.assert_ok();
    assert_eq!(session["document"], "order:100000001");
    (ann, json_str(&session["session_id"]).to_owned())
}

fn path(id: &str, act: &str) -> String {
    format!("/v1/sessions/{id}/{act}")
}

#[test]
fn a_session_is_checked_reported_and_left() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let (_, id) = open(&shop, &gateway);
    let storefront = gateway.with_token(&shop.storefront);
    for body in [&b""[..], b"{}"] {
        let typed = storefront
            .clone()
            .header("content-type", "application/json");
        let checked = typed.send("POST", &path(&id, "check"), body).assert_ok();
        assert_eq!(checked["state"], "active");
        assert_eq!(checked["read_only"], false);
        assert_eq!(checked["end_cause"], Value::Null);
    }

    let report = json!({"actions": [
        {"id": "o1", "action": "order_placed", "document": "order:100000009"},
        {"id": "a1", "action": "address_changed", "summary": "the street"},
    ]});
    let reported = storefront.post(&path(&id, "actions"), &report);
    assert_eq!(reported.assert_ok(), json!({"recorded": 2, "known": 0}));
    let reported = storefront.post(&path(&id, "actions"), &report);
    assert_eq!(reported.assert_ok(), json!({"recorded": 0, "known": 2}));
    let other = json!({"actions": [{"id": "o1", "action": "order_placed"}]});
    let conflict = storefront.post(&path(&id, "actions"), &other);
    conflict.assert_problem(409, "action_conflict");

    let left = storefront.post(&path(&id, "end"), &json!({"cause": "left"}));
    let left = left.assert_ok();
    assert_eq!(
        (&left["changed"], &left["end_cause"]),
        (&json!(true), &json!("left"))
    );
    let again = storefront.post(&path(&id, "end"), &json!({"cause": "signed_out"}));
    let again = again.assert_ok();
    assert_eq!(
        (&again["changed"], &again["end_cause"]),
        (&json!(false), &json!("left"))
    );
    let checked = storefront.post(&path(&id, "check"), &json!({})).assert_ok();
    assert_eq!(
        (&checked["state"], &checked["end_cause"]),
        (&json!("ended"), &json!("left"))
    );

    let log = shop.store.log_events();
    let placed = log.iter().find(|event| event["action"] == "order_placed");
    let placed = placed.expect("the order is on record");
    assert_eq!(placed["session_id"], id.as_str());
    assert_eq!(
        (&placed["admin"], &placed["customer_id"]),
        (&json!("ann"), &json!("1"))
    );
    assert_eq!(placed["document"], "order:100000009");
    assert_eq!(placed["ip_address"], "203.0.113.9");
}

#[test]
fn the_agents_command_reaches_the_next_check() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let (ann, id) = open(&shop, &gateway);
    let check = || {
        let answer = gateway
            .with_token(&shop.storefront)
            .post(&path(&id, "check"), &json!({}));
        answer.assert_ok()["state"].clone()
    };
    assert_eq!(check(), "active");
    shop.store
        .run_as(&ann, &["session", "end", &id])
        .assert_succeeded();
    assert_eq!(check(), "ended");
}

#[test]
fn a_session_of_another_storefront_is_not_found() {
    let shop = StorefrontFixture::new();
    let added = shop
        .store
        .run_json(&["storefront", "add", "other", "--website", "base"]);
    let other = json_str(&added["token"]).to_owned();
    let gateway = GatewayProcess::start(&shop.store);
    let (_, id) = open(&shop, &gateway);
    let unknown = "0".repeat(32);
    for (token, id) in [(&other, &id), (&shop.storefront, &unknown)] {
        let request = gateway.with_token(token);
        for (act, body) in [
            ("check", json!({})),
            ("end", json!({"cause": "left"})),
            (
                "actions",
                json!({"actions": [{"id": "1", "action": "other"}]}),
            ),
        ] {
            let answer = request.post(&path(id, act), &body);
            answer.assert_problem(404, "session_not_found");
        }
    }
    let storefront = gateway.with_token(&shop.storefront);
    for (act, body) in [
        ("end", json!({"cause": "expired"})),
        ("end", json!({})),
        ("actions", json!({"actions": []})),
        (
            "actions",
            json!({"actions": [{"id": "ä", "action": "other"}]}),
        ),
        (
            "actions",
            json!({"actions": [{"id": "1", "action": "redeem"}]}),
        ),
        (
            "actions",
            json!({"actions": [{"id": "1", "action": "other", "document": "order"}]}),
        ),
    ] {
        let answer = storefront.post(&path(&id, act), &body);
        answer.assert_problem(400, "invalid_value");
    }
}

#[test]
fn a_session_that_reports_too_much_is_limited() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let (_, id) = open(&shop, &gateway);
    let storefront = gateway.with_token(&shop.storefront);
    let report = |from: usize| {
        let actions: Vec<_> = (from..from + 100)
            .map(|n| json!({"id": n.to_string(), "action": "other"}))
            .collect();
        storefront.post(&path(&id, "actions"), &json!({"actions": actions}))
    };
    for round in 0..10 {
        report(round * 100).assert_ok();
    }
    for _ in 0..3 {
        let refused = report(1000);
        refused.assert_problem(429, "too_many_actions");
        assert!(refused.header("retry-after").is_some());
    }
    let log = shop.store.run_json(&["log", "list", "--session", &id]);
    let log: Vec<Value> = serde_json::from_value(log).expect("a list");
    let refused = log
        .iter()
        .filter(|event| event["details"]["code"] == "too_many_actions");
    assert_eq!(refused.count(), 1);
}
