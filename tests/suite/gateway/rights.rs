//! Who may do what over HTTP: every call of the document, for every kind of
//! caller.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{GatewayProcess, StorefrontFixture, create_user_with_own_role, json_str};

const SHOP: &str = "https://shop.example.com";

/// A call, its body, and the callers who may make it.
type Row = (&'static str, &'static str, Value, &'static [&'static str]);

/// The storefronts, by their rights.
const ALL: &[&str] = &["consent", "plain", "sync"];
const CONSENT: &[&str] = &["consent"];
const SYNC: &[&str] = &["sync"];

fn rows() -> Vec<Row> {
    let left = json!({"cause": "left"});
    let report = json!({"actions": [{"id": "1", "action": "other"}]});
    let answer = json!({"decision": "allow"});
    vec![
        (
            "POST",
            "/v1/redeem",
            json!({"token": "x", "audience": SHOP}),
            ALL,
        ),
        ("POST", "/v1/sessions/{id}/check", json!({}), ALL),
        ("POST", "/v1/sessions/{id}/end", left, ALL),
        ("POST", "/v1/sessions/{id}/actions", report, ALL),
        ("GET", "/v1/customers/{id}/consent", json!({}), ALL),
        (
            "PUT",
            "/v1/customers/{id}/consent",
            json!({"granted": true}),
            CONSENT,
        ),
        (
            "POST",
            "/v1/customers/{id}/consent-asks/{ask}",
            answer,
            CONSENT,
        ),
        ("GET", "/v1/customers/{id}/access-history", json!({}), ALL),
        ("POST", "/v1/sync/customers", json!([]), SYNC),
        ("POST", "/v1/sync/orders", json!({"orders": []}), SYNC),
    ]
}

/// All callers with their tokens.
fn callers(shop: &StorefrontFixture) -> BTreeMap<String, String> {
    let store = &shop.store;
    let mut callers = BTreeMap::new();
    for (name, right) in [
        ("plain", None),
        ("consent", Some("--consent")),
        ("sync", Some("--sync")),
    ] {
        let mut args = vec!["storefront", "add", name, "--website", "base"];
        args.extend(right);
        let added = store.run_json(&args);
        callers.insert(name.to_owned(), json_str(&added["token"]).to_owned());
    }
    for resource in [
        "Lac::storefront",
        "Lac::storefronts",
        "Lac::sessions",
        "login_button",
    ] {
        let name = resource.replace("::", "-");
        let token = create_user_with_own_role(store, &name, &[resource]);
        callers.insert(name, token);
    }
    let all = store.create_user("root", "Administrators");
    callers.insert("administrator".to_owned(), all);
    callers.insert("a stranger".to_owned(), format!("lac_{}", "x".repeat(49)));
    callers.insert("nobody".to_owned(), String::new());
    callers
}

#[test]
fn every_call_has_its_callers() {
    let shop = StorefrontFixture::new();
    let callers = callers(&shop);
    let gateway = GatewayProcess::start(&shop.store);
    for (method, template, body, allowed) in rows() {
        let mut may = BTreeSet::new();
        for (name, token) in &callers {
            let id = if template.contains("customers") {
                "1".to_owned()
            } else {
                "0".repeat(32)
            };
            let path = template
                .replace("{id}", &id)
                .replace("{ask}", "0123456789abcdef");
            let request = gateway.with_token(token);
            let answer = match method {
                "GET" => request.get(&path),
                _ => request.send_json(method, &path, &body),
            };
            let is_storefront = ALL.contains(&name.as_str());
            match answer.status {
                401 => assert!(!is_storefront, "{name}: {method} {template}: {answer:#?}"),
                403 => {
                    answer.assert_problem(403, "resource_denied");
                    assert!(is_storefront, "{name}: {method} {template}");
                }
                _ => {
                    may.insert(name.as_str());
                }
            }
        }
        let expected: BTreeSet<&str> = allowed.iter().copied().collect();
        assert_eq!(may, expected, "{method} {template}");
    }
}

#[test]
fn every_call_of_the_document_is_in_the_table() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let document = gateway.request().get("/openapi.json").assert_ok();
    assert_eq!(document["openapi"], "3.1.0");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let needs_token = operation.get("security").is_none();
            if method != "parameters" && needs_token {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let rows: BTreeSet<String> = rows()
        .into_iter()
        .map(|(method, path, ..)| format!("{method} {path}"))
        .collect();
    assert_eq!(rows, documented);
}
