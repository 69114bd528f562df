//! Old events move into files, and nobody who reads the log notices.

use std::fs;

mod meanwhile;
mod reading;

use serde_json::{Value, json};

use crate::support::{Bench, Store, Support, text};

const AUTUMN: &str = "2026-10-05T12:00:00Z";

/// An act, recorded at some time.
fn act(store: &Store, clock: &'static str) {
    store.clock.set(clock);
    let now = store.ok(&["config", "get", "web/url/use_store"]);
    let other = if now == "yes\n" { "no" } else { "yes" };
    store.ok(&["config", "set", "web/url/use_store", other]);
}

fn archive(store: &Store) -> Value {
    store.json(&["log", "archive"])
}

/// First and last event of each file, and the day in its name.
fn files(archived: &Value) -> Vec<(String, u64, u64)> {
    let files = archived["files"].as_array().expect("files");
    let number = |value: &Value| value.as_u64().expect("a number");
    let file = |file: &Value| {
        let day = text(&file["name"])[4..14].to_owned();
        (day, number(&file["first"]), number(&file["last"]))
    };
    files.iter().map(file).collect()
}

/// A visit each month of a summer, and one now.
fn summer() -> Support {
    let store = Store::none();
    store.clock.set("2026-06-01T08:00:00Z");
    store.ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let shop = Support::in_store(store);
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
            0 => shop.store.agent("bea"),
            _ => text(&shop.store.json(&["user", "token", "create", "bea"])["token"]).to_owned(),
        };
        let customer = if at % 2 == 0 { "1" } else { "ada@example.com" };
        let ticket = format!("ZD-{at}");
        let args = [customer, "--reason", "asked", "--ticket", &ticket];
        shop.visit(&bea, &args, "https://shop.example.com", times);
        shop.store.ok(&["consent", "revoke", "3"]);
        shop.store.ok(&["consent", "grant", "3"]);
    }
    shop.store.clock.set(AUTUMN);
    shop
}

