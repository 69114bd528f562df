//! Importing a merchant's files: every kind, every form, all or nothing.

use std::fs;

use serde_json::{Value, json};

use crate::support::TestStore;

pub(crate) const WEBSITES: &str = r#"[
 {"id":0,"code":"admin","name":"Admin","default_group_id":0},
 {"id":1,"code":"base","name":"Main Website","default_group_id":1},
 {"id":2,"code":"eu","name":"Europe","default_group_id":2}]"#;

const GROUPS: &str = r#"[
 {"id":0,"website_id":0,"root_category_id":0,"default_store_id":0,"name":"Default","code":"default"},
 {"id":1,"website_id":1,"root_category_id":2,"default_store_id":1,"name":"Main Website Store"},
 {"id":2,"website_id":2,"root_category_id":2,"default_store_id":3,"name":"Europe Store","code":"europe_store"}]"#;

const VIEWS: &str = r#"[
 {"id":0,"code":"admin","name":"Admin","website_id":0,"store_group_id":0,"is_active":1},
 {"id":1,"code":"default","name":"Default Store View","website_id":1,"store_group_id":1},
 {"id":2,"code":"es_us","name":"Español (US)","website_id":1,"store_group_id":1,"is_active":0},
 {"id":3,"code":"de","name":"Deutsch","website_id":2,"store_group_id":2,"is_active":true}]"#;

const CONFIGS: &str = r#"[
 {"id":1,"code":"default","website_id":1,"timezone":"America/Chicago","secure_base_url":"https://shop.example.com"},
 {"id":2,"code":"es_us","website_id":1,"timezone":"America/New_York","secure_base_url":"https://shop.example.com/es/"},
 {"id":3,"code":"de","website_id":2,"timezone":"Europe/Berlin","secure_base_link_url":"https://eu.shop.example.com/"}]"#;

/// A store with the merchant's websites, store groups and store views.
pub(crate) fn shop() -> TestStore {
    let store = TestStore::new();
    import_text(&store, "websites", WEBSITES);
    import_text(&store, "store-groups", GROUPS);
    import_text(&store, "store-views", VIEWS);
    store
}

/// Imports a text from stdin; the import must succeed.
#[track_caller]
pub(crate) fn import_text(store: &TestStore, kind: &str, text: &str) -> Value {
    import_text_with(store, kind, text, &[])
}

/// The same with flags.
#[track_caller]
pub(crate) fn import_text_with(store: &TestStore, kind: &str, text: &str, flags: &[&str]) -> Value {
    let args = [&["import", kind, "-", "-o", "json"], flags].concat();
    let ran = store.run_with(text.as_bytes(), &args).assert_succeeded();
    serde_json::from_str(&ran.stdout).expect("JSON")
}

/// Imports a text that must be refused as `invalid_file`; returns the message.
#[track_caller]
pub(crate) fn refused(store: &TestStore, kind: &str, text: impl AsRef<[u8]>) -> String {
    let ran = store.run_with(text.as_ref(), &["import", kind, "-", "-o", "json"]);
    let error = ran.assert_failed("invalid_file", 2);
    error["message"].as_str().expect("a message").to_owned()
}

#[track_caller]
fn counts(imported: &Value, read: u64, created: u64, updated: u64, unchanged: u64) {
    let wanted = json!([read, created, updated, unchanged]);
    let found = ["read", "created", "updated", "unchanged"].map(|name| imported[name].clone());
    assert_eq!(json!(found), wanted, "{imported}");
}

fn order(id: u64, customer: u64) -> Value {
    json!({"entity_id": id, "increment_id": format!("{id:09}"), "store_id": 1,
        "created_at": "2026-10-01 10:00:00", "items": [{"sku": "a", "items": []}],
        "customer_id": customer, "customer_email": "roni@example.com", "customer_is_guest": 0})
}

fn page(items: &[Value], total: u64) -> Value {
    json!({"items": items, "search_criteria": {"page_size": 2}, "total_count": total})
}

