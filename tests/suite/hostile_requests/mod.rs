//! Any request to any use case ends in an error or a harmless answer, adds a
//! bounded record at most, and leaves the broker running in bounded memory.

mod samples;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::thread;

use lac_app::protocol::{normalize_request, use_case_names};
use rusqlite::Connection;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use self::samples::all;
use crate::broker::{ask, start_broker};
use crate::support::{BrokerProcess, TestStore};

/// The most bytes that one request may add to the log.
const RECORD_MAX: i64 = 16 * 1024;
/// The most bytes that all of them together may add to the broker's memory and
/// to the database.
const GROWTH_MAX: u64 = 32 * 1024 * 1024;

#[test]
fn every_use_case_has_a_complete_sample() {
    let sampled: BTreeSet<&str> = all().iter().map(|(name, _)| *name).collect();
    let named: BTreeSet<&str> = use_case_names().iter().copied().collect();
    assert_eq!(sampled, named, "a use case needs a sample here");
    for (name, sample) in all() {
        let raw = RawValue::from_string(sample.to_string()).expect("JSON");
        let read = normalize_request(name, &raw).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_same_shape(name, &read, &sample);
    }
}

/// A field that the sample lacks or leaves empty would never be attacked.
fn assert_same_shape(at: &str, read: &Value, sample: &Value) {
    match (read, sample) {
        (Value::Object(read), Value::Object(sample)) => {
            let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(read), keys(sample), "{at}: the sample's fields");
            for (key, value) in read {
                assert_same_shape(&format!("{at}.{key}"), value, &sample[key]);
            }
        }
        (Value::Array(read), Value::Array(sample)) => {
            assert!(!sample.is_empty(), "{at} is empty");
            assert_eq!(read.len(), sample.len(), "{at}");
        }
        (_, sample) => assert!(!sample.is_null(), "{at} is null"),
    }
}

/// The expected outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// It is not a valid request of that use case.
    Error,
    /// An error or a harmless answer.
    Bounded,
}
use Expected::{Bounded, Error};

/// Hostile values for a value of this kind.
fn hostile(value: &Value, key: &str) -> Vec<(Expected, Value)> {
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let mut all = match value {
        Value::String(_) => {
            // A whole file may be long, and its contents are checked later.
            vec![
                (Error, json!("x".repeat(1 << 20))),
                (Error, json!("\u{1f600}\u{1}".repeat(1 << 16))),
                (Bounded, json!("a\0b")),
                (Bounded, json!("\u{1b}[2J\u{202e}\r\n")),
                (Bounded, json!("")),
                (Bounded, json!("é".repeat(255))),
                (Error, json!(7)),
                (Error, json!(["x"])),
            ]
        }
        Value::Number(_) => vec![
            (Bounded, json!(-1)),
            (Bounded, json!(0)),
            (Bounded, json!(i64::MAX)),
            (Bounded, json!(1_u64 << 63)),
            (Bounded, json!(u64::MAX)),
            (Error, json!(1e300)),
            (Error, json!(1.5)),
            (Error, json!("1")),
        ],
        Value::Bool(_) => vec![(Error, json!(1)), (Error, json!("yes"))],
        Value::Array(members) => {
            let one = members.first().cloned().unwrap_or(json!("x"));
            let many = |n: usize| -> Vec<Value> {
                match &one {
                    Value::Number(_) => (0..n).map(|n| json!(n)).collect(),
                    _ => (0..n).map(|n| json!(format!("m{n}"))).collect(),
                }
            };
            vec![
                (Error, json!([one, one])),
                (Error, json!(many(100_000))),
                (Error, json!("x")),
                (Bounded, json!([])),
            ]
        }
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("unknown".to_owned(), json!("x".repeat(1 << 20)));
            let mut less = fields.clone();
            let first = less.keys().next().cloned();
            less.remove(&first.unwrap_or_default());
            vec![
                (Bounded, Value::Object(more)),
                (Bounded, Value::Object(less)),
                (Error, json!("x")),
                (Error, json!(7)),
            ]
        }
        Value::Null => Vec::new(),
    };
    if key == "text" || key == "prefix" {
        // Files and completions may also have an empty answer.
        for (expected, _) in &mut all {
            *expected = Bounded;
        }
    }
    all.push((Bounded, Value::Null));
    all.push((Error, deep));
    all
}

/// Every request that differs from `whole` in one place.
fn altered(whole: &Value) -> Vec<(String, Expected, Value)> {
    let mut places = Vec::new();
    walk(whole, String::new(), &mut places);
    let mut all = Vec::new();
    for place in places {
        let here = whole.pointer(&place).expect("a place");
        let key = place.rsplit('/').next().unwrap_or_default();
        for (expected, value) in hostile(here, key) {
            let mut request = whole.clone();
            *request.pointer_mut(&place).expect("a place") = value;
            all.push((place.clone(), expected, request));
        }
    }
    all
}

