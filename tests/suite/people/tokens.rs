//! Access tokens: creation, lifetime and revocation.

use super::{field_values, role, run_json_as};
use crate::support::{NOW, TestStore};

#[test]
fn a_token_is_shown_once_and_works_until_it_expires() {
    let store = TestStore::new();
    role(&store, "Support", &[]);
    store.run_ok(&["user", "create", "bob", "--role", "Support"]);
    let made = store.run_json(&["user", "token", "create", "bob", "--expires", "30d"]);
    assert_eq!(made["name"], "bob");
    assert_eq!(made["expires_at"], "2026-11-04T12:00:00.000000Z");
    let token = made["token"].as_str().expect("a token");
    let me = run_json_as(&store, token, &["whoami"]).assert_succeeded();
    assert!(me.stdout.contains(r#""name":"bob""#));
    store.clock.set("2026-11-04T11:59:59.999999Z");
    run_json_as(&store, token, &["whoami"]).assert_succeeded();
    store.clock.set("2026-11-04T12:00:00.000000Z");
    run_json_as(&store, token, &["whoami"]).assert_failed("not_authenticated", 4);
    assert_eq!(
        field_values(&store.run_json(&["user", "token", "list", "bob"]), "state"),
        ["expired"]
    );
    // Neither the list nor the log nor the database contains it.
    store.clock.set(NOW);
    assert!(
        !store
            .run_ok(&["user", "token", "list", "bob", "-o", "json"])
            .contains(token)
    );
    assert!(!store.run_ok(&["log", "list", "-o", "json"]).contains(token));
    for file in ["lac.db", "lac.db-wal"] {
        let bytes = std::fs::read(store.dir().join(file)).unwrap_or_default();
        let found = bytes.windows(token.len()).any(|w| w == token.as_bytes());
        assert!(!found, "{file}");
    }
}

#[test]
fn at_a_terminal_stdout_holds_only_the_token() {
    let store = TestStore::new();
    let ran = store
        .run(&["user", "token", "create", "alice"])
        .assert_succeeded();
    let token = ran.stdout.trim_end();
    assert!(token.starts_with("lac_") && !token.contains(char::is_whitespace));
    assert!(ran.stderr.contains("once"), "{ran:?}");
    run_json_as(&store, token, &["whoami"]).assert_succeeded();
}

#[test]
fn token_lifetimes_have_limits() {
    let store = TestStore::new();
    for wrong in ["never", "0s", "367d", "30", "-1d", "soon", ""] {
        let expires = format!("--expires={wrong}");
        store.run_failing(
            &["user", "token", "create", "alice", &expires],
            "invalid_value",
            2,
        );
    }
    store.run_ok(&["user", "token", "create", "alice", "--expires", "366d"]);
    let default = store.run_json(&["user", "token", "create", "alice"]);
    assert_eq!(default["expires_at"], "2027-01-03T12:00:00.000000Z");
}

#[test]
fn disabling_a_user_suspends_tokens_and_enabling_restores_them() {
    let store = TestStore::new();
    let bob = store.create_user("bob", "Administrators");
    store.run_ok(&["user", "disable", "bob"]);
    run_json_as(&store, &bob, &["whoami"]).assert_failed("not_authenticated", 4);
    assert_eq!(
        field_values(&store.run_json(&["user", "token", "list", "bob"]), "state"),
        ["suspended"]
    );
    store.run_ok(&["user", "enable", "bob"]);
    run_json_as(&store, &bob, &["whoami"]).assert_succeeded();
}

#[test]
fn a_revoked_token_stays_revoked() {
    let store = TestStore::new();
    let first = store.create_user("bob", "Administrators");
    let second = store.run_json(&["user", "token", "create", "bob", "--label", "nightly"]);
    let id = second["id"].to_string();
    assert_eq!(
        store.run_json(&["user", "token", "revoke", "bob", &id])["changed"],
        true
    );
    assert_eq!(
        store.run_json(&["user", "token", "revoke", "bob", &id])["changed"],
        false
    );
    run_json_as(&store, second["token"].as_str().expect("text"), &["whoami"])
        .assert_failed("not_authenticated", 4);
    run_json_as(&store, &first, &["whoami"]).assert_succeeded();
    let list = store.run_json(&["user", "token", "list", "bob"]);
    assert_eq!(field_values(&list, "state"), ["active", "revoked"]);
    assert_eq!(list[1]["label"], "nightly");
    store.run_failing(
        &["user", "token", "revoke", "bob", "99"],
        "access_token_not_found",
        3,
    );
    store.run_failing(
        &["user", "token", "revoke", "alice", &id],
        "access_token_not_found",
        3,
    );
    store.run_ok(&["user", "token", "revoke", "bob", "--all"]);
    run_json_as(&store, &first, &["whoami"]).assert_failed("not_authenticated", 4);
}

#[test]
fn an_invalid_token_never_falls_back_to_the_account() {
    let store = TestStore::new();
    let good = store.create_user("bob", "Administrators");
    let swapped = good.replace(&good[10..11], if &good[10..11] == "A" { "B" } else { "A" });
    let other = TestStore::new();
    other.run_ok(&["whoami"]); // another seed from here on
    let unknown = other.create_user("eve", "Administrators");
    for token in [
        "lac_",
        "nonsense",
        &good[..40],
        &swapped,
        &format!("{good}x"),
        &unknown,
    ] {
        run_json_as(&store, token, &["whoami"]).assert_failed("not_authenticated", 4);
    }
    // White space around it is ignored: files end with a line break.
    run_json_as(&store, &format!("{good}\n"), &["whoami"]).assert_succeeded();
}

#[test]
fn own_tokens_need_no_resource() {
    let store = TestStore::new();
    role(&store, "Nothing", &[]);
    let nora = store.create_user("nora", "Nothing");
    run_json_as(&store, &nora, &["user", "token", "list"]).assert_succeeded();
    let made = run_json_as(&store, &nora, &["user", "token", "create", "nora"]).assert_succeeded();
    let made: serde_json::Value = serde_json::from_str(&made.stdout).expect("JSON");
    let id = made["id"].to_string();
    run_json_as(&store, &nora, &["user", "token", "revoke", "nora", &id]).assert_succeeded();
    // Other users' tokens do, and the error does not reveal whether they exist.
    for name in ["alice", "nobody"] {
        run_json_as(&store, &nora, &["user", "token", "create", name])
            .assert_failed("resource_denied", 4);
    }
}

#[test]
fn a_long_list_of_tokens_has_pages() {
    let store = TestStore::new();
    for _ in 0..3 {
        store.run_ok(&["user", "token", "create", "alice"]);
    }
    let args = ["user", "token", "list", "--limit", "2", "-o", "json"];
    let first = store.run(&args).assert_succeeded();
    assert!(first.stderr.contains("2 shown"), "{first:?}");
    let cursor = first
        .stderr
        .split("--after ")
        .nth(1)
        .expect("a cursor")
        .trim();
    let rest = store.run_json(&["user", "token", "list", "--after", cursor]);
    assert_eq!(field_values(&rest, "id"), ["3"]);
    store.run_failing(
        &["user", "token", "list", "--after", "x"],
        "invalid_value",
        2,
    );
}
