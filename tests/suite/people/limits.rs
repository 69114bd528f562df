//! Nobody grants more than they hold, nobody restricts a user who holds more,
//! and objects outside the role scope do not exist.

use super::{customer, field_values, role, run_json_as, shop};
use crate::support::TestStore;

const DEPUTY: &[&str] = &[
    "acl_users",
    "acl_roles",
    "login_button",
    "Magento_Customer::manage",
];

/// A deputy who manages users but holds little else.
fn store_with_deputy() -> (TestStore, String) {
    let store = shop();
    role(&store, "Deputies", DEPUTY);
    role(&store, "Support", &["login_button"]);
    role(&store, "Keepers", &["Lac::keys"]);
    store.run_ok(&["user", "create", "sue", "--role", "Support"]);
    store.run_ok(&["user", "create", "kay", "--role", "Keepers"]);
    let deputy = store.create_user("dan", "Deputies");
    (store, deputy)
}

#[test]
fn granting_or_revoking_more_than_held_is_denied() {
    let (store, dan) = store_with_deputy();
    let before = store.run_json(&["role", "list"]);
    for args in [
        // granting
        &["role", "create", "New", "--all"][..],
        &["role", "access", "Support", "all"],
        &["role", "allow", "Support", "Lac::keys"],
        &["role", "allow", "Support", "login_button", "Lac::keys"],
        &[
            "role",
            "allow",
            "Support",
            "Magento_Backend::admin",
            "--with-children",
        ],
        &["user", "create", "new", "--role", "Administrators"],
        &["user", "create", "new", "--role", "Keepers"],
        &["user", "assign", "sue", "Administrators"],
        &["user", "assign", "dan", "Administrators"],
        &["user", "token", "create", "alice"],
        &["user", "token", "create", "kay"],
        // restricting
        &["user", "disable", "alice"],
        &["user", "enable", "kay"],
        &["user", "delete", "alice", "--yes"],
        &["user", "edit", "alice", "--os-account", "dan"],
        &["user", "assign", "alice", "Support"],
        &["user", "token", "revoke", "alice", "--all"],
        &["role", "access", "Administrators", "custom"],
        &["role", "deny", "Keepers", "Lac::keys"],
        &["role", "allow", "Keepers", "login_button"],
        &["role", "scope", "Administrators", "website:eu"],
        &["role", "delete", "Keepers", "--yes"],
    ] {
        run_json_as(&store, &dan, args).assert_failed("beyond_own_rights", 4);
        let event = &store.log_events()[0];
        assert_eq!(event["admin"], "dan", "{args:?}");
        assert_eq!(event["details"]["code"], "beyond_own_rights");
    }
    assert_eq!(store.run_json(&["role", "list"]), before);
}

#[test]
fn changes_within_own_rights_are_allowed() {
    let (store, dan) = store_with_deputy();
    for args in [
        &["role", "create", "New"][..],
        &["role", "allow", "New", "login_button"],
        &["role", "deny", "New", "login_button"],
        &["role", "scope", "New", "website:eu"],
        &["role", "delete", "New", "--yes"],
        &["user", "create", "new", "--role", "Support"],
        &["user", "assign", "new", "Deputies"],
        &["user", "disable", "new"],
        &["user", "enable", "new"],
        &["user", "token", "create", "new"],
        &["user", "token", "revoke", "new", "--all"],
        &["user", "delete", "new", "--yes"],
        &["user", "token", "create", "dan"],
        &["user", "token", "list", "alice"],
    ] {
        run_json_as(&store, &dan, args).assert_succeeded();
    }
}

#[test]
fn every_command_requires_its_resource() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    role(&store, "Nothing", &[]);
    let nobody = store.create_user("nora", "Nothing");
    for args in [
        &["customer", "list"][..],
        &["customer", "show", "1"],
        &["customer", "add", "--email", "a@b", "--website", "eu"],
        &["customer", "edit", "1", "--active", "no"],
        &["customer", "remove", "1", "--yes"],
        &["consent", "show", "1"],
        &["consent", "grant", "1"],
        &["consent", "revoke", "1"],
        &["consent", "history", "1"],
        &["role", "list"],
        &["role", "show", "Nothing"],
        &["role", "resources"],
        &["role", "create", "X"],
        &["role", "delete", "Nothing", "--yes"],
        &["role", "access", "Nothing", "custom"],
        &["role", "allow", "Nothing", "login"],
        &["role", "deny", "Nothing", "login"],
        &["role", "scope", "Nothing", "all"],
        &["user", "list"],
        &["user", "show", "nora"],
        &["user", "create", "x", "--role", "Nothing"],
        &["user", "assign", "nora", "Nothing"],
        &["user", "edit", "nora", "--full-name", "N"],
        &["user", "disable", "nora"],
        &["user", "enable", "nora"],
        &["user", "delete", "nora", "--yes"],
        &["user", "token", "create", "alice"],
        &["user", "token", "list", "alice"],
        &["user", "token", "revoke", "alice", "--all"],
        &["storefront", "list"],
        &["storefront", "add", "x", "--website", "eu"],
        &["storefront", "revoke", "x"],
    ] {
        run_json_as(&store, &nobody, args).assert_failed("resource_denied", 4);
        let event = &store.log_events()[0];
        assert_eq!(event["admin"], "nora", "{args:?}");
        assert_eq!(event["result"], "failure");
    }
}

