//! Creating a store, its permissions, and error messages about it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::TestStore;

#[test]
fn init_creates_a_store_for_the_current_account() {
    let store = TestStore::new();
    let me = store.run_json(&["whoami"]);
    assert_eq!(me["name"], "alice");
    assert_eq!(me["role"], "Administrators");
    assert_eq!(me["store"], "test.example");
    let mode = |name: &str| {
        fs::metadata(store.dir().join(name))
            .expect("exists")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("keys/login.pem"), 0o600);
    assert_eq!(mode("keys/audit.pem"), 0o600);
    assert_eq!(mode("lac.db"), 0o600);
}

#[test]
fn init_never_changes_an_existing_store() {
    let store = TestStore::new();
    let before = fs::read(store.dir().join("keys/audit.pem")).expect("a key");
    store.run_failing(&["init"], "already_exists", 7);
    assert_eq!(
        fs::read(store.dir().join("keys/audit.pem")).expect("a key"),
        before
    );
}

#[test]
fn a_missing_store_error_hints_at_init() {
    let store = TestStore::uninitialized();
    let error = store.run_failing(&["whoami"], "store_missing", 1);
    assert!(error["hint"].as_str().expect("a hint").contains("lac init"));
}

#[test]
fn a_store_writable_by_others_is_refused_with_the_fix() {
    let store = TestStore::new();
    fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o777)).expect("chmod");
    let error = store.run_failing(&["whoami"], "store_unsafe", 1);
    assert!(
        error["hint"]
            .as_str()
            .expect("a hint")
            .starts_with("chmod go-w")
    );
}

#[test]
fn a_pipe_in_place_of_a_file_does_not_block() {
    let store = TestStore::new();
    let checkpoint = store.dir().join("checkpoint");
    fs::remove_file(&checkpoint).expect("removed");
    let made = std::process::Command::new("mkfifo")
        .arg(&checkpoint)
        .status();
    assert!(made.expect("mkfifo").success());
    let error = store.run_failing(&["log", "verify"], "store_unsafe", 1);
    assert!(
        error["hint"]
            .as_str()
            .expect("a hint")
            .starts_with("remove it: rm")
    );
}

/// The list shows the user's name, not the role, for an event about an admin
/// user.
#[test]
fn the_log_list_names_the_created_user() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Night"]);
    store.run_ok(&["user", "create", "nina", "--role", "Night"]);
    let list = store.run_ok(&[
        "log",
        "list",
        "--action-group",
        "admin_users",
        "--limit",
        "1",
    ]);
    assert!(list.contains("nina") && !list.contains("Night"), "{list}");
}
