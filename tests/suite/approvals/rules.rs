//! Who may request and decide, and what an approval allows.

use serde_json::json;

use super::{Desk, json as answer};
use crate::support::{TestStore, json_str};

const JSON: [&str; 2] = ["-o", "json"];

fn with_json<'a>(args: &[&'a str]) -> Vec<&'a str> {
    args.iter().copied().chain(JSON).collect()
}

#[test]
fn an_approved_request_allows_one_login() {
    let desk = Desk::new();
    let refused = desk.as_amy(&with_json(&["login", "1"]));
    let error = refused.assert_failed("approval_required", 5);
    assert!(json_str(&error["hint"]).contains("--request"), "{error}");

    let asked = desk.ask(&["1", "--reason", "she called", "--ticket", "ZD-1"]);
    assert_eq!(asked["state"], "pending");
    assert_eq!(asked["causes"], json!(["website"]));
    assert_eq!(asked["reason"], "she called");
    let id = json_str(&asked["id"]);
    assert_eq!(id.len(), 16);
    // The login is still refused, and requesting it again returns the same
    // request.
    desk.as_amy(&with_json(&["login", "1"]))
        .assert_failed("approval_required", 5);
    let again = desk.ask(&["1", "--reason", "she called", "--ticket", "ZD-1"]);
    assert_eq!(
        (&again["id"], &again["changed"]),
        (&asked["id"], &json!(false))
    );
    desk.as_amy(&with_json(&[
        "login",
        "1",
        "--request",
        "--reason",
        "other",
    ]))
    .assert_failed("already_exists", 7);

    let approved = desk.approve(&id[..6]);
    assert_eq!(approved[0]["state"], "approved");
    assert_eq!(approved[0]["decided_by"], "lea");
    desk.as_lea(&with_json(&["request", "approve", id]))
        .assert_failed("request_closed", 5);
    desk.as_lea(&with_json(&["request", "deny", id]))
        .assert_failed("request_closed", 5);

    // The approved login cannot be changed.
    desk.as_amy(&with_json(&["login", "1", "--reason", "just looking"]))
        .assert_failed("approval_required", 5);
    desk.as_amy(&with_json(&["login", "3"]))
        .assert_failed("approval_required", 5);
    desk.as_amy(&with_json(&["login", "--order", "100000001"]))
        .assert_failed("approval_required", 5);
    // Somebody else cannot use the approval.
    desk.as_lea(&with_json(&["login", "1"]))
        .assert_failed("approval_required", 5);

    let login = answer(&desk.as_amy(&with_json(&["login", "1"])));
    let issued = desk.event("issue");
    assert_eq!(issued["details"]["approved_by"], "lea");
    assert_eq!(issued["details"]["request"], id);
    assert!(issued["details"]["approved_by_id"].is_u64());
    assert_eq!(
        (&issued["reason"], &issued["ticket"]),
        (&json!("she called"), &json!("ZD-1"))
    );
    let used = desk.store.run_json(&["request", "show", id]);
    assert_eq!(used["state"], "used");
    assert_eq!(used["session_id"], login["session_id"]);
    desk.as_amy(&with_json(&["login", "1"]))
        .assert_failed("approval_required", 5);
    desk.as_amy(&with_json(&["request", "cancel", id]))
        .assert_failed("request_closed", 5);
    desk.store.run_ok(&["log", "verify"]);
}

