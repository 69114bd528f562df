//! The forms of an export: formats, compression and targets.

use std::io::{Cursor, Read as _};

use serde_json::Value;

use super::{bytes, export, files_beside_store, lines, manifest, oldest_first, path, sha256, text};
use crate::log::{FIELDS, seqs};
use crate::log_filters::busy::shop;
use crate::support::TestStore;

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
    decoder.read_to_end(&mut plain).expect("gzip");
    plain
}

/// A value as a CSV cell: text unchanged, nothing for null, JSON for nested
/// values.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn jsonl_lines_match_the_list() {
    let store = shop();
    let log = oldest_first(store.log_events());
    let answer = export(&store, "q4.jsonl", &[]);
    assert_eq!(answer["rows"], log.len());
    assert_eq!(lines(&text(&store, "q4.jsonl")), log);
    let listed = store.run_ok(&["log", "list", "--sort", "time", "-o", "jsonl"]);
    let exported = text(&store, "q4.jsonl");
    assert!(listed.starts_with(&exported), "byte for byte the same");
}

#[test]
fn csv_has_a_header_and_a_row_for_every_event() {
    let store = shop();
    let log = oldest_first(store.log_events());
    export(&store, "q4.csv", &[]);
    let text = text(&store, "q4.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a head").clone();
    assert_eq!(head.iter().collect::<Vec<_>>(), FIELDS);
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows.len(), log.len());
    for (row, event) in rows.iter().zip(&log) {
        for (field, shown) in FIELDS.iter().zip(row) {
            if event[field].is_object() {
                let shown: Value = serde_json::from_str(shown).expect("JSON");
                assert_eq!(shown, event[field]);
            } else {
                assert_eq!(shown, cell(&event[field]), "{field} of {event}");
            }
        }
    }
    let listed = store.run_ok(&["log", "list", "--sort", "time", "-o", "csv"]);
    assert!(listed.starts_with(&text), "byte for byte the same");
}

/// A name ends with the format, followed by the compression.
#[test]
fn compressed_exports_have_the_same_content_and_are_hashed_as_written() {
    let store = shop();
    let only = ["--not-action-group", "log"];
    for content in ["csv", "jsonl", "ocsf"] {
        let plain = format!("q4.{content}");
        export(&store, &plain, &only);
        for (compression, decompress) in [
            ("gz", gunzip as fn(&[u8]) -> Vec<u8>),
            ("zst", |bytes| {
                zstd::decode_all(Cursor::new(bytes)).expect("zstd")
            }),
        ] {
            let name = format!("Q4.{content}.{}", compression.to_uppercase());
            let answer = export(&store, &name, &only);
            let packed = bytes(&store, &name);
            assert_eq!(decompress(&packed), bytes(&store, &plain));
            assert!(packed.len() < bytes(&store, &plain).len() / 2);
            let manifest = manifest(&store, &name);
            assert_eq!(manifest["content"], content);
            assert_eq!(manifest["compression"], compression);
            assert_eq!(manifest["bytes"], packed.len());
            assert_eq!(manifest["sha256"], sha256(&packed));
            assert_eq!(answer["sha256"], manifest["sha256"]);
        }
    }
}

/// The scripts in `tests/foreign` read these with other programs.
#[test]
fn xlsx_and_ocsf_exports_contain_every_event() {
    let store = shop();
    let log = oldest_first(store.log_events());
    export(&store, "q4.xlsx", &["--columns", "reason,seq"]);
    let file = Cursor::new(bytes(&store, "q4.xlsx"));
    let mut book = zip::ZipArchive::new(file).expect("a workbook");
    let mut sheet = String::new();
    let mut part = book.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
    part.read_to_string(&mut sheet).expect("XML");
    assert_eq!(sheet.matches("<row ").count(), 1 + log.len());
    assert!(sheet.contains(">Asked for HELP<") && !sheet.contains("bea"));
    export(&store, "q4.ocsf", &["--until", "2026-10-26"]);
    let events = lines(&text(&store, "q4.ocsf"));
    let until = |e: &&Value| e["time"].as_str().expect("a time") < "2026-10-26T23";
    assert_eq!(events.len(), log.iter().filter(until).count());
    for event in &events {
        assert!(event["class_uid"].is_u64() && event["metadata"]["product"].is_object());
    }
    // Its fields differ from those of the log.
    let file = path(&store, "q5.ocsf");
    let args = ["log", "export", &file, "--columns", "seq"];
    store.run_failing(&args, "invalid_value", 2);
}

