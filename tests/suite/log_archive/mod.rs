//! Old events move into archive files without changing what commands show.

use std::fs;

mod concurrent;
mod reading;

use serde_json::{Value, json};

use crate::support::{InProcessStore, StorefrontFixture, TestStore, json_str};

const AUTUMN: &str = "2026-10-05T12:00:00Z";

/// A command, recorded at the given time.
fn record_event(store: &TestStore, clock: &'static str) {
    store.clock.set(clock);
    let now = store.run_ok(&["config", "get", "web/url/use_store"]);
    let other = if now == "yes\n" { "no" } else { "yes" };
    store.run_ok(&["config", "set", "web/url/use_store", other]);
}

fn archive(store: &TestStore) -> Value {
    store.run_json(&["log", "archive"])
}

/// First and last event of each file, and the day in its name.
fn files(archived: &Value) -> Vec<(String, u64, u64)> {
    let files = archived["files"].as_array().expect("files");
    let number = |value: &Value| value.as_u64().expect("a number");
    let file = |file: &Value| {
        let day = json_str(&file["name"])[4..14].to_owned();
        (day, number(&file["first"]), number(&file["last"]))
    };
    files.iter().map(file).collect()
}

/// A session in each month of a summer, and one now.
fn store_of_a_summer() -> StorefrontFixture {
    let store = TestStore::uninitialized();
    store.clock.set("2026-06-01T08:00:00Z");
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let shop = StorefrontFixture::with_store(store);
    let visits = [
        [
            "2026-06-01T10:00:00Z",
            "2026-06-01T10:00:10Z",
            "2026-06-01T10:05:00Z",
        ],
        [
            "2026-07-01T10:00:00Z",
            "2026-07-01T10:00:10Z",
            "2026-07-01T10:05:00Z",
        ],
        [
            "2026-08-01T10:00:00Z",
            "2026-08-01T10:00:10Z",
            "2026-08-01T10:05:00Z",
        ],
        [
            "2026-10-05T10:00:00Z",
            "2026-10-05T10:00:10Z",
            "2026-10-05T10:05:00Z",
        ],
    ];
    for (at, times) in visits.into_iter().enumerate() {
        shop.store.clock.set(times[0]);
        let bea = match at {
            0 => shop.store.create_agent("bea"),
            _ => json_str(&shop.store.run_json(&["user", "token", "create", "bea"])["token"])
                .to_owned(),
        };
        let customer = if at % 2 == 0 { "1" } else { "ada@example.com" };
        let ticket = format!("ZD-{at}");
        let args = [customer, "--reason", "asked", "--ticket", &ticket];
        shop.run_session(&bea, &args, "https://shop.example.com", times);
        shop.store.run_ok(&["consent", "revoke", "3"]);
        shop.store.run_ok(&["consent", "grant", "3"]);
    }
    shop.store.clock.set(AUTUMN);
    shop
}

