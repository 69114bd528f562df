//! The scenarios of the original's acceptance suite, in its order. (19 to 28
//! concern the storefront's own pages.)

use serde_json::Value;

use crate::support::{TestStore, json_str, rest_customer, rest_page};

const MANUAL: &str = "login_as_customer/general/store_view_manual_choice_enabled";
const BASE: &str = "https://shop.example.com/loginascustomer/login/index?secret=";
const EU: &str = "https://eu.shop.example.com/loginascustomer/login/index?secret=";

#[test]
fn s01_login_from_the_customer_with_the_auto_detected_store_view() {
    let store = TestStore::with_sample_data();
    let login = store.login(&["ada@example.com"]);
    assert_eq!(login["customer"]["id"], "1");
    assert_eq!(login["store_view"], "en");
    assert!(json_str(&login["url"]).starts_with(BASE));
}

#[test]
fn s02_login_from_an_order() {
    let store = TestStore::with_sample_data();
    let printed = store.run_ok(&["login", "--order", "200000001"]);
    assert_eq!(printed.lines().count(), 1, "the URL alone: {printed}");
    assert!(printed.starts_with(EU));
    let event = &store.log_events()[0];
    assert_eq!(event["document"], "order:200000001");
    assert_eq!(event["customer_email"], "cleo@example.com");
}

#[test]
fn s03_manual_store_view_from_the_customer() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", MANUAL, "yes"]);
    let error = store.run_failing(&["login", "1"], "store_view_required", 5);
    let message = json_str(&error["message"]);
    assert!(
        message.contains("en, es") && !message.contains("de"),
        "{message}"
    );
    assert_eq!(
        store.login(&["1", "--store-view", "es"])["store_view"],
        "es"
    );
}

#[test]
fn s04_manual_store_view_from_the_order() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", MANUAL, "yes"]);
    store.run_failing(&["login", "--order", "100000001"], "store_view_required", 5);
    let login = store.login(&["--order", "100000001", "--store-view", "es"]);
    assert_eq!(login["store_view"], "es");
}

#[test]
fn s05_manual_store_view_with_the_store_code_in_the_url() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", MANUAL, "yes"]);
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    let url = store.login_url(&["1", "--store-view", "es"]);
    let expected = "https://shop.example.com/es/loginascustomer/login/index?secret=";
    assert!(url.starts_with(expected), "{url}");
}

#[test]
fn s06_login_directly_on_a_second_website() {
    let store = TestStore::with_sample_data();
    assert!(store.login_url(&["cleo@example.com"]).starts_with(EU));
    // With accounts per website, the other website's views are refused …
    let foreign = ["login", "1", "--store-view", "de"];
    store.run_failing(&foreign, "store_view_not_allowed", 5);
    // … but not with global accounts.
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    assert!(
        store
            .login_url(&["1", "--store-view", "de"])
            .starts_with(EU)
    );
}

#[test]
fn s07_no_login_starts_with_the_feature_off() {
    let store = TestStore::with_sample_data();
    store.set_feature("no");
    for from in PLACES {
        let args: Vec<&str> = ["login"].iter().chain(from).copied().collect();
        store.run_failing(&args, "feature_disabled", 5);
    }
}

/// The five places where a login starts.
const PLACES: [&[&str]; 5] = [
    &["ada@example.com"],
    &["--order", "100000001"],
    &["--invoice", "100000001"],
    &["--shipment", "100000001"],
    &["--credit-memo", "100000001"],
];

#[test]
fn s08_logins_start_from_all_five_places_with_the_feature_on() {
    let store = TestStore::with_sample_data();
    for from in PLACES {
        assert_eq!(store.login(from)["customer"]["id"], "1", "{from:?}");
    }
}

#[test]
fn s09_a_role_without_the_resource_cannot_log_in() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &["manage"]);
    store
        .run_as(&clerk, &["login", "1", "-o", "json"])
        .assert_failed("resource_denied", 4);
    let event = &store.log_events()[0];
    assert_eq!(event["result"], "failure");
    assert_eq!(event["admin"], "clerk");
    assert_eq!(event["details"]["code"], "resource_denied");
}

#[test]
fn s10_a_changed_role_takes_effect_at_once() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &[]);
    store
        .run_as(&clerk, &["login", "1", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_ok(&["role", "allow", "clerks", "login_button"]);
    store.run_as(&clerk, &["login", "1"]).assert_succeeded();
    store.run_ok(&["role", "deny", "clerks", "login_button"]);
    store
        .run_as(&clerk, &["login", "1", "-o", "json"])
        .assert_failed("resource_denied", 4);
}

#[test]
fn s11_and_s16_a_role_without_the_log_resource_cannot_read_the_log() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &["login_button"]);
    store
        .run_as(&clerk, &["log", "list", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_ok(&["role", "allow", "clerks", "login_log"]);
    store.run_as(&clerk, &["log", "list"]).assert_succeeded();
    store.run_ok(&["role", "deny", "clerks", "login_log"]);
    store
        .run_as(&clerk, &["log", "list", "-o", "json"])
        .assert_failed("resource_denied", 4);
}

#[test]
fn s12_a_role_without_the_config_resource_cannot_read_or_change_it() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &["Magento_Config::config"]);
    let path = "login_as_customer/general/enabled";
    let get = ["config", "get", path, "-o", "json"];
    store
        .run_as(&clerk, &get)
        .assert_failed("resource_denied", 4);
    let set = ["config", "set", path, "no", "-o", "json"];
    store
        .run_as(&clerk, &set)
        .assert_failed("resource_denied", 4);
    // The rest of the configuration is another resource, which they hold.
    store
        .run_as(&clerk, &["config", "get", "web/url/use_store"])
        .assert_succeeded();
    store.run_ok(&["role", "allow", "clerks", "config_section"]);
    assert_eq!(
        store.run_as(&clerk, &["config", "get", path]).stdout,
        "yes\n"
    );
}

