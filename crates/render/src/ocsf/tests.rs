use super::*;
use lac_model::audit::ConsentBasis;

fn empty_event(action: Action, result: Outcome) -> EventView {
    EventView {
        seq: 131,
        time: "2026-11-23T01:25:32.123456Z".parse().unwrap(),
        action_group: action.group().as_str().to_owned(),
        action: action.name().to_owned(),
        full_action_name: action.full_name().to_owned(),
        result,
        admin: None,
        admin_id: None,
        role: None,
        ip_address: None,
        os_account: None,
        customer_id: None,
        customer_email: None,
        website: None,
        store_view: None,
        session_id: None,
        consent: None,
        document: None,
        reason: None,
        ticket: None,
        details: None,
    }
}

fn with_details(event: EventView, details: Value) -> EventView {
    EventView {
        details: details.as_object().cloned(),
        ..event
    }
}

fn login(result: Outcome) -> EventView {
    EventView {
        admin: Some("anna".to_owned()),
        admin_id: Some(7),
        role: Some("Support".to_owned()),
        ip_address: Some("192.0.2.17".to_owned()),
        os_account: Some("anna.o".to_owned()),
        customer_id: "42".parse().ok(),
        customer_email: Some("jane@example.com".to_owned()),
        website: Some("base".to_owned()),
        store_view: Some("default".to_owned()),
        session_id: Some(lac_model::ids::SessionId::from_bits([0xab; 16])),
        consent: Some(ConsentBasis {
            mode: "opt-in".to_owned(),
            is_override: false,
            self_granted: false,
            source: None,
            seq: Some(17),
        }),
        document: Some("order:000000001".to_owned()),
        reason: Some("cannot pay".to_owned()),
        ticket: Some("ZD-4711".to_owned()),
        ..empty_event(Action::LoginRedeem, result)
    }
}

/// The attributes that the schema requires for the record's class, including
/// its constraints.
fn required_attributes(record: &Value) -> Vec<&'static str> {
    let mut paths = vec![
        "/activity_id",
        "/category_uid",
        "/class_uid",
        "/metadata/product/vendor_name",
        "/metadata/product/name",
        "/metadata/version",
        "/severity_id",
        "/time",
        "/type_uid",
    ];
    paths.extend(match record["class_uid"].as_u64() {
        Some(3001) => &["/user"][..],
        Some(3002) => &["/user", "/service/name"],
        Some(3004) => &["/entity/name"],
        Some(3005) => &["/user", "/privileges/0"],
        other => panic!("class {other:?}"),
    });
    paths
}

fn check_record(record: &Value) {
    for path in required_attributes(record) {
        assert!(record.pointer(path).is_some(), "{path}: {record:#}");
    }
    let number = |key: &str| record[key].as_u64().unwrap();
    assert_eq!(
        number("type_uid"),
        number("class_uid") * 100 + number("activity_id"),
        "{record:#}"
    );
    for user in ["/user", "/actor/user", "/entity/user"] {
        if let Some(user) = record.pointer(user) {
            assert!(
                user["name"].is_string() || user["uid"].is_string(),
                "{user}"
            );
        }
    }
    if let Some(actor) = record.get("actor") {
        assert!(actor["user"].is_object() || actor["app_name"].is_string());
    }
    let nulls = record.to_string().matches(":null").count();
    let meant = record["unmapped"].to_string().matches(":null").count();
    assert_eq!(nulls, meant, "{record:#}");
}

#[test]
fn every_action_has_the_required_attributes() {
    let all = json!({
        "code": "resource_denied", "message": "no", "admin_user": "bert", "role": "Support",
        "customer": "jane@example.com", "path": "a/b/c", "file": "a.csv", "before": null,
    });
    for action in Action::ALL {
        for result in [Outcome::Success, Outcome::Failure] {
            let bare = empty_event(*action, result);
            let named = EventView {
                full_action_name: bare.full_action_name.clone(),
                action: bare.action.clone(),
                action_group: bare.action_group.clone(),
                ..login(result)
            };
            for event in [
                with_details(bare.clone(), all.clone()),
                bare,
                with_details(named.clone(), all.clone()),
                named,
            ] {
                let record = to_ocsf(&event, "0.1.0");
                check_record(&record);
                let failed = result == Outcome::Failure;
                assert_eq!(record["status_id"], if failed { 2 } else { 1 });
                let code = failed && event.details.is_some();
                assert_eq!(record.get("status_code").is_some(), code, "{record:#}");
            }
        }
    }
}

#[test]
fn unknown_actions_become_records() {
    let event = EventView {
        full_action_name: "lac_tomorrow".to_owned(),
        action: "dance".to_owned(),
        ..login(Outcome::Success)
    };
    let record = to_ocsf(&event, "0.1.0");
    check_record(&record);
    assert_eq!(record["type_uid"], 300_499);
    assert_eq!(record["activity_name"], "dance");
}