#[test]
fn each_day_that_is_old_enough_gets_a_file() {
    let store = TestStore::uninitialized();
    store.clock.set("2026-07-31T23:30:00Z");
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    record_event(&store, "2026-08-01T00:00:00Z");
    record_event(&store, "2026-08-05T23:59:59.999999Z");
    record_event(&store, "2026-08-06T00:00:00Z");
    store.clock.set(AUTUMN);
    // Sixty days before is 2026-08-06, 12:00: that day stays.
    let wish = store.run_json(&["log", "archive", "--dry-run"]);
    assert_eq!(wish["before"], "2026-08-06T00:00:00.000000Z");
    assert_eq!(
        (&wish["dry_run"], &wish["audit_seq"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(wish["files"][0]["sha256"], Value::Null);
    assert!(!store.dir().join("archive").exists());
    let days = [
        ("2026-07-31", 1, 4),
        ("2026-08-01", 5, 5),
        ("2026-08-05", 6, 6),
    ];
    let days = days.map(|(day, first, last)| (day.to_owned(), first, last));
    assert_eq!(files(&wish), days);
    let archived = archive(&store);
    assert_eq!(files(&archived), days);
    assert_eq!(archived["events"], 6);
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action"], &event["seq"]),
        (&json!("archive"), &archived["audit_seq"])
    );
    assert_eq!(
        event["details"]["files"][2]["sha256"],
        archived["files"][2]["sha256"]
    );
    // A second run archives nothing.
    let again = archive(&store);
    assert_eq!(
        (&again["events"], &again["audit_seq"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(&store.log_events()[0], event);
    store.run_ok(&["config", "set", "system/rotation/lifetime", "30"]);
    assert_eq!(files(&archive(&store)), [("2026-08-06".to_owned(), 7, 7)]);
    store.run_json(&["log", "verify"]);
    // Each file verifies by itself, too.
    let key = store.run_ok(&["key", "verifier"]);
    for entry in fs::read_dir(store.dir().join("archive")).expect("archives") {
        let path = entry.expect("an entry").path().display().to_string();
        if !path.ends_with("/lock") {
            let verified_file =
                store.run_json(&["log", "verify", "--file", &path, "--key", key.trim()]);
            assert_eq!(verified_file["kind"], "archive");
        }
    }
}

/// Weeks begin on Monday; a day of 25 hours is one day.
#[test]
fn archives_can_cover_weeks_and_months_in_the_stores_time_zone() {
    for (frequency, expected) in [
        (
            "daily",
            &[
                ("2026-03-28", 1, 5),
                ("2026-03-29", 6, 7),
                ("2026-03-30", 8, 8),
                ("2026-10-25", 9, 10),
                ("2026-10-26", 11, 11),
                ("2026-11-01", 12, 12),
            ][..],
        ),
        (
            "weekly",
            &[
                ("2026-03-23", 1, 7),
                ("2026-03-30", 8, 8),
                ("2026-10-19", 9, 10),
                ("2026-10-26", 11, 12),
            ],
        ),
        (
            "monthly",
            &[
                ("2026-03-01", 1, 8),
                ("2026-10-01", 9, 11),
                ("2026-11-01", 12, 12),
            ],
        ),
    ] {
        let store = TestStore::uninitialized();
        store.clock.set("2026-03-28T12:00:00Z");
        store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
        store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
        for time in [
            "2026-03-28T23:00:00Z",
            "2026-03-29T21:59:59Z",
            "2026-03-29T22:00:00Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T22:59:59.999999Z",
            "2026-10-25T23:00:00Z",
            "2026-10-31T23:00:00Z",
        ] {
            record_event(&store, time);
        }
        store.clock.set("2027-03-01T12:00:00Z");
        store.run_ok(&["config", "set", "system/rotation/frequency", frequency]);
        let expected: Vec<_> = expected
            .iter()
            .map(|(day, first, last)| ((*day).to_owned(), *first, *last))
            .collect();
        assert_eq!(files(&archive(&store)), expected, "{frequency}");
        store.run_json(&["log", "verify"]);
    }
}

#[test]
fn the_archive_directory_can_be_configured() {
    let shop = store_of_a_summer();
    let store = &shop.store;
    let elsewhere = store.home().join("elsewhere");
    let config = store.home().join("lac.toml");
    fs::write(
        &config,
        format!("[archive]\ndir = \"{}\"\n", elsewhere.display()),
    )
    .expect("a file");
    let config = config.to_str().expect("a path");
    let archived = store.run_json(&["--config", config, "log", "archive"]);
    assert_eq!(archived["place"], elsewhere.display().to_string());
    assert!(!store.dir().join("archive").exists());
    store.run_json(&["--config", config, "log", "verify"]);
    store.run_failing(&["log", "verify"], "archive_missing", 8);
}

#[test]
fn commands_that_need_a_missing_archive_name_it() {
    let shop = store_of_a_summer();
    let store = &shop.store;
    let archived = archive(store);
    let name = json_str(&archived["files"][1]["name"]);
    let path = store.dir().join("archive").join(name);
    let temporary = store.home().join("aside");
    fs::rename(&path, &temporary).expect("moved");
    let file = store.home().join("all.csv").display().to_string();
    for args in [
        &["log", "list"][..],
        &["log", "verify"],
        &["log", "export", &file],
        &["log", "report", "--since", "2026-06-01"],
        &["log", "statement", "--customer", "1"],
        &["log", "list", "--customer", "1"],
    ] {
        let error = store.run_failing(args, "archive_missing", 8);
        assert!(json_str(&error["message"]).contains(name), "{error}");
    }
    assert!(!std::path::Path::new(&file).exists());
    // A list that does not reach it still works.
    store.run_json(&["log", "list", "--limit", "3"]);
    store.run_json(&["log", "list", "--since", "2026-08-01"]);
    store.run_json(&["log", "list", "--until", "2026-06-02"]);
    store.run_json(&["log", "show", "2"]);
    record_event(store, AUTUMN);
    fs::rename(&temporary, &path).expect("moved back");
    store.run_json(&["log", "verify"]);
}

/// Ids that only archived events mention are not reused.
#[test]
fn a_local_id_is_never_reused() {
    let store = TestStore::uninitialized();
    store.clock.set("2026-06-01T08:00:00Z");
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    store.load_sample_data();
    let add = |email: &str| {
        let added = store.run_json(&["customer", "add", "--email", email, "--website", "base"]);
        json_str(&added["id"]).to_owned()
    };
    assert_eq!(add("one@example.com"), "local:1");
    assert_eq!(add("two@example.com"), "local:2");
    for id in ["local:1", "local:2"] {
        store.run_ok(&["customer", "remove", id, "--yes"]);
    }
    store.clock.set(AUTUMN);
    archive(&store);
    assert_eq!(add("three@example.com"), "local:3");
    store.run_ok(&["log", "erase", "--customer", "local:2", "--yes"]);
    store.run_ok(&["customer", "remove", "local:3", "--yes"]);
    assert_eq!(add("four@example.com"), "local:4");
    store.run_json(&["log", "verify"]);
}

/// A log of many days with as many archives, so that archiving takes a while.
fn long_store(events: u64, days: u64) -> TestStore {
    let store = TestStore::uninitialized();
    store.clock.set("2026-04-01T08:00:00Z");
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let seconds = days * 86_400 / events;
    InProcessStore::new(&store).append_visits(events, "2026-04-01T09:00:00Z", seconds);
    store.clock.set(AUTUMN);
    store
}
