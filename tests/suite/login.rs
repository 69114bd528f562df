//! Login and redemption: the token, who gets it, and the obstacles in the order
//! that scripts rely on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::{TestStore, create_user_with_own_role, json_str};

const SHOP: &str = "https://shop.example.com";
const EU: &str = "https://eu.shop.example.com";

fn redeem<'a>(url: &'a str, audience: &'a str) -> Vec<&'a str> {
    vec!["redeem", url, "--audience", audience]
}

/// The token's claims, unverified.
fn claims(url: &str) -> Value {
    let token = url.split("secret=").nth(1).expect("a token");
    let body = token.split('.').nth(1).expect("a body");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).expect("base64url")).expect("JSON")
}

#[test]
fn the_token_holds_no_personal_data() {
    let store = TestStore::with_sample_data();
    let login = store.login(&["cleo@example.com"]);
    let url = json_str(&login["url"]);
    let claims = claims(url);
    let expected = serde_json::json!({
        "iss": "test.example", "aud": EU, "sub": "3", "act": {"sub": "alice"},
        "jti": login["session_id"], "iat": 1_791_201_600, "exp": 1_791_201_660,
        "website": "eu", "store_view": "de", "disable_page_cache": true,
        "read_only": false,
    });
    assert_eq!(claims, expected);
    assert_eq!(login["expires_at"], "2026-10-05T12:01:00.000000Z");
}

#[test]
fn a_ttl_can_only_shorten_the_configured_lifetime() {
    let store = TestStore::with_sample_data();
    let lives = |ttl: &str| {
        let claims = claims(&store.login_url(&["1", "--ttl", ttl]));
        claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat")
    };
    assert_eq!(lives("30s"), 30);
    assert_eq!(lives("30"), 30);
    assert_eq!(lives("1h"), 60);
    assert_eq!(lives("9999d"), 60);
    for ttl in ["0", "0s", "-5", "soon", "", "1e3", "99999999999999999999d"] {
        let ran = store.run(&["login", "1", &format!("--ttl={ttl}"), "-o", "json"]);
        assert_eq!(ran.code, 2, "{ttl:?}: {ran:?}");
    }
    let path = "login_as_customer/general/authentication_data_expiration_time";
    for seconds in ["0", "601", "-1", "forever"] {
        store.run_failing(&["config", "set", path, seconds], "invalid_value", 2);
    }
    store.run_ok(&["config", "set", path, "600"]);
    assert_eq!(lives("9m"), 540);
}

#[test]
fn a_token_opens_its_session_once() {
    let store = TestStore::with_sample_data();
    let login = store.login(&["1"]);
    let url = json_str(&login["url"]);
    let opened = store.run_json(&redeem(url, SHOP));
    assert_eq!(opened["session_id"], login["session_id"]);
    assert_eq!(opened["customer"]["email"], "ada@example.com");
    assert_eq!(opened["admin"], "alice");
    assert_eq!(opened["website"], "base");
    assert_eq!(opened["store_view"], "en");
    assert_eq!(opened["disable_page_cache"], true);
    assert_eq!(opened["ends_at"], "2026-10-05T13:00:00.000000Z");
    store.run_failing(&redeem(url, SHOP), "token_spent", 5);
    // Verifying a token does not redeem it and does not check whether it was
    // redeemed.
    let verified = store.run_json(&["verify", url]);
    assert_eq!(verified["valid"], true);
}

#[test]
fn changed_expired_and_foreign_tokens_are_refused() {
    let store = TestStore::with_sample_data();
    let url = store.login_url(&["1"]);
    let token = url.split("secret=").nth(1).expect("a token").to_owned();
    for at in [3, token.len() / 2, token.len() - 3] {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("ASCII");
        store.run_failing(&redeem(&changed, SHOP), "token_invalid", 5);
        let ran = store.run(&["verify", &changed, "-o", "json"]);
        assert_eq!(ran.code, 5);
        let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(answer["valid"], false);
    }
    for garbage in ["", "a.b.c", "https://shop.example.com/", "\u{202e}", "🦀"] {
        store.run_failing(&redeem(garbage, SHOP), "token_invalid", 5);
    }
    store.run_failing(&redeem(&token, EU), "audience_mismatch", 5);
    assert_eq!(store.run(&["verify", &token, "--audience", EU]).code, 5);
    store.clock.set("2026-10-05T12:01:00.000000Z");
    store.run_failing(&redeem(&token, SHOP), "token_expired", 5);
    assert_eq!(store.run(&["verify", &token]).code, 5);
    // Every attempt is recorded under the impersonator.
    let failed = store.run_json(&["log", "list", "--action", "redeem", "--result", "failure"]);
    assert_eq!(failed.as_array().map(Vec::len), Some(10));
    assert_eq!(failed[0]["details"]["code"], "token_expired");
    assert_eq!(failed[0]["admin"], "alice");
    assert_eq!(failed[0]["customer_id"], "1");
}

