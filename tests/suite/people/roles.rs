//! Roles: resources and scopes.

use serde_json::json;

use super::{events, field_values, role, run_json_as, shop};
use crate::support::TestStore;

#[test]
fn a_new_role_is_custom_and_empty() {
    let store = TestStore::new();
    let made = store.run_json(&["role", "create", "Support"]);
    assert_eq!(made["access"], "custom");
    assert_eq!(made["resources"], json!([]));
    assert_eq!(made["scope"], "all");
    let given = store.run_json(&["role", "allow", "Support", "login_button", "sales_order"]);
    assert_eq!(given["changed"], true);
    let full = [
        "Magento_LoginAsCustomer::login_button",
        "Magento_Sales::sales_order",
    ];
    assert_eq!(given["resources"], json!(full));
    let taken = store.run_json(&["role", "deny", "Support", full[1]]);
    assert_eq!(taken["resources"], json!([full[0]]));
    let event = &store.log_events()[0];
    assert_eq!(event["action"], "deny");
    assert_eq!(event["details"]["role"], "Support");
    assert_eq!(event["details"]["before"]["resources"], json!(full));
    assert_eq!(event["details"]["after"]["resources"], json!([full[0]]));
}

#[test]
fn a_parent_resource_grants_its_children_only_with_the_flag() {
    let store = TestStore::new();
    role(&store, "Sales", &["sales"]);
    assert_eq!(
        store.run_json(&["role", "show", "Sales"])["resources"],
        json!(["Magento_Sales::sales"])
    );
    let all = store.run_json(&["role", "allow", "Sales", "sales", "--with-children"]);
    assert_eq!(all["resources"].as_array().expect("a list").len(), 6);
    let none = store.run_json(&["role", "deny", "Sales", "sales", "--with-children"]);
    assert_eq!(none["resources"], json!([]));
}

#[test]
fn repeated_changes_have_no_effect_and_no_event() {
    let store = shop();
    role(&store, "Support", &["login_button"]);
    let before = events(&store);
    for args in [
        ["role", "allow", "Support", "login_button"],
        ["role", "deny", "Support", "sales_order"],
        ["role", "access", "Support", "custom"],
        ["role", "scope", "Support", "all"],
    ] {
        assert_eq!(store.run_json(&args)["changed"], false, "{args:?}");
    }
    assert_eq!(events(&store), before);
}

#[test]
fn an_all_role_made_custom_starts_empty() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Boss", "--all"]);
    store.run_failing(
        &["role", "deny", "Boss", "login_button"],
        "role_holds_all",
        5,
    );
    let ran = store.run(&["role", "allow", "Boss", "login_button", "-o", "json"]);
    assert!(ran.assert_succeeded().stderr.contains("full access"));
    let custom = store.run_json(&["role", "access", "Boss", "custom"]);
    assert_eq!(custom["resources"], json!([]));
    let again = store.run_json(&["role", "access", "Boss", "all"]);
    assert_eq!(again["access"], "all");
}

#[test]
fn resources_can_be_named_by_an_unambiguous_ending() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Support"]);
    let unknown = store.run_failing(
        &["role", "allow", "Support", "login_buton"],
        "resource_not_found",
        3,
    );
    assert!(
        unknown["message"]
            .as_str()
            .expect("text")
            .contains("login_button")
    );
    let several = store.run_failing(&["role", "allow", "Support", "events"], "invalid_value", 2);
    assert!(
        several["message"]
            .as_str()
            .expect("text")
            .contains("bulk_events")
    );
    // All or nothing.
    store.run_failing(
        &["role", "allow", "Support", "login_button", "nothing"],
        "resource_not_found",
        3,
    );
    assert_eq!(
        store.run_json(&["role", "show", "Support"])["resources"],
        json!([])
    );
}

#[test]
fn the_tree_shows_granted_resources() {
    let store = TestStore::new();
    role(&store, "Support", &["login_button"]);
    let tree = store.run_json(&["role", "resources", "--role", "Support"]);
    let nodes = tree.as_array().expect("a list");
    assert_eq!(nodes[0]["parent"], json!(null));
    let button = nodes
        .iter()
        .find(|n| n["id"] == "Magento_LoginAsCustomer::login_button")
        .expect("the button");
    assert_eq!(button["granted"], true);
    assert_eq!(button["depth"], 3);
    assert_eq!(button["parent"], "Magento_LoginAsCustomer::login");
    assert_eq!(nodes.iter().filter(|n| n["granted"] == true).count(), 1);
    let plain = store.run_json(&["role", "resources"]);
    assert!(plain[0].get("granted").is_none());
    let table = store.run_ok(&["role", "resources", "--role", "Support"]);
    assert_eq!(table.matches('✓').count(), 1);
}

#[test]
fn a_role_scope_accepts_only_websites() {
    let store = shop();
    role(&store, "Support", &[]);
    let scoped = store.run_json(&["role", "scope", "Support", "website:us", "website:eu"]);
    assert_eq!(scoped["scope"], "custom");
    assert_eq!(scoped["websites"], json!(["eu", "us"]));
    for wrong in ["eu", "website:", "store-view:de", "all website:eu"] {
        let words: Vec<&str> = wrong.split(' ').collect();
        let args: Vec<&str> = ["role", "scope", "Support"]
            .into_iter()
            .chain(words)
            .collect();
        store.run_failing(&args, "invalid_value", 2);
    }
    store.run_failing(
        &["role", "scope", "Support", "website:nowhere"],
        "website_not_found",
        3,
    );
    let all = store.run_json(&["role", "scope", "Support", "all"]);
    assert_eq!(
        (&all["scope"], &all["websites"]),
        (&json!("all"), &json!(null))
    );
}

#[test]
fn a_role_in_use_cannot_be_deleted() {
    let store = TestStore::new();
    role(&store, "Support", &[]);
    let bob = store.create_user("bob", "Support");
    let error = store.run_failing(&["role", "delete", "Support", "--yes"], "in_use", 7);
    assert!(error["message"].as_str().expect("text").contains("bob"));
    store.run_ok(&["user", "delete", "bob", "--yes"]);
    store.run_failing(&["role", "delete", "Support"], "confirmation_required", 2);
    assert_eq!(
        store.run_json(&["role", "delete", "Support", "--yes"])["changed"],
        true
    );
    store.run_failing(&["role", "show", "Support"], "role_not_found", 3);
    run_json_as(&store, &bob, &["whoami"]).assert_failed("not_authenticated", 4);
}

#[test]
fn roles_are_listed_by_name() {
    let store = TestStore::new();
    role(&store, "Support", &["login_button"]);
    store.run_ok(&["role", "create", "Auditors"]);
    let list = store.run_json(&["role", "list"]);
    assert_eq!(
        field_values(&list, "name"),
        ["Administrators", "Auditors", "Support"]
    );
    assert_eq!(list[0]["users"], 1);
    assert_eq!(list[2]["resources"], 1);
    let first = store
        .run(&["role", "list", "--limit", "1", "-o", "json"])
        .assert_succeeded();
    assert!(first.stderr.contains("--after Administrators"), "{first:?}");
    let rest = store.run_json(&["role", "list", "--after", "Administrators"]);
    assert_eq!(field_values(&rest, "name"), ["Auditors", "Support"]);
    store.run_failing(&["role", "create", "Support"], "already_exists", 7);
    store.run_failing(&["role", "create", " padded "], "invalid_value", 2);
}
