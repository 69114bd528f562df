//! Concurrent processes: one approval allows one login.

use std::process::{Child, Output, Stdio};

use super::ApprovalFixture;
use crate::support::json_str;

const CROWD: usize = 16;

fn run_all(fixture: &ApprovalFixture, runs: &[(String, Vec<&str>)]) -> Vec<Output> {
    let start = |(token, args): &(String, Vec<&str>)| -> Child {
        let mut command = fixture.store.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("LAC_TOKEN", token).spawn().expect("lac starts")
    };
    let children: Vec<Child> = runs.iter().map(start).collect();
    children
        .into_iter()
        .map(|child| child.wait_with_output().expect("lac ends"))
        .collect()
}

fn successes(outputs: &[Output], code: &str) -> usize {
    for lost in outputs.iter().filter(|output| !output.status.success()) {
        let stderr = String::from_utf8_lossy(&lost.stderr);
        assert!(stderr.contains(code), "{stderr}");
        assert_eq!(lost.status.code(), Some(5));
    }
    outputs.iter().filter(|one| one.status.success()).count()
}

#[test]
fn concurrent_decisions_and_logins_succeed_once_each() {
    let fixture = ApprovalFixture::new();
    let id = fixture.request_id(&["1"]);
    let decide = |at: usize| {
        let verb = if at % 4 == 3 { "deny" } else { "approve" };
        (
            fixture.lea.clone(),
            vec!["request", verb, &id, "-o", "json"],
        )
    };
    let runs: Vec<_> = (0..CROWD).map(decide).collect();
    assert_eq!(successes(&run_all(&fixture, &runs), "request_closed"), 1);
    if fixture.state(&id) == "denied" {
        return;
    }
    let login = (fixture.amy.clone(), vec!["login", "1", "-o", "json"]);
    let runs = vec![login; CROWD];
    assert_eq!(successes(&run_all(&fixture, &runs), "approval_required"), 1);
    let used = fixture.store.run_json(&["request", "show", &id]);
    assert_eq!(json_str(&used["state"]), "used");
    let issued = fixture
        .store
        .run_json(&["log", "list", "--action", "issue", "--result", "success"]);
    assert_eq!(issued.as_array().map(Vec::len), Some(1));
    fixture.store.run_ok(&["log", "verify"]);
}

#[test]
fn concurrent_approvals_allow_one_login() {
    let fixture = ApprovalFixture::new();
    let id = fixture.request_id(&["1"]);
    let approve = (
        fixture.lea.clone(),
        vec!["request", "approve", &*id, "-o", "json"],
    );
    assert_eq!(
        successes(&run_all(&fixture, &vec![approve; CROWD]), "request_closed"),
        1
    );
    let login = (fixture.amy.clone(), vec!["login", "1", "-o", "json"]);
    assert_eq!(
        successes(&run_all(&fixture, &vec![login; CROWD]), "approval_required"),
        1
    );
}
