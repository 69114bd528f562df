//! `--wait`: the login follows the decision.

use std::process::{Child, Stdio};
use std::time::Duration;

use super::{ApprovalFixture, json as answer};
use crate::support::json_str;

/// Amy's waiting process, and her request once it exists.
fn start_waiting(fixture: &ApprovalFixture) -> (Child, String) {
    let mut command =
        fixture
            .store
            .command(&["login", "1", "--request", "--wait", "60s", "-o", "json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.env("LAC_TOKEN", &fixture.amy).spawn();
    (child.expect("lac starts"), wait_for_request(fixture))
}

/// The one pending request, as soon as it exists.
fn wait_for_request(fixture: &ApprovalFixture) -> String {
    for _ in 0..600 {
        let open = fixture
            .store
            .run_json(&["request", "list", "--state", "pending"]);
        if let Some(request) = open.get(0) {
            return json_str(&request["id"]).to_owned();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no request came");
}

#[test]
fn the_url_is_printed_after_the_approval() {
    let fixture = ApprovalFixture::new();
    let (child, id) = start_waiting(&fixture);
    fixture.approve(&id);
    let ended = child.wait_with_output().expect("lac ends");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{stderr}");
    let login: serde_json::Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert!(json_str(&login["url"]).contains("secret="));
    assert_eq!(fixture.state(&id), "used");
}

#[test]
fn a_denial_ends_the_wait() {
    let fixture = ApprovalFixture::new();
    let (child, id) = start_waiting(&fixture);
    answer(&fixture.as_lea(&["request", "deny", &id, "--reason", "not now", "-o", "json"]));
    let ended = child.wait_with_output().expect("lac ends");
    assert_eq!(ended.status.code(), Some(5));
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("denied by lea: not now"), "{stderr}");
    assert!(ended.stdout.is_empty());
}

#[test]
fn the_request_remains_after_the_wait_times_out() {
    let fixture = ApprovalFixture::new();
    let args = ["login", "1", "--request", "--wait", "1s", "-o", "json"];
    fixture.as_amy(&args).assert_failed("approval_required", 5);
    let open = fixture
        .store
        .run_json(&["request", "list", "--state", "pending"]);
    assert_eq!(open.as_array().map(Vec::len), Some(1));
    // If it was approved in the meantime, the same command logs in at once.
    fixture.approve(json_str(&open[0]["id"]));
    answer(&fixture.as_amy(&args));
}
