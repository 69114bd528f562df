//! Repeated attempts by callers who are not admin users.

use std::os::unix::net::UnixStream;
use std::process::Command;

use serde_json::{Value, json};

use super::{ask, run, start_broker};
use crate::support::{BrokerProcess, TestStore, create_user_with_own_role};

/// Attempts with invalid tokens, each a different one.
fn send_unauthenticated(broker: &BrokerProcess, times: usize) {
    for n in 0..times {
        let (name, request) = match n % 3 {
            0 => (
                "config.unset",
                json!({"path": "web/url/use_store", "scope": "default"}),
            ),
            1 => ("whoami", json!({})),
            _ => (
                "config.set",
                json!({"path": "web/url/use_store", "value": "yes", "scope": "default"}),
            ),
        };
        let envelope = json!({"use_case": name, "request": request, "token": format!("lac_{n}")});
        let (tag, fault) = ask(broker, &envelope.to_string());
        assert_eq!(tag, b'F', "{fault}");
    }
}

fn refusals(store: &TestStore) -> Vec<Value> {
    let log = store.log_events().into_iter();
    log.filter(|event| event["details"]["code"] == "not_authenticated")
        .collect()
}

#[test]
fn many_refusals_are_one_event_with_a_count() {
    let store = TestStore::new();
    let broker = start_broker(&store);
    send_unauthenticated(&broker, 60);
    let first = refusals(&store);
    assert_eq!(first.len(), 1, "{first:#?}");
    assert!(first[0]["details"].get("attempts").is_none());
    assert!(first[0]["os_account"].is_string() && first[0]["admin"].is_null());
    // Meanwhile, a known user is served and recorded.
    run(&store, &broker, &["whoami"]).assert_succeeded();
    // On exit, the broker records the refusals that it had only counted.
    let pid = broker.child.id().to_string();
    assert!(
        Command::new("kill")
            .arg(pid)
            .status()
            .expect("kill")
            .success()
    );
    let mut broker = broker;
    broker.child.wait().expect("ended");
    let all = refusals(&store);
    assert_eq!(all.len(), 2, "{all:#?}");
    let attempts = |event: &Value| event["details"]["attempts"].as_u64().unwrap_or(1);
    assert_eq!(all.iter().map(attempts).sum::<u64>(), 60, "{all:#?}");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn refusals_in_separate_processes_are_counted_together() {
    let store = TestStore::new();
    for n in 0..12 {
        let ran = store.run_as(&format!("lac_{n}"), &["whoami", "-o", "json"]);
        ran.assert_failed("not_authenticated", 4);
    }
    assert_eq!(refusals(&store).len(), 1);
    store.clock.set("2026-10-05T12:00:59.000000Z");
    store.run_as("lac_x", &["whoami"]);
    assert_eq!(refusals(&store).len(), 1);
    store.clock.set("2026-10-05T12:01:00.000000Z");
    store.run_as("lac_x", &["whoami"]);
    let events = refusals(&store);
    assert_eq!(events.len(), 2, "{events:#?}");
    assert_eq!(events[0]["details"]["attempts"], 13);
    // Each denial of a known user is recorded.
    let clerk = create_user_with_own_role(&store, "clerk", &[]);
    for _ in 0..3 {
        let ran = store.run_as(&clerk, &["customer", "list", "-o", "json"]);
        ran.assert_failed("resource_denied", 4);
    }
    let denied = store.run_json(&["log", "list", "--admin", "clerk"]);
    assert_eq!(denied.as_array().map(Vec::len), Some(3));
    store.run_ok(&["log", "verify"]);
}

/// Connections that start an import and then send nothing: each occupies a long
/// request.
fn start_import(broker: &BrokerProcess) -> UnixStream {
    use std::io::{Read as _, Write as _};
    let wishes = json!({"skip_invalid": false, "dry_run": true, "partial": false,
        "complete": false, "allow_empty": false});
    let request = json!({"kind": "customers", "file": "f", "wishes": wishes});
    let envelope = json!({"use_case": "import", "request": request});
    let mut stream = UnixStream::connect(&broker.socket).expect("a broker");
    let frame = super::frame(b'Q', envelope.to_string().as_bytes());
    stream
        .write_all(&[super::hello(), frame].concat())
        .expect("said");
    // The broker's greeting, then a frame that asks for the first piece.
    let mut frame = || {
        let mut head = [0; 5];
        stream.read_exact(&mut head).expect("a frame");
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut bytes = vec![0; length as usize];
        stream.read_exact(&mut bytes).expect("its bytes");
        (head[0], String::from_utf8_lossy(&bytes).into_owned())
    };
    assert_eq!(frame().0, b'H');
    let (tag, text) = frame();
    assert_eq!(tag, b'W', "{text}");
    stream
}

#[test]
fn long_requests_of_one_account_run_one_at_a_time() {
    let store = TestStore::with_sample_data();
    let broker = start_broker(&store);
    let (first, second) = (start_import(&broker), start_import(&broker));
    let mut third = super::command(&store, &broker, &["log", "list", "-o", "json"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("lac runs");
    for _ in 0..20 {
        run(&store, &broker, &["whoami"]).assert_succeeded();
        run(&store, &broker, &["login", "1"]).assert_succeeded();
    }
    assert!(
        third.try_wait().expect("a child").is_none(),
        "it waits its turn"
    );
    // A client that disconnects frees its turn.
    drop(first);
    assert!(third.wait().expect("ended").success());
    drop(second);
    run(&store, &broker, &["log", "verify"]).assert_succeeded();
}
