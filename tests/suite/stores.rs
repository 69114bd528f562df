//! Websites, store groups and store views: adding, editing, removing, and role
//! scopes.

use serde_json::{Value, json};

use crate::support::{TestStore, create_user_with_own_role};

/// A store with the website eu, its group and the views de and at.
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
    store.run_ok(&[
        "stores",
        "add-view",
        "at",
        "--group",
        "eu_main",
        "--name",
        "Wien",
        "--inactive",
    ]);
    store
}

fn names(rows: &Value, field: &str) -> Vec<String> {
    let rows = rows.as_array().expect("a list").iter();
    rows.map(|row| row[field].as_str().expect("text").to_owned())
        .collect()
}

#[test]
fn the_store_hierarchy_is_shown_as_a_tree() {
    let store = shop();
    insta::assert_snapshot!(store.run_ok(&["stores", "list"]), @r"
kind        id    code       name     default  active
website     1     eu         Europe   default
group       1     └ eu_main  Main     default
store-view  1     · └ de     Deutsch  default  yes
store-view  2     · └ at     Wien              no
    ");
    let view = store.run_json(&["stores", "list", "--kind", "views", "--limit", "1"]);
    assert_eq!(
        view,
        json!([{
            "kind": "store-view", "id": 1, "code": "de", "name": "Deutsch", "website": "eu",
            "group": "eu_main", "default": true, "active": true
        }])
    );
    let all = store.run_json(&["stores", "list", "--all", "--kind", "websites"]);
    assert_eq!(names(&all, "code"), ["admin", "eu"]);
}

#[test]
fn pages_continue_where_the_last_one_ended() {
    let store = shop();
    let first = store
        .run(&["stores", "list", "--limit", "2", "-o", "json"])
        .assert_succeeded();
    assert_eq!(
        first.stderr,
        "2 shown, there are more: use --after group:eu_main\n"
    );
    let rest = store.run_json(&["stores", "list", "--after", "group:eu_main"]);
    assert_eq!(names(&rest, "code"), ["de", "at"]);
    store.run_failing(
        &["stores", "list", "--after", "group:gone"],
        "invalid_value",
        2,
    );
}

#[test]
fn the_first_one_is_the_default_until_another_is_chosen() {
    let store = shop();
    let defaults = |store: &TestStore| {
        let rows = store.run_json(&["stores", "list"]);
        let rows = rows.as_array().expect("a list").clone();
        let marked = rows.into_iter().filter(|row| row["default"] == true);
        names(&marked.collect(), "code")
    };
    assert_eq!(defaults(&store), ["eu", "eu_main", "de"]);
    store.run_ok(&[
        "stores",
        "add-website",
        "us",
        "--name",
        "America",
        "--default",
        "--id",
        "7",
    ]);
    store.run_ok(&[
        "stores",
        "edit",
        "store-view:at",
        "--default",
        "--active",
        "yes",
    ]);
    assert_eq!(defaults(&store), ["eu_main", "at", "us"]);
    store.run_ok(&["stores", "remove", "store-view:at", "--yes"]);
    store.run_ok(&["stores", "edit", "website:eu", "--default"]);
    assert_eq!(defaults(&store), ["eu", "eu_main", "de"]);
}

#[test]
fn malformed_and_duplicate_codes_are_refused() {
    let store = shop();
    for code in ["", "1a", "a-b", "ä"] {
        store.run_failing(
            &["stores", "add-website", code, "--name", "x"],
            "invalid_value",
            2,
        );
    }
    for name in ["", " x", "a\u{202e}b"] {
        store.run_failing(
            &["stores", "add-website", "fr", "--name", name],
            "invalid_value",
            2,
        );
    }
    store.run_failing(
        &["stores", "add-website", "eu", "--name", "x"],
        "already_exists",
        7,
    );
    store.run_failing(
        &["stores", "add-website", "fr", "--name", "x", "--id", "1"],
        "already_exists",
        7,
    );
    store.run_failing(
        &["stores", "add-website", "fr", "--name", "x", "--id", "0"],
        "invalid_value",
        2,
    );
    store.run_failing(
        &["stores", "add-group", "g", "--website", "fr", "--name", "x"],
        "website_not_found",
        3,
    );
    store.run_failing(
        &["stores", "add-view", "v", "--group", "g", "--name", "x"],
        "store_group_not_found",
        3,
    );
    let edits = ["website:admin", "group:admin", "store-view:admin"];
    for what in edits {
        store.run_failing(&["stores", "edit", what, "--name", "x"], "read_only", 2);
        store.run_failing(&["stores", "remove", what, "--yes"], "read_only", 2);
    }
    store.run_failing(
        &[
            "stores",
            "add-group",
            "g",
            "--website",
            "admin",
            "--name",
            "x",
        ],
        "read_only",
        2,
    );
}

#[test]
fn an_edit_is_recorded_once_with_before_and_after() {
    let store = shop();
    let edit = [
        "stores",
        "edit",
        "store-view:at",
        "--name",
        "Österreich",
        "--active",
        "yes",
    ];
    assert_eq!(store.run_json(&edit)["changed"], true);
    let event = &store.log_events()[0];
    assert_eq!(event["action"], "edit");
    assert_eq!(event["website"], "eu");
    assert_eq!(event["details"]["before"]["name"], "Wien");
    assert_eq!(event["details"]["after"]["active"], true);
    assert_eq!(store.run_json(&edit)["changed"], false);
    assert_eq!(store.log_events()[0]["seq"], event["seq"]);
    store.run_failing(&["stores", "edit", "store-view:at"], "input_required", 2);
    store.run_failing(
        &["stores", "edit", "group:eu_main", "--active", "no"],
        "invalid_value",
        2,
    );
    store.run_failing(
        &["stores", "edit", "shop:eu", "--name", "x"],
        "invalid_value",
        2,
    );
}

#[test]
fn objects_in_use_cannot_be_removed() {
    let store = shop();
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "jane@example.com",
        "--website",
        "eu",
        "--store-view",
        "de",
    ]);
    let used = |what: &str, by: &str| {
        let error = store.run_failing(&["stores", "remove", what, "--yes"], "in_use", 7);
        let message = error["message"].as_str().expect("a message").to_owned();
        assert_eq!(message, format!("{what} is in use: {by}"));
    };
    used("store-view:de", "1 customer");
    used("group:eu_main", "2 store views");
    used("website:eu", "1 store group, 2 store views, 1 customer");
}

