//! The report: its figures compared with a recomputation, its page with hostile
//! names, and its file with an existing file.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::{Value, json};

use crate::support::{
    StorefrontFixture, TestStore, create_user_with_own_role, html_page, json_str,
};

const BASE: &str = "https://shop.example.com";
const EU: &str = "https://eu.shop.example.com";

/// A name with markup, which roles and users may have.
const MARKUP: &str = "<script>alert(1)</script>";

/// Two agents, five sessions, refusals, changes; the clocks of Berlin go back
/// in the night to 2026-10-25.
fn sample_season() -> StorefrontFixture {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    let bea = store.create_agent("bea");
    let nasty = store.create_agent(MARKUP);
    let day = |a, b, c| [a, b, c];
    let mut sessions = vec![shop.run_session(
        &bea,
        &["1", "--ticket", "ZD-1", "--reason", "asked"],
        BASE,
        day(
            "2026-10-23T06:30:00Z",
            "2026-10-23T06:30:30Z",
            "2026-10-23T06:50:30Z",
        ),
    )];
    for (agent, whom, base, times) in [
        (
            &bea,
            "3",
            EU,
            day(
                "2026-10-25T00:10:00Z",
                "2026-10-25T00:10:10Z",
                "2026-10-25T00:20:00Z",
            ),
        ),
        (
            &nasty,
            "3",
            EU,
            day(
                "2026-10-25T01:10:00Z",
                "2026-10-25T01:10:20Z",
                "2026-10-25T01:10:50Z",
            ),
        ),
        (
            &bea,
            "1",
            BASE,
            day(
                "2026-10-26T07:00:00Z",
                "2026-10-26T07:00:05Z",
                "2026-10-26T07:40:00Z",
            ),
        ),
    ] {
        sessions.push(shop.run_session(agent, &[whom], base, times));
    }
    store.clock.set("2026-10-26T09:00:00Z");
    // A link that was never opened, refusals and denials.
    shop.issue_link(&bea, &["4"]);
    for whom in ["2", "6"] {
        let ran = store.run_as(&nasty, &["login", whom, "-o", "json"]);
        assert_eq!(ran.code, 5);
    }
    store
        .run_as(&bea, &["config", "list", "-o", "json"])
        .assert_failed("resource_denied", 4);
    store.run_ok(&["config", "set", "lac/session/max_duration", "600"]);
    shop
}

fn count_by<'e>(events: impl Iterator<Item = &'e Value>, field: fn(&Value) -> Value) -> Value {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for event in events {
        let name = field(event).as_str().unwrap_or("null").to_owned();
        *counts.entry(name).or_default() += 1;
    }
    json!(counts)
}

/// Rows of name and count as an object.
fn object(rows: &Value) -> Value {
    let rows = rows.as_array().expect("rows").iter();
    let pair = |row: &Value| {
        let name = row["name"].as_str().unwrap_or("null").to_owned();
        (name, row["count"].clone())
    };
    Value::Object(rows.map(pair).collect())
}

