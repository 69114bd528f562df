//! Finding and listing customers.

use proptest::prelude::*;
use serde_json::Value;

use super::{customer, events, field_values, shop};
use crate::support::TestStore;

fn add(store: &TestStore, id: &str, email: &str, first: &str, last: &str) {
    store.run_ok(&[
        "customer",
        "add",
        "--id",
        id,
        "--email",
        email,
        "--first-name",
        first,
        "--last-name",
        last,
        "--website",
        "eu",
    ]);
}

fn found(store: &TestStore, text: &str) -> Vec<String> {
    field_values(
        &store.run_json(&["customer", "list", "--search", text]),
        "id",
    )
}

fn people() -> TestStore {
    let store = shop();
    add(&store, "1", "anna@example.com", "Anna", "Zuse");
    add(&store, "2", "joanna@example.com", "Jo", "Smith");
    add(&store, "3", "zed@example.com", "Hannah", "Ann");
    add(&store, "4", "42@example.com", "Zoë", "O'Neill");
    add(&store, "42", "anna@example.community", "Émile", "Ä");
    add(&store, "5", "we@irdx", "100%", "a_b");
    store
}

#[test]
fn addresses_starting_with_the_text_are_listed_first() {
    let store = people();
    assert_eq!(found(&store, "ann"), ["1", "42", "2", "3"]);
    assert_eq!(found(&store, "ANN"), ["1", "42", "2", "3"]);
    assert_eq!(found(&store, "nothing"), [] as [&str; 0]);
    assert_eq!(found(&store, "émile"), ["42"]);
    assert_eq!(found(&store, "ZOË"), ["4"]);
    assert_eq!(found(&store, "jo smith"), ["2"]);
    assert_eq!(found(&store, " neill "), ["4"]);
    // Wildcards are plain characters.
    assert_eq!(found(&store, "%"), ["5"]);
    assert_eq!(found(&store, "_"), ["5"]);
    assert_eq!(found(&store, "'"), ["4"]);
    assert_eq!(found(&store, ""), ["4", "1", "42", "2", "5", "3"]);
}

#[test]
fn an_id_or_a_whole_address_finds_only_that_customer() {
    let store = people();
    assert_eq!(found(&store, "42"), ["42"]);
    assert_eq!(found(&store, "Anna@Example.com"), ["1"]);
    // An unknown id is searched as text.
    assert_eq!(found(&store, "100"), ["5"]);
    // With an @ it is the beginning of an address.
    assert_eq!(found(&store, "anna@ex"), ["1", "42"]);
    // An @ at the start searches the domain.
    assert_eq!(found(&store, "@example.com"), ["4", "1", "42", "2", "3"]);
    assert_eq!(found(&store, "nna@example.com"), ["1", "42", "2"]);
}

#[test]
fn email_prefix_matches_the_start_of_an_address() {
    let store = people();
    let list = store.run_json(&["customer", "list", "--email-prefix", "Anna@Example.com"]);
    assert_eq!(field_values(&list, "id"), ["1", "42"]);
    customer(&store, "9", "anna@example.com", "us");
    let us = store.run_json(&[
        "customer",
        "list",
        "--email-prefix",
        "anna",
        "--website",
        "us",
    ]);
    assert_eq!(field_values(&us, "id"), ["9"]);
    assert_eq!(found(&store, "anna@example.com"), ["1", "9"]);
    let both = [
        "customer",
        "list",
        "--email-prefix",
        "a",
        "--search",
        "b",
        "-o",
        "json",
    ];
    assert_eq!(store.run(&both).code, 2);
}

#[test]
fn a_limited_search_says_that_rows_are_missing() {
    let store = people();
    let page = store.run(&[
        "customer", "list", "--search", "ann", "--limit", "3", "-o", "json",
    ]);
    let page = page.assert_succeeded();
    assert!(page.stderr.contains("3 shown"), "{page:?}");
    let cursor = page
        .stderr
        .split("--after ")
        .nth(1)
        .expect("a cursor")
        .trim();
    let args = ["customer", "list", "--search", "ann", "--after", cursor];
    assert_eq!(field_values(&store.run_json(&args), "id"), ["3"]);
    // The cursor is a position, not a row: it stays valid when the row is
    // removed.
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    assert_eq!(field_values(&store.run_json(&args), "id"), ["3"]);
    let all = store
        .run(&["customer", "list", "--limit", "5", "-o", "json"])
        .assert_succeeded();
    assert_eq!(all.stderr, "");
    store.run_failing(
        &["customer", "list", "--after", "nonsense"],
        "invalid_value",
        2,
    );
}

