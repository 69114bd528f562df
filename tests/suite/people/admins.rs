//! Admin users: creating, assigning, editing, deleting.

use serde_json::json;

use super::{customer, events, field_values, role, run_json_as, shop};
use crate::support::TestStore;

#[test]
fn an_admin_user_is_created_assigned_edited_and_deleted() {
    let store = TestStore::new();
    role(&store, "Support", &["login_button"]);
    let bob = store.run_json(&[
        "user",
        "create",
        "bob",
        "--role",
        "Support",
        "--os-account",
        "robert",
        "--full-name",
        "Bob B.",
    ]);
    assert_eq!(bob["full_name"], "Bob B.");
    assert_eq!(bob["os_account"], "robert");
    assert_eq!(bob["enabled"], true);
    let list = store.run_json(&["user", "list"]);
    assert_eq!(field_values(&list, "name"), ["alice", "bob"]);
    assert_eq!(
        list[1]
            .as_object()
            .expect("an object")
            .keys()
            .collect::<Vec<_>>(),
        [
            "id",
            "name",
            "full_name",
            "role",
            "os_account",
            "enabled",
            "created_at"
        ]
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    let moved = store.run_json(&["user", "assign", "bob", "Administrators"]);
    assert_eq!(
        (&moved["role"], &moved["changed"]),
        (&json!("Administrators"), &json!(true))
    );
    assert_eq!(
        store.log_events()[0]["details"]["before"]["role"],
        "Support"
    );
    let edited = store.run_json(&["user", "edit", "bob", "--os-account", "", "--full-name", ""]);
    assert_eq!(
        (&edited["os_account"], &edited["full_name"]),
        (&json!(null), &json!(null))
    );
    store.run_failing(&["user", "delete", "bob"], "confirmation_required", 2);
    assert_eq!(
        store.run_json(&["user", "delete", "bob", "--yes"])["changed"],
        true
    );
    store.run_failing(&["user", "show", "bob"], "admin_user_not_found", 3);
}

#[test]
fn names_and_accounts_are_unique() {
    let store = TestStore::new();
    store.run_ok(&[
        "user",
        "create",
        "bob",
        "--role",
        "Administrators",
        "--os-account",
        "bob",
    ]);
    let admins = ["--role", "Administrators"];
    let with = |args: &[&str]| {
        let args: Vec<&str> = args.iter().chain(&admins).copied().collect();
        store.run_failing(&args, "already_exists", 7)
    };
    with(&["user", "create", "bob"]);
    let error = with(&["user", "create", "rob", "--os-account", "bob"]);
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .contains("account bob")
    );
    store.run_failing(
        &["user", "edit", "alice", "--os-account", "bob"],
        "already_exists",
        7,
    );
    store.run_failing(
        &["user", "create", "x", "--role", "None"],
        "role_not_found",
        3,
    );
    for wrong in ["", " x", "x\ny", "\u{202e}x"] {
        let args = ["user", "create", wrong, "--role", "Administrators"];
        store.run_failing(&args, "invalid_value", 2);
    }
}

#[test]
fn repeated_changes_have_no_effect() {
    let store = TestStore::new();
    store.run_ok(&["user", "create", "bob", "--role", "Administrators"]);
    let before = events(&store);
    for args in [
        &["user", "assign", "bob", "Administrators"][..],
        &["user", "enable", "bob"],
        &["user", "edit", "bob", "--os-account", ""],
    ] {
        assert_eq!(store.run_json(args)["changed"], false, "{args:?}");
    }
    assert_eq!(events(&store), before);
}

/// The id of a deleted admin user is never reused.
#[test]
fn ids_are_not_reused() {
    let store = TestStore::new();
    let id = |name| {
        store.run_json(&["user", "create", name, "--role", "Administrators"])["id"]
            .as_i64()
            .expect("an id")
    };
    let first = id("bob");
    store.run_ok(&["user", "delete", "bob", "--yes"]);
    assert!(id("rob") > first);
}

#[test]
fn losing_the_login_right_ends_sessions() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    store.run_ok(&["consent", "grant", "1"]);
    role(&store, "Support", &["login_button"]);
    let bob = store.create_user("bob", "Support");
    let ways: [(&[&str], &[&str]); 4] = [
        (&["user", "disable", "bob"], &["user", "enable", "bob"]),
        (
            &["role", "deny", "Support", "login_button"],
            &["role", "allow", "Support", "login_button"],
        ),
        (
            &["role", "scope", "Support", "website:us"],
            &["role", "scope", "Support", "all"],
        ),
        (&["user", "delete", "bob", "--yes"], &["whoami"]),
    ];
    for (take, give) in ways {
        run_json_as(&store, &bob, &["login", "1"]).assert_succeeded();
        assert_eq!(store.run_json(take)["sessions_ended"], 1, "{take:?}");
        let session = &store.run_json(&["session", "list"])[0];
        assert_eq!(session["state"], "ended", "{take:?}");
        assert_eq!(session["admin"], "bob");
        store.run_ok(give);
    }
}
