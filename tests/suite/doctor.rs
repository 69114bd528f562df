//! `lac doctor` reports problems whatever state the store is in.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::{CommandOutput, TestStore};

fn doctor(store: &TestStore) -> (i32, Vec<Value>) {
    let CommandOutput { code, stdout, .. } = store.run(&["doctor", "-o", "json"]);
    (code, serde_json::from_str(&stdout).expect("a list"))
}

/// The failed checks with their codes.
fn failed_checks(store: &TestStore) -> (i32, Vec<(String, String)>) {
    let (code, findings) = doctor(store);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let broken = findings.iter().filter(|f| f["status"] == "failed");
    (
        code,
        broken
            .map(|f| (text(&f["check"]), text(&f["code"])))
            .collect(),
    )
}

fn expected_failure(check: &str, code: &str) -> Vec<(String, String)> {
    vec![(check.to_owned(), code.to_owned())]
}

#[test]
fn a_new_store_is_healthy_and_lists_next_steps() {
    let store = TestStore::new();
    let ran = store.run(&["doctor"]).assert_succeeded();
    let dir = store.dir().display().to_string();
    let is_fixed = |line: &&str| {
        !["_key", "sqlite", "schema"]
            .iter()
            .any(|check| line.contains(check))
    };
    let shown: Vec<&str> = ran.stdout.lines().filter(is_fixed).collect();
    insta::assert_snapshot!(shown.join("\n").replace(&dir, "[store]"), @r"
✓ config_file none: all settings have their defaults
✓ store       [store]
✓ safety      no other account can write the store or read its keys
✓ log         4 events, as signed in the checkpoint file
✓ state       roles, admin users, access tokens, storefronts, keys, config values, former ids of customers as event 4 left them
✓ consents    nobody has said anything yet
✓ archives    none yet
✓ clock       2026-10-05T12:00:00.000000Z
✓ account     you are alice (Administrators)
! way_in      alice is the only admin user who can do everything
              → lac user create NAME --role Administrators
! feature     Login as Customer is switched off
              → lac config set login_as_customer/general/enabled yes
! base_url    there is no active store view to log in to
              → lac import websites, store-groups and store-views, or lac stores add-website
✓ storefront  no website needs an account yet
! customers   there are none yet
              → lac import customers FILE
✓ documents   none: logins start from the customer; lac import orders FILE brings some
    ");
    assert_eq!(ran.stderr, "nothing is broken; warnings: 4\n");
}

#[test]
fn doctor_writes_nothing_and_needs_no_permission() {
    let store = TestStore::new();
    let state = || {
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(store.dir())
            .expect("a directory")
            .filter_map(|entry| {
                let path = entry.expect("an entry").path();
                let name = path.file_name()?.to_str()?.to_owned();
                Some((name, fs::read(&path).ok()?))
            })
            .collect();
        // The index of the WAL also holds the locks of readers.
        files.retain(|(name, _)| name != "lac.db-shm");
        files.sort();
        files
    };
    let before = state();
    let ran = store
        .run_as("lac_nonsense", &["doctor", "-o", "json"])
        .assert_succeeded();
    assert!(ran.stdout.contains("the access token does not count"));
    assert_eq!(state(), before);
}

#[test]
fn a_missing_or_unsafe_store_is_reported() {
    let store = TestStore::uninitialized();
    assert_eq!(
        failed_checks(&store),
        (1, expected_failure("store", "store_missing"))
    );
    let store = TestStore::new();
    fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o770)).expect("chmod");
    assert_eq!(
        failed_checks(&store),
        (1, expected_failure("safety", "store_unsafe"))
    );
    let (_, findings) = doctor(&store);
    let safety = findings
        .iter()
        .find(|f| f["check"] == "safety")
        .expect("a finding");
    assert!(
        safety["hint"]
            .as_str()
            .expect("a hint")
            .starts_with("chmod go-w")
    );
}

#[test]
fn missing_or_foreign_keys_are_reported() {
    let store = TestStore::new();
    let key = store.dir().join("keys/audit.pem");
    let other = TestStore::new();
    let pem = fs::read(&key).expect("a key");
    fs::remove_file(&key).expect("removed");
    assert_eq!(
        failed_checks(&store),
        (8, expected_failure("audit_key", "key_missing"))
    );
    fs::write(&key, "no key").expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("chmod");
    assert_eq!(failed_checks(&store).0, 1);
    other.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    let login = fs::read(other.dir().join("keys/login.pem")).expect("a key");
    fs::write(&key, login).expect("written");
    assert_eq!(
        failed_checks(&store),
        (8, expected_failure("audit_key", "key_mismatch"))
    );
    fs::write(&key, pem).expect("written");
    assert_eq!(failed_checks(&store), (0, vec![]));
}

#[test]
fn a_log_that_contradicts_its_checkpoint_is_reported() {
    let store = TestStore::new();
    let file = store.dir().join("checkpoint");
    let note = fs::read(&file).expect("a checkpoint");
    fs::remove_file(&file).expect("removed");
    assert_eq!(
        failed_checks(&store),
        (8, expected_failure("log", "checkpoint_missing"))
    );
    fs::write(&file, "garbage").expect("written");
    assert_eq!(
        failed_checks(&store),
        (6, expected_failure("log", "log_tampered"))
    );
    fs::write(&file, &note).expect("written");
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    fs::write(&file, &note).expect("written");
    let (code, findings) = doctor(&store);
    let log = findings
        .iter()
        .find(|f| f["check"] == "log")
        .expect("a finding");
    assert_eq!(code, 0);
    assert_eq!(
        log["message"],
        "5 events; the checkpoint file is 1 behind and catches up with the next act"
    );
}

#[test]
fn a_clock_set_back_or_far_off_is_reported() {
    let store = TestStore::new();
    store.clock.set("2026-10-05T11:00:00Z");
    let (code, findings) = doctor(&store);
    let clock = findings
        .iter()
        .find(|f| f["check"] == "clock")
        .expect("a finding");
    assert_eq!((code, &clock["status"]), (0, &Value::from("warning")));
    store.clock.set("1970-01-01T00:00:10Z");
    assert_eq!(
        failed_checks(&store),
        (1, expected_failure("clock", "config_invalid"))
    );
}

/// A login URL that nobody can redeem is a problem.
#[test]
fn a_website_without_a_storefront_account_is_reported() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["user", "create", "bob", "--role", "Administrators"]);
    let about = |store: &TestStore| {
        let (code, findings) = doctor(store);
        let found = findings.into_iter().find(|f| f["check"] == "storefront");
        let found = found.expect("a finding");
        (
            code,
            found["status"].clone(),
            found["message"].clone(),
            found["hint"].clone(),
        )
    };
    let missing = |websites: &str, first: &str| {
        (
            0,
            "warning".into(),
            format!("websites without an account to redeem login URLs: {websites}").into(),
            format!("lac storefront add NAME --website {first}").into(),
        )
    };
    assert_eq!(about(&store), missing("base, eu", "base"));
    let ran = store.run(&["doctor"]).assert_succeeded();
    assert!(!ran.stderr.contains("no problems found"), "{ran:#?}");
    // The suggested command fixes it.
    store.run_ok(&["storefront", "add", "shop", "--website", "base"]);
    assert_eq!(about(&store), missing("eu", "eu"));
    store.run_ok(&["storefront", "add", "europe", "--website", "eu"]);
    let all = "every website has an account (2)".into();
    assert_eq!(about(&store), (0, "ok".into(), all, Value::Null));
    // A revoked account is like none.
    store.run_ok(&["storefront", "revoke", "shop"]);
    assert_eq!(about(&store), missing("base", "base"));
}