#[test]
fn redeemed_login() {
    let event = with_details(
        login(Outcome::Success),
        json!({ "storefront": "shop", "ends_at": "2026-11-23T02:25:32.123456Z" }),
    );
    let wanted = json!({
        "activity_id": 1,
        "activity_name": "Logon",
        "actor": {
            "app_name": "shop",
            "user": {
                "groups": [{ "name": "Support", "type": "role" }],
                "name": "anna",
                "type": "Admin",
                "type_id": 2,
                "uid": "7",
            },
        },
        "category_name": "Identity & Access Management",
        "category_uid": 3,
        "class_name": "Authentication",
        "class_uid": 3002,
        "logon_type": "Impersonation",
        "logon_type_id": 99,
        "message": "login_as_customer redeem: success",
        "metadata": {
            "correlation_uid": "abababababababababababababababab",
            "event_code": "loginascustomer_login_index",
            "log_name": "audit",
            "original_time": "2026-11-23T01:25:32.123456Z",
            "product": { "name": "lac", "vendor_name": "login-as-customer", "version": "0.1.0" },
            "sequence": 131,
            "uid": "131",
            "version": "1.3.0",
        },
        "service": { "name": "base" },
        "session": { "uid": "abababababababababababababababab" },
        "severity": "Informational",
        "severity_id": 1,
        "src_endpoint": { "ip": "192.0.2.17" },
        "status": "Success",
        "status_id": 1,
        "time": 1_795_397_132_123_u64,
        "type_name": "Authentication: Logon",
        "type_uid": 300_201,
        "unmapped": {
            "action": "redeem",
            "action_group": "login_as_customer",
            "consent": { "mode": "opt-in", "seq": 17, "source": null },
            "details": { "ends_at": "2026-11-23T02:25:32.123456Z", "storefront": "shop" },
            "document": "order:000000001",
            "os_account": "anna.o",
            "reason": "cannot pay",
            "store_view": "default",
            "ticket": "ZD-4711",
            "website": "base",
        },
        "user": { "email_addr": "jane@example.com", "type": "User", "type_id": 1, "uid": "42" },
    });
    let record = to_ocsf(&event, "0.1.0");
    assert_eq!(record, wanted);
    assert_eq!(record.to_string(), wanted.to_string());
    assert!(
        record
            .to_string()
            .starts_with(r#"{"activity_id":1,"activity_name":"Logon","actor":"#)
    );
}

#[test]
fn refused_login_of_unknown_caller() {
    let event = EventView {
        admin: Some("anna".to_owned()),
        ip_address: Some("socket".to_owned()),
        ..with_details(
            empty_event(Action::LoginIssue, Outcome::Failure),
            json!({
                "code": "customer_not_found",
                "customer": "zoë@example.com",
                "message": "there is no customer zoë@example.com",
            }),
        )
    };
    let record = to_ocsf(&event, "0.1.0");
    check_record(&record);
    let says = |path: &str, wanted: Value| {
        assert_eq!(record.pointer(path), Some(&wanted), "{path}: {record:#}");
    };
    says("/type_uid", json!(300_299));
    says("/type_name", json!("Authentication: Other"));
    says("/activity_name", json!("issue"));
    says("/status_id", json!(2));
    says("/status_code", json!("customer_not_found"));
    says(
        "/status_detail",
        json!("there is no customer zoë@example.com"),
    );
    says(
        "/message",
        json!("login_as_customer issue: customer_not_found"),
    );
    says("/severity_id", json!(2));
    says(
        "/user",
        json!({ "name": "zoë@example.com", "type": "User", "type_id": 1 }),
    );
    says("/src_endpoint", json!({ "name": "socket" }));
    says("/service/name", json!("storefront"));
    assert!(record.get("session").is_none());
}

#[test]
fn only_opened_sessions_are_logged_off() {
    let end = |action, more| {
        let record = to_ocsf(
            &with_details(empty_event(action, Outcome::Success), more),
            "0.1.0",
        );
        check_record(&record);
        record
    };
    let used = json!({ "cause": "duration_over", "duration_seconds": 3600 });
    let logoff = end(Action::LoginExpire, used);
    assert_eq!(logoff["type_uid"], 300_202);
    assert_eq!(logoff["duration"], 3_600_000);
    assert_eq!(logoff["status_detail"], "duration_over");
    let lapsed = end(Action::LoginExpire, json!({ "cause": "link_expired" }));
    assert_eq!(lapsed["type_uid"], 300_299);
    assert_eq!(lapsed["activity_name"], "expire");
    // Erased details do not say whether the session was opened. A logoff too
    // many is better than one too few.
    let erased = to_ocsf(&empty_event(Action::LoginEnd, Outcome::Success), "0.1.0");
    assert_eq!(erased["type_uid"], 300_202);
}

#[test]
fn severity_depends_on_action_and_code() {
    use Outcome::{Failure, Success};
    let of = |action, result, code: Option<&str>| {
        let details = code.map(|code| json!({ "code": code }));
        let event = EventView {
            details: details.and_then(|details| details.as_object().cloned()),
            ..empty_event(action, result)
        };
        to_ocsf(&event, "0.1.0")["severity_id"].as_u64().unwrap()
    };
    assert_eq!(of(Action::LoginRedeem, Success, None), 1);
    assert_eq!(of(Action::LogRead, Success, None), 1);
    assert_eq!(of(Action::ConsentGrant, Success, None), 1);
    assert_eq!(of(Action::RoleAllow, Success, None), 2);
    assert_eq!(of(Action::ConfigSet, Success, None), 2);
    assert_eq!(of(Action::WebsiteAdd, Success, Some("token_spent")), 1);
    assert_eq!(of(Action::LoginIssue, Failure, Some("consent_withheld")), 2);
    assert_eq!(of(Action::LoginRedeem, Failure, Some("token_spent")), 3);
    assert_eq!(of(Action::LogRead, Failure, Some("resource_denied")), 3);
    assert_eq!(of(Action::LogRecover, Success, None), 3);
}

/// Every value of an event is somewhere in the record.
#[test]
fn every_value_is_in_the_record() {
    for action in Action::ALL {
        let mut event = login(Outcome::Success);
        event.full_action_name = action.full_name().to_owned();
        let record = to_ocsf(&event, "0.1.0").to_string();
        for (field, value) in serde_json::to_value(&event).unwrap().as_object().unwrap() {
            let text = match value {
                Value::String(text) if field == "result" => text.replace("success", "Success"),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let found = value.is_null() || record.contains(&text);
            assert!(found, "{field} of {}: {record}", action.full_name());
        }
    }
}
