//! Figures of the report: each has one definition, and agrees with what the
//! logins' own events say.

use serde_json::{Value, json};

use crate::support::{TestStore, json_str, rest_customer, rest_page};

fn report(store: &TestStore) -> Value {
    store.run_json(&["log", "report"])
}

/// Ben's consent came with a file that alice imported, and alice logged in.
#[test]
fn imported_consent_does_not_count_as_granted_by_the_importer() {
    let store = TestStore::with_sample_data();
    let ben = rest_customer(88, "ben@example.com", ("Ben", "Bay"), (1, 1), 2);
    store.import("customers", &rest_page(&[ben]));
    store.login(&["88"]);
    let login = store
        .log_events()
        .into_iter()
        .find(|event| event["action"] == "issue");
    let login = login.expect("a login");
    assert_eq!(login["consent"]["source"], "import");
    assert_eq!(login["consent"]["self_granted"], Value::Null);
    assert_eq!(report(&store)["own_consent"]["rows"], json!([]));
    // Granted by hand and used by the same person, it is listed.
    store.run_ok(&["consent", "revoke", "88"]);
    store.run_ok(&["consent", "grant", "88"]);
    store.login(&["88"]);
    let login = store
        .log_events()
        .into_iter()
        .find(|event| event["action"] == "issue");
    let login = login.expect("a login");
    let own = report(&store)["own_consent"]["rows"].clone();
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!(own[0]["seq"], login["seq"]);
    assert_eq!(own[0]["granted_seq"], login["consent"]["seq"]);
    let granted = store.run_json(&["log", "show", &login["consent"]["seq"].to_string()]);
    assert_eq!(own[0]["granted_at"], granted["time"]);
}

/// Refused logins are counted the same everywhere, without other failed
/// actions.
#[test]
fn refused_logins_are_one_figure() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("bea");
    let nobody = store.create_user_with_resources("nobody", &[]);
    let fails = |token: &str, args: &[&str], code: i32| {
        assert_eq!(store.run_as(token, args).code, code, "{args:?}");
    };
    fails(&agent, &["login", "2"], 5); // consent withheld
    fails(&agent, &["login", "6"], 5); // not confirmed
    fails(&agent, &["login", "4711"], 3);
    fails(&nobody, &["login", "1"], 4);
    // Not logins: other refusals, denials and objects that were not found.
    fails(&agent, &["config", "list"], 4);
    store.run_failing(
        &["log", "erase", "--customer", "1", "--yes"],
        "customer_present",
        5,
    );
    store.run_failing(&["role", "delete", "none", "--yes"], "role_not_found", 3);
    let report = report(&store);
    let logins = &report["logins"];
    assert_eq!(
        [
            &logins["refused"],
            &logins["denied"],
            &logins["not_found"],
            &logins["unknown"]
        ],
        [2, 1, 1, 0]
    );
    let days = report["days"].as_array().expect("days");
    let sum = |field: &str| {
        days.iter()
            .filter_map(|day| day[field].as_u64())
            .sum::<u64>()
    };
    assert_eq!((sum("refused"), sum("failures")), (2, 7));
    let kinds = report["failures_by_kind"].as_array().expect("kinds");
    let mut kinds: Vec<(&str, u64)> = kinds
        .iter()
        .map(|row| {
            (
                json_str(&row["name"]),
                row["count"].as_u64().expect("a count"),
            )
        })
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [("denied", 2), ("not_found", 2), ("refused", 3)]);
    assert_eq!(report["failures"], 7);
    let page = store.run_ok(&["log", "report"]);
    for figure in ["logins refused", "logins denied", "customers not found"] {
        assert!(page.contains(figure), "{figure}: {page}");
    }
}

#[test]
fn logins_with_overridden_consent_are_listed() {
    let store = TestStore::with_sample_data();
    store.login(&["1"]);
    let none = report(&store);
    assert_eq!(
        (&none["logins"]["overridden"], &none["overridden"]["rows"]),
        (&json!(0), &json!([]))
    );
    let args = [
        "2",
        "--override-consent",
        "--reason",
        "the police asks",
        "--ticket",
        "ZD-9",
    ];
    let url = store.login_url(&args);
    let audience = ["--audience", "https://shop.example.com"];
    store.run_ok(&[&["redeem", &url][..], &audience].concat());
    let login = store
        .log_events()
        .into_iter()
        .find(|event| event["action"] == "issue");
    let login = login.expect("a login");
    assert_eq!(login["consent"]["override"], true);
    let report = report(&store);
    assert_eq!(report["logins"]["overridden"], 1);
    let rows = &report["overridden"]["rows"];
    assert_eq!(rows.as_array().map(Vec::len), Some(1), "{rows}");
    assert_eq!(
        [
            &rows[0]["seq"],
            &rows[0]["customer_id"],
            &rows[0]["ticket"],
            &rows[0]["opened"]
        ],
        [&login["seq"], &json!("2"), &json!("ZD-9"), &json!(true)]
    );
    for form in [&["log", "report"][..], &["log", "report", "--html", "-"]] {
        let page = store.run_ok(form);
        assert!(page.contains("Consent overridden (1)"), "{page}");
    }
}
