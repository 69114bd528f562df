//! Config: what can be set at which scope, which value applies, and who may
//! change it.

use serde_json::{Value, json};

use crate::support::{TestStore, create_user_with_own_role};

const ENABLED: &str = "login_as_customer/general/enabled";
const URL: &str = "web/secure/base_url";

fn shop() -> TestStore {
    let store = TestStore::new();
    store.run_ok(&["stores", "add-website", "eu", "--name", "Europe"]);
    store.run_ok(&[
        "stores",
        "add-group",
        "eu_main",
        "--website",
        "eu",
        "--name",
        "Main",
    ]);
    store.run_ok(&[
        "stores", "add-view", "de", "--group", "eu_main", "--name", "Deutsch",
    ]);
    store
}

fn paths(list: &Value) -> Vec<&str> {
    let rows = list.as_array().expect("a list").iter();
    rows.map(|row| row["path"].as_str().expect("a path"))
        .collect()
}

/// Scenario 13: the feature's settings exist at the default scope only (except
/// the texts of the checkbox).
#[test]
fn feature_settings_exist_at_the_default_scope_only() {
    let store = shop();
    let list = store.run_json(&["config", "list", "--section", "login_as_customer"]);
    for path in paths(&list) {
        let field = store.run_json(&["config", "describe", path]);
        let is_text = path.contains("shopping_assistance_checkbox");
        let scopes = if is_text {
            json!(["default", "website"])
        } else {
            json!(["default"])
        };
        assert_eq!(field["scopes"], scopes, "{path}");
        let set = |scope, value| ["config", "set", path, value, "--scope", scope];
        if is_text {
            store.run_ok(&set("website:eu", "May we help?"));
            store.run_failing(&set("store-view:de", "x"), "scope_not_allowed", 2);
        } else {
            store.run_failing(&set("website:eu", "1"), "scope_not_allowed", 2);
            store.run_failing(&set("store-view:de", "1"), "scope_not_allowed", 2);
        }
    }
}

#[test]
fn the_narrowest_value_applies_and_names_its_source() {
    let store = shop();
    let get = |scope: &str| store.run_json(&["config", "get", URL, "--scope", scope]);
    assert_eq!(
        get("default"),
        json!({"path": URL, "scope": "default", "value": null, "origin": "unset"})
    );
    store.run_ok(&["config", "set", URL, "https://shop.example/"]);
    store.run_ok(&[
        "config",
        "set",
        URL,
        "https://eu.example/",
        "--scope",
        "website:eu",
    ]);
    assert_eq!(
        get("store-view:de"),
        json!({
            "path": URL, "scope": "store-view:de", "value": "https://eu.example/",
            "origin": "website:eu"
        })
    );
    assert_eq!(
        store.run_ok(&["config", "get", URL]),
        "https://shop.example/\n"
    );
    store.run_ok(&["config", "unset", URL, "--scope", "website:eu"]);
    assert_eq!(get("website:eu")["origin"], "default");
    // A field without that scope falls back, too.
    let enabled = store.run_json(&["config", "get", ENABLED, "--scope", "store-view:de"]);
    assert_eq!(
        (&enabled["value"], &enabled["origin"]),
        (&json!("no"), &json!("built-in"))
    );
}

#[test]
fn an_unset_value_prints_an_empty_line_and_a_note() {
    let store = shop();
    let got = store.run(&["config", "get", URL]).assert_succeeded();
    assert_eq!(got.stdout, "\n");
    assert_eq!(got.stderr, "the field is not set and has no default\n");
    store.run_failing(
        &["config", "get", "web/secure/base"],
        "config_path_not_found",
        3,
    );
    store.run_failing(
        &["config", "get", URL, "--scope", "website:fr"],
        "website_not_found",
        3,
    );
    store.run_failing(&["config", "get", URL, "--scope", "fr"], "invalid_value", 2);
}

#[test]
fn config_describe_explains_a_field() {
    let store = shop();
    insta::assert_snapshot!(store.run_ok(&["config", "describe", URL]), @r"
path      web/secure/base_url
title     Secure Base URL
meaning   Where the storefront lives. Login URLs start with it, and its origin is who may redeem them.
takes     an absolute https URL ending in `/`, like https://shop.example/
default   none
set at    default, website, store-view
resource  Magento_Config::config
    ");
    insta::assert_snapshot!(store.run_ok(&["config", "list", "--section", "web"]), @r"
path                 value  from      title
web/secure/base_url         unset     Secure Base URL
web/url/use_store    no     built-in  Add Store Code to Urls
    ");
    store.run_failing(
        &["config", "list", "--section", "catalog"],
        "config_path_not_found",
        3,
    );
    store.run_failing(&["config", "set", "lac/store/name", "x"], "read_only", 2);
}

/// Scenario 12: the section requires its own resource, everything else requires
/// Configuration.
#[test]
fn each_config_section_requires_its_resource() {
    let store = shop();
    let of_section = create_user_with_own_role(
        &store,
        "support",
        &["Magento_LoginAsCustomer::config_section"],
    );
    let of_rest = create_user_with_own_role(&store, "shopkeeper", &["Magento_Config::config"]);
    let nobody = create_user_with_own_role(&store, "nobody", &[]);
    let denied = |token: &str, args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        store
            .run_as(token, &args)
            .assert_failed("resource_denied", 4);
        assert_eq!(store.log_events()[0]["result"], "failure");
    };
    denied(&of_rest, &["config", "get", ENABLED]);
    denied(&of_rest, &["config", "set", ENABLED, "yes"]);
    denied(&of_rest, &["config", "describe", ENABLED]);
    denied(
        &of_rest,
        &["config", "list", "--section", "login_as_customer"],
    );
    denied(&of_section, &["config", "set", URL, "https://a.example/"]);
    denied(&nobody, &["config", "list"]);
    let list = |token: &str| {
        let ran = store
            .run_as(token, &["config", "list", "-o", "json"])
            .assert_succeeded();
        serde_json::from_str::<Value>(&ran.stdout).expect("JSON")
    };
    let own = |path: &&str| path.starts_with("login_as_customer/") || path.starts_with("lac/");
    assert!(paths(&list(&of_section)).iter().all(own));
    assert!(!paths(&list(&of_rest)).iter().any(own));
    store
        .run_as(&of_section, &["config", "set", ENABLED, "1"])
        .assert_succeeded();
    assert_eq!(store.run_ok(&["config", "get", ENABLED]), "yes\n");
}

#[test]
fn a_role_scope_does_not_allow_changing_the_default_scope() {
    let store = shop();
    let token = create_user_with_own_role(&store, "clerk", &["Magento_Config::config"]);
    store.run_ok(&["stores", "add-website", "us", "--name", "America"]);
    store.run_ok(&["role", "scope", "clerk", "website:eu"]);
    let as_clerk = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        store.run_as(&token, &args)
    };
    let url = "https://eu.example/";
    as_clerk(&["config", "set", URL, url]).assert_failed("beyond_own_rights", 4);
    as_clerk(&["config", "unset", URL]).assert_failed("beyond_own_rights", 4);
    as_clerk(&["config", "set", URL, url, "--scope", "website:us"])
        .assert_failed("website_not_found", 3);
    as_clerk(&["config", "set", URL, url, "--scope", "store-view:de"]).assert_succeeded();
    as_clerk(&["config", "get", URL]).assert_succeeded();
}