#[test]
fn a_storefront_redeems_for_its_own_websites_only() {
    let store = TestStore::with_sample_data();
    let added = store.run_json(&["storefront", "add", "eu-shop", "--website", "eu"]);
    let token = json_str(&added["token"]);
    let base = store.login_url(&["1"]);
    let mut args = redeem(&base, SHOP);
    args.extend(["-o", "json"]);
    store.run_as(token, &args).assert_failed("token_invalid", 5);
    let eu = store.login_url(&["3"]);
    store.run_as(token, &redeem(&eu, EU)).assert_succeeded();
    let event = &store.log_events()[0];
    assert_eq!(event["admin"], "alice", "always the impersonator");
    assert_eq!(event["details"]["storefront"], "eu-shop");
    // A storefront has no other rights.
    store
        .run_as(token, &["login", "3", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_ok(&["storefront", "revoke", "eu-shop", "--yes"]);
    store
        .run_as(token, &["whoami", "-o", "json"])
        .assert_failed("not_authenticated", 4);
}

#[test]
fn redemption_checks_feature_consent_and_rights_again() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("ben");
    let login = |customer: &str| {
        let ran = store
            .run_as(&agent, &["login", customer, "-o", "json"])
            .assert_succeeded();
        let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        json_str(&answer["url"]).to_owned()
    };
    let url = login("1");
    store.set_feature("no");
    store.run_failing(&redeem(&url, SHOP), "feature_disabled", 5);
    store.set_feature("yes");
    store.run_failing(&redeem(&url, SHOP), "session_ended", 5);

    let url = login("1");
    store.run_ok(&["consent", "revoke", "1"]);
    store.run_failing(&redeem(&url, SHOP), "consent_withheld", 5);
    store.run_ok(&["consent", "grant", "1"]);
    store.run_failing(&redeem(&url, SHOP), "session_ended", 5);

    let url = login("1");
    store.run_ok(&["customer", "edit", "1", "--active", "no"]);
    store.run_failing(&redeem(&url, SHOP), "customer_inactive", 5);
    store.run_ok(&["customer", "edit", "1", "--active", "yes"]);

    for (take, give) in [
        (
            vec!["role", "deny", "bens", "login_button"],
            vec!["role", "allow", "bens", "login_button"],
        ),
        (
            vec!["role", "scope", "bens", "website:eu"],
            vec!["role", "scope", "bens", "all"],
        ),
        (
            vec!["user", "disable", "ben"],
            vec!["user", "enable", "ben"],
        ),
    ] {
        let url = login("1");
        store.run_ok(&take);
        store.run_failing(&redeem(&url, SHOP), "session_ended", 5);
        store.run_ok(&give);
        store.run_failing(&redeem(&url, SHOP), "session_ended", 5);
    }
}

#[test]
fn obstacles_are_reported_in_a_fixed_order() {
    let store = TestStore::with_sample_data();
    store.set_feature("no");
    store.run_ok(&["customer", "edit", "6", "--active", "no"]);
    store.run_ok(&["consent", "revoke", "6"]);
    store.run_ok(&["config", "unset", "web/secure/base_url"]);
    store.run_ok(&["config", "set", "lac/reason/required", "yes"]);
    store.run_ok(&["config", "set", "lac/ticket/required", "yes"]);
    let ran = store.run(&["login", "eve@example.com", "--check", "-o", "json"]);
    assert_eq!(ran.code, 5);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let codes: Vec<&str> = report["obstacles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|obstacle| {
            assert!(
                !json_str(&obstacle["hint"]).is_empty(),
                "each with its remedy"
            );
            json_str(&obstacle["code"])
        })
        .collect();
    let expected = [
        "feature_disabled",
        "customer_inactive",
        "customer_unconfirmed",
        "consent_withheld",
        "base_url_missing",
        "reason_required",
        "ticket_required",
    ];
    assert_eq!(codes, expected);
    // A check is not recorded.
    assert_ne!(store.log_events()[0]["action_group"], "login_as_customer");
    store.run_failing(&["login", "6"], "feature_disabled", 5);
    // Missing rights and unknown customers are reported before any other rule.
    let clerk = store.create_user_with_resources("clerk", &["manage"]);
    store
        .run_as(&clerk, &["login", "6", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_failing(&["login", "nobody@example.com"], "customer_not_found", 3);
}

#[test]
fn reason_and_ticket_can_be_required_per_website() {
    let store = TestStore::with_sample_data();
    store.run_ok(&[
        "config",
        "set",
        "lac/reason/required",
        "yes",
        "--scope",
        "website:eu",
    ]);
    store.run_ok(&[
        "config",
        "set",
        "lac/reason/min_length",
        "10",
        "--scope",
        "website:eu",
    ]);
    store.login(&["1"]);
    store.run_failing(&["login", "3"], "reason_required", 5);
    store.run_failing(&["login", "3", "--reason", "short"], "reason_required", 5);
    store.login(&["3", "--reason", "the cart is stuck"]);
    let ran = store
        .run_with(b"it came on stdin\n", &["login", "3", "--reason", "-"])
        .assert_succeeded();
    assert!(ran.stdout.starts_with(EU));
    assert_eq!(store.log_events()[0]["reason"], "it came on stdin");
    store.run_failing(
        &["login", "3", "--ticket", "jane@example.com"],
        "invalid_value",
        2,
    );
}

#[test]
fn an_ambiguous_document_number_requires_a_store_view() {
    let store = TestStore::with_sample_data();
    let error = store.run_failing(&["login", "--order", "300000001"], "document_ambiguous", 2);
    assert!(json_str(&error["message"]).contains("en, fr"), "{error}");
    let login = store.login(&["--order", "300000001", "--store-view", "fr"]);
    assert_eq!(login["customer"]["id"], "4");
    let login = store.login(&["--order", "300000001", "--website", "base"]);
    assert_eq!(login["customer"]["id"], "1");
}

#[test]
fn customers_outside_the_role_scope_are_not_found() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("ben");
    store.run_ok(&["role", "scope", "bens", "website:eu"]);
    let as_ben = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        store.run_as(&agent, &args)
    };
    for (args, code) in [
        (&["login", "1"][..], "customer_not_found"),
        (&["login", "ada@example.com"], "customer_not_found"),
        (&["login", "--order", "100000001"], "document_not_found"),
        (
            &["login", "3", "--store-view", "en"],
            "store_view_not_found",
        ),
        (&["login", "3", "--website", "base"], "website_not_found"),
    ] {
        let outside = as_ben(args).assert_failed(code, 3);
        assert!(
            !json_str(&outside["message"]).contains("base,"),
            "{outside}"
        );
    }
    // An address on both websites is unambiguous for users who see only one of
    // them.
    as_ben(&["login", "bob@example.com"]).assert_succeeded();
    as_ben(&["login", "--order", "200000001"]).assert_succeeded();
}

