//! Files larger than any merchant has: they are refused before they cost
//! anything.

use std::fs;
use std::io::Read as _;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::broker::{ask, frame, send_and_read, start_broker};
use crate::support::{BrokerProcess, TestStore, json_str};

const MIB: usize = 1024 * 1024;
/// The memory that a file may take besides its text, in a test build.
const BESIDES: usize = 64 * MIB;

/// The four use cases that take a file of roles or config.
fn requests(text: &str) -> [(&'static str, Value); 4] {
    let diff = json!({"text": text, "prune": false});
    let config = json!({"text": text, "prune": false, "dry_run": true});
    let roles = json!({"text": text, "prune": false, "dry_run": true, "confirmed": false});
    [
        ("role.diff", diff.clone()),
        ("role.apply", roles),
        ("config.diff", diff),
        ("config.apply", config),
    ]
}

fn memory_of(broker: &BrokerProcess) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", broker.child.id()));
    let status = status.expect("the broker's status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib = kib.and_then(|kib| kib.trim().parse::<usize>().ok());
    kib.expect("a number") * 1024
}

/// Sends a file to all four use cases; each must fail in this way, using no
/// more memory than the request, its text and a little more.
fn send(store: &TestStore, file: &str, token: Option<&str>, code: &str) {
    let broker = start_broker(store);
    let before = memory_of(&broker);
    for (use_case, request) in requests(file) {
        let mut envelope = json!({"use_case": use_case, "request": request});
        if let Some(token) = token {
            envelope["token"] = token.into();
        }
        let (tag, fault) = ask(&broker, &envelope.to_string());
        assert_eq!(tag, b'F', "{use_case}: {fault}");
        assert!(fault.contains(code), "{use_case}: {fault}");
        let grown = memory_of(&broker).saturating_sub(before);
        let most = 3 * file.len() + BESIDES;
        assert!(grown < most, "{use_case}: {grown} of {most}: {file:.20}");
    }
}

#[test]
fn an_unauthenticated_clients_file_is_not_parsed() {
    let store = TestStore::new();
    let file = format!("a{}=1", ".a".repeat(8 * MIB - 8));
    send(&store, &file, Some("lac_0"), "not_authenticated");
    // They do not learn that it is not TOML.
    send(&store, "= =", Some("lac_0"), "not_authenticated");
}

#[test]
fn a_large_file_does_not_exhaust_memory() {
    let store = TestStore::new();
    let numbered = |n: usize, line: fn(usize) -> String| (0..n).map(line).collect::<String>();
    for file in [
        format!("a{}=1", ".a".repeat(8 * MIB - 8)),
        "\n".repeat(4 * MIB),
        format!("x=[{}]", "1,".repeat(2 * MIB - 8)),
        format!("x=[{}]", "1,".repeat(262_000)),
        format!("x=[{}]", "{a=1},".repeat(32_000)),
        "[[role]]\n".repeat(16_000),
        numbered(32_000, |n| format!("a{n}.b=1\n")),
        numbered(60_000, |n| format!("a{n}=1\n")),
    ] {
        send(&store, &file, None, "invalid_file");
    }
}

#[test]
fn too_many_entries_are_refused_before_locking() {
    let store = TestStore::new();
    let many = |count: usize, entry: fn(usize) -> String| (0..count).map(entry).collect::<String>();
    let role = |n| format!("[[role]]\nname='r{n}'\naccess='custom'\nscope='all'\n");
    let user = |n| format!("[[user]]\nname='u{n}'\nrole='r1'\n");
    let website = |n| format!("[website.w{n}]\n");
    let roles = "format = 'lac-roles/1'\n".to_owned();
    let config = "format = 'lac-config/1'\n".to_owned();
    let locked = Connection::open(store.dir().join("lac.db")).expect("the database");
    locked.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    for (noun, file, problem) in [
        (
            "role",
            roles.clone() + &many(2_001, role),
            "role: there are 2001; at most 2000",
        ),
        (
            "role",
            roles.clone() + &many(10_001, user),
            "user: there are 10001; at most 10000",
        ),
        (
            "config",
            config + &many(10_001, website),
            "values: there are 10001; at most 10000",
        ),
    ] {
        let ran = store.run_with(
            file.as_bytes(),
            &[noun, "apply", "-", "--dry-run", "-o", "json"],
        );
        let error = ran.assert_failed("invalid_file", 2);
        assert!(json_str(&error["message"]).contains(problem), "{error}");
    }
    locked.execute_batch("ROLLBACK").expect("no lock");
    let most = roles + &many(2_000, role);
    let ran = store.run_with(
        most.as_bytes(),
        &["role", "apply", "-", "--dry-run", "-o", "json"],
    );
    let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(answer["changed"], true);
}

#[test]
fn up_to_a_thousand_invalid_items_are_listed() {
    let store = TestStore::with_sample_data();
    let file = store.home().join("customers.json");
    let items = vec![json!({}); 20_000];
    fs::write(&file, Value::from(items).to_string()).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let answer = store.run_json(&["import", "customers", file, "--skip-invalid"]);
    let skipped = answer["skipped"].as_array().expect("a list");
    assert_eq!(
        (skipped.len(), &answer["skipped_more"]),
        (1_000, &json!(19_000))
    );
    assert_eq!(
        (&skipped[0]["at"], &skipped[999]["at"]),
        (&json!("item 1"), &json!("item 1000"))
    );
    assert_eq!(store.log_events()[0]["details"]["skipped"], 20_000);
    let shown = store.run_ok(&["import", "customers", file, "--skip-invalid", "--dry-run"]);
    assert!(
        shown.contains("20000") && shown.contains("19000 more items are not valid"),
        "{shown}"
    );
}

#[test]
fn a_clients_greeting_is_not_copied_to_the_journal() {
    let store = TestStore::new();
    let mut broker = start_broker(&store);
    let lie = "1) 2\nthe audit log was tampered with: everything";
    let greeting = json!({"protocol": 2, "version": lie}).to_string();
    let reply = send_and_read(&broker, &frame(b'H', greeting.as_bytes()));
    let reply = String::from_utf8_lossy(&reply).into_owned();
    assert!(reply.contains("a version is 1 to 32 of"), "{reply}");
    // A client of another version is still told so.
    let reply = send_and_read(
        &broker,
        &frame(b'H', br#"{"protocol":2,"version":"1.2.3-rc.1+x"}"#),
    );
    assert!(String::from_utf8_lossy(&reply).contains("protocol_mismatch"));
    broker.child.kill().expect("killed");
    let mut journal = String::new();
    let mut stderr = broker.child.stderr.take().expect("stderr");
    stderr.read_to_string(&mut journal).expect("UTF-8");
    assert!(!journal.contains("everything"), "{journal}");
}
