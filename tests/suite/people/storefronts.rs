//! Storefront accounts and their tokens.

use serde_json::{Value, json};

use super::{field_values, role, run_json_as, shop};

#[test]
fn a_storefront_token_works_until_it_is_revoked() {
    let store = shop();
    let made = store.run_json(&[
        "storefront",
        "add",
        "shop-eu",
        "--website",
        "eu",
        "--website",
        "us",
    ]);
    assert_eq!(made["name"], "shop-eu");
    let token = made["token"].as_str().expect("a token");
    let me = run_json_as(&store, token, &["whoami"]).assert_succeeded();
    let me: Value = serde_json::from_str(&me.stdout).expect("JSON");
    assert_eq!(
        (&me["kind"], &me["websites"]),
        (&json!("storefront"), &json!(["eu", "us"]))
    );
    let denied =
        run_json_as(&store, token, &["customer", "list"]).assert_failed("resource_denied", 4);
    let hint = denied["hint"].as_str().expect("a hint");
    assert!(
        !hint.contains("lac role"),
        "a storefront has no role: {hint}"
    );
    run_json_as(&store, token, &["user", "token", "create", "alice"])
        .assert_failed("resource_denied", 4);
    let list = store.run_json(&["storefront", "list"]);
    assert_eq!(field_values(&list, "name"), ["shop-eu"]);
    assert_eq!(list[0]["revoked_at"], json!(null));
    assert_eq!(
        store.run_json(&["storefront", "revoke", "shop-eu"])["changed"],
        true
    );
    assert_eq!(
        store.run_json(&["storefront", "revoke", "shop-eu"])["changed"],
        false
    );
    run_json_as(&store, token, &["whoami"]).assert_failed("not_authenticated", 4);
    store.run_failing(
        &["storefront", "revoke", "nobody"],
        "storefront_not_found",
        3,
    );
    store.run_failing(
        &["storefront", "add", "shop-eu", "--website", "eu"],
        "already_exists",
        7,
    );
    store.run_failing(
        &["storefront", "add", "x", "--website", "no"],
        "website_not_found",
        3,
    );
    let ran = store
        .run(&["storefront", "add", "shop-us", "--website", "us"])
        .assert_succeeded();
    assert!(
        ran.stdout.starts_with("lac_") && ran.stderr.contains("once"),
        "{ran:?}"
    );
}

#[test]
fn a_storefront_named_like_an_admin_user_has_no_rights() {
    let store = shop();
    let made = store.run_json(&["storefront", "add", "alice", "--website", "eu"]);
    let token = made["token"].as_str().expect("a token");
    for args in [
        &["user", "token", "create", "alice"][..],
        &["user", "token", "revoke", "alice", "--all"],
        &["user", "token", "list", "alice"],
    ] {
        run_json_as(&store, token, args).assert_failed("resource_denied", 4);
    }
}

#[test]
fn completion_hides_storefronts_outside_the_scope() {
    let store = shop();
    store.run_ok(&["storefront", "add", "shop-eu", "--website", "eu"]);
    store.run_ok(&["storefront", "add", "shop-us", "--website", "us"]);
    role(&store, "Keeper", &["Lac::storefronts"]);
    store.run_ok(&["role", "scope", "Keeper", "website:us"]);
    let keeper = store.create_user("keeper", "Keeper");
    let mut command = store.command(&["--", "lac", "storefront", "revoke", "shop"]);
    command.env("COMPLETE", "fish").env("LAC_TOKEN", &keeper);
    let output = command.output().expect("lac runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "shop-us");
}

#[test]
fn a_storefront_beyond_the_scope_cannot_be_revoked() {
    let store = shop();
    store.run_ok(&["storefront", "add", "both", "--website", "eu", "us"]);
    role(&store, "Europe", &["Lac::storefronts"]);
    store.run_ok(&["role", "scope", "Europe", "website:eu"]);
    let eva = store.create_user("eva", "Europe");
    let list = run_json_as(&store, &eva, &["storefront", "list"]).assert_succeeded();
    assert!(list.stdout.contains(r#""websites":["eu"]"#), "{list:?}");
    run_json_as(&store, &eva, &["storefront", "revoke", "both"])
        .assert_failed("beyond_own_rights", 4);
}
