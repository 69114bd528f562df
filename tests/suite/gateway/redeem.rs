//! Redeeming over HTTP.

use serde_json::json;

use crate::support::{GatewayProcess, StorefrontFixture};

const SHOP: &str = "https://shop.example.com";

#[test]
fn a_token_is_redeemed_once_and_the_log_names_the_storefront() {
    let shop = StorefrontFixture::new();
    let agent = shop.store.create_agent("ben");
    let token = shop.issue_link(&agent, &["1"]);
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&shop.storefront);
    let body = json!({"token": token, "audience": SHOP});

    let session = storefront.post("/v1/redeem", &body).assert_ok();
    assert_eq!(session["customer"]["id"], "1");
    assert_eq!(session["admin"], "ben");
    let again = storefront.post("/v1/redeem", &body);
    again.assert_problem(409, "token_spent");

    let log = shop.store.log_events();
    let redeemed: Vec<_> = log.iter().filter(|e| e["action"] == "redeem").collect();
    assert_eq!(redeemed.len(), 2);
    assert_eq!(redeemed[1]["result"], "success");
    assert_eq!(redeemed[1]["session_id"], session["session_id"]);
    assert_eq!(redeemed[1]["details"]["storefront"], "shop");
    assert_eq!(redeemed[0]["details"]["code"], "token_spent");
    let lines = gateway.stop();
    assert!(
        lines[0].starts_with("POST /v1/redeem 200 ") && lines[0].ends_with(" storefront=shop"),
        "{lines:?}"
    );
    assert!(lines[1].ends_with(" code=token_spent"), "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("lac_") && !line.contains(&token))
    );
}

#[test]
fn a_get_or_head_spends_nothing() {
    let shop = StorefrontFixture::new();
    let agent = shop.store.create_agent("ben");
    let token = shop.issue_link(&agent, &["1"]);
    let gateway = GatewayProcess::start(&shop.store);
    let storefront = gateway.with_token(&shop.storefront);
    let body = json!({"token": token, "audience": SHOP});
    for method in ["GET", "PUT", "DELETE"] {
        let answer = storefront.send_json(method, "/v1/redeem", &body);
        answer.assert_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some("POST, OPTIONS"));
    }
    let head = storefront.send("HEAD", &format!("/v1/redeem?token={token}"), b"");
    assert_eq!((head.status, head.body.as_str()), (405, ""));
    storefront.post("/v1/redeem", &body).assert_ok();
}

#[test]
fn keys_and_health_need_no_token() {
    let shop = StorefrontFixture::new();
    let gateway = GatewayProcess::start(&shop.store);
    let request = gateway.request();
    let keys = request.get("/.well-known/jwks.json").assert_ok();
    assert_eq!(keys, shop.store.run_json(&["key", "jwks"]));
    assert_eq!(request.get("/healthz").assert_ok(), json!({"status": "ok"}));
    assert_eq!(
        request.get("/readyz").assert_ok(),
        json!({"status": "ready"})
    );
    std::fs::remove_file(shop.store.dir().join("checkpoint")).expect("a checkpoint");
    assert_eq!(
        gateway
            .send_raw(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n")
            .status,
        503
    );
    request.get("/healthz").assert_ok();
}
