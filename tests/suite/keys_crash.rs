//! Keys in the database and in their files: killed at any moment, run
//! concurrently, restored from a backup, migrated from an older schema.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use crate::high_water::{copy, restore};
use crate::keys::{key_of, rotate};
use crate::support::{TestStore, json_str};

fn spawn(store: &TestStore, args: &[&str]) -> Child {
    let mut command = store.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("lac starts")
}

fn key_files(store: &TestStore) -> Vec<String> {
    let files = fs::read_dir(store.dir().join("keys")).expect("keys");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.into_string().expect("a name")
    };
    let mut names: Vec<String> = files.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_rotation_killed_at_any_moment_leaves_a_working_store() {
    let sound = TestStore::with_sample_data();
    let [login, audit] = ["login", "audit"].map(|purpose| key_of(&sound, purpose));
    for (args, group) in [
        (["key", "rotate", "login", "--yes"], "rotate"),
        (["key", "rotate", "audit", "--yes"], "rotate"),
        (["key", "retire", &login, "--yes"], "retire"),
        (["key", "retire", &audit, "--yes"], "retire"),
    ] {
        let started = std::time::Instant::now();
        sound.copy_store().run_ok(&args);
        let whole = started.elapsed();
        for turn in 0..16_u32 {
            let store = sound.copy_store();
            let mut child = spawn(&store, &args);
            std::thread::sleep(whole * turn / 15 + Duration::from_micros(u64::from(turn * 37)));
            let _ = child.kill();
            child.wait().expect("ended");
            let what = format!("{args:?}, turn {turn}");
            // Whatever happened, it happened completely.
            assert_eq!(store.run(&["doctor"]).code, 0, "{what}");
            store.run_ok(&["log", "verify"]);
            let url = store.login_url(&["1"]);
            store.run_ok(&["verify", &url]);
            store.run_ok(&["redeem", &url, "--audience", "https://shop.example.com"]);
            store.run_ok(&["log", "verify"]);
            let is_done = store
                .log_events()
                .iter()
                .any(|event| event["action"] == *group);
            let changed = key_of(&store, "login") != login || key_of(&store, "audit") != audit;
            assert_eq!(changed, is_done, "{what}");
            // Leftovers are removed by the next rotation.
            rotate(&store, "login");
            rotate(&store, "audit");
            assert_eq!(key_files(&store), ["audit.pem", "login.pem"], "{what}");
            store.login_url(&["1"]);
            store.run_ok(&["log", "verify"]);
        }
    }
}

/// The states between commit and file, created by hand.
#[test]
fn an_unfinished_key_replacement_is_completed() {
    let store = TestStore::with_sample_data();
    for purpose in ["login", "audit"] {
        let place = store.dir().join(format!("keys/{purpose}.pem"));
        let temporary = store.dir().join(format!("keys/{purpose}.pem.new"));
        let old = fs::read(&place).expect("a key");
        rotate(&store, purpose);
        fs::copy(&place, &temporary).expect("aside");
        fs::write(&place, old).expect("the old one");
        let doctor = store.run(&["doctor"]);
        assert_eq!(doctor.code, 0, "{doctor:#?}");
        assert!(
            doctor.stdout.contains("is not in its place yet"),
            "{doctor:#?}"
        );
        // Reading does not move it.
        store.run_ok(&["log", "checkpoint"]);
        assert!(temporary.exists());
        store.login_url(&["1"]);
        assert!(!temporary.exists());
        assert_eq!(store.run(&["doctor"]).code, 0);
    }
    // A key file whose transaction was never committed.
    let temporary = store.dir().join("keys/audit.pem.new");
    fs::copy(store.dir().join("keys/login.pem"), &temporary).expect("aside");
    let doctor = store.run(&["doctor"]);
    assert!(doctor.stdout.contains("is left over"), "{doctor:#?}");
    store.login_url(&["1"]);
    rotate(&store, "audit");
    assert!(!temporary.exists());
    store.run_ok(&["log", "verify"]);
}

#[test]
fn concurrent_rotations_run_one_after_another() {
    let store = TestStore::with_sample_data();
    let rotate = |purpose: &'static str| spawn(&store, &["key", "rotate", purpose, "--yes"]);
    let children: Vec<Child> = (0..18)
        .map(|at| match at % 3 {
            0 => rotate("login"),
            1 => rotate("audit"),
            _ => spawn(&store, &["login", "1"]),
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("ended");
        assert!(output.status.success(), "{output:?}");
    }
    let chain = store.run_json(&["key", "verifier", "--all"]);
    assert_eq!(chain["keys"].as_array().map(Vec::len), Some(7));
    let keys = store.run_json(&["key", "jwks"]);
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(7));
    assert_eq!(key_files(&store), ["audit.pem", "login.pem"]);
    store.run_ok(&["log", "verify"]);
    let url = store.login_url(&["1"]);
    store.run_ok(&["verify", &url]);
}

