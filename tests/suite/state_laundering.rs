//! Forged rows do not become valid because somebody manipulates the log for a
//! moment while others use the program.

use rusqlite::Connection;

use crate::support::{InProcessStore, TestStore, json_str};

const FORGED: &str = "UPDATE role SET access = 'all', scope = 'all' WHERE name = 'clerks'";
const HIDDEN: &str = "UPDATE audit_event SET record = replace(record, '\"state\":', '\"stat_\":') \
                      WHERE record LIKE '%\"state\":%'";
const SHOWN: &str = "UPDATE audit_event SET record = replace(record, '\"stat_\":', '\"state\":') \
                     WHERE record LIKE '%\"stat_\":%'";

fn shop() -> TestStore {
    let store = TestStore::with_sample_data();
    store.run_ok(&["role", "create", "clerks"]);
    store.run_ok(&["role", "allow", "clerks", "login_log"]);
    store
}

fn database(store: &TestStore) -> Connection {
    Connection::open(store.dir().join("lac.db")).expect("a database")
}

#[track_caller]
fn forge(store: &TestStore, sql: &str) {
    let database = database(store);
    database.execute_batch(sql).expect("changed");
    assert!(database.changes() > 0, "{sql}");
}

/// The forgery is still detected.
#[track_caller]
fn assert_detected(store: &TestStore) {
    for command in [&["log", "verify"][..], &["doctor"]] {
        let ran = store.run(command);
        assert_eq!(ran.code, 6, "{command:?}: {ran:#?}");
    }
}

fn head(store: &TestStore) -> (i64, Vec<u8>) {
    database(store)
        .query_row("SELECT size, nodes FROM audit_head", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("the head")
}

const ACTS: [&[&str]; 3] = [
    &["role", "create", "another"],
    &["config", "set", "web/url/use_store", "yes"],
    &["log", "accept", "--yes"],
];

#[test]
fn a_state_hidden_for_a_moment_is_not_forgotten() {
    let sound = shop();
    for record_change in ACTS {
        let store = sound.copy_store();
        forge(&store, FORGED);
        forge(&store, HIDDEN);
        store.run_failing(record_change, "log_tampered", 6);
        forge(&store, SHOWN);
        assert_detected(&store);
    }
}

#[test]
fn a_state_written_into_an_older_record_has_no_effect() {
    let sound = shop();
    let digest = |store: &TestStore| {
        let seq = store.log_events()[0]["seq"].to_string();
        let raw = store.run_ok(&["log", "show", &seq, "--raw"]);
        let record = raw.lines().next().expect("a record");
        let record: serde_json::Value = serde_json::from_str(record).expect("a record");
        json_str(&record["state"]["roles"]).to_owned()
    };
    let true_one = digest(&sound);
    let accepted = sound.copy_store();
    forge(&accepted, FORGED);
    accepted.run_ok(&["log", "accept", "--yes"]);
    let forged_one = digest(&accepted);
    assert_ne!(true_one, forged_one);
    let put = |store: &TestStore, from: &str, to: &str| {
        let sql = format!(
            "UPDATE audit_event SET record = replace(record, '{from}', '{to}') \
             WHERE record LIKE '%{from}%'"
        );
        forge(store, &sql);
    };
    for record_change in &ACTS[..2] {
        let store = sound.copy_store();
        forge(&store, FORGED);
        put(&store, &true_one, &forged_one);
        store.run_failing(record_change, "log_tampered", 6);
        put(&store, &forged_one, &true_one);
        assert_detected(&store);
    }
}

/// The first event of each run of 256 repeats the last state of the run before,
/// even if it is a login.
#[test]
fn a_login_does_not_confirm_a_forged_state() {
    let store = shop();
    let (size, _) = head(&store);
    InProcessStore::new(&store).append_setting_changes(usize::try_from(256 - size).expect("fewer"));
    assert_eq!(head(&store).0, 256);
    forge(&store, FORGED);
    forge(&store, HIDDEN);
    store.run_failing(&["login", "1"], "log_tampered", 6);
    forge(&store, SHOWN);
    store.run_ok(&["login", "1"]);
    assert_eq!(head(&store).0, 257);
    assert_detected(&store);
}

/// A made-up archive does not hide the newest state.
#[test]
fn a_made_up_archive_hides_no_state() {
    let store = shop();
    let (last, nodes) = head(&store);
    store.run_ok(&["consent", "grant", "2"]);
    forge(&store, FORGED);
    let before = store.copy_store();
    let database = database(&store);
    database
        .execute(
            "INSERT INTO audit_archive VALUES (1, ?1, 'none', 0, 0, 1, zeroblob(32), ?2, 0)",
            rusqlite::params![last, nodes],
        )
        .expect("an archive");
    database
        .execute("DELETE FROM audit_event WHERE seq <= ?1", [last])
        .expect("gone");
    drop(database);
    for record_change in ACTS {
        store.run_failing(record_change, "log_tampered", 6);
    }
    assert_detected(&before);
}

/// The setting of what is logged is config, and config is verified before it is
/// used.
#[test]
fn a_forged_setting_does_not_turn_off_logging() {
    let store = shop();
    forge(
        &store,
        "INSERT INTO config_value VALUES ('admin/magento_logging/actions', 'default', 0, 'roles')",
    );
    let (size, _) = head(&store);
    for record_change in [
        &["config", "set", "web/url/use_store", "yes"][..],
        &["storefront", "add", "third", "--website", "base"],
        &["customer", "edit", "1", "--first-name", "Other"],
        &["customer", "remove", "2", "--yes"],
    ] {
        store.run_failing(record_change, "state_tampered", 6);
    }
    assert_eq!(head(&store).0, size);
    assert_detected(&store);
}

/// A value that nobody could set is invalid, however it got into its row.
#[test]
fn a_forged_setting_out_of_range_is_rejected() {
    let sound = shop();
    for (path, value, record_change) in [
        (
            "login_as_customer/general/authentication_data_expiration_time",
            "999999999",
            &["login", "1"][..],
        ),
        ("lac/consent/mode", "never", &["login", "1"]),
        (
            "login_as_customer/general/enabled",
            "999999999",
            &["config", "get", "login_as_customer/general/enabled"],
        ),
        ("lac/consent/mode", "never", &["config", "export"]),
    ] {
        let store = sound.copy_store();
        let sql = format!(
            "INSERT OR REPLACE INTO config_value VALUES ('{path}', 'default', 0, '{value}')"
        );
        forge(&store, &sql);
        let ran = store.run(&[record_change, &["-o", "json"]].concat());
        assert!(ran.code != 0, "{path}: {ran:#?}");
        assert!(ran.stderr.contains("row_damaged"), "{path}: {ran:#?}");
        assert!(
            ran.stderr.contains(&format!("{path} at default")),
            "{path}: {ran:#?}"
        );
        assert_detected(&store);
    }
}
