//! Who may request and decide, and what an approval allows.

use serde_json::json;

use super::{ApprovalFixture, json as answer};
use crate::support::{TestStore, json_str};

const JSON: [&str; 2] = ["-o", "json"];

fn with_json<'a>(args: &[&'a str]) -> Vec<&'a str> {
    args.iter().copied().chain(JSON).collect()
}

#[test]
fn an_approved_request_allows_one_login() {
    let fixture = ApprovalFixture::new();
    let refused = fixture.as_amy(&with_json(&["login", "1"]));
    let error = refused.assert_failed("approval_required", 5);
    assert!(json_str(&error["hint"]).contains("--request"), "{error}");

    let asked = fixture.request(&["1", "--reason", "she called", "--ticket", "ZD-1"]);
    assert_eq!(asked["state"], "pending");
    assert_eq!(asked["causes"], json!(["website"]));
    assert_eq!(asked["reason"], "she called");
    let id = json_str(&asked["id"]);
    assert_eq!(id.len(), 16);
    // The login is still refused, and requesting it again returns the same
    // request.
    fixture
        .as_amy(&with_json(&["login", "1"]))
        .assert_failed("approval_required", 5);
    let again = fixture.request(&["1", "--reason", "she called", "--ticket", "ZD-1"]);
    assert_eq!(
        (&again["id"], &again["changed"]),
        (&asked["id"], &json!(false))
    );
    fixture
        .as_amy(&with_json(&[
            "login",
            "1",
            "--request",
            "--reason",
            "other",
        ]))
        .assert_failed("already_exists", 7);

    let approved = fixture.approve(&id[..6]);
    assert_eq!(approved[0]["state"], "approved");
    assert_eq!(approved[0]["decided_by"], "lea");
    fixture
        .as_lea(&with_json(&["request", "approve", id]))
        .assert_failed("request_closed", 5);
    fixture
        .as_lea(&with_json(&["request", "deny", id]))
        .assert_failed("request_closed", 5);

    // The approved login cannot be changed.
    fixture
        .as_amy(&with_json(&["login", "1", "--reason", "just looking"]))
        .assert_failed("approval_required", 5);
    fixture
        .as_amy(&with_json(&["login", "3"]))
        .assert_failed("approval_required", 5);
    fixture
        .as_amy(&with_json(&["login", "--order", "100000001"]))
        .assert_failed("approval_required", 5);
    // Somebody else cannot use the approval.
    fixture
        .as_lea(&with_json(&["login", "1"]))
        .assert_failed("approval_required", 5);

    let login = answer(&fixture.as_amy(&with_json(&["login", "1"])));
    let issued = fixture.event("issue");
    assert_eq!(issued["details"]["approved_by"], "lea");
    assert_eq!(issued["details"]["request"], id);
    assert!(issued["details"]["approved_by_id"].is_u64());
    assert_eq!(
        (&issued["reason"], &issued["ticket"]),
        (&json!("she called"), &json!("ZD-1"))
    );
    let used = fixture.store.run_json(&["request", "show", id]);
    assert_eq!(used["state"], "used");
    assert_eq!(used["session_id"], login["session_id"]);
    fixture
        .as_amy(&with_json(&["login", "1"]))
        .assert_failed("approval_required", 5);
    fixture
        .as_amy(&with_json(&["request", "cancel", id]))
        .assert_failed("request_closed", 5);
    fixture.store.run_ok(&["log", "verify"]);
}

#[test]
fn nobody_approves_or_sees_requests_beyond_their_rights() {
    let fixture = ApprovalFixture::new();
    // Lea may request and approve, but not her own request.
    let own = answer(&fixture.as_lea(&with_json(&["login", "1", "--request"])));
    let own = json_str(&own["id"]);
    fixture
        .as_lea(&with_json(&["request", "approve", own]))
        .assert_failed("own_request", 5);
    fixture
        .as_lea(&with_json(&["request", "deny", own]))
        .assert_failed("own_request", 5);
    // Amy cannot approve, and does not see other people's requests.
    fixture
        .as_amy(&with_json(&["request", "approve", own]))
        .assert_failed("resource_denied", 4);
    fixture
        .as_amy(&with_json(&["request", "show", own]))
        .assert_failed("request_not_found", 3);
    let mine = fixture.request_id(&["1"]);
    let visible = answer(&fixture.as_amy(&with_json(&["request", "list"])));
    assert_eq!(visible.as_array().map(Vec::len), Some(1));
    let all = answer(&fixture.as_lea(&with_json(&["request", "list"])));
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let hers = answer(&fixture.as_lea(&with_json(&["request", "list", "--mine"])));
    assert_eq!(hers[0]["id"], own);
    // Only the requester can cancel a request.
    fixture
        .as_lea(&with_json(&["request", "cancel", &mine]))
        .assert_failed("request_not_found", 3);
    answer(&fixture.as_amy(&with_json(&["request", "cancel", &mine])));
    assert_eq!(fixture.state(&mine), "cancelled");
    assert_eq!(fixture.event("cancel")["admin"], "amy");
}