#[test]
fn a_file_for_each_day_that_is_old_enough() {
    let store = Store::none();
    store.clock.set("2026-07-31T23:30:00Z");
    store.ok(&["init", "--admin", "alice", "--name", "test.example"]);
    act(&store, "2026-08-01T00:00:00Z");
    act(&store, "2026-08-05T23:59:59.999999Z");
    act(&store, "2026-08-06T00:00:00Z");
    store.clock.set(AUTUMN);
    // Sixty days before are 2026-08-06, 12:00: that day stays.
    let wish = store.json(&["log", "archive", "--dry-run"]);
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
    let event = &store.log()[0];
    assert_eq!(
        (&event["action"], &event["seq"]),
        (&json!("archive"), &archived["audit_seq"])
    );
    assert_eq!(
        event["details"]["files"][2]["sha256"],
        archived["files"][2]["sha256"]
    );
    // Once is enough.
    let again = archive(&store);
    assert_eq!(
        (&again["events"], &again["audit_seq"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(&store.log()[0], event);
    store.ok(&["config", "set", "system/rotation/lifetime", "30"]);
    assert_eq!(files(&archive(&store)), [("2026-08-06".to_owned(), 7, 7)]);
    store.json(&["log", "verify"]);
    // Each file is told by itself, too.
    let key = store.ok(&["key", "verifier"]);
    for entry in fs::read_dir(store.dir().join("archive")).expect("archives") {
        let path = entry.expect("an entry").path().display().to_string();
        if !path.ends_with("/lock") {
            let said = store.json(&["log", "verify", "--file", &path, "--key", key.trim()]);
            assert_eq!(said["kind"], "archive");
        }
    }
}

/// Weeks begin on Monday; a day of 25 hours is one.
#[test]
fn weeks_and_months_of_the_stores_timezone() {
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
        let store = Store::none();
        store.clock.set("2026-03-28T12:00:00Z");
        store.ok(&["init", "--admin", "alice", "--name", "test.example"]);
        store.ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
        for time in [
            "2026-03-28T23:00:00Z",
            "2026-03-29T21:59:59Z",
            "2026-03-29T22:00:00Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T22:59:59.999999Z",
            "2026-10-25T23:00:00Z",
            "2026-10-31T23:00:00Z",
        ] {
            act(&store, time);
        }
        store.clock.set("2027-03-01T12:00:00Z");
        store.ok(&["config", "set", "system/rotation/frequency", frequency]);
        let expected: Vec<_> = expected
            .iter()
            .map(|(day, first, last)| ((*day).to_owned(), *first, *last))
            .collect();
        assert_eq!(files(&archive(&store)), expected, "{frequency}");
        store.json(&["log", "verify"]);
    }
}

#[test]
fn another_directory_by_config() {
    let shop = summer();
    let store = &shop.store;
    let elsewhere = store.home().join("elsewhere");
    let config = store.home().join("lac.toml");
    fs::write(
        &config,
        format!("[archive]\ndir = \"{}\"\n", elsewhere.display()),
    )
    .expect("a file");
    let config = config.to_str().expect("a path");
    let archived = store.json(&["--config", config, "log", "archive"]);
    assert_eq!(archived["place"], elsewhere.display().to_string());
    assert!(!store.dir().join("archive").exists());
    store.json(&["--config", config, "log", "verify"]);
    store.fails(&["log", "verify"], "archive_missing", 8);
}

#[test]
fn a_missing_file_is_named_by_who_needs_it() {
    let shop = summer();
    let store = &shop.store;
    let archived = archive(store);
    let name = text(&archived["files"][1]["name"]);
    let path = store.dir().join("archive").join(name);
    let aside = store.home().join("aside");
    fs::rename(&path, &aside).expect("moved");
    let file = store.home().join("all.csv").display().to_string();
    for args in [
        &["log", "list"][..],
        &["log", "verify"],
        &["log", "export", &file],
        &["log", "report", "--since", "2026-06-01"],
        &["log", "statement", "--customer", "1"],
        &["log", "list", "--customer", "1"],
    ] {
        let error = store.fails(args, "archive_missing", 8);
        assert!(text(&error["message"]).contains(name), "{error}");
    }
    assert!(!std::path::Path::new(&file).exists());
    // Who does not come that far reads on.
    store.json(&["log", "list", "--limit", "3"]);
    store.json(&["log", "list", "--since", "2026-08-01"]);
    store.json(&["log", "list", "--until", "2026-06-02"]);
    store.json(&["log", "show", "2"]);
    act(store, AUTUMN);
    fs::rename(&aside, &path).expect("moved back");
    store.json(&["log", "verify"]);
}

/// Ids that only an archive names any more are not given again.
#[test]
fn a_local_id_is_never_given_twice() {
    let store = Store::none();
    store.clock.set("2026-06-01T08:00:00Z");
    store.ok(&["init", "--admin", "alice", "--name", "test.example"]);
    store.fill();
    let add = |email: &str| {
        let added = store.json(&["customer", "add", "--email", email, "--website", "base"]);
        text(&added["id"]).to_owned()
    };
    assert_eq!(add("one@example.com"), "local:1");
    assert_eq!(add("two@example.com"), "local:2");
    for id in ["local:1", "local:2"] {
        store.ok(&["customer", "remove", id, "--yes"]);
    }
    store.clock.set(AUTUMN);
    archive(&store);
    assert_eq!(add("three@example.com"), "local:3");
    store.ok(&["log", "erase", "--customer", "local:2", "--yes"]);
    store.ok(&["customer", "remove", "local:3", "--yes"]);
    assert_eq!(add("four@example.com"), "local:4");
    store.json(&["log", "verify"]);
}

/// A log of many days: as many files, so that archiving takes a while.
fn long_store(events: u64, days: u64) -> Store {
    let store = Store::none();
    store.clock.set("2026-04-01T08:00:00Z");
    store.ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let seconds = days * 86_400 / events;
    Bench::new(&store).append_visits(events, "2026-04-01T09:00:00Z", seconds);
    store.clock.set(AUTUMN);
    store
}
