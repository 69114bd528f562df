//! A removed shopper is erased from the log: their address is left nowhere, and
//! everything that was proven before still verifies.

use std::fs;
use std::path::Path;

mod concurrent;

use serde_json::{Value, json};

use crate::support::{StorefrontFixture, TestStore, rest_customer, rest_page};

/// In the merchant's spelling; people spell it differently.
const ADDRESS: &str = "Quentin.Quill@Example.com";
const ID: &str = "5000";

const SUMMER: &str = "2026-07-01T10:00:00Z";
const AUTUMN: &str = "2026-10-05T12:00:00Z";

/// Every file below a directory that contains the word, ignoring case and
/// compression, unless it is only the end of another word.
fn files_with(dir: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, word));
            continue;
        }
        let mut bytes = fs::read(&path).expect("a file");
        if path.extension().is_some_and(|ending| ending == "zst") {
            bytes = zstd::decode_all(bytes.as_slice()).expect("zstd");
        }
        let (small, word) = (
            String::from_utf8_lossy(&bytes).to_lowercase(),
            word.to_lowercase(),
        );
        let small = small.replace(&format!("not-{word}"), "somebody else");
        if small.contains(&word) {
            found.push(
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    found
}

/// A store with thousands of customers, so that pages were split. One of them
/// was visited, asked about and had orders, and is removed.
fn shop_without_quentin() -> TestStore {
    let store = TestStore::uninitialized();
    store.clock.set(SUMMER);
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    let shop = StorefrontFixture::with_store(store);
    let bea = shop.store.create_agent("bea");
    // Asked for before anybody knew them.
    let unknown = [
        "login",
        "QUENTIN.quill@example.com",
        "--reason",
        "called",
        "-o",
        "json",
    ];
    shop.store
        .run_as(&bea, &unknown)
        .assert_failed("customer_not_found", 3);
    import_many(&shop.store, 0..1500);
    let quentin = rest_customer(5000, ADDRESS, ("Quentin", "Quill"), (1, 1), 2);
    shop.store.import("customers", &rest_page(&[quentin]));
    import_many(&shop.store, 1500..3000);
    let of_quentin = |id: u64| {
        json!({"entity_id": id, "increment_id": format!("9{id:08}"), "store_id": 1,
               "created_at": "2026-06-01 10:00:00", "customer_is_guest": 0,
               "customer_id": 5000, "customer_email": ADDRESS})
    };
    shop.store
        .import("orders", &rest_page(&[of_quentin(50), of_quentin(51)]));
    let why = "wrote from quentin.quill@EXAMPLE.com, twice";
    let times = [
        "2026-07-02T10:00:00Z",
        "2026-07-02T10:00:30Z",
        "2026-07-02T10:12:30Z",
    ];
    shop.run_session(
        &bea,
        &[ID, "--reason", why],
        "https://shop.example.com",
        times,
    );
    let nobody = shop.store.create_user_with_resources("nobody", &[]);
    shop.store
        .run_as(&nobody, &["login", ADDRESS, "-o", "json"])
        .assert_failed("resource_denied", 4);
    let store = shop.store;
    store.clock.set(AUTUMN);
    store.run_ok(&["consent", "revoke", ADDRESS]);
    store.run_failing(
        &["login", ADDRESS, "--reason", "again"],
        "consent_withheld",
        5,
    );
    store.run_failing(
        &["customer", "add", "--email", ADDRESS, "--website", "base"],
        "already_exists",
        7,
    );
    store.run_ok(&["customer", "edit", ID, "--email", "Q.Quill@Example.com"]);
    store.run_ok(&["customer", "edit", ID, "--email", ADDRESS]);
    // Another customer, whose address ends with theirs.
    store.run_failing(
        &["login", "not-quentin.quill@example.com"],
        "customer_not_found",
        3,
    );
    store.run_ok(&["log", "archive"]);
    store.run_ok(&["customer", "remove", ID, "--yes"]);
    leave_old_bytes(&store);
    store
}

/// What a split page leaves behind, in bytes that nothing refers to any more:
/// here, a row that was added and deleted while nothing was overwritten.
fn leave_old_bytes(store: &TestStore) {
    rusqlite::Connection::open(store.dir().join("lac.db"))
        .expect("a database")
        .execute_batch(&format!(
            "PRAGMA secure_delete=OFF; \
             INSERT INTO document (kind, entity_id, number, order_id, customer_email) \
             VALUES ('order', 777777, '777777', 777777, '{ADDRESS}'); \
             DELETE FROM document WHERE entity_id = 777777; \
             PRAGMA wal_checkpoint(TRUNCATE)"
        ))
        .expect("left behind");
}

fn import_many(store: &TestStore, numbers: std::ops::Range<u64>) {
    let some = numbers.map(|n| {
        let email = format!("somebody-with-a-rather-long-address-{n}@example.org");
        rest_customer(10_000 + n, &email, ("Some", "Body"), (1, 1), 0)
    });
    store.import("customers", &rest_page(&some.collect::<Vec<_>>()));
}

fn erase(store: &TestStore) -> Value {
    store.run_json(&["log", "erase", "--customer", ID, "--yes"])
}

fn assert_verifies(store: &TestStore) -> Value {
    store.run_json(&["log", "verify"])
}

/// All events, oldest first, without those that reading and proving add.
fn events(store: &TestStore) -> Vec<Value> {
    let mut events = store.log_events();
    events.reverse();
    events
}

#[test]
fn an_erased_address_is_left_in_no_file() {
    let store = shop_without_quentin();
    let before = events(&store);
    let held = files_with(&store.dir(), "quentin.quill@example.com");
    assert!(held.len() > 1, "{held:?}");
    let erased = erase(&store);
    assert_eq!(erased["kept"], 0);
    assert_eq!(erased["documents"], 2);
    assert!(
        !erased["archives"].as_array().expect("names").is_empty(),
        "{erased}"
    );
    for word in [ADDRESS, "q.quill@example.com"] {
        assert_eq!(files_with(&store.dir(), word), [""; 0], "{word}");
    }
    assert!(!files_with(&store.dir(), "not-quentin.quill@example.com").is_empty());
    let verified = assert_verifies(&store);
    assert_eq!(verified["erased"], erased["events"]);
    // Who acted, when and on whom is kept; free text is not.
    let after = events(&store);
    let gone: Vec<u64> = erased["ranges"]
        .as_array()
        .expect("ranges")
        .iter()
        .flat_map(|range| range[0].as_u64().expect("first")..=range[1].as_u64().expect("last"))
        .collect();
    assert_eq!(gone.len() as u64, erased["events"]);
    for (was, is) in before.iter().zip(&after) {
        let is_gone = gone.contains(&was["seq"].as_u64().expect("a number"));
        let personal = ["customer_email", "reason", "details"];
        for (field, value) in was.as_object().expect("an event") {
            if is_gone && personal.contains(&field.as_str()) {
                assert!(is[field].is_null(), "{is}");
            } else {
                assert_eq!(&is[field], value, "{field} of {is}");
            }
        }
        let is_theirs = was["customer_id"] == ID && was["action"] != "erase";
        let names_them = was.to_string().to_lowercase().contains("\"quentin.quill@");
        assert!(is_gone || !(is_theirs || names_them), "{was}");
    }
}

#[test]
fn a_second_erasure_changes_nothing() {
    let store = shop_without_quentin();
    erase(&store);
    let before = events(&store);
    let again = erase(&store);
    assert_eq!(
        (&again["changed"], &again["events"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(again["audit_seq"], Value::Null);
    assert_eq!(events(&store), before);
    assert_verifies(&store);
}

/// Shopper data recorded after the first erasure of a day is erased by a second
/// one.
#[test]
fn events_after_an_erasure_are_erased_by_the_next() {
    let store = shop_without_quentin();
    let first = erase(&store);
    let of_id = ["login", ID, "--reason", "still there?"];
    store.run_failing(&of_id, "customer_not_found", 3);
    let verified = assert_verifies(&store);
    assert_eq!(verified["erased"], first["events"]);
    erase(&store);
    assert_verifies(&store);
}

#[test]
fn only_removed_customers_can_be_erased_and_only_with_the_resource() {
    let store = TestStore::with_sample_data();
    store.run_failing(
        &["log", "erase", "--customer", "1", "--yes"],
        "customer_present",
        5,
    );
    assert_eq!(store.log_events()[0]["details"]["code"], "customer_present");
    store.run_failing(
        &["log", "erase", "--customer", "ada@example.com", "--yes"],
        "customer_present",
        5,
    );
    store.run_failing(&["log", "erase", "--customer", "1"], "customer_present", 5);
    let before = store.log_events();
    let nobody = store.run_json(&["log", "erase", "--customer", "4711", "--yes"]);
    assert_eq!(
        (&nobody["changed"], &nobody["events"]),
        (&json!(false), &json!(0))
    );
    store.run_failing(
        &["log", "erase", "--customer", "4711"],
        "confirmation_required",
        2,
    );
    assert_eq!(store.log_events(), before);
    let clerk = store.create_user_with_resources("clerk", &["system_magento_logging_events"]);
    let ask = ["log", "erase", "--customer", "4711", "--yes", "-o", "json"];
    store
        .run_as(&clerk, &ask)
        .assert_failed("resource_denied", 4);
    let denied = &store.log_events()[0];
    assert_eq!(
        (&denied["action"], &denied["result"]),
        (&json!("erase"), &json!("failure"))
    );
    // A user who sees only some websites cannot erase.
    let eraser = store.create_user_with_resources("eraser", &["Lac::erase"]);
    store.run_ok(&["role", "scope", "erasers", "website:base"]);
    assert_eq!(store.run_as(&eraser, &ask).code, 4);
    assert_verifies(&store);
}

/// Bob has an account on both websites; one of them is removed.
#[test]
fn a_customer_with_the_same_address_on_another_website_is_kept() {
    let store = TestStore::with_sample_data();
    let bea = store.create_agent("bea");
    store.run_ok(&["consent", "grant", "2"]);
    store
        .run_as(&bea, &["login", "5", "--reason", "bob on eu", "-o", "json"])
        .assert_succeeded();
    store.run_ok(&["session", "end", "--all"]);
    store
        .run_as(
            &bea,
            &["login", "2", "--reason", "bob on base", "-o", "json"],
        )
        .assert_succeeded();
    store.run_ok(&["session", "end", "--all"]);
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    let erased = store.run_json(&["log", "erase", "--customer", "2", "--yes"]);
    assert!(erased["kept"].as_u64().expect("a number") > 0, "{erased}");
    for event in store.log_events() {
        if event["customer_id"] == "2" && event["action"] != "erase" {
            assert!(event["customer_email"].is_null(), "{event}");
        }
        if event["customer_id"] == "5" {
            assert!(
                !event["details"].is_null() || !event["reason"].is_null(),
                "{event}"
            );
        }
    }
    assert_eq!(files_with(&store.dir(), "bob on base"), [""; 0]);
    assert!(!files_with(&store.dir(), "bob on eu").is_empty());
    assert_verifies(&store);
}

#[test]
fn older_exports_still_verify_after_an_erasure() {
    let store = shop_without_quentin();
    let key = store.run_ok(&["key", "verifier"]);
    let files: Vec<String> = ["sparse", "range"]
        .iter()
        .map(|strength| {
            let file = store
                .home()
                .join(format!("{strength}.csv"))
                .display()
                .to_string();
            store.run_json(&["log", "export", &file, "--proof", strength]);
            file
        })
        .collect();
    let note = store.home().join("before.checkpoint").display().to_string();
    fs::write(&note, store.run_ok(&["log", "checkpoint"])).expect("written");
    erase(&store);
    for file in &files {
        let verified_file = store.run_json(&["log", "verify", "--file", file, "--key", key.trim()]);
        assert_eq!(verified_file["kind"], "export");
    }
    store.run_json(&["log", "verify", "--since", &note]);
    // A new export proves as much, and names what is missing.
    let file = store.home().join("after.csv").display().to_string();
    store.run_json(&["log", "export", &file, "--proof", "range"]);
    let verified_file = store.run_json(&["log", "verify", "--file", &file]);
    assert!(
        verified_file["not_proven"].to_string().contains("erased"),
        "{verified_file}"
    );
}
