//! Keeping in step with the shop over HTTP, and what customers read of visits.

use serde_json::{Value, json};

use crate::support::{GatewayProcess, StorefrontFixture, json_str};

fn syncing_storefront(shop: &StorefrontFixture) -> String {
    let added = shop
        .store
        .run_json(&["storefront", "add", "sync", "--website", "base", "--sync"]);
    json_str(&added["token"]).to_owned()
}

fn row(id: Value, email: &str) -> Value {
    json!({
        "id": id, "email": email, "name": "Nora New", "website": "base", "active": true,
        "confirmed": true, "loyalty_points": 7,
    })
}

#[test]
fn customers_come_into_step_by_array_or_object() {
    let shop = StorefrontFixture::new();
    let token = syncing_storefront(&shop);
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&token);
    let mut known = row(json!(501), "nora@example.com");
    known
        .as_object_mut()
        .expect("a row")
        .remove("loyalty_points");
    let rows = json!([known]);
    let synced = storefront.post("/v1/sync/customers", &rows).assert_ok();
    assert_eq!(
        (&synced["read"], &synced["created"]),
        (&json!(1), &json!(1))
    );
    let again = storefront
        .post("/v1/sync/customers", &json!({"customers": rows}))
        .assert_ok();
    assert_eq!(again["unchanged"], 1);
    assert_eq!(
        shop.store.run_json(&["customer", "show", "501"])["email"],
        "nora@example.com"
    );
    let gone = storefront.post(
        "/v1/sync/customers",
        &json!([{"id": "501", "deleted": true}]),
    );
    assert_eq!(gone.assert_ok()["deleted"], 1);

    for rows in [
        json!("rows"),
        json!({"orders": []}),
        json!([{"id": 0, "deleted": true}]),
        json!([row(json!("07"), "a@example.com")]),
        json!([{"id": 1}]),
    ] {
        let answer = storefront.post("/v1/sync/customers", &rows);
        answer.assert_problem(400, "invalid_value");
    }
}

#[test]
fn ten_thousand_rows_are_taken_and_a_larger_body_is_not() {
    let shop = StorefrontFixture::new();
    let token = syncing_storefront(&shop);
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&token);
    let order = |n: usize| {
        let number = format!("9{n:08}");
        json!({
            "number": number, "customer_id": 1, "store_view": "default",
            "placed_at": "2026-10-01T12:00:00Z",
        })
    };
    let rows: Vec<Value> = (0..10_000).map(order).collect();
    let synced = storefront.post("/v1/sync/orders", &json!(rows)).assert_ok();
    assert_eq!(synced["read"], 10_000, "{synced}");
    let more: Vec<Value> = (0..10_001).map(order).collect();
    let answer = storefront.post("/v1/sync/orders", &json!(more));
    answer.assert_problem(400, "invalid_value");
    let typed = storefront.header("content-type", "application/json");
    let answer = typed.send("POST", "/v1/sync/orders", &vec![b' '; (4 << 20) + 1]);
    answer.assert_problem(413, "body_too_large");
}

#[test]
fn a_customer_reads_the_visits_page_by_page() {
    let shop = StorefrontFixture::new();
    let ben = shop.store.create_agent("ben");
    for _ in 0..3 {
        let session = shop.redeem(&shop.issue_link(&ben, &["1"]), "https://shop.example.com");
        shop.store
            .run_as(&ben, &["session", "end", &session])
            .assert_succeeded();
    }
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&shop.storefront);
    let path = "/v1/customers/1/access-history";
    let all = storefront.get(path).assert_ok();
    assert_eq!(all["visits"].as_array().map(Vec::len), Some(3));
    let first = storefront
        .get(&format!("{path}?limit=2&unknown=1"))
        .assert_ok();
    assert_eq!(first["visits"].as_array().map(Vec::len), Some(2));
    let next = json_str(&first["next"]);
    let rest = storefront
        .get(&format!("{path}?limit=2&after={next}"))
        .assert_ok();
    assert_eq!(
        (&rest["visits"][0], &rest["next"]),
        (&all["visits"][2], &Value::Null)
    );
    for query in ["limit=0", "limit=x", "limit=1001", "after=%20"] {
        let answer = storefront.get(&format!("{path}?{query}"));
        answer.assert_problem(400, "invalid_value");
    }
}