#[test]
fn inactive_and_back_office_store_views_are_not_used() {
    let store = TestStore::with_sample_data();
    // Finn's own store view is inactive: the login is refused, and another view
    // can be given.
    store.run_failing(&["login", "7"], "store_view_inactive", 5);
    assert_eq!(
        store.login(&["7", "--store-view", "fr"])["store_view"],
        "fr"
    );
    store.run_failing(
        &["login", "7", "--store-view", "admin"],
        "store_view_not_allowed",
        5,
    );
    store.run_failing(
        &["login", "7", "--store-view", "nowhere"],
        "store_view_not_found",
        3,
    );
    let of = |id, email, website| {
        crate::support::rest_customer(id, email, ("Gil", "Grape"), (website, 0), 2)
    };
    let both = [of(80, "gil@example.com", 2), of(81, "back@example.com", 0)];
    store.import("customers", &crate::support::rest_page(&both));
    let login = store.login(&["gil@example.com"]);
    assert_eq!(
        login["store_view"], "de",
        "the default view of the customer's website"
    );
    // Customers of the back office's website: with accounts per website nobody
    // can log in as them; with shared accounts the login uses the default
    // website.
    store.run_failing(&["login", "back@example.com"], "store_view_not_allowed", 5);
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    assert_eq!(store.login(&["back@example.com"])["store_view"], "en");
}

#[test]
fn with_shared_accounts_the_document_selects_the_store_view() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    store.import(
        "orders",
        &serde_json::json!({"items": [{
            "entity_id": 9, "increment_id": "900000001", "store_id": 4,
            "customer_is_guest": 0, "customer_id": 1, "customer_email": "ada@example.com",
        }], "total_count": 1}),
    );
    assert_eq!(store.login(&["--order", "900000001"])["store_view"], "fr");
    assert_eq!(store.login(&["1"])["store_view"], "en");
}

#[test]
fn a_store_view_without_base_url_is_refused() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "unset", "web/secure/base_url"]);
    store.run_failing(&["login", "1"], "base_url_missing", 5);
    store.login(&["3"]);
}