/// A process that read the key before another process rotated it.
#[test]
fn a_running_process_picks_up_the_new_key() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &["system_magento_logging_events"]);
    let mut command = store.command(&["log", "tail", "--follow", "-o", "json"]);
    command.env("LAC_TOKEN", &clerk);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("lac starts");
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("stdout"));
    std::io::BufRead::read_line(&mut stdout, &mut line).expect("an event");
    rotate(&store, "audit");
    // The process that loses the right records it.
    store.run_ok(&["role", "deny", "clerks", "system_magento_logging_events"]);
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).expect("the end");
    assert_eq!(child.wait().expect("ended").code(), Some(4));
    assert_eq!(store.log_events()[0]["result"], "failure");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_restored_backup_from_before_a_rotation_is_detected() {
    let store = TestStore::with_sample_data();
    let database = copy(&store);
    let checkpoint = fs::read(store.dir().join("checkpoint")).expect("a checkpoint");
    rotate(&store, "audit");
    let set = ["config", "set", "web/url/use_store", "yes"];
    // The database alone.
    restore(&store, &database);
    let error = store.run_failing(&set, "log_tampered", 6);
    assert!(
        json_str(&error["message"]).contains("an older copy was put back"),
        "{error}"
    );
    store.run_failing(&["log", "verify"], "log_tampered", 6);
    assert_eq!(store.run(&["doctor"]).code, 8);
    // With its checkpoint: only the keys reveal it.
    fs::write(store.dir().join("checkpoint"), checkpoint).expect("written");
    let error = store.run_failing(&set, "key_mismatch", 8);
    assert!(
        json_str(&error["hint"]).contains("the same backup"),
        "{error}"
    );
    store.run_failing(&["log", "checkpoint"], "key_mismatch", 8);
    store.run_failing(&["login", "1"], "key_mismatch", 8);

    // A restored login key is reported, but blocks nothing else.
    let store = TestStore::with_sample_data();
    let pem = store.dir().join("keys/login.pem");
    let old = fs::read(&pem).expect("a key");
    rotate(&store, "login");
    fs::write(&pem, old).expect("the older one");
    store.run_failing(&["login", "1"], "key_mismatch", 8);
    store.run_ok(&set);
    assert_eq!(store.run(&["doctor"]).code, 8);
}

/// A store of schema 2: its keys have no size and no predecessor.
#[test]
fn an_older_store_is_migrated() {
    let store = TestStore::with_sample_data();
    let path = store.dir().join("lac.db");
    let newer = store.dir().join("newer.db");
    let sql = |name: &str| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/sqlite/src/migrations");
        fs::read_to_string(dir.join(name)).expect("a migration")
    };
    let database = Connection::open(&path).expect("a database");
    let into = format!("VACUUM INTO '{}'", newer.display());
    database.execute_batch(&into).expect("copied");
    drop(database);
    for name in ["lac.db", "lac.db-wal", "lac.db-shm"] {
        let _ = fs::remove_file(store.dir().join(name));
    }
    let old = Connection::open(&path).expect("a database");
    old.execute_batch(&format!(
        "PRAGMA journal_mode=WAL; {}{} PRAGMA user_version=2; ATTACH '{}' AS newer;
         DELETE FROM store_view; DELETE FROM store_group; DELETE FROM website;",
        sql("0001_foundation.sql"),
        sql("0002_archives.sql"),
        newer.display()
    ))
    .expect("the older schema");
    old.execute_batch("PRAGMA foreign_keys=OFF")
        .expect("no order");
    let names = |sql: &str| -> Vec<String> {
        let mut query = old.prepare(sql).expect("a query");
        let names = query.query_map([], |row| row.get(0)).expect("names");
        names.map(|name| name.expect("a name")).collect()
    };
    let tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' \
                  AND name NOT LIKE 'sqlite_%'";
    for table in names(tables) {
        let columns = format!("SELECT name FROM pragma_table_info('{table}', 'main')");
        let columns = names(&columns).join(", ");
        old.execute_batch(&format!(
            "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}"
        ))
        .unwrap_or_else(|e| panic!("{table}: {e}"));
    }
    drop(old);
    fs::remove_file(newer).expect("removed");

    let first = key_of(&store, "audit");
    let vkey = store.run_ok(&["key", "verifier"]);
    store.run_ok(&["log", "verify"]);
    store.login_url(&["1"]);
    let chain = store.run_json(&["key", "verifier", "--all"]);
    assert_eq!(chain["keys"].as_array().map(Vec::len), Some(1));
    rotate(&store, "audit");
    rotate(&store, "login");
    let chain = store.run_json(&["key", "verifier", "--all"]);
    assert_eq!(chain["keys"][0]["kid"], *first);
    assert_eq!(chain["keys"][0]["verifier"], *vkey.trim());
    store.login_url(&["1"]);
    store.run_ok(&["log", "verify"]);
}