#[test]
fn the_figures_match_the_list_of_events() {
    let shop = sample_season();
    let store = &shop.store;
    for filter in [
        &[][..],
        &["--since", "2026-10-25"],
        &[
            "--until",
            "2026-10-25",
            "--action-group",
            "login_as_customer",
        ],
        &["--admin", "bea"],
        &["--customer", "3"],
        &["--result", "failure"],
    ] {
        let mut list = vec!["log", "list"];
        list.extend(filter);
        let listed = store.run_json(&list);
        let events = || listed.as_array().expect("a list").iter();
        let mut report = vec!["log", "report", "--top", "1000"];
        report.extend(filter);
        let report = store.run_json(&report);

        let is = |event: &Value, action: &str| {
            event["action_group"] == "login_as_customer"
                && event["action"] == action
                && event["result"] == "success"
        };
        let opened = || events().filter(|e| is(e, "redeem"));
        let failed = || events().filter(|e| e["result"] == "failure");
        assert_eq!(report["events"], events().count(), "{filter:?}");
        assert_eq!(report["logins"]["redeemed"], opened().count());
        assert_eq!(
            report["logins"]["issued"],
            events().filter(|e| is(e, "issue")).count()
        );
        assert_eq!(report["failures"], failed().count());
        assert_eq!(report["first"], events().last().expect("one")["time"]);
        assert_eq!(report["last"], events().next().expect("one")["time"]);
        assert_eq!(
            report["without_ticket"]["count"],
            opened().filter(|e| e["ticket"].is_null()).count()
        );
        for (rows, field) in [
            (
                "failures_by_code",
                (|e| e["details"]["code"].clone()) as fn(&Value) -> Value,
            ),
            ("failures_by_admin", |e| e["admin"].clone()),
            ("failures_by_website", |e| e["website"].clone()),
        ] {
            assert_eq!(
                object(&report[rows]["rows"]),
                count_by(failed(), field),
                "{rows}"
            );
        }
        assert_eq!(
            object(&report["groups"]),
            count_by(events(), |e| e["action_group"].clone())
        );
        let pair = |e: &Value| json!(format!("{} {}", e["admin"], e["customer_id"]));
        let mut pairs = BTreeMap::new();
        for row in report["pairs"]["rows"].as_array().expect("rows") {
            if row["redeemed"] != 0 {
                let name = format!("{} {}", row["admin"], row["customer_id"]);
                pairs.insert(name, row["redeemed"].clone());
            }
        }
        assert_eq!(json!(pairs), count_by(opened(), pair));
        let hours = report["hours"].as_array().expect("rows").iter();
        let all: u64 = hours
            .flat_map(|row| row.as_array().expect("24"))
            .map(|n| n.as_u64().expect("a number"))
            .sum();
        assert_eq!(all, opened().count() as u64);
        let days = report["days"].as_array().expect("rows").iter();
        let sum: u64 = days
            .map(|day| day["redeemed"].as_u64().expect("a number"))
            .sum();
        assert_eq!(sum, opened().count() as u64);
    }
}

/// 02:10 occurs twice in that night; both belong to that hour of that Sunday.
#[test]
fn times_are_in_the_stores_time_zone() {
    let shop = sample_season();
    let report = shop.store.run_json(&["log", "report"]);
    assert_eq!(report["zone"], "Europe/Berlin");
    assert_eq!(report["hours"][6][2], 2);
    let days = report["days"].as_array().expect("rows");
    let sunday = days
        .iter()
        .find(|day| day["date"] == "2026-10-25")
        .expect("Sunday");
    assert_eq!(sunday["redeemed"], 2);
    assert_eq!(report["outside"]["count"], 2);
    let weekend = [
        "log",
        "report",
        "--office-days",
        "sat-sun",
        "--office-hours",
        "02:00-03:00",
    ];
    assert_eq!(shop.store.run_json(&weekend)["outside"]["count"], 2);
    let longest = &report["longest"]["rows"];
    assert_eq!(
        (&longest[0]["seconds"], &longest[0]["cause"]),
        (&json!(2395), &json!("ended"))
    );
    assert_eq!(longest.as_array().expect("rows").len(), 4);
    for (flag, value) in [("--office-hours", "9 to 5"), ("--office-days", "workdays")] {
        let error = shop
            .store
            .run_failing(&["log", "report", flag, value], "invalid_value", 2);
        assert!(json_str(&error["message"]).starts_with(flag));
    }
}

