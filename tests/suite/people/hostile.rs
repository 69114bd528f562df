//! Names from outside are escaped for people and unchanged for programs.

use super::{customer, run_json_as, shop};
use crate::support::TestStore;

const NAMES: [&str; 6] = [
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{202e}gnp.exe",
    "two\nlines\r\nand\ttabs",
    "zero\u{200b}width\u{feff}",
    "\u{9b}31mc1",
];

fn store_with_names(names: &[&str]) -> TestStore {
    let store = shop();
    for (n, name) in names.iter().enumerate() {
        let id = (n + 1).to_string();
        let email = format!("c{id}@example.com");
        store.run_ok(&[
            "customer",
            "add",
            "--id",
            &id,
            "--email",
            &email,
            "--website",
            "eu",
        ]);
        store.set_invalid_name(&id, name, "");
    }
    store
}

fn is_harmless(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}' | '\u{feff}' | '\u{202a}'..='\u{202e}')
    })
}

#[test]
fn tables_and_cards_escape_hostile_names() {
    let store = store_with_names(&NAMES);
    let table = store.run_ok(&["customer", "list"]);
    assert!(is_harmless(&table), "{table:?}");
    assert_eq!(table.lines().count(), NAMES.len() + 1, "one line each");
    for id in 1..=NAMES.len() {
        let view = store.run_ok(&["customer", "show", &id.to_string()]);
        assert!(is_harmless(&view), "{view:?}");
    }
}

#[test]
fn json_holds_hostile_names_unchanged() {
    let store = store_with_names(&NAMES);
    let list = store.run_json(&["customer", "list"]);
    for (row, name) in list.as_array().expect("a list").iter().zip(NAMES) {
        assert_eq!(row["first_name"], name);
    }
}

#[test]
fn csv_cells_are_not_formulas() {
    let store = store_with_names(&["=1+1", "@SUM(A1)", "+x", "-x", "-5", "plain"]);
    let read = |text: String| -> Vec<String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let at = reader
            .headers()
            .expect("a header")
            .iter()
            .position(|h| h == "first_name");
        let at = at.expect("the column");
        let rows = reader.records().map(|row| row.expect("a row"));
        rows.map(|row| row[at].to_owned()).collect()
    };
    let guarded = read(store.run_ok(&["customer", "list", "-o", "csv"]));
    assert_eq!(guarded, ["'=1+1", "'@SUM(A1)", "'+x", "'-x", "-5", "plain"]);
    let raw = read(store.run_ok(&["customer", "list", "-o", "csv", "--raw"]));
    assert_eq!(raw, ["=1+1", "@SUM(A1)", "+x", "-x", "-5", "plain"]);
}

#[test]
fn errors_and_notes_escape_hostile_names() {
    let store = shop();
    let name = NAMES.concat();
    for args in [
        &["customer", "show", &name][..],
        &["consent", "grant", &name],
        &["role", "show", &name],
        &["user", "show", &name],
        &["user", "create", &name, "--role", "Administrators"],
        &["role", "allow", "Administrators", &name],
        &["customer", "list", "--website", &name],
        &["customer", "list", "--after", &name],
        &["storefront", "revoke", &name],
    ] {
        let ran = store.run(args);
        assert!(
            ran.code != 0 && is_harmless(&ran.stderr),
            "{args:?} {ran:?}"
        );
    }
}

/// Hints can be pasted into a shell.
#[test]
fn hostile_names_in_hints_are_quoted() {
    let store = shop();
    let role = "x'; touch pwned; '";
    store.run_ok(&["role", "create", role]);
    let token = store.create_user("a; touch pwned", role);
    let hint = |ran: crate::support::CommandOutput, code| {
        let error = ran.assert_failed(code, 4);
        error["hint"].as_str().expect("a hint").to_owned()
    };
    let denied = hint(
        run_json_as(&store, &token, &["login", "1"]),
        "resource_denied",
    );
    assert!(
        denied.contains(r"lac role allow 'x'\''; touch pwned; '\''' "),
        "{denied}"
    );
    store.run_ok(&["user", "disable", "a; touch pwned"]);
    let disabled = hint(
        run_json_as(&store, &token, &["whoami"]),
        "not_authenticated",
    );
    assert!(
        disabled.ends_with("lac user enable 'a; touch pwned'"),
        "{disabled}"
    );
}

#[test]
fn usage_errors_escape_hostile_arguments() {
    let store = TestStore::uninitialized();
    for name in NAMES {
        let ran = store.run(&["customer", "show", "1", name]);
        assert_eq!(ran.code, 2);
        assert!(is_harmless(&ran.stderr), "{ran:?}");
    }
}

#[test]
fn full_names_of_admin_users_are_escaped() {
    let store = shop();
    let name = NAMES.concat();
    let bob = ["user", "create", "bob", "--role", "Administrators"];
    store.run_failing(
        &[&bob[..], &["--full-name", &name]].concat(),
        "invalid_value",
        2,
    );
    store.run_ok(&bob);
    // As an older version stored it.
    let db = rusqlite::Connection::open(store.dir().join("lac.db")).expect("the database");
    let sql = "UPDATE admin_user SET full_name = ?1 WHERE name = 'bob'";
    assert_eq!(db.execute(sql, [&name]), Ok(1));
    assert!(is_harmless(&store.run_ok(&["user", "list"])));
    assert!(is_harmless(&store.run_ok(&["user", "show", "bob"])));
    assert_eq!(store.run_json(&["user", "show", "bob"])["full_name"], name);
}

#[test]
fn a_hostile_reason_is_stored_and_escaped() {
    let store = shop();
    customer(&store, "1", "jane@example.com", "eu");
    let reason = format!("--reason={}", NAMES.concat());
    store.run_ok(&["consent", "grant", "1", &reason]);
    assert!(is_harmless(&store.run_ok(&["consent", "history", "1"])));
    assert_eq!(
        store.run_json(&["consent", "history", "1"])[0]["reason"],
        NAMES.concat()
    );
    let bob = store.create_user("bob", "Administrators");
    run_json_as(&store, &bob, &["consent", "show", "1"]).assert_succeeded();
}
