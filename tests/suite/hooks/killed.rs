//! Deliveries survive a kill at any time, and concurrent processes deliver
//! nothing twice.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::HookFixture;
use crate::support::json_str;

fn all_of(values: &[Value], field: &str) -> BTreeSet<String> {
    values
        .iter()
        .map(|one| json_str(&one[field]).to_owned())
        .collect()
}

#[test]
fn every_login_is_delivered_at_least_once_despite_kills() {
    let fixture = HookFixture::new();
    let store = &fixture.store;
    // The script ends with the process that runs it; what it has not written by
    // then is lost.
    fixture.script("sleep 0.05; kill -0 $PPID || exit 1; cat >> \"$1\"");
    for round in 0..30 {
        let mut child = store
            .command(&["login", "1"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("lac starts");
        // The delays cover all phases: reading, writing, delivering, recording.
        std::thread::sleep(Duration::from_millis(10 + round * 5));
        let _ = child.kill(); // SIGKILL
        let _ = child.wait();
    }
    // Claims of killed processes have expired.
    store.clock.set("2026-10-05T12:10:00.000000Z");
    store.run_ok(&["outbox", "retry", "--all"]);
    let issued = store.run_json(&["log", "list", "--action", "issue", "--result", "success"]);
    let issued: Vec<Value> = serde_json::from_value(issued).expect("a list");
    assert!(!issued.is_empty(), "every round was too early");
    let received = fixture.received();
    assert_eq!(
        all_of(&received, "session_id"),
        all_of(&issued, "session_id")
    );
    assert!(received.len() >= issued.len());
    assert_eq!(all_of(&received, "id").len(), issued.len());
    let open = store.run_json(&["outbox", "list", "--state", "due"]);
    assert_eq!(open, serde_json::json!([]));
    store.run_ok(&["log", "verify"]);
}

#[test]
fn concurrent_processes_deliver_each_notice_once() {
    let fixture = HookFixture::new();
    let store = &fixture.store;
    let start = |_| {
        let mut command = store.command(&["login", "1", "-o", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("lac starts")
    };
    let children: Vec<_> = (0..16).map(start).collect();
    for child in children {
        let ended = child.wait_with_output().expect("lac ends");
        assert!(ended.status.success(), "{ended:?}");
    }
    store.run_ok(&["outbox", "retry", "--all"]);
    let received = fixture.received();
    assert_eq!(received.len(), 16);
    assert_eq!(all_of(&received, "id").len(), 16);
}