#[test]
fn own_consent_is_reported_even_if_granted_before_the_period() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let one =
        store.create_user_with_resources("one", &["login_button", "allow_shopping_assistance"]);
    let other = store.create_agent("other");
    store
        .run_as(&one, &["consent", "grant", "2"])
        .assert_succeeded();
    let times = [
        "2026-10-06T10:00:00Z",
        "2026-10-06T10:00:05Z",
        "2026-10-06T10:01:00Z",
    ];
    shop.run_session(&other, &["2"], BASE, times);
    let times = [
        "2026-10-07T10:00:00Z",
        "2026-10-07T10:00:05Z",
        "2026-10-07T10:01:00Z",
    ];
    let session = shop.run_session(&one, &["2"], BASE, times);
    store.clock.set("2026-10-08T10:00:00Z");
    let report = store.run_json(&["log", "report", "--since", "2026-10-06"]);
    let found = report["own_consent"]["rows"].as_array().expect("rows");
    assert_eq!(found.len(), 1, "{report}");
    assert_eq!(found[0]["admin"], "one");
    assert_eq!(found[0]["session_id"], session);
    assert_eq!(found[0]["opened"], true);
    assert!(json_str(&found[0]["granted_at"]).starts_with("2026-10-05T12:00"));
    // Users with only the login log resource do not see when consent was
    // granted.
    let reader =
        create_user_with_own_role(store, "reader", &["Magento_LoginAsCustomer::login_log"]);
    let ran = store
        .run_as(&reader, &["log", "report", "-o", "json"])
        .assert_succeeded();
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["limits"], json!(["action_groups"]));
    // The login's own event says that it was the same person.
    let own = &report["own_consent"]["rows"];
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!(own[0]["granted_at"], Value::Null);
    assert_eq!(report["changes"]["rows"], json!([]));
    store
        .run_as(
            &reader,
            &["log", "report", "--action-group", "config", "-o", "json"],
        )
        .assert_failed("resource_denied", 4);
}

#[test]
fn the_page_is_self_contained_and_escapes_names() {
    let shop = sample_season();
    let store = &shop.store;
    store.run_ok(&["role", "create", "\"><img onerror=x>"]);
    let html = store.run_ok(&["log", "report", "--html", "-", "--top", "1000"]);
    html_page::assert_self_contained(&html);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(html.contains("&quot;&gt;&lt;img onerror=x&gt;"));
    assert!(!html.contains("<img"));
    for part in [
        "@page",
        "prefers-color-scheme: dark",
        "<caption>",
        "<desc>",
        "viewport",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let plain = store.run_ok(&["log", "report"]);
    assert!(plain.contains(MARKUP) && !plain.contains('\u{1b}'));
}

#[test]
fn the_report_file_is_replaced_atomically() {
    let store = TestStore::with_sample_data();
    let (target, victim) = (store.home().join("r.html"), store.home().join("victim"));
    let file = target.to_str().expect("UTF-8");
    fs::write(&victim, "mine").expect("a file");
    symlink(&victim, &target).expect("a link");
    store.run_failing(&["log", "report", "--html", file], "invalid_value", 2);
    fs::remove_file(&target).expect("removed");
    let output = store.run_ok(&["log", "report", "--html", file]);
    assert_eq!(output, format!("written to {file}\n"));
    assert_eq!(fs::read_to_string(&victim).expect("there"), "mine");
    let meta = fs::symlink_metadata(&target).expect("there");
    assert!(meta.is_file());
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    html_page::assert_self_contained(&fs::read_to_string(&target).expect("a page"));

    assert_eq!(store.run_ok(&["log", "report", "--html", file, "-q"]), "");
    let answer = store.run_json(&["log", "report", "--html", file]);
    assert_eq!(answer["store"], "test.example");
    let beside = || fs::read_dir(store.home()).expect("a directory").count();
    let before = beside();
    let directory = store.home().join("d.html");
    fs::create_dir(&directory).expect("a directory");
    let directory = directory.to_str().expect("UTF-8");
    store.run_failing(&["log", "report", "--html", directory], "invalid_value", 2);
    let nowhere = store.home().join("nowhere/r.html");
    store.run_failing(
        &["log", "report", "--html", nowhere.to_str().expect("UTF-8")],
        "io",
        1,
    );
    assert_eq!(beside(), before + 1, "something was left behind");
}

#[test]
fn shortened_lists_say_how_many_rows_are_missing() {
    let shop = sample_season();
    let report = shop.store.run_json(&["log", "report", "--top", "1"]);
    for (list, total) in [("pairs", 4), ("failures_by_code", 3), ("longest", 4)] {
        let rows = report[list]["rows"].as_array().expect("rows").len();
        assert_eq!(rows, 1, "{list}");
        assert_eq!(report[list]["more"], total - 1, "{list}");
    }
    let shown = shop.store.run_ok(&["log", "report", "--top", "1"]);
    assert!(shown.contains("and 3 more"), "{shown}");
    assert_eq!(shop.store.run(&["log", "report", "--top", "0"]).code, 2);
}
