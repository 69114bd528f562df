//! A store is made, is safe, and tells what stands in the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::TestStore;

#[test]
fn init_makes_a_store_for_whoever_runs_it() {
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
fn init_never_touches_a_store_that_is_there() {
    let store = TestStore::new();
    let before = fs::read(store.dir().join("keys/audit.pem")).expect("a key");
    store.run_failing(&["init"], "already_exists", 7);
    assert_eq!(
        fs::read(store.dir().join("keys/audit.pem")).expect("a key"),
        before
    );
}

#[test]
fn without_a_store_the_hint_says_how_to_make_one() {
    let store = TestStore::uninitialized();
    let error = store.run_failing(&["whoami"], "store_missing", 1);
    assert!(error["hint"].as_str().expect("a hint").contains("lac init"));
}

#[test]
fn a_store_that_others_can_write_is_refused_with_the_command_that_mends_it() {
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
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
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

/// The remark of an event about an admin user is their name, not their role.
#[test]
fn who_was_created_is_remarked() {
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