#[test]
fn requests_outside_the_role_scope_are_not_found() {
    let fixture = ApprovalFixture::new();
    fixture
        .store
        .run_ok(&["role", "scope", "leas", "website:eu"]);
    let id = fixture.request_id(&["1"]);
    fixture
        .as_lea(&with_json(&["request", "approve", &id]))
        .assert_failed("request_not_found", 3);
    let listed = answer(&fixture.as_lea(&with_json(&["request", "list"])));
    assert_eq!(listed, json!([]));
    answer(&fixture.as_lea(&with_json(&[
        "request",
        "approve",
        &fixture.request_id(&["3"]),
    ])));
}

#[test]
fn an_approval_is_void_after_its_approver_lost_the_right() {
    for loss in [
        &["user", "disable", "lea"][..],
        &["user", "delete", "lea", "--yes"],
        &["role", "deny", "leas", "Lac::approve"],
        &["role", "scope", "leas", "website:eu"],
    ] {
        let fixture = ApprovalFixture::new();
        let id = fixture.request_id(&["1"]);
        fixture.approve(&id);
        fixture.store.run_ok(loss);
        fixture
            .as_amy(&with_json(&["login", "1"]))
            .assert_failed("approval_required", 5);
        // A new request replaces the old one.
        let new = fixture.request_id(&["1"]);
        assert_ne!(new, id);
        assert_eq!(fixture.state(&id), "cancelled");
    }
}

#[test]
fn a_request_cannot_be_approved_after_its_requester_lost_the_right() {
    for loss in [
        &["user", "disable", "amy"][..],
        &["role", "deny", "amys", "login_button"],
        &["role", "scope", "amys", "website:eu"],
    ] {
        let fixture = ApprovalFixture::new();
        let id = fixture.request_id(&["1"]);
        fixture.store.run_ok(loss);
        fixture
            .as_lea(&with_json(&["request", "approve", &id]))
            .assert_failed("request_closed", 5);
        assert_eq!(fixture.state(&id), "pending");
    }
}

#[test]
fn a_denial_carries_its_reason() {
    let fixture = ApprovalFixture::new();
    let id = fixture.request_id(&["1"]);
    let reason = "call her first";
    answer(&fixture.as_lea(&with_json(&["request", "deny", &id, "--reason", reason])));
    let shown = answer(&fixture.as_amy(&with_json(&["request", "show", &id])));
    assert_eq!(
        (&shown["state"], &shown["decision_reason"]),
        (&json!("denied"), &json!(reason))
    );
    assert_eq!(fixture.event("deny")["reason"], reason);
    assert_ne!(fixture.request_id(&["1"]), id);
}

#[test]
fn requests_and_approvals_expire() {
    let fixture = ApprovalFixture::new();
    fixture
        .store
        .run_ok(&["config", "set", "lac/approval/expiration_time", "60"]);
    let (waits, approved) = (fixture.request_id(&["1"]), fixture.request_id(&["3"]));
    fixture.store.clock.set("2026-10-05T12:00:30.000000Z");
    fixture.approve(&approved);
    fixture.store.clock.set("2026-10-05T12:01:00.000000Z");
    assert_eq!(fixture.state(&waits), "expired");
    fixture
        .as_lea(&with_json(&["request", "approve", &waits]))
        .assert_failed("request_closed", 5);
    // The approval has its own minute.
    assert_eq!(fixture.state(&approved), "approved");
    fixture.store.clock.set("2026-10-05T12:01:30.000000Z");
    assert_eq!(fixture.state(&approved), "expired");
    fixture
        .as_amy(&with_json(&["login", "3"]))
        .assert_failed("approval_required", 5);
    // Setting the clock back revives nothing.
    fixture.store.clock.set("2026-10-05T11:59:59.000000Z");
    assert_eq!(fixture.state(&approved), "expired");
    let expired = fixture
        .store
        .run_json(&["request", "list", "--state", "expired"]);
    assert_eq!(expired.as_array().map(Vec::len), Some(2));
}