/// Stdout receives only the rows; the export is recorded first and is among
/// them.
#[test]
fn stdout_receives_only_rows() {
    let store = shop();
    let before = files_beside_store(&store);
    for format in ["jsonl", "csv", "ocsf"] {
        let ran = store.run(&["log", "export", "-", "--format", format]);
        let ran = ran.assert_succeeded();
        assert_eq!(ran.stderr, "");
        let events = oldest_first(store.log_events());
        match format {
            "jsonl" => assert_eq!(lines(&ran.stdout), events),
            "csv" => {
                let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
                assert_eq!(reader.records().count(), events.len());
            }
            _ => assert_eq!(ran.stdout.lines().count(), events.len()),
        }
        let own = events.last().expect("its own event");
        assert_eq!(own["action"], "export");
        assert_eq!(own["details"]["file"], "-");
        assert_eq!(own["details"]["format"], format);
    }
    assert_eq!(files_beside_store(&store), before);
    let one_column = ["log", "export", "-", "--format", "csv", "--columns", "seq"];
    let rows = store.run_ok(&one_column);
    let (head, rows) = rows.split_once('\n').expect("a head");
    let rows: Vec<u64> = rows
        .lines()
        .map(|seq| seq.parse().expect("a seq"))
        .collect();
    assert_eq!(
        (head, rows),
        ("seq", seqs(&oldest_first(store.log_events())))
    );
    // Manifest and proof cannot be written there.
    let proof = ["log", "export", "-", "--format", "csv", "--proof", "range"];
    store.run_failing(&proof, "invalid_value", 2);
    store.run_failing(
        &["log", "export", "-", "--format", "xlsx"],
        "invalid_value",
        2,
    );
    store.run_failing(&["log", "export", "-"], "invalid_value", 2);
}

#[test]
fn the_file_name_or_a_flag_selects_the_format() {
    let store = TestStore::new();
    for name in ["q4", "q4.txt", "q4.zst", "q4.xlsx.gz", "csv"] {
        let file = path(&store, name);
        store.run_failing(&["log", "export", &file], "invalid_value", 2);
    }
    let given = export(&store, "q4.txt", &["--format", "csv"]);
    assert_eq!(given["rows"], 4);
    assert!(text(&store, "q4.txt").starts_with("seq,time,"));
    assert_eq!(manifest(&store, "q4.txt")["content"], "csv");
    // The flag takes precedence over the name; the compression stays.
    export(&store, "q4.csv.gz", &["--format", "jsonl"]);
    let plain = String::from_utf8(gunzip(&bytes(&store, "q4.csv.gz"))).expect("UTF-8");
    assert_eq!(lines(&plain).len(), 5);
    export(&store, "q4.ndjson", &[]);
    assert_eq!(manifest(&store, "q4.ndjson")["content"], "jsonl");
}

/// For people and for programs; stderr is empty in both cases.
#[test]
fn the_output_describes_the_export() {
    let store = TestStore::new();
    let file = path(&store, "q4.csv");
    let answer = export(&store, "q4.csv", &[]);
    let expected = serde_json::json!({
        "file": file, "rows": 4, "bytes": bytes(&store, "q4.csv").len(),
        "sha256": sha256(&bytes(&store, "q4.csv")), "manifest": format!("{file}.manifest.json"),
        "proof": null, "audit_seq": 5,
    });
    assert_eq!(answer, expected);
    for quiet in [&[][..], &["-q"]] {
        let ran = store.run(&[&["log", "export", &file], quiet].concat());
        let ran = ran.assert_succeeded();
        assert_eq!(ran.stderr, "");
        let sum = sha256(&bytes(&store, "q4.csv"));
        assert!(ran.stdout.contains(&sum), "{}", ran.stdout);
    }
    let none = store.run(&["log", "export", &file, "--action", "expire"]);
    assert!(none.assert_succeeded().stdout.contains("rows      0\n"));
    assert_eq!(text(&store, "q4.csv").lines().count(), 1);
}
