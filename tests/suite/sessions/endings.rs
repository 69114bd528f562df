//! Another process removes the basis of a session: it ends at once, redeemed or
//! not, the end is recorded, and its token no longer works.

use serde_json::{Value, json};

use crate::support::{StorefrontFixture, TestStore, json_str};

const SHOP: &str = "https://shop.example.com";
/// Some time after the login.
const LATER: &str = "2026-10-05T12:00:10.000000Z";

/// One way to end a session.
struct EndingCase {
    /// Before the login.
    before: fn(&TestStore),
    /// The change that ends the session; it also gets the agent's token.
    change: fn(&TestStore, &str),
    cause: [&'static str; 2],
    /// The error for redeeming the unused token afterwards.
    code: &'static str,
    /// The recorded duration of the active session.
    seconds: u64,
}

const DEFAULTS: EndingCase = EndingCase {
    before: |_| {},
    change: |_, _| {},
    cause: ["", ""],
    code: "session_ended",
    seconds: 10,
};

/// Another login, which records expired sessions.
fn log_in_elsewhere_at(store: &TestStore, at: &'static str) {
    store.clock.set(at);
    store.login(&["3"]);
}

fn check_ending(case: &EndingCase, active: bool) {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let ben = store.create_agent("ben");
    (case.before)(store);
    let token = shop.issue_link(&ben, &["1"]);
    if active {
        shop.redeem(&token, SHOP);
    }
    let own = store
        .run_as(&ben, &["session", "list", "-o", "json"])
        .assert_succeeded();
    let list: Value = serde_json::from_str(&own.stdout).expect("JSON");
    let id = json_str(&list[0]["id"]).to_owned();
    assert_eq!(list[0]["state"], if active { "active" } else { "issued" });

    store.clock.set(LATER);
    (case.change)(store, &ben);

    let expected_cause = case.cause[usize::from(active)];
    let shown = store.run_json(&["session", "show", &id]);
    assert_eq!(shown["end_cause"], expected_cause, "{shown}");
    assert!(
        ["ended", "expired"].contains(&json_str(&shown["state"])),
        "{shown}"
    );
    assert_eq!(shown["left_seconds"], Value::Null);
    let events = store.run_json(&["log", "list", "--session", &id]);
    let event = &events[0];
    let action = if shown["state"] == "ended" {
        "end"
    } else {
        "expire"
    };
    assert_eq!(event["action"], action, "{events}");
    assert_eq!(event["details"]["cause"], expected_cause);
    let seconds = if active {
        json!(case.seconds)
    } else {
        Value::Null
    };
    assert_eq!(event["details"]["duration_seconds"], seconds, "{event}");
    assert_eq!(event["admin"], "ben", "always the impersonator");

    let code = if active { "token_spent" } else { case.code };
    let redeem = ["redeem", &token, "--audience", SHOP, "-o", "json"];
    store
        .run_as(&shop.storefront, &redeem)
        .assert_failed(code, 5);
    store.run_ok(&["log", "verify"]);
}

macro_rules! ending_tests {
    ($($name:ident: $case:expr;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn an_unredeemed_session_ends_at_once() {
                check_ending(&$case, false);
            }

            #[test]
            fn an_active_session_ends_at_once() {
                check_ending(&$case, true);
            }
        }
    )*};
}