#[test]
fn nobody_approves_or_sees_requests_beyond_their_rights() {
    let desk = Desk::new();
    // Lea may request and approve, but not her own request.
    let own = answer(&desk.as_lea(&with_json(&["login", "1", "--request"])));
    let own = json_str(&own["id"]);
    desk.as_lea(&with_json(&["request", "approve", own]))
        .assert_failed("own_request", 5);
    desk.as_lea(&with_json(&["request", "deny", own]))
        .assert_failed("own_request", 5);
    // Amy cannot approve, and does not see other people's requests.
    desk.as_amy(&with_json(&["request", "approve", own]))
        .assert_failed("resource_denied", 4);
    desk.as_amy(&with_json(&["request", "show", own]))
        .assert_failed("request_not_found", 3);
    let mine = desk.id(&["1"]);
    let seen = answer(&desk.as_amy(&with_json(&["request", "list"])));
    assert_eq!(seen.as_array().map(Vec::len), Some(1));
    let all = answer(&desk.as_lea(&with_json(&["request", "list"])));
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    let hers = answer(&desk.as_lea(&with_json(&["request", "list", "--mine"])));
    assert_eq!(hers[0]["id"], own);
    // Only the requester can cancel a request.
    desk.as_lea(&with_json(&["request", "cancel", &mine]))
        .assert_failed("request_not_found", 3);
    answer(&desk.as_amy(&with_json(&["request", "cancel", &mine])));
    assert_eq!(desk.state(&mine), "cancelled");
    assert_eq!(desk.event("cancel")["admin"], "amy");
}

#[test]
fn requests_outside_the_role_scope_are_not_found() {
    let desk = Desk::new();
    desk.store.run_ok(&["role", "scope", "leas", "website:eu"]);
    let id = desk.id(&["1"]);
    desk.as_lea(&with_json(&["request", "approve", &id]))
        .assert_failed("request_not_found", 3);
    let listed = answer(&desk.as_lea(&with_json(&["request", "list"])));
    assert_eq!(listed, json!([]));
    answer(&desk.as_lea(&with_json(&["request", "approve", &desk.id(&["3"])])));
}

#[test]
fn an_approval_is_void_after_its_approver_lost_the_right() {
    for loss in [
        &["user", "disable", "lea"][..],
        &["user", "delete", "lea", "--yes"],
        &["role", "deny", "leas", "Lac::approve"],
        &["role", "scope", "leas", "website:eu"],
    ] {
        let desk = Desk::new();
        let id = desk.id(&["1"]);
        desk.approve(&id);
        desk.store.run_ok(loss);
        desk.as_amy(&with_json(&["login", "1"]))
            .assert_failed("approval_required", 5);
        // A new request replaces the old one.
        let new = desk.id(&["1"]);
        assert_ne!(new, id);
        assert_eq!(desk.state(&id), "cancelled");
    }
}

#[test]
fn a_request_cannot_be_approved_after_its_requester_lost_the_right() {
    for loss in [
        &["user", "disable", "amy"][..],
        &["role", "deny", "amys", "login_button"],
        &["role", "scope", "amys", "website:eu"],
    ] {
        let desk = Desk::new();
        let id = desk.id(&["1"]);
        desk.store.run_ok(loss);
        desk.as_lea(&with_json(&["request", "approve", &id]))
            .assert_failed("request_closed", 5);
        assert_eq!(desk.state(&id), "pending");
    }
}

#[test]
fn a_denial_carries_its_reason() {
    let desk = Desk::new();
    let id = desk.id(&["1"]);
    let reason = "call her first";
    answer(&desk.as_lea(&with_json(&["request", "deny", &id, "--reason", reason])));
    let shown = answer(&desk.as_amy(&with_json(&["request", "show", &id])));
    assert_eq!(
        (&shown["state"], &shown["decision_reason"]),
        (&json!("denied"), &json!(reason))
    );
    assert_eq!(desk.event("deny")["reason"], reason);
    assert_ne!(desk.id(&["1"]), id);
}

#[test]
fn requests_and_approvals_expire() {
    let desk = Desk::new();
    desk.store
        .run_ok(&["config", "set", "lac/approval/expiration_time", "60"]);
    let (waits, approved) = (desk.id(&["1"]), desk.id(&["3"]));
    desk.store.clock.set("2026-10-05T12:00:30.000000Z");
    desk.approve(&approved);
    desk.store.clock.set("2026-10-05T12:01:00.000000Z");
    assert_eq!(desk.state(&waits), "expired");
    desk.as_lea(&with_json(&["request", "approve", &waits]))
        .assert_failed("request_closed", 5);
    // The approval has its own minute.
    assert_eq!(desk.state(&approved), "approved");
    desk.store.clock.set("2026-10-05T12:01:30.000000Z");
    assert_eq!(desk.state(&approved), "expired");
    desk.as_amy(&with_json(&["login", "3"]))
        .assert_failed("approval_required", 5);
    // Setting the clock back revives nothing.
    desk.store.clock.set("2026-10-05T11:59:59.000000Z");
    assert_eq!(desk.state(&approved), "expired");
    let expired = desk
        .store
        .run_json(&["request", "list", "--state", "expired"]);
    assert_eq!(expired.as_array().map(Vec::len), Some(2));
}

