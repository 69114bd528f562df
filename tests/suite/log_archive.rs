//! Old events move into files, and nobody who reads the log notices.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

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
        if path.ends_with(".zst") {
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

/// Everything that reads, before and after; the event of the archive apart.
#[test]
fn whoever_reads_does_not_notice() {
    let shop = summer();
    let store = &shop.store;
    let export = |name: &str, more: &[&str]| {
        let file = store.home().join(name).display().to_string();
        let until = ["--until", "2026-10-05 11:00"];
        store.ok(&[&["log", "export", &file], &until[..], more].concat());
        fs::read(file).expect("rows")
    };
    let readings: Vec<Vec<&str>> = [
        "log list --action-group login_as_customer,consent,config,customers",
        "log list --action-group login_as_customer -o csv",
        "log list --customer ada@example.com -o json",
        "log list --customer 1 --action issue -o jsonl",
        "log list --admin bea -o json",
        "log list --ticket ZD-0,ZD-2,ZD-3 -o json",
        "log list --since 2026-06-15 --until 2026-09-01 -o json",
        "log list --until 2026-06-30 --limit 3 -o json",
        "log list --details storefront -o json",
        "log show 3 -o json",
        "log show 40 --raw",
        "log tail -n 30 --until 2026-08-15 -o jsonl",
        "log report --since 2026-06-01 --until 2026-09-30 -o json",
        "log statement --customer 1 --until 2026-09-30 -o json",
        "consent history 3 -o json",
    ]
    .iter()
    .map(|line| line.split(' ').collect())
    .collect();
    let read = || -> Vec<String> {
        let read = |args: &Vec<&str>| without_checkpoint(&store.ok(args));
        readings.iter().map(read).collect()
    };
    let exports = || {
        [
            export("a.csv", &[]),
            export(
                "b.jsonl",
                &["--action-group", "login_as_customer", "--proof", "range"],
            ),
            export("c.ocsf", &["--customer", "1", "--proof", "sparse"]),
        ]
    };
    let (before, rows) = (read(), exports());
    let list = store.log();
    let archived = archive(store);
    assert!(
        archived["events"].as_u64().expect("a number") > 30,
        "{archived}"
    );
    for (args, (was, is)) in readings.iter().zip(before.iter().zip(read())) {
        assert_eq!(*was, is, "{args:?}");
        assert!(!was.is_empty());
    }
    assert!(rows == exports());
    for name in ["b.jsonl", "c.ocsf"] {
        let file = store.home().join(name).display().to_string();
        store.json(&["log", "verify", "--file", &file]);
    }
    let after = store.log();
    assert_eq!(after[after.len() - list.len()..], list);
    let verified = store.json(&["log", "verify"]);
    assert_eq!(verified["archived"], archived["events"]);
}

/// Reports and statements name the newest checkpoint, which is another one after
/// every act.
fn without_checkpoint(said: &str) -> String {
    let Ok(Value::Object(mut said)) = serde_json::from_str(said) else {
        return said.to_owned();
    };
    for field in ["log_size", "proof"] {
        said.remove(field);
    }
    Value::Object(said).to_string()
}

#[test]
fn pages_go_on_across_the_boundary() {
    let shop = summer();
    let store = &shop.store;
    archive(store);
    let all = store.log();
    for filter in [&[][..], &["--action-group", "login_as_customer"]] {
        let whole = store.json(&[&["log", "list"], filter].concat());
        let mut paged: Vec<Value> = Vec::new();
        loop {
            let after = paged.last().map(|event| event["seq"].to_string());
            let mut args = [&["log", "list", "--limit", "4"], filter].concat();
            if let Some(after) = &after {
                args.extend(["--after", after]);
            }
            let page = store.json(&args);
            let page = page.as_array().expect("a page");
            if page.is_empty() {
                break;
            }
            paged.extend(page.iter().cloned());
        }
        assert_eq!(json!(paged), whole);
    }
    // The other way, as who follows the log does.
    let cursor = store.home().join("cursor").display().to_string();
    let lines = store.ok(&[
        "log",
        "tail",
        "-n",
        "1000",
        "-o",
        "jsonl",
        "--cursor-file",
        &cursor,
    ]);
    let forward: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(forward.iter().eq(all.iter().rev()));
    act(store, AUTUMN);
    let news = store.ok(&[
        "log",
        "tail",
        "-n",
        "1000",
        "-o",
        "jsonl",
        "--cursor-file",
        &cursor,
    ]);
    assert_eq!(news.lines().count(), 1);
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

/// Enough events for several threads, in the database, in archives and in both.
#[test]
fn long_exports_are_the_same_to_the_byte() {
    let store = long_store(20_000, 90);
    let export = |name: &str, more: &[&str]| {
        let file = store.home().join(name).display().to_string();
        store.ok(&[&["log", "export", &file, "--until", "2026-08-01"], more].concat());
        fs::read(file).expect("rows")
    };
    let exports = || {
        [
            export("all.csv", &[]),
            export(
                "some.jsonl",
                &["--admin", "bea,dina", "--ticket", "ZD-7,ZD-8"],
            ),
            export("those.csv", &["--customer", "17", "--proof", "sparse"]),
            export("range.csv", &["--since", "2026-05-15", "--proof", "range"]),
        ]
    };
    let before = exports();
    assert!(before[0].len() > 1_000_000);
    // All but the last month, then all.
    for lifetime in ["126", "60"] {
        store.ok(&["config", "set", "system/rotation/lifetime", lifetime]);
        let archived = archive(&store);
        assert!(archived["events"].as_u64() > Some(5000), "{archived}");
        assert!(exports() == before, "{lifetime}");
        for name in ["those.csv", "range.csv"] {
            let file = store.home().join(name).display().to_string();
            store.json(&["log", "verify", "--file", &file]);
        }
        store.json(&["log", "verify"]);
    }
}

/// Every event once, in order, whatever else is added.
#[track_caller]
fn all_there(store: &Store, before: &[Value], what: &str) {
    let mut after = store.log();
    after.reverse();
    assert!(after.len() >= before.len(), "{what}");
    assert!(after[..before.len()] == *before, "{what}");
    for (at, event) in after.iter().enumerate() {
        assert_eq!(event["seq"], at + 1, "{what}");
    }
}

fn oldest_first(store: &Store) -> Vec<Value> {
    let mut events = store.log();
    events.reverse();
    events
}

fn spawn(store: &Store, args: &[&str]) -> Child {
    let mut command = store.command(args);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lac starts")
}

#[test]
fn killed_at_any_moment_it_has_happened_or_not() {
    let sound = long_store(500, 25);
    let before = oldest_first(&sound);
    let started = std::time::Instant::now();
    archive(&sound.copy());
    let whole = started.elapsed();
    for turn in 0..48_u32 {
        let store = sound.copy();
        let mut child = spawn(&store, &["log", "archive"]);
        std::thread::sleep(whole * turn / 46 + Duration::from_micros(u64::from(turn * 41)));
        let _ = child.kill();
        child.wait().expect("ended");
        let what = format!("turn {turn}");
        all_there(&store, &before, &what);
        let is_done = store.log()[0]["action"] == "archive";
        let verified = store.json(&["log", "verify"]);
        assert_eq!(verified["archived"].as_u64() > Some(0), is_done, "{what}");
        let again = archive(&store);
        assert_eq!(again["events"].as_u64() > Some(0), !is_done, "{what}");
        all_there(&store, &before, &what);
        store.json(&["log", "verify"]);
        // Nothing is left over, in the database or beside the files.
        let rows: i64 = rusqlite::Connection::open(store.dir().join("lac.db"))
            .expect("a database")
            .query_row(
                "SELECT count(*) FROM audit_event WHERE seq <= (SELECT max(last) FROM audit_archive)",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(rows, 0, "{what}");
        let count = fs::read_dir(store.dir().join("archive"))
            .expect("archives")
            .count();
        let archives = verified["archives"].as_u64().filter(|_| is_done);
        let archives = archives.unwrap_or(again["files"].as_array().expect("files").len() as u64);
        assert_eq!(count as u64, archives + 1, "{what}");
    }
}

#[test]
fn two_runs_at_once_and_writers_beside_them() {
    let store = long_store(500, 25);
    let before = oldest_first(&store);
    let mut children: Vec<Child> = Vec::new();
    for at in 0..12 {
        let value = if at % 2 == 0 { "yes" } else { "no" };
        children.push(match at % 4 {
            0 => spawn(&store, &["log", "archive", "-o", "json"]),
            1 => spawn(&store, &["log", "verify", "-o", "json"]),
            2 => spawn(
                &store,
                &["config", "set", "web/url/use_store", value, "-o", "json"],
            ),
            _ => spawn(&store, &["log", "list", "-o", "json"]),
        });
    }
    for child in children {
        let ended = child.wait_with_output().expect("lac ends");
        assert!(ended.status.success(), "{ended:?}");
    }
    all_there(&store, &before, "all at once");
    let archives: Vec<Value> = oldest_first(&store)
        .into_iter()
        .filter(|event| event["action"] == "archive")
        .collect();
    assert_eq!(archives.len(), 1);
    store.json(&["log", "verify"]);
}
