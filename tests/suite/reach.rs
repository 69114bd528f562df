//! The limits of a narrow role: its websites, its resources, and no indirect
//! way around them.

use serde_json::json;

use crate::support::{TestStore, rest_page};

/// A user with these resources on website `base` only.
fn user_of_base(store: &TestStore, name: &str, resources: &[&str]) -> String {
    let token = store.create_user_with_resources(name, resources);
    store.run_ok(&["role", "scope", &format!("{name}s"), "website:base"]);
    token
}

fn import_as(
    store: &TestStore,
    token: &str,
    kind: &str,
    text: &str,
) -> crate::support::CommandOutput {
    let file = store.home().join("in.json");
    std::fs::write(&file, text).expect("a file");
    let file = file.to_str().expect("a path");
    store.run_as(token, &["import", kind, file, "-o", "json"])
}

#[test]
fn a_history_without_customers_is_empty() {
    let store = TestStore::with_sample_data();
    let looker = user_of_base(&store, "looker", &["Magento_Customer::manage"]);
    let ran = store.run_as(&looker, &["consent", "history", "-", "-o", "json"]);
    assert_eq!(ran.assert_succeeded().stdout, "[]\n");
}

#[test]
fn an_import_cannot_take_over_another_websites_document() {
    let store = TestStore::with_sample_data();
    let importer = user_of_base(&store, "importer", &["import"]);
    // Order 2 belongs to Cleo on eu.
    let mine = json!({"entity_id": 2, "increment_id": "200000001", "store_id": 1,
                      "customer_id": 1, "customer_is_guest": 0,
                      "customer_email": "ada@example.com"});
    let ran = import_as(&store, &importer, "orders", &rest_page(&[mine]).to_string());
    let error = ran.assert_failed("invalid_file", 2);
    let message = error["message"].as_str().expect("a message");
    assert!(
        message.contains("entity_id: cannot be imported here"),
        "{message}"
    );
    let order = store.run_json(&["document", "show", "--order", "200000001"]);
    assert_eq!(order["customer"]["email"], "cleo@example.com");
}

#[test]
fn reusing_a_website_code_does_not_reveal_its_events() {
    let store = TestStore::with_sample_data();
    store.login(&["cleo@example.com"]);
    store.run_ok(&["stores", "edit", "website:eu", "--code", "europe"]);
    let deputy = user_of_base(
        &store,
        "deputy",
        &["Magento_Backend::store", "login_log", "import"],
    );
    let edit = [
        "stores",
        "edit",
        "website:base",
        "--code",
        "eu",
        "-o",
        "json",
    ];
    store
        .run_as(&deputy, &edit)
        .assert_failed("beyond_own_rights", 4);
    let website = json!([{"id": 1, "code": "eu", "name": "Main", "default_group_id": 1}]);
    import_as(&store, &deputy, "websites", &website.to_string()).assert_failed("invalid_file", 2);
    let named = ["stores", "edit", "website:base", "--name", "Mine"];
    store.run_as(&deputy, &named).assert_succeeded();
    let log = store.run_as(&deputy, &["log", "list", "-o", "json"]);
    assert!(!log.assert_succeeded().stdout.contains("cleo@example.com"));
}

#[test]
fn denials_do_not_reveal_which_users_exist() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("agent");
    let ask = |name: &str| {
        let ran = store.run_as(&agent, &["session", "list", "--admin", name, "-o", "json"]);
        ran.assert_failed("resource_denied", 4)["message"].clone()
    };
    assert_eq!(ask("alice"), ask("nobody-at-all"));
    let own = store.run_as(&agent, &["session", "list", "--admin", "agent"]);
    own.assert_succeeded();
}

#[test]
fn local_ids_cannot_be_chosen() {
    let store = TestStore::with_sample_data();
    let last = "local:9223372036854775807";
    let add = "customer add --website base --email z@example.com";
    let add: Vec<&str> = add.split(' ').collect();
    store.run_failing(&[&add[..], &["--id", last]].concat(), "invalid_value", 2);
    assert_eq!(store.run_json(&add)["id"], "local:1");
}

#[test]
fn the_largest_numbers_are_handled() {
    let store = TestStore::with_sample_data();
    let most = u64::MAX.to_string();
    for list in [
        &["log", "list"][..],
        &["session", "list"],
        &["customer", "list"],
        &["consent", "history", "1"],
    ] {
        store.run_ok(&[list, &["--limit", &most]].concat());
    }
    // Sequence numbers of events and website ids have their own limits.
    let highest = i64::MAX.to_string();
    store.run_ok(&["log", "list", "--after", &highest]);
    store.run_ok(&["consent", "history", "1", "--after", &highest]);
    store.run_failing(&["log", "list", "--after", &most], "invalid_value", 2);
    let website = ["stores", "add-website", "--name", "x"];
    let args = [&website[..], &["w1", "--id", &highest]].concat();
    store.run_failing(&args, "invalid_value", 2);
    store.run_ok(&[&website[..], &["w1", "--id", "2147483647"]].concat());
    store.run_ok(&[&website[..], &["w2"]].concat());
}

/// Text typed in place of a number or a code may be a name or an address, and
/// records are never erased.
#[test]
fn records_hold_no_personal_data() {
    let store = TestStore::with_sample_data();
    let typed = "Jane Doe <jane@example.com>";
    store.run_failing(&["login", "--order", typed], "document_not_found", 3);
    let group = ["stores", "add-group", "g9", "--name", "x", "--website"];
    store.run_failing(&[&group[..], &[typed]].concat(), "website_not_found", 3);
    let log = store.log_events();
    for (event, key) in [(&log[1], "document"), (&log[0], "website")] {
        let seq = event["seq"].to_string();
        let raw = store.run_ok(&["log", "show", &seq, "--raw"]);
        let parts: Vec<&str> = raw.lines().collect();
        assert!(!parts[0].contains("jane@"), "{raw}");
        assert!(parts[1].contains("jane@"), "{raw}");
        assert!(event["details"][key].as_str().is_some(), "{event}");
    }
    store.run_failing(&["login", "--order", "000000404"], "document_not_found", 3);
    assert_eq!(store.log_events()[0]["document"], "order:000000404");
}

/// A file may list a person twice; the record that allows less ends sessions of
/// the other one.
#[test]
fn merging_into_a_refusing_customer_ends_the_session() {
    let store = TestStore::with_sample_data();
    let both = "--email=both@example.com";
    store.run_ok(&["customer", "add", both, "--website", "base"]);
    store.run_ok(&["consent", "grant", "local:1"]);
    store.run_ok(&["consent", "revoke", "local:1"]);
    store.run_ok(&["consent", "grant", "2"]);
    let session = store.login(&["2"]);
    // The merchant's customer 2 takes that address, and is the one who refused.
    let bob = crate::support::rest_customer(2, "both@example.com", ("Bob", "Birch"), (1, 1), 0);
    store.import("customers", &rest_page(&[bob]));
    let id = session["session_id"].as_str().expect("an id");
    assert_eq!(store.run_json(&["session", "show", id])["state"], "ended");
}