#[test]
fn removing_a_store_view_removes_its_config_values() {
    let store = shop();
    let url = [
        "config",
        "set",
        "web/secure/base_url",
        "https://at.example/",
        "--scope",
        "store-view:at",
    ];
    store.run_ok(&url);
    let error = store.run_failing(
        &["stores", "remove", "store-view:at"],
        "confirmation_required",
        2,
    );
    assert_eq!(
        error["message"],
        "remove store-view:at and its config value needs a confirmation"
    );
    let removed = store.run_json(&["stores", "remove", "store-view:at", "-y"]);
    assert_eq!(removed["config_values"], 1);
    assert_eq!(store.log_events()[0]["action"], "remove");
    store.run_failing(
        &["stores", "remove", "store-view:at", "-y"],
        "store_view_not_found",
        3,
    );
    assert_eq!(
        store.log_events()[0]["details"]["code"],
        "store_view_not_found"
    );
    store.run_ok(&[
        "stores", "add-view", "at", "--group", "eu_main", "--name", "Wien",
    ]);
    let setting = store.run_json(&[
        "config",
        "get",
        "web/secure/base_url",
        "--scope",
        "store-view:at",
    ]);
    assert_eq!(setting["value"], Value::Null);
}

#[test]
fn a_role_scope_covers_its_websites_only() {
    let store = shop();
    store.run_ok(&["stores", "add-website", "us", "--name", "America"]);
    store.run_ok(&[
        "stores",
        "add-group",
        "us_main",
        "--website",
        "us",
        "--name",
        "Main",
    ]);
    let token = create_user_with_own_role(&store, "clerk", &["Magento_Backend::store"]);
    store.run_ok(&["role", "scope", "clerk", "website:eu"]);
    let as_clerk = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        store.run_as(&token, &args)
    };
    let listed: Value =
        serde_json::from_str(&as_clerk(&["stores", "list"]).assert_succeeded().stdout)
            .expect("JSON");
    assert_eq!(names(&listed, "code"), ["eu", "eu_main", "de", "at"]);
    as_clerk(&["stores", "edit", "website:us", "--name", "x"])
        .assert_failed("website_not_found", 3);
    as_clerk(&[
        "stores", "add-view", "v", "--group", "us_main", "--name", "x",
    ])
    .assert_failed("store_group_not_found", 3);
    as_clerk(&["stores", "add-website", "fr", "--name", "x"]).assert_failed("beyond_own_rights", 4);
    as_clerk(&["stores", "edit", "website:eu", "--default"]).assert_failed("beyond_own_rights", 4);
    as_clerk(&["stores", "edit", "website:eu", "--name", "Europa"]).assert_succeeded();
    let nobody = create_user_with_own_role(&store, "nobody", &[]);
    store
        .run_as(&nobody, &["stores", "list", "-o", "json"])
        .assert_failed("resource_denied", 4);
    assert_eq!(store.log_events()[0]["action_group"], "stores");
    assert_eq!(store.log_events()[0]["result"], "failure");
}