#[test]
fn importing_the_store_hierarchy_twice_changes_nothing() {
    let store = TestStore::new();
    counts(&import_text(&store, "websites", WEBSITES), 3, 2, 0, 1);
    counts(&import_text(&store, "store-groups", GROUPS), 3, 2, 1, 0);
    counts(&import_text(&store, "store-views", VIEWS), 4, 3, 0, 1);
    counts(&import_text(&store, "store-configs", CONFIGS), 3, 3, 0, 0);
    counts(&import_text(&store, "websites", WEBSITES), 3, 0, 0, 3);
    counts(&import_text(&store, "store-groups", GROUPS), 3, 0, 0, 3);
    counts(&import_text(&store, "store-views", VIEWS), 4, 0, 0, 4);
    counts(&import_text(&store, "store-configs", CONFIGS), 3, 0, 0, 3);
    let get = |path: &str, scope: &str| store.run_ok(&["config", "get", path, "--scope", scope]);
    assert_eq!(
        get("web/secure/base_url", "store-view:default"),
        "https://shop.example.com/\n"
    );
    assert_eq!(
        get("web/secure/base_url", "store-view:de"),
        "https://eu.shop.example.com/\n"
    );
    assert_eq!(
        get("general/locale/timezone", "website:eu"),
        "Europe/Berlin\n"
    );
}

