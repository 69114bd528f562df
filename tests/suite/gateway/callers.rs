//! Who may call.

use serde_json::{Value, json};

use crate::support::{GatewayProcess, StorefrontFixture, TestStore, create_user_with_own_role};

fn refusals(store: &TestStore) -> Vec<Value> {
    let log = store.log_events().into_iter();
    log.filter(|event| event["details"]["code"] == "not_authenticated")
        .collect()
}

#[test]
fn only_a_storefront_is_known() {
    let shop = StorefrontFixture::new();
    let all = shop.store.create_user("root", "Administrators");
    let own = create_user_with_own_role(&shop.store, "own", &["Lac::storefront"]);
    let agent = shop.store.create_agent("ben");
    let token = shop.issue_link(&agent, &["1"]);
    let gateway = GatewayProcess::start(&shop.store);
    let body = json!({"token": token, "audience": "https://shop.example.com"});
    let strangers = [all.as_str(), &own, &agent, "lac_nonsense", "", "x y"];
    for stranger in strangers.iter().cycle().take(60) {
        let answer = gateway.with_token(stranger).post("/v1/redeem", &body);
        answer.assert_problem(401, "not_authenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let unsigned = gateway.request().post("/v1/redeem", &body);
    unsigned.assert_problem(401, "not_authenticated");
    // They are counted, use up nobody's share, and have spent nothing.
    gateway
        .with_token(&shop.storefront)
        .post("/v1/redeem", &body)
        .assert_ok();
    gateway.stop();
    let refused = refusals(&shop.store);
    assert_eq!(refused.len(), 2, "{refused:#?}");
    assert_eq!(refused[0]["details"]["attempts"], 60);
    assert!(refused[1]["admin"].is_null() && refused[1]["ip_address"] == "127.0.0.1");
    assert_eq!(refused[1]["action"], "redeem");
}

#[test]
fn a_revoked_storefront_is_refused_at_once() {
    let shop = StorefrontFixture::new();
    let agent = shop.store.create_agent("ben");
    let gateway = GatewayProcess::start(&shop.store);
    let redeem = || {
        let token = shop.issue_link(&agent, &["1"]);
        let body = json!({"token": token, "audience": "https://shop.example.com"});
        gateway
            .with_token(&shop.storefront)
            .post("/v1/redeem", &body)
    };
    redeem().assert_ok();
    shop.store.run_ok(&["storefront", "revoke", "shop", "-y"]);
    redeem().assert_problem(401, "not_authenticated");
}

#[test]
fn an_address_has_its_limit_and_a_token_that_does_not_verify_has_no_part_in_it() {
    let shop = StorefrontFixture::new();
    let config = shop.store.home().join("limits.toml");
    std::fs::write(&config, "[gateway]\nredeem_per_address = 2\n").expect("a file");
    let gateway = GatewayProcess::start_with(&shop.store, &["--config", config.to_str().unwrap()]);
    let storefront = gateway.with_token(&shop.storefront);
    let redeem = |token: &str| {
        let body = json!({"token": token, "audience": "https://shop.example.com"});
        storefront.post("/v1/redeem", &body)
    };
    for _ in 0..10 {
        redeem("no token").assert_problem(409, "token_invalid");
    }
    let agent = shop.store.create_agent("ben");
    let token = shop.issue_link(&agent, &["1"]);
    redeem(&token).assert_ok();
    redeem(&token).assert_problem(409, "token_spent");
    let limited = redeem(&token);
    limited.assert_problem(429, "rate_limited");
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
}