#[test]
fn s13_settings_exist_at_the_default_scope_only() {
    let store = TestStore::with_sample_data();
    for field in [
        "enabled",
        "disable_page_cache",
        "store_view_manual_choice_enabled",
        "authentication_data_expiration_time",
    ] {
        let path = format!("login_as_customer/general/{field}");
        for scope in ["website:base", "store-view:en"] {
            let args = ["config", "set", &path, "1", "--scope", scope];
            store.run_failing(&args, "scope_not_allowed", 2);
        }
    }
}

#[test]
fn s14_every_login_is_in_the_log_with_admin_and_customer() {
    let store = TestStore::with_sample_data();
    let login = store.login(&["1", "--ticket", "ZD-4711", "--reason", "cart is stuck"]);
    let event = &store.log_events()[0];
    assert_eq!(event["seq"], login["audit_seq"]);
    assert_eq!(event["action_group"], "login_as_customer");
    assert_eq!(event["action"], "issue");
    assert_eq!(event["admin"], "alice");
    assert_eq!(event["customer_id"], "1");
    assert_eq!(event["customer_email"], "ada@example.com");
    assert_eq!(event["ticket"], "ZD-4711");
    assert_eq!(event["reason"], "cart is stuck");
    assert_eq!(event["session_id"], login["session_id"]);
    assert_eq!(event["consent"]["mode"], "opt-in");
    assert_eq!(event["consent"]["source"], "import");
}

#[test]
fn s15_the_log_filters_by_date_in_the_configured_time_zone() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    // 23:30 UTC on the 10th is 01:30 on the 11th in Berlin.
    store.clock.set("2026-10-10T23:30:00.000000Z");
    store.login(&["1"]);
    let count = |since: &str, until: &str| {
        let group = ["--action-group", "login_as_customer"];
        let mut args = vec!["log", "list", "--since", since, "--until", until];
        args.extend(group);
        let rows: Vec<Value> = serde_json::from_value(store.run_json(&args)).expect("a list");
        rows.len()
    };
    assert_eq!(count("2026-10-10", "2026-10-10"), 0);
    assert_eq!(count("2026-10-11", "2026-10-11"), 1);
}

#[test]
fn s17_a_second_login_ends_the_first() {
    let store = TestStore::with_sample_data();
    let first = store.login(&["1"]);
    let no_replace = ["login", "3", "--no-replace"];
    store.run_failing(&no_replace, "session_active", 5);
    let second = store.login(&["3"]);
    let sessions = store.run_json(&["session", "list"]);
    assert_eq!(sessions[0]["id"], second["session_id"]);
    assert_eq!(sessions[0]["state"], "issued");
    assert_eq!(sessions[1]["id"], first["session_id"]);
    assert_eq!(sessions[1]["state"], "ended");
    let url = json_str(&first["url"]);
    let redeem = ["redeem", url, "--audience", "https://shop.example.com"];
    store.run_failing(&redeem, "session_ended", 5);
    let url = json_str(&second["url"]);
    store.run_ok(&["redeem", url, "--audience", "https://eu.shop.example.com"]);
}

#[test]
fn s18_the_impersonation_ends_with_the_agents_access() {
    let store = TestStore::with_sample_data();
    let login = store.login(&["1"]);
    let url = json_str(&login["url"]);
    store.run_ok(&["redeem", url, "--audience", "https://shop.example.com"]);
    store.run_ok(&["session", "end", json_str(&login["session_id"])]);
    let shown = store.run_json(&["session", "show", json_str(&login["session_id"])]);
    assert_eq!(shown["state"], "ended");
    assert_eq!(store.log_events()[0]["action"], "end");
    // Losing the account ends it, too.
    let agent = store.create_agent("ben");
    store.run_as(&agent, &["login", "3"]).assert_succeeded();
    store.run_ok(&["user", "disable", "ben"]);
    let sessions = store.run_json(&["session", "list", "--admin", "ben"]);
    assert_eq!(sessions[0]["state"], "ended");
    assert_eq!(sessions[0]["end_cause"], "access_lost");
}

#[test]
fn s29_title_and_tooltip_come_from_config_and_the_choice_is_kept() {
    let store = TestStore::with_sample_data();
    let title = "login_as_customer/general/shopping_assistance_checkbox_title";
    let german = "Hilfe per Fernzugriff erlauben";
    store.run_ok(&["config", "set", title, german, "--scope", "website:eu"]);
    let get = |scope: &str| store.run_ok(&["config", "get", title, "--scope", scope]);
    assert_eq!(get("website:eu"), format!("{german}\n"));
    assert_eq!(get("website:base"), "Allow remote shopping assistance\n");
    // The choice is kept: a file that has no answer, or an older one, changes
    // nothing.
    store.run_ok(&["consent", "revoke", "1"]);
    let again = rest_customer(1, "ada@example.com", ("Ada", "Apple"), (1, 1), 2);
    store.import("customers", &rest_page(&[again]));
    store.run_failing(&["login", "1"], "consent_withheld", 5);
}

#[test]
fn s30_an_admin_without_the_opt_in_resource_cannot_change_consent() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &["manage", "actions", "login_button"]);
    let grant = ["consent", "grant", "2", "-o", "json"];
    store
        .run_as(&clerk, &grant)
        .assert_failed("resource_denied", 4);
    store.run_ok(&["role", "allow", "clerks", "allow_shopping_assistance"]);
    store.run_as(&clerk, &grant).assert_succeeded();
    store.run_as(&clerk, &["login", "2"]).assert_succeeded();
}