/// A user with one website only.
fn user_of_eu(resources: &[&str]) -> (TestStore, String) {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    customer(&store, "2", "joe@example.com", "us");
    customer(&store, "3", "both@example.com", "eu");
    customer(&store, "4", "both@example.com", "us");
    role(&store, "Europe", resources);
    store.run_ok(&["role", "scope", "Europe", "website:eu"]);
    let token = store.create_user("eva", "Europe");
    (store, token)
}

#[test]
fn objects_outside_the_scope_are_not_found() {
    let (store, eva) = user_of_eu(&["customer", "acl_roles", "Lac::storefronts"]);
    store.run_ok(&["role", "allow", "Europe", "customer", "--with-children"]);
    store.run_ok(&["storefront", "add", "shop-us", "--website", "us"]);
    let missing = [
        (&["customer", "show", "2"][..], "customer_not_found"),
        (
            &["customer", "show", "joe@example.com"],
            "customer_not_found",
        ),
        (
            &["customer", "edit", "2", "--active", "no"],
            "customer_not_found",
        ),
        (&["customer", "remove", "2", "--yes"], "customer_not_found"),
        (&["consent", "show", "2"], "customer_not_found"),
        (&["consent", "grant", "1", "2"], "customer_not_found"),
        (&["consent", "history", "2"], "customer_not_found"),
        (
            &["customer", "list", "--website", "us"],
            "website_not_found",
        ),
        (
            &["customer", "show", "1", "--website", "us"],
            "website_not_found",
        ),
        (
            &["customer", "add", "--email", "a@b", "--website", "us"],
            "website_not_found",
        ),
        (
            &["customer", "edit", "1", "--store-view", "en"],
            "store_view_not_found",
        ),
        (
            &["role", "scope", "Europe", "website:us"],
            "website_not_found",
        ),
        (
            &["storefront", "add", "x", "--website", "us"],
            "website_not_found",
        ),
        (&["storefront", "revoke", "shop-us"], "storefront_not_found"),
    ];
    for (args, code) in missing {
        run_json_as(&store, &eva, args).assert_failed(code, 3);
    }
    // Not even through an ambiguity or a search.
    let both =
        run_json_as(&store, &eva, &["customer", "show", "both@example.com"]).assert_succeeded();
    assert!(both.stdout.contains(r#""id":"3""#));
    for args in [
        &["customer", "list"][..],
        &["customer", "list", "--search", "example.com"],
        &["customer", "list", "--email-prefix", ""],
    ] {
        let list = run_json_as(&store, &eva, args).assert_succeeded();
        let list = serde_json::from_str(&list.stdout).expect("JSON");
        assert_eq!(field_values(&list, "id"), ["3", "1"], "{args:?}");
    }
    for id in ["2", "joe@example.com"] {
        let list =
            run_json_as(&store, &eva, &["customer", "list", "--search", id]).assert_succeeded();
        assert_eq!(list.stdout, "[]\n");
    }
    let list = run_json_as(&store, &eva, &["storefront", "list"]).assert_succeeded();
    assert_eq!(list.stdout, "[]\n");
    assert_eq!(
        store.run_json(&["consent", "show", "1"])["consent"],
        "withheld"
    );
}

#[test]
fn a_scoped_user_cannot_widen_the_scope() {
    let (store, eva) = user_of_eu(&["acl_roles", "acl_users"]);
    for args in [
        &["role", "scope", "Europe", "all"][..],
        &["role", "create", "World", "--scope", "all"],
        &["role", "allow", "Administrators", "login"],
    ] {
        run_json_as(&store, &eva, args).assert_failed("beyond_own_rights", 4);
    }
    // A role that she creates has her scope.
    let made = run_json_as(&store, &eva, &["role", "create", "Helpers"]).assert_succeeded();
    assert!(made.stdout.contains(r#""websites":["eu"]"#), "{made:?}");
    run_json_as(
        &store,
        &eva,
        &["user", "create", "hal", "--role", "Helpers"],
    )
    .assert_succeeded();
    // Of other roles she sees only what exists in her scope.
    store.run_ok(&["role", "scope", "Helpers", "website:eu", "website:us"]);
    let shown = run_json_as(&store, &eva, &["role", "show", "Helpers"]).assert_succeeded();
    assert!(shown.stdout.contains(r#""websites":["eu"]"#), "{shown:?}");
}
