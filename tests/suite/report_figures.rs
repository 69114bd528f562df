//! Figures of the report: each has one definition, and agrees with what the
//! logins' own events say.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{TestStore, create_user_with_own_role, json_str, rest_customer, rest_page};

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

/// What the customers' own grants and the logins on them say, newest first:
/// seqs of login and grant, and the seconds between. Computed from the list of
/// events.
fn quick_by_hand(events: &[Value]) -> Vec<[Value; 3]> {
    let time = |event: &Value| {
        let time: DateTime<Utc> = json_str(&event["time"]).parse().expect("a time");
        time
    };
    let logins = events.iter().filter(|event| {
        event["action"] == "issue"
            && event["result"] == "success"
            && event["consent"]["source"] == "customer"
    });
    logins
        .filter_map(|login| {
            let grant = events
                .iter()
                .find(|event| event["seq"] == login["consent"]["seq"])
                .expect("the grant");
            assert_eq!(grant["action"], "grant");
            assert_eq!(grant["details"]["source"], "customer");
            let between = time(login) - time(grant);
            (between <= TimeDelta::minutes(10)).then(|| {
                [
                    login["seq"].clone(),
                    grant["seq"].clone(),
                    json!(between.num_seconds()),
                ]
            })
        })
        .collect()
}

/// A store where bea logged in on customers' own grants, sooner and later.
struct QuickLogins {
    store: TestStore,
    /// On Bob's grant, after three minutes.
    bob: Value,
    /// On Dan's grant, after exactly ten minutes.
    dan: Value,
}

fn run_as(store: &TestStore, token: &str, args: &[&str]) -> Value {
    let ran = store.run_as(token, &[args, &["-o", "json"]].concat());
    serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON")
}

impl QuickLogins {
    fn new() -> Self {
        let store = TestStore::with_sample_data();
        let add = [
            "storefront",
            "add",
            "shop",
            "--website",
            "base",
            "eu",
            "--consent",
        ];
        let shop = store.run_json(&add);
        let shop = |args: &[&str]| run_as(&store, json_str(&shop["token"]), args);
        let bea = store.create_agent("bea");
        let bea = |args: &[&str]| run_as(&store, &bea, args);
        let at = |time: &'static str| store.clock.set(time);
        // Bob allows it in the storefront, and bea visits his account.
        at("2026-10-05T12:30:00.000000Z");
        shop(&["consent", "grant", "2"]);
        at("2026-10-05T12:33:00.000000Z");
        let bob = bea(&["login", "2", "--ticket", "ZD-2"]);
        let audience = "https://shop.example.com";
        shop(&["redeem", json_str(&bob["url"]), "--audience", audience]);
        bea(&["session", "end"]);
        // Dan's grant is used after ten minutes, and again after eleven.
        at("2026-10-05T12:39:00.000000Z");
        shop(&["consent", "revoke", "4"]);
        at("2026-10-05T12:40:00.000000Z");
        shop(&["consent", "grant", "4"]);
        at("2026-10-05T12:50:00.000000Z");
        let dan = bea(&["login", "4"]);
        at("2026-10-05T12:51:00.000000Z");
        bea(&["login", "4"]);
        // An admin user's grant, used at once by bea.
        store.run_ok(&["consent", "revoke", "1"]);
        store.run_ok(&["consent", "grant", "1"]);
        bea(&["login", "1"]);
        Self { store, bob, dan }
    }
}

/// A customer who allows it, and an agent who is in the account at once, can be
/// somebody who controls the storefront.
#[test]
fn customers_grants_used_within_ten_minutes_are_listed() {
    let QuickLogins { store, bob, dan } = QuickLogins::new();
    let events = store.log_events();
    let issued = events.iter().filter(|event| event["action"] == "issue");
    assert_eq!(issued.count(), 4);
    let whole = report(&store);
    let rows = whole["quick_consent"]["rows"].as_array().expect("rows");
    let seen: Vec<[Value; 3]> = rows
        .iter()
        .map(|row| ["seq", "granted_seq", "seconds"].map(|field| row[field].clone()))
        .collect();
    assert_eq!(seen, quick_by_hand(&events));
    assert_eq!(seen.len(), 2, "{whole}");
    let grant = events
        .iter()
        .find(|event| event["action"] == "grant" && event["customer_id"] == "2");
    assert_eq!(
        rows[1],
        json!({
            "seq": bob["audit_seq"], "time": "2026-10-05T12:33:00.000000Z", "admin": "bea",
            "customer_id": "2", "website": "base", "session_id": bob["session_id"],
            "ticket": "ZD-2", "opened": true, "granted_seq": grant.expect("a grant")["seq"],
            "granted_at": "2026-10-05T12:30:00.000000Z", "storefront": "shop", "seconds": 180,
        })
    );
    assert_eq!(
        [&rows[0]["seq"], &rows[0]["seconds"], &rows[0]["opened"]],
        [&dan["audit_seq"], &json!(600), &json!(false)]
    );
    // Nobody used what they had granted themselves.
    assert_eq!(whole["own_consent"]["rows"], json!([]));
    for form in [&["log", "report"][..], &["log", "report", "--html", "-"]] {
        let page = store.run_ok(form);
        for text in [
            "own consent, used within 10 min (2)",
            "3 min",
            json_str(&bob["session_id"]),
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }
}

#[test]
fn quick_grants_are_cut_filtered_and_limited_like_other_lists() {
    let QuickLogins { store, bob, dan } = QuickLogins::new();
    let one = &store.run_json(&["log", "report", "--top", "1"])["quick_consent"];
    assert_eq!(one["rows"].as_array().map(Vec::len), Some(1), "{one}");
    assert_eq!(
        (&one["rows"][0]["seq"], &one["more"]),
        (&dan["audit_seq"], &json!(1))
    );
    // A period without the grant still shows its use.
    let logins = [
        "log",
        "report",
        "--action",
        "issue",
        "--since",
        "2026-10-05T12:32:00Z",
    ];
    let rows = &store.run_json(&logins)["quick_consent"]["rows"];
    assert_eq!(
        [&rows[0]["seq"], &rows[1]["seq"]],
        [&dan["audit_seq"], &bob["audit_seq"]]
    );
    // Who may read the logins alone does not see when consent was given.
    let logins = ["Magento_LoginAsCustomer::login_log"];
    let reader = create_user_with_own_role(&store, "reader", &logins);
    let limited = run_as(&store, &reader, &["log", "report"]);
    assert_eq!(limited["limits"], json!(["action_groups"]));
    assert_eq!(limited["logins"]["issued"], 4);
    assert_eq!(limited["quick_consent"], json!({"rows": [], "more": 0}));

    // The erasure of Bob's data leaves what the record says.
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    store.run_ok(&["log", "erase", "--customer", "2", "--yes"]);
    let row = &report(&store)["quick_consent"]["rows"][1];
    assert_eq!(
        [&row["seq"], &row["storefront"], &row["seconds"]],
        [&bob["audit_seq"], &Value::Null, &json!(180)]
    );
}