fn walk(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                walk(value, format!("{at}/{key}"), places);
            }
        }
        Value::Array(members) => {
            if let Some(first) = members.first() {
                walk(first, format!("{at}/0"), places);
            }
        }
        _ => {}
    }
    places.push(at);
}

#[test]
fn no_hostile_request_does_harm() {
    let shop = TestStore::with_sample_data();
    let mut broker = start_broker(&shop);
    let journal = {
        let mut stderr = broker.child.stderr.take().expect("stderr");
        thread::spawn(move || {
            let mut journal = String::new();
            let _ = stderr.read_to_string(&mut journal);
            journal
        })
    };
    let log = Log::of(&shop);
    for (name, sample) in all() {
        let (tag, answer) = send(&broker, name, &sample.to_string());
        assert!(tag == b'A' || tag == b'F', "{name}: {answer:.300}");
    }
    let (memory, database) = (memory_of(&broker), log.bytes());
    let mut sent = 0;
    for (name, sample) in all() {
        for (place, expected, request) in altered(&sample) {
            attack(
                &broker,
                &log,
                (name, &place),
                expected,
                &request.to_string(),
            );
            sent += 1;
        }
        for whole in [
            "[]",
            "null",
            "7",
            "\"x\"",
            &"[".repeat(100_000),
            &nested_json(100_000),
        ] {
            attack(&broker, &log, (name, "whole"), Bounded, whole);
        }
    }
    assert!(sent > 4000, "{sent} requests: the samples are gone");
    let grown = memory_of(&broker) - memory;
    assert!(grown < GROWTH_MAX, "memory grew by {grown} bytes");
    let grown = log.bytes() - database;
    assert!(grown < GROWTH_MAX, "the database grew by {grown} bytes");
    drop(broker);
    let journal = journal.join().expect("what it said");
    assert!(!journal.contains("panicked"), "{journal:.2000}");
    shop.run_ok(&["log", "verify"]);
    shop.run_ok(&["request", "list"]);
    shop.run_ok(&["session", "list"]);
}

fn nested_json(depth: usize) -> String {
    format!("{}1{}", "{\"wish\":".repeat(depth), "}".repeat(depth))
}

/// Sends one request and checks the outcome.
fn attack(
    broker: &BrokerProcess,
    log: &Log,
    (name, place): (&str, &str),
    expected: Expected,
    request: &str,
) {
    let about = || format!("{name} {place} {request:.120}");
    let before = log.last();
    let (tag, answer) = send(broker, name, request);
    assert!(
        answer.len() < 1 << 20,
        "{}: {} bytes",
        about(),
        answer.len()
    );
    match tag {
        b'F' => {
            assert!(answer.len() < 8 * 1024, "{}: {answer:.400}", about());
            for bad in ["internal", "database", "row_damaged", "broker_busy"] {
                assert!(
                    !answer.starts_with(&format!("{{\"{bad}\"")),
                    "{}: {answer}",
                    about()
                );
            }
        }
        b'A' => assert_eq!(expected, Bounded, "{}: {answer:.400}", about()),
        _ => panic!("{}: no answer: {answer:.400}", about()),
    }
    let appended = log.since(before);
    assert!(
        appended < RECORD_MAX,
        "{}: {appended} bytes appended",
        about()
    );
}

/// A request of more than 256 KiB may have to wait for the one before.
fn send(broker: &BrokerProcess, name: &str, request: &str) -> (u8, String) {
    let whole = format!(r#"{{"use_case":"{name}","request":{request}}}"#);
    for _ in 0..100 {
        let (tag, answer) = ask(broker, &whole);
        if !answer.starts_with("{\"broker_busy\"") {
            return (tag, answer);
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{name}: the broker stays busy");
}

/// The peak memory of the process, in bytes.
fn memory_of(broker: &BrokerProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", broker.child.id()));
    let status = status.expect("the broker's status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok())
        .expect("a number")
        * 1024
}

/// The log as stored in the database.
struct Log(Connection);

impl Log {
    fn of(store: &TestStore) -> Self {
        Self(Connection::open(store.dir().join("lac.db")).expect("the database"))
    }

    fn number(&self, sql: &str, at: i64) -> i64 {
        self.0
            .query_row(sql, [at], |row| row.get(0))
            .expect("a number")
    }

    fn last(&self) -> i64 {
        self.number("SELECT coalesce(max(seq), ?1) FROM audit_event", 0)
    }

    /// The number of text bytes after that event.
    fn since(&self, seq: i64) -> i64 {
        let sql = "SELECT coalesce(sum(length(record) + length(shopper) + length(staff)), 0) \
                   FROM audit_event WHERE seq > ?1";
        self.number(sql, seq)
    }

    fn bytes(&self) -> u64 {
        let pages = self.number("SELECT page_count + ?1 FROM pragma_page_count", 0);
        let size = self.number("SELECT page_size + ?1 FROM pragma_page_size", 0);
        (pages * size).cast_unsigned()
    }
}