#[test]
fn approval_is_checked_after_every_other_obstacle() {
    let fixture = ApprovalFixture::new();
    for args in [&["login", "2"][..], &["login", "2", "--request"]] {
        fixture
            .as_amy(&with_json(args))
            .assert_failed("consent_withheld", 5);
    }
    fixture
        .store
        .run_ok(&["config", "set", "lac/ticket/required", "yes"]);
    for args in [&["login", "1"][..], &["login", "1", "--request"]] {
        fixture
            .as_amy(&with_json(args))
            .assert_failed("ticket_required", 5);
    }
    let checked = fixture.as_amy(&with_json(&["login", "1", "--check"]));
    assert_eq!(checked.code, 5);
    let checked: serde_json::Value = serde_json::from_str(&checked.stdout).expect("JSON");
    let codes: Vec<&str> = checked["obstacles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| json_str(&one["code"]))
        .collect();
    assert_eq!(codes, ["ticket_required", "approval_required"]);
    // The login uses the reason and ticket of the request.
    let id = fixture.request_id(&["1", "--ticket", "ZD-9"]);
    fixture.approve(&id);
    assert_eq!(fixture.as_amy(&["login", "1", "--check"]).code, 0);
    answer(&fixture.as_amy(&with_json(&["login", "1"])));
    assert_eq!(fixture.event("issue")["ticket"], "ZD-9");
}

#[test]
fn approval_can_be_required_by_website_customer_or_role() {
    let store = TestStore::with_sample_data();
    let amy = store.create_agent("amy");
    let login = |id: &str| store.run_as(&amy, &["login", id, "-o", "json"]);
    answer(&login("1"));
    // If no approval is needed, no request is made.
    store
        .run_as(&amy, &["login", "1", "--request", "-o", "json"])
        .assert_failed("invalid_value", 2);
    // By website.
    let scope = ["--scope", "website:eu"];
    let set = |path: &str, value: &str, scope: &[&str]| {
        let args = ["config", "set", path, value];
        store.run_ok(
            &args
                .into_iter()
                .chain(scope.iter().copied())
                .collect::<Vec<_>>(),
        );
    };
    set("lac/approval/required", "yes", &scope);
    login("3").assert_failed("approval_required", 5);
    answer(&login("1"));
    // By customer.
    store.run_ok(&["customer", "edit", "1", "--vip", "yes"]);
    login("1").assert_failed("approval_required", 5);
    assert_eq!(store.run_json(&["customer", "show", "1"])["vip"], true);
    set("lac/approval/vip", "no", &["--scope", "website:base"]);
    answer(&login("1"));
    // By role, with its exact name.
    set("lac/approval/roles", "Amys, others", &[]);
    answer(&login("1"));
    set("lac/approval/roles", "amys, others", &[]);
    login("1").assert_failed("approval_required", 5);
    assert_eq!(
        store.run_ok(&["config", "get", "lac/approval/roles"]),
        "amys,others\n"
    );
    store.run_ok(&["login", "1"]);
    // An unknown role name has no effect, and doctor reports it.
    let doctor = store.run(&["doctor"]);
    assert!(
        doctor.stdout.contains("there is no role others"),
        "{doctor:#?}"
    );
}

#[test]
fn an_approval_covers_its_store_view_only() {
    let fixture = ApprovalFixture::new();
    let manual = "login_as_customer/general/store_view_manual_choice_enabled";
    fixture.store.run_ok(&["config", "set", manual, "yes"]);
    let id = fixture.request_id(&["3", "--store-view", "fr"]);
    fixture.approve(&id);
    fixture
        .as_amy(&with_json(&["login", "3", "--store-view", "de"]))
        .assert_failed("approval_required", 5);
    let login = answer(&fixture.as_amy(&with_json(&["login", "3"])));
    assert_eq!(login["store_view"], "fr");
    let order = fixture.request_id(&["--order", "100000001", "--store-view", "en"]);
    fixture.approve(&order);
    fixture
        .as_amy(&with_json(&["login", "1", "--store-view", "en"]))
        .assert_failed("approval_required", 5);
    answer(&fixture.as_amy(&with_json(&["login", "--order", "100000001"])));
}

#[test]
fn an_approval_does_not_cover_a_later_consent_override() {
    let fixture = ApprovalFixture::new();
    let rights = ["login_button", "Lac::consent_override"];
    let may = fixture.store.create_user_with_resources("mia", &rights);
    let as_mia = |args: &[&str]| fixture.store.run_as(&may, &with_json(args));
    let plain = ["login", "1", "--reason", "the police asks"];
    let without = [&plain[..], &["--override-consent"]].concat();
    let ask = |args: &[&str]| {
        let asked = answer(&as_mia(&[args, &["--request"]].concat()));
        (json_str(&asked["id"]).to_owned(), asked["causes"].clone())
    };
    let (first, causes) = ask(&plain);
    assert_eq!(causes, json!(["website"]));
    fixture.approve(&first);
    fixture.store.run_ok(&["consent", "revoke", "1"]);
    as_mia(&plain).assert_failed("consent_withheld", 5);
    let error = as_mia(&without).assert_failed("approval_required", 5);
    assert!(json_str(&error["message"]).contains("consent"), "{error}");

    let (second, causes) = ask(&without);
    assert_ne!(first, second);
    assert_eq!(causes, json!(["website", "override"]));
    as_mia(&without).assert_failed("approval_required", 5);
    fixture.approve(&second);
    assert_eq!(
        fixture.event("approve")["details"]["override_consent"],
        true
    );
    let login = answer(&as_mia(&without));
    assert_eq!(
        fixture.event("issue")["details"]["request"],
        second.as_str()
    );
    assert!(login["url"].is_string());
    assert_eq!(fixture.state(&first), "approved");
}
