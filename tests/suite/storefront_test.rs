//! `lac storefront test` walks the loop from the shop's side and says what
//! works.

use serde_json::{Value, json};

use crate::support::GatewayProcess;
use crate::support::{CommandOutput, TestStore, json_str};

struct Shop {
    store: TestStore,
    token: String,
}

fn shop() -> Shop {
    let store = TestStore::with_sample_data();
    let made = store.run_json(&["storefront", "add", "shop", "--website", "base"]);
    let token = json_str(&made["token"]).to_owned();
    Shop { store, token }
}

const TEST: [&str; 3] = ["storefront", "test", "shop"];

fn findings(ran: &CommandOutput) -> Vec<Value> {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("a list: {ran:#?}"))
}

/// The check, status and hint of each finding.
fn summary(findings: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| json_str(value).to_owned();
    let pair = |f: &Value| (text(&f["check"]), text(&f["status"]));
    findings.iter().map(pair).collect()
}

fn status_of(findings: &[Value], check: &str) -> Value {
    let found = findings.iter().find(|f| f["check"] == check);
    found.unwrap_or_else(|| panic!("no {check}: {findings:#?}"))["status"].clone()
}

#[test]
fn an_administrator_sees_what_the_shop_lacks() {
    let shop = shop();
    let store = &shop.store;
    let ran = store.run(&[&TEST[..], &["-o", "json"]].concat());
    assert_eq!(ran.code, 0, "{ran:#?}");
    let found = findings(&ran);
    let expected = [
        ("account", "ok"),
        ("token", "ok"),
        ("seen", "warning"),
        ("feature", "ok"),
        ("store_view", "ok"),
        ("store_view", "ok"),
        ("keys", "ok"),
    ];
    let expected = expected.map(|(check, status)| (check.to_owned(), status.to_owned()));
    assert_eq!(summary(&found), expected);
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action_group"], &event["action"]),
        (&json!("storefronts"), &json!("test"))
    );
    assert_eq!(event["details"]["problems"], json!(["seen"]));

    store.set_feature("no");
    store.run_ok(&["config", "unset", "web/secure/base_url"]);
    let ran = store.run(&[&TEST[..], &["-o", "json"]].concat());
    assert_eq!(ran.code, 5, "{ran:#?}");
    let found = findings(&ran);
    assert_eq!(status_of(&found, "feature"), "failed");
    assert_eq!(status_of(&found, "store_view"), "failed");
    for finding in found.iter().filter(|f| f["status"] == "failed") {
        assert!(
            json_str(&finding["hint"]).contains("lac config set"),
            "{finding}"
        );
    }
    store.run_ok(&["storefront", "revoke", "shop", "--yes"]);
    let ran = store.run(&[&TEST[..], &["-o", "json"]].concat());
    assert_eq!(
        (ran.code, status_of(&findings(&ran), "account")),
        (5, json!("failed"))
    );
}

#[test]
fn a_storefront_tests_itself_and_nobody_else() {
    let shop = shop();
    let other = ["storefront", "add", "other", "--website", "eu"];
    shop.store.run_ok(&other);
    let own = shop
        .store
        .run_as(&shop.token, &[&TEST[..], &["-o", "json"]].concat());
    assert_eq!(
        (own.code, status_of(&findings(&own), "seen")),
        (0, json!("ok"))
    );
    let other = ["storefront", "test", "other", "-o", "json"];
    shop.store
        .run_as(&shop.token, &other)
        .assert_failed("storefront_not_found", 3);
    let agent = shop
        .store
        .create_user_with_resources("till", &["Lac::storefront"]);
    shop.store
        .run_as(&agent, &[&TEST[..], &["-o", "json"]].concat())
        .assert_failed("resource_denied", 4);
    // Doctor no longer misses the shop.
    let doctor = shop.store.run(&["doctor"]);
    assert!(doctor.stdout.contains("token of other"), "{doctor:#?}");
}

/// With the shop's token, a probe goes all the way: the gateway verifies it,
/// and nobody is logged in.
#[test]
fn the_probe_passes_through_the_gateway_and_opens_nothing() {
    let shop = shop();
    let gateway = GatewayProcess::start(&shop.store);
    let url = format!("http://{}", gateway.address);
    let args = [&TEST[..], &["--url", &url, "-o", "json"]].concat();
    let ran = shop.store.run_as(&shop.token, &args);
    let found = findings(&ran);
    for check in ["gateway", "jwks", "redeem"] {
        assert_eq!(status_of(&found, check), "ok", "{ran:#?}");
    }
    assert_eq!(ran.code, 0, "{ran:#?}");
    let event = &shop.store.log_events()[0];
    assert_eq!(
        (&event["action"], &event["result"]),
        (&json!("redeem"), &json!("failure"))
    );
    assert_eq!(event["details"]["storefront"], "shop");
    assert_eq!(shop.store.run_json(&["session", "list"]), json!([]));
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!shown.contains("eyJ"), "the probe is not shown: {shown}");
    // An administrator has no token of the shop.
    let ran = shop.store.run(&args);
    assert_eq!(status_of(&findings(&ran), "redeem"), "warning");
    // A gateway that does not know the token.
    let elsewhere = TestStore::with_sample_data();
    elsewhere.run_ok(&["key", "rotate", "login", "--yes"]);
    let stranger = GatewayProcess::start(&elsewhere);
    let url = format!("http://{}", stranger.address);
    let args = [&TEST[..], &["--url", &url, "-o", "json"]].concat();
    let ran = shop.store.run_as(&shop.token, &args);
    let found = findings(&ran);
    assert_eq!(
        (ran.code, status_of(&found, "redeem")),
        (1, json!("failed"))
    );
    assert_eq!(status_of(&found, "jwks"), "failed");
    // No gateway at all.
    stranger.stop();
    let ran = shop.store.run_as(&shop.token, &args);
    assert_eq!(
        (ran.code, status_of(&findings(&ran), "gateway")),
        (1, json!("failed"))
    );
}