#[test]
fn approval_is_checked_after_every_other_obstacle() {
    let desk = Desk::new();
    for args in [&["login", "2"][..], &["login", "2", "--request"]] {
        desk.as_amy(&with_json(args))
            .assert_failed("consent_withheld", 5);
    }
    desk.store
        .run_ok(&["config", "set", "lac/ticket/required", "yes"]);
    for args in [&["login", "1"][..], &["login", "1", "--request"]] {
        desk.as_amy(&with_json(args))
            .assert_failed("ticket_required", 5);
    }
    let checked = desk.as_amy(&with_json(&["login", "1", "--check"]));
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
    let id = desk.id(&["1", "--ticket", "ZD-9"]);
    desk.approve(&id);
    assert_eq!(desk.as_amy(&["login", "1", "--check"]).code, 0);
    answer(&desk.as_amy(&with_json(&["login", "1"])));
    assert_eq!(desk.event("issue")["ticket"], "ZD-9");
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
    let desk = Desk::new();
    let manual = "login_as_customer/general/store_view_manual_choice_enabled";
    desk.store.run_ok(&["config", "set", manual, "yes"]);
    let id = desk.id(&["3", "--store-view", "fr"]);
    desk.approve(&id);
    desk.as_amy(&with_json(&["login", "3", "--store-view", "de"]))
        .assert_failed("approval_required", 5);
    let login = answer(&desk.as_amy(&with_json(&["login", "3"])));
    assert_eq!(login["store_view"], "fr");
    let order = desk.id(&["--order", "100000001", "--store-view", "en"]);
    desk.approve(&order);
    desk.as_amy(&with_json(&["login", "1", "--store-view", "en"]))
        .assert_failed("approval_required", 5);
    answer(&desk.as_amy(&with_json(&["login", "--order", "100000001"])));
}

#[test]
fn an_approval_does_not_cover_a_later_consent_override() {
    let desk = Desk::new();
    let rights = ["login_button", "Lac::consent_override"];
    let may = desk.store.create_user_with_resources("mia", &rights);
    let as_mia = |args: &[&str]| desk.store.run_as(&may, &with_json(args));
    let plain = ["login", "1", "--reason", "the police asks"];
    let without = [&plain[..], &["--override-consent"]].concat();
    let ask = |args: &[&str]| {
        let asked = answer(&as_mia(&[args, &["--request"]].concat()));
        (json_str(&asked["id"]).to_owned(), asked["causes"].clone())
    };
    let (first, causes) = ask(&plain);
    assert_eq!(causes, json!(["website"]));
    desk.approve(&first);
    desk.store.run_ok(&["consent", "revoke", "1"]);
    as_mia(&plain).assert_failed("consent_withheld", 5);
    let error = as_mia(&without).assert_failed("approval_required", 5);
    assert!(json_str(&error["message"]).contains("consent"), "{error}");

    let (second, causes) = ask(&without);
    assert_ne!(first, second);
    assert_eq!(causes, json!(["website", "override"]));
    as_mia(&without).assert_failed("approval_required", 5);
    desk.approve(&second);
    assert_eq!(desk.event("approve")["details"]["override_consent"], true);
    let login = answer(&as_mia(&without));
    assert_eq!(desk.event("issue")["details"]["request"], second.as_str());
    assert!(login["url"].is_string());
    assert_eq!(desk.state(&first), "approved");
}