/// Inserts rows into the database quickly, as an import would leave them.
pub(super) fn insert_customers(store: &TestStore, count: usize) {
    let mut conn = rusqlite::Connection::open(store.dir().join("lac.db")).expect("opens");
    let website: i64 = conn
        .query_row("SELECT id FROM website WHERE code = 'eu'", [], |row| {
            row.get(0)
        })
        .expect("a website");
    let tx = conn.transaction().expect("begins");
    for n in 1..=count {
        // An order that no index has by chance.
        let email = format!("u{:06}@example.com", n.wrapping_mul(7919) % 1_000_003);
        tx.execute(
            "INSERT INTO customer (id, website_id, email, email_key, first_name, last_name, \
             active, confirmed) VALUES (?1, ?2, ?3, ?3, 'F', ?4, 1, 1)",
            rusqlite::params![
                10_000 + i64::try_from(n).expect("small"),
                website,
                email,
                if n % 1000 == 0 { "Rare" } else { "Usual" }
            ],
        )
        .expect("inserts");
    }
    tx.commit().expect("commits");
}

#[test]
fn bulk_reading_is_recorded_before_it_is_shown() {
    let store = shop();
    insert_customers(&store, 250);
    let before = events(&store);
    store.run_json(&["customer", "list", "--limit", "100"]);
    assert_eq!(events(&store), before);
    store.run_json(&["customer", "list", "--limit", "101", "--search", "example"]);
    let event = store.log_events()[0].clone();
    assert_eq!(event["action_group"], "customers");
    assert_eq!(event["action"], "list");
    assert_eq!(event["details"]["count"], 101);
    assert_eq!(event["details"]["search"], "example");
    // If it cannot be recorded, nothing is shown.
    std::fs::remove_file(store.dir().join("checkpoint")).expect("removes");
    store.run_failing(&["customer", "list"], "checkpoint_missing", 8);
    // Small pages within an hour add up, and are recorded like a large one.
    let page = ["customer", "list", "--limit", "100"];
    store.run_failing(&page, "checkpoint_missing", 8);
    store.clock.set("2026-10-05T13:00:00.000000Z");
    store.run_json(&page);
}

#[test]
fn a_long_list_is_complete_and_sorted() {
    let store = shop();
    insert_customers(&store, 25_000);
    let lines = store.run_ok(&["customer", "list", "-o", "jsonl"]);
    let emails: Vec<String> = lines
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("JSON");
            row["email"].as_str().expect("text").to_owned()
        })
        .collect();
    assert_eq!(emails.len(), 25_000);
    assert!(emails.windows(2).all(|pair| pair[0] < pair[1]));
    let table = store.run_ok(&["customer", "list"]);
    assert_eq!(table.lines().count(), 25_001);
    assert_eq!(found(&store, "rare").len(), 25);
}

/// After its limit, a search scans the whole table: the same rows in the same
/// order.
#[test]
fn a_rare_text_is_found_in_a_large_table() {
    let store = shop();
    insert_customers(&store, 120_000);
    let list = store.run_json(&["customer", "list", "--search", "rare"]);
    let emails = field_values(&list, "email");
    assert_eq!(emails.len(), 120);
    assert!(emails.windows(2).all(|pair| pair[0] < pair[1]));
    let first = store.run(&[
        "customer", "list", "--search", "rare", "--limit", "119", "-o", "json",
    ]);
    let first = first.assert_succeeded();
    let cursor = first
        .stderr
        .split("--after ")
        .nth(1)
        .expect("a cursor")
        .trim();
    let rest = store.run_json(&["customer", "list", "--search", "rare", "--after", cursor]);
    assert_eq!(field_values(&rest, "email"), emails[119..]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// All pages together contain every row once, whatever the text.
    #[test]
    fn pages_add_up(
        names in proptest::collection::btree_set("[ab]{1,3}", 3..9),
        text in "[ab@]{0,2}",
        limit in 1_usize..4,
    ) {
        let store = shop();
        for (n, name) in names.iter().enumerate() {
            let id = (n + 1).to_string();
            let turned: String = name.chars().rev().collect();
            add(&store, &id, &format!("{name}@example.com"), &turned, "X");
        }
        let search = format!("--search={text}");
        let whole = field_values(&store.run_json(&["customer", "list", &search]), "id");
        let limit = limit.to_string();
        let (mut pages, mut after) = (Vec::new(), None::<String>);
        loop {
            let mut args = vec!["customer", "list", &*search, "--limit", &*limit, "-o", "json"];
            if let Some(after) = &after {
                args.extend(["--after", after.as_str()]);
            }
            let page = store.run(&args).assert_succeeded();
            pages.extend(field_values(&serde_json::from_str(&page.stdout).expect("JSON"), "id"));
            let Some((_, cursor)) = page.stderr.split_once("--after ") else { break };
            after = Some(cursor.trim().to_owned());
        }
        prop_assert_eq!(pages, whole);
    }
}