ending_tests! {
    consent_withdrawn: EndingCase {
        change: |store, _| drop(store.run_ok(&["consent", "revoke", "1"])),
        cause: ["consent_withdrawn"; 2],
        code: "consent_withheld",
        ..DEFAULTS
    };
    consent_run_out: EndingCase {
        change: |store, _| {
            store.run_ok(&["consent", "grant", "1", "--for", "20s"]);
            log_in_elsewhere_at(store, "2026-10-05T12:00:40.000000Z");
        },
        cause: ["consent_expired"; 2],
        code: "consent_withheld",
        seconds: 30,
        ..DEFAULTS
    };
    mode_changed: EndingCase {
        before: |store| {
            store.run_ok(&["consent", "revoke", "1"]);
            store.run_ok(&["config", "set", "lac/consent/mode", "mandatory"]);
        },
        change: |store, _| drop(store.run_ok(&["config", "unset", "lac/consent/mode"])),
        cause: ["consent_withdrawn"; 2],
        code: "consent_withheld",
        ..DEFAULTS
    };
    feature_off: EndingCase {
        change: |store, _| store.set_feature("no"),
        cause: ["feature_disabled"; 2],
        code: "feature_disabled",
        ..DEFAULTS
    };
    resource_taken: EndingCase {
        change: |store, _| drop(store.run_ok(&["role", "deny", "bens", "login_button"])),
        cause: ["access_lost"; 2],
        ..DEFAULTS
    };
    scope_narrowed: EndingCase {
        change: |store, _| drop(store.run_ok(&["role", "scope", "bens", "website:eu"])),
        cause: ["access_lost"; 2],
        ..DEFAULTS
    };
    another_role: EndingCase {
        change: |store, _| {
            store.run_ok(&["role", "create", "Nothing"]);
            store.run_ok(&["user", "assign", "ben", "Nothing"]);
        },
        cause: ["access_lost"; 2],
        ..DEFAULTS
    };
    admin_user_disabled: EndingCase {
        change: |store, _| drop(store.run_ok(&["user", "disable", "ben"])),
        cause: ["access_lost"; 2],
        ..DEFAULTS
    };
    admin_user_deleted: EndingCase {
        change: |store, _| drop(store.run_ok(&["user", "delete", "ben", "--yes"])),
        cause: ["access_lost"; 2],
        ..DEFAULTS
    };
    customer_removed: EndingCase {
        change: |store, _| drop(store.run_ok(&["customer", "remove", "1", "--yes"])),
        cause: ["customer_removed"; 2],
        code: "customer_inactive",
        ..DEFAULTS
    };
    customer_deactivated: EndingCase {
        change: |store, _| drop(store.run_ok(&["customer", "edit", "1", "--active", "no"])),
        cause: ["customer_inactive"; 2],
        code: "customer_inactive",
        ..DEFAULTS
    };
    newer_login: EndingCase {
        change: |store, ben| drop(store.run_as(ben, &["login", "3"]).assert_succeeded()),
        cause: ["replaced"; 2],
        ..DEFAULTS
    };
    ended_by_hand: EndingCase {
        change: |store, _| drop(store.run_ok(&["session", "end", "--admin", "ben"])),
        cause: ["ended"; 2],
        ..DEFAULTS
    };
    time_over: EndingCase {
        change: |store, _| log_in_elsewhere_at(store, "2026-10-05T13:30:00.000000Z"),
        cause: ["link_expired", "duration_over"],
        code: "token_expired",
        seconds: 3600,
        ..DEFAULTS
    };
    clock_set_back: EndingCase {
        change: |store, _| {
            log_in_elsewhere_at(store, "2026-10-05T11:59:54.000000Z");
            let log = store.log_events();
            let expired = log.iter().find(|event| event["action"] == "expire").expect("an event");
            assert_eq!(expired["details"]["clock"], "stood before the session began");
        },
        cause: ["link_expired", "duration_over"],
        seconds: 0,
        ..DEFAULTS
    };
}

#[test]
fn a_clock_set_back_too_far_expires_sessions() {
    let store = TestStore::with_sample_data();
    let url = store.login_url(&["1"]);
    let state = || json_str(&store.run_json(&["session", "list"])[0]["state"]).to_owned();
    let redeem = ["redeem", &url, "--audience", SHOP];
    store.clock.set("2026-10-05T11:59:54.999999Z");
    assert_eq!(state(), "expired");
    let error = store.run_failing(&redeem, "session_ended", 5);
    assert!(json_str(&error["message"]).contains("clock"), "{error}");
    store.clock.set("2026-10-05T11:59:55.000000Z");
    assert_eq!(state(), "issued");
    store.run_json(&redeem);
}

#[test]
fn durations_must_be_finite() {
    let store = TestStore::new();
    for path in [
        "lac/session/max_duration",
        "login_as_customer/general/authentication_data_expiration_time",
    ] {
        for length in [
            "0",
            "0s",
            "-1",
            "-1h",
            "",
            "forever",
            "1e9",
            "99999999999999999999",
            "400d",
        ] {
            store.run_failing(&["config", "set", path, length], "invalid_value", 2);
        }
    }
    store.run_ok(&["config", "set", "lac/session/max_duration", "90"]);
    assert_eq!(
        store
            .run_ok(&["config", "get", "lac/session/max_duration"])
            .trim(),
        "90"
    );
}