#[test]
fn the_default_store_views_time_zone_applies() {
    let store = shop();
    let imported = import_text(&store, "store-configs", CONFIGS);
    let warning = imported["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("using America/Chicago"), "{warning}");
    let args = [
        "config",
        "get",
        "general/locale/timezone",
        "--scope",
        "website:base",
    ];
    assert_eq!(store.run_ok(&args), "America/Chicago\n");
    // Base URLs decide where tokens are sent, so each change is a config event
    // of its own.
    let set = store
        .log_events()
        .into_iter()
        .filter(|e| e["action_group"] == "config");
    assert_eq!(set.count(), 5);
}

#[test]
fn an_unsafe_base_url_is_an_invalid_item() {
    let store = shop();
    let text = r#"[{"id":1,"code":"default","secure_base_url":"http://shop.example.com/"}]"#;
    let message = refused(&store, "store-configs", text);
    assert!(
        message.starts_with("-: item 1: secure_base_url: "),
        "{message}"
    );
}

#[test]
fn a_missing_parent_error_says_what_to_import_first() {
    let store = TestStore::new();
    let message = refused(&store, "store-views", VIEWS);
    assert!(message.contains("item 2: website_id") && message.contains("import websites first"));
    import_text(&store, "websites", WEBSITES);
    let message = refused(&store, "store-views", VIEWS);
    assert!(message.contains("store_group_id") && message.contains("import store-groups first"));
    let message = refused(
        &store,
        "customers",
        r#"[{"id":1,"email":"a@example.com","website_id":7}]"#,
    );
    assert!(
        message.contains("item 1: website_id: website 7 not found"),
        "{message}"
    );
}

#[test]
fn codes_may_be_swapped_but_not_shared() {
    let store = shop();
    let swapped = WEBSITES
        .replace("base", "x")
        .replace("\"eu\"", "\"base\"")
        .replace("\"x\"", "\"eu\"");
    counts(&import_text(&store, "websites", &swapped), 3, 0, 2, 1);
    let shared = r#"[{"id":9,"code":"eu","name":"Another"}]"#;
    let message = refused(&store, "websites", shared);
    assert!(
        message.contains("item 1: code: another website has the code eu"),
        "{message}"
    );
    let message = refused(
        &store,
        "websites",
        r#"[{"id":0,"code":"shop","name":"Admin"}]"#,
    );
    assert!(message.contains("back office"), "{message}");
}

#[test]
fn every_kind_of_document_can_be_imported() {
    let store = shop();
    let guest = json!({"entity_id": "2", "increment_id": 100_000_002, "store_id": "1",
        "customer_is_guest": "1", "customer_email": "guest@example.com"});
    let orders = page(&[order(1, 1), guest], 2).to_string();
    counts(&import_text(&store, "orders", &orders), 2, 2, 0, 0);
    counts(&import_text(&store, "orders", &orders), 2, 0, 0, 2);
    for kind in ["invoices", "shipments", "credit-memos"] {
        let one =
            json!({"entity_id": 1, "increment_id": "000000001", "order_id": 1, "store_id": 1});
        counts(
            &import_text(&store, kind, &page(&[one], 1).to_string()),
            1,
            1,
            0,
            0,
        );
        let other =
            json!({"entity_id": 1, "increment_id": "000000009", "order_id": 1, "store_id": 1});
        counts(
            &import_text(&store, kind, &json!([other]).to_string()),
            1,
            0,
            1,
            0,
        );
        let orphan = json!([{"entity_id": 2, "increment_id": "000000002"}]).to_string();
        assert!(refused(&store, kind, &orphan).contains("item 1: order_id: is missing"));
    }
    let database = fs::read(store.dir().join("lac.db-wal")).expect("a WAL");
    let guest = b"guest@example.com";
    assert!(
        !database.windows(guest.len()).any(|w| w == guest),
        "guests leave no trace"
    );
}

#[test]
fn pages_are_accepted_in_every_saved_form() {
    let all: Vec<Value> = (1..=5).map(|id| order(id, 1)).collect();
    let pages = [page(&all[..2], 5), page(&all[2..4], 5), page(&all[4..], 5)];
    let late = |p: &Value| {
        format!(
            r#"{{"search_criteria":{{}},"total_count":5,"items":{}}}"#,
            p["items"]
        )
    };
    let forms = [
        page(&all, 5).to_string(),
        json!(all).to_string(),
        json!(pages).to_string(),
        pages.each_ref().map(ToString::to_string).join("\n"),
        pages.iter().map(ToString::to_string).collect::<String>(),
        pages.iter().map(late).collect::<String>(),
        late(&page(&all, 5)).replace(":5,", r#":"5","#),
        format!(
            "\u{feff} \n{}",
            serde_json::to_string_pretty(&json!(pages)).expect("JSON")
        ),
    ];
    for form in forms {
        let store = shop();
        counts(&import_text(&store, "orders", &form), 5, 5, 0, 0);
    }
}

#[test]
fn the_number_of_items_must_match_unless_partial() {
    let store = shop();
    let all: Vec<Value> = (1..=3).map(|id| order(id, 1)).collect();
    let first = page(&all[..2], 3).to_string();
    let message = refused(&store, "orders", &first);
    assert!(
        message.contains("2 items, but total_count is 3"),
        "{message}"
    );
    counts(
        &import_text_with(&store, "orders", &first, &["--partial"]),
        2,
        2,
        0,
        0,
    );
    let disagree = format!("{}{}", page(&all[..2], 3), page(&all[2..], 4));
    assert!(refused(&store, "orders", &disagree).contains("total_count 3, another 4"));
    let twice = format!("{}{}", page(&all[..2], 4), page(&all[..2], 4));
    assert!(refused(&store, "orders", &twice).contains("item 3: entity_id: is item 1's too"));
}

#[test]
fn a_wrong_file_is_refused_with_an_explanation() {
    let store = shop();
    let denied = r#"{"message":"The consumer isn't authorized to access %resources."}"#;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (kind, text, says) in [
        ("orders", "", "it is empty"),
        ("orders", " \n", "it is empty"),
        (
            "orders",
            "entity_id,increment_id\n1,2\n",
            "only customers come as CSV",
        ),
        ("orders", denied, "an error of the shop"),
        ("orders", "{}", "a page without items"),
        ("orders", "[{]", "item 1: item: not JSON"),
        ("orders", r#"[{"entity_id":1"#, "the file ends too early"),
        ("orders", "[1]", "item 1: item: not an object"),
        ("orders", &deep, "item 1: item: not an object"),
        ("orders", r#"{"items":[]} x"#, "expected a page or an array"),
        (
            "orders",
            r#"{"items":[],"total_count":"x"}"#,
            "total_count is not a number",
        ),
        (
            "orders",
            r#"[{"entity_id":1,"entity_id":2}]"#,
            "duplicate field `entity_id`",
        ),
        (
            "orders",
            r#"[{"entity_id":1.5}]"#,
            "item 1: entity_id: 1.5 is not a whole number",
        ),
        (
            "orders",
            r#"[{"entity_id":-1}]"#,
            "item 1: entity_id: -1 is not an id",
        ),
        (
            "orders",
            r#"[{"entity_id":{}}]"#,
            "a list or object is not a whole number",
        ),
        (
            "orders",
            r#"[{"entity_id":1,"increment_id":" "}]"#,
            "increment_id: is missing",
        ),
    ] {
        let message = refused(&store, kind, text);
        assert!(message.contains(says), "{text}: {message}");
    }
    let long = json!([{"entity_id": 1, "increment_id": "9".repeat(65)}]).to_string();
    assert!(refused(&store, "orders", long).contains("increment_id: longer than 64 characters"));
    let message = refused(&store, "orders", b"\xFF\xFE{\0}\0");
    assert!(message.contains("UTF-16"), "{message}");
    let message = refused(&store, "customers", b"[{\"id\":1,\"email\":\"M\xFCller\"}]");
    assert!(message.contains("item 1: email: is not UTF-8"), "{message}");
}

/// Finding the first invalid character costs no more than reading.
#[test]
fn a_file_of_white_space_is_refused_quickly() {
    let store = shop();
    let blank = " ".repeat(16 * 1024 * 1024);
    let begun = std::time::Instant::now();
    for kind in ["customers", "orders"] {
        refused(&store, kind, &blank);
    }
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
}

#[test]
fn a_missing_or_special_file_is_refused() {
    let store = shop();
    store.run_failing(&["import", "orders", "missing.json"], "io", 1);
    let home = store.home().display().to_string();
    let error = store.run_failing(&["import", "orders", &home], "io", 1);
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .contains("directory")
    );
}

#[test]
fn an_import_event_names_the_file_and_its_hash() {
    let store = shop();
    let path = store.home().join("orders.json");
    fs::write(&path, page(&[order(1, 1)], 1).to_string()).expect("a file");
    let path = path.display().to_string();
    let before = store.log_events().len();
    store.run_ok(&["import", "orders", &path, "--dry-run"]);
    assert_eq!(
        store.log_events().len(),
        before,
        "a dry run is not recorded"
    );
    store.run_ok(&["import", "orders", &path]);
    let log = store.log_events();
    assert_eq!(log.len(), before + 1);
    let details = &log[0]["details"];
    assert_eq!(log[0]["action"], "import");
    assert_eq!(details["file"], "orders.json");
    assert_eq!(details["created"], 1);
    assert_eq!(details["sha256"].as_str().expect("a hash").len(), 64);
}

#[test]
fn the_right_to_import_is_checked_before_the_file() {
    let store = shop();
    store.run_ok(&["role", "create", "Nobody"]);
    let token = store.create_user("bob", "Nobody");
    let args = ["import", "orders", "missing.json", "-o", "json"];
    store
        .run_as(&token, &args)
        .assert_failed("resource_denied", 4);
    assert_eq!(store.log_events()[0]["result"], "failure");
}

#[test]
fn items_outside_the_role_scope_are_not_found() {
    let store = shop();
    store.run_ok(&["role", "create", "Europe"]);
    for resource in [
        "Magento_ImportExport::import",
        "Magento_Customer::actions",
        "Magento_Backend::store",
        "Magento_Config::config",
    ] {
        store.run_ok(&["role", "allow", "Europe", resource]);
    }
    store.run_ok(&["role", "scope", "Europe", "website:eu"]);
    let token = store.create_user("eva", "Europe");
    let file = store.home().join("file.json");
    let path = file.display().to_string();
    for (kind, item, field) in [
        (
            "customers",
            json!({"id": 1, "email": "a@example.com", "website_id": 1}),
            "website_id",
        ),
        ("orders", order(1, 1), "store_id"),
        (
            "websites",
            json!({"id": 1, "code": "base", "name": "Mine"}),
            "id",
        ),
        ("store-configs", json!({"id": 1, "timezone": "UTC"}), "id"),
    ] {
        fs::write(&file, json!([item]).to_string()).expect("a file");
        let error = store
            .run_as(&token, &["import", kind, &path, "-o", "json"])
            .assert_failed("invalid_file", 2);
        let message = error["message"].as_str().expect("text").to_owned();
        assert!(message.contains(&format!("item 1: {field}: ")), "{message}");
        assert!(message.contains("not found"), "{message}");
    }
    let own = json!([{"id": 3, "email": "a@example.com", "website_id": 2}]);
    fs::write(&file, own.to_string()).expect("a file");
    store
        .run_as(&token, &["import", "customers", &path])
        .assert_succeeded();
}