#[test]
fn last_selects_the_customer_of_the_callers_newest_session() {
    let store = TestStore::with_sample_data();
    store.run_failing(&["login", "--last"], "customer_not_found", 3);
    store.login(&["1"]);
    store.login(&["3"]);
    let agent = store.create_agent("ben");
    store.run_as(&agent, &["login", "4"]).assert_succeeded();
    assert_eq!(store.login(&["--last"])["customer"]["id"], "3");
}

#[test]
fn without_a_terminal_the_missing_flag_is_named() {
    let store = TestStore::with_sample_data();
    let error = store.run_failing(&["login"], "input_required", 2);
    assert!(json_str(&error["hint"]).contains("--order N"));
}

#[test]
fn a_session_can_be_named_by_the_start_of_its_id() {
    let store = TestStore::with_sample_data();
    let session = json_str(&store.login(&["1"])["session_id"]).to_owned();
    let short = &session[..8];
    assert_eq!(store.run_json(&["session", "show", short])["id"], session);
    store.run_failing(&["session", "show", &session[..7]], "session_not_found", 3);
    store.run_failing(&["session", "show", "ffffffgg"], "session_not_found", 3);
    let eve = create_user_with_own_role(&store, "eve", &["login_button"]);
    let shown_session = store.run_as(&eve, &["session", "show", short, "-o", "json"]);
    shown_session.assert_failed("session_not_found", 3);
    let ended = store.run_json(&["session", "end", short, &session]);
    assert_eq!(ended.as_array().map(Vec::len), Some(1), "the same, twice");
    assert_eq!(ended[0]["id"], session);
    assert_eq!(ended[0]["changed"], true);
}

#[test]
fn a_session_expires_by_itself() {
    let store = TestStore::with_sample_data();
    let unused = store.login(&["1"]);
    store.clock.set("2026-10-05T12:02:00.000000Z");
    let used = store.login(&["3"]);
    assert!(
        used.get("replaced")
            .is_none_or(|old| old["session_id"] != unused["session_id"])
    );
    let first = store.run_json(&["session", "show", json_str(&unused["session_id"])]);
    assert_eq!(
        (json_str(&first["state"]), json_str(&first["end_cause"])),
        ("expired", "link_expired")
    );
    assert_eq!(
        first["ended_at"], "2026-10-05T12:01:00.000000Z",
        "when it did, not when noticed"
    );
    store.run_ok(&redeem(json_str(&used["url"]), EU));
    store.clock.set("2026-10-05T13:02:00.000000Z");
    let shown = store.run_json(&["session", "show", json_str(&used["session_id"])]);
    assert_eq!(shown["state"], "expired");
    assert_eq!(
        store.run_json(&["session", "list", "--state", "active"]),
        serde_json::json!([])
    );
}

#[test]
fn the_demo_runs_through_a_login_and_leaves_a_usable_store() {
    let store = TestStore::uninitialized();
    let dir = store.home().join("demo");
    let dir = dir.to_str().expect("UTF-8");
    let demo = store.run_json(&["demo", "--dir", dir]);
    let refused: Vec<&str> = demo["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|step| step["refused"]["code"].as_str())
        .collect();
    assert_eq!(refused, ["consent_withheld", "token_spent"]);
    let agent = format!("{dir}/agent.token");
    let ok = store.run_json(&["--store", dir, "--token-file", &agent, "whoami"]);
    assert_eq!(ok["role"], "Support");
    store.run_ok(&["--store", dir, "log", "checkpoint"]);
    let words = store.run_ok(&["demo", "--dir", &format!("{dir}2")]);
    assert!(words.contains("the login token has been used already"));
    // The demo never changes an existing directory.
    store.run_failing(&["demo", "--dir", dir], "already_exists", 7);
}

#[test]
fn a_guest_order_is_refused_and_recorded_for_its_website() {
    let store = TestStore::with_sample_data();
    let guest = ["login", "--order", "100000002"];
    store.run_failing(&guest, "guest_document", 5);
    assert_eq!(store.log_events()[0]["website"], "base");
    assert_eq!(store.log_events()[0]["document"], "order:100000002");
    store.set_feature("no");
    store.run_failing(&guest, "feature_disabled", 5);
    let ran = store.run(&["login", "--order", "100000002", "--check", "-o", "json"]);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let codes: Vec<&str> = report["obstacles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|obstacle| json_str(&obstacle["code"]))
        .collect();
    assert_eq!(
        (ran.code, codes),
        (5, vec!["feature_disabled", "guest_document"])
    );
}

#[test]
fn an_empty_line_on_stdin_is_not_a_reason() {
    let store = TestStore::with_sample_data();
    let ran = store.run_with(b"\n", &["login", "1", "--reason", "-", "-o", "json"]);
    ran.assert_failed("invalid_value", 2);
}
