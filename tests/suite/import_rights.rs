//! The import resource alone is not enough: each effect requires its own
//! resource, refusals recorded here stay, and moved customers keep their
//! protection.

use serde_json::{Value, json};

use crate::support::{CommandOutput, TestStore, json_str, rest_customer, rest_page};

const IMPORT: &str = "Magento_ImportExport::import";
const ACTIONS: &str = "Magento_Customer::actions";
const OPT_IN: &str = "allow_shopping_assistance";

/// Imports a file as the holder of a token.
fn import(store: &TestStore, token: &str, kind: &str, data: &Value) -> CommandOutput {
    let file = store.home().join(format!("{kind}.json"));
    std::fs::write(&file, data.to_string()).expect("a file");
    let file = file.display().to_string();
    store.run_as(token, &["import", kind, &file, "-o", "json"])
}

#[track_caller]
fn import_json(store: &TestStore, token: &str, kind: &str, data: &Value) -> Value {
    let ran = import(store, token, kind, data).assert_succeeded();
    serde_json::from_str(&ran.stdout).expect("JSON")
}

fn show_customer(store: &TestStore, who: &str) -> Value {
    store.run_json(&["customer", "show", who])
}

/// Ada, whose website is `base`, as a customer of the given website.
fn ada(website: (u64, u64), consent: u8, at: &str) -> Value {
    let mut ada = rest_customer(1, "ada@example.com", ("Ada", "Apple"), website, consent);
    ada["updated_at"] = json!(at);
    rest_page(&[ada])
}

const HOME: (u64, u64) = (1, 1);
const ABROAD: (u64, u64) = (2, 3);

#[test]
fn importing_base_urls_requires_the_config_resource() {
    let store = TestStore::with_sample_data();
    let url = || {
        store.run_ok(&[
            "config",
            "get",
            "web/secure/base_url",
            "--scope",
            "store-view:en",
        ])
    };
    let before = url();
    let forged = json!([{"id": 1, "code": "en", "secure_base_url": "https://evil.example/"}]);
    let mallory = store.create_user_with_resources("mallory", &[IMPORT]);
    let denied =
        import(&store, &mallory, "store-configs", &forged).assert_failed("resource_denied", 4);
    assert!(
        json_str(&denied["message"]).contains("Magento_Config::config"),
        "{denied}"
    );
    assert_eq!(url(), before);
    let event = &store.log_events()[0];
    assert_eq!(
        (&event["action_group"], &event["result"]),
        (&json!("import"), &json!("failure"))
    );
    let keeper = store.create_user_with_resources("keeper", &[IMPORT, "Magento_Config::config"]);
    import_json(&store, &keeper, "store-configs", &forged);
    assert_eq!(url(), "https://evil.example/\n");
}

#[test]
fn importing_the_store_hierarchy_requires_the_stores_resource() {
    let store = TestStore::with_sample_data();
    let mallory = store.create_user_with_resources("mallory", &[IMPORT, ACTIONS, OPT_IN]);
    let keeper = store.create_user_with_resources("keeper", &[IMPORT, "Magento_Backend::store"]);
    for (kind, data) in crate::support::sample_stores() {
        import(&store, &mallory, kind, &data).assert_failed("resource_denied", 4);
        import_json(&store, &keeper, kind, &data);
    }
}

#[test]
fn importing_documents_requires_the_import_resource_only() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &[IMPORT]);
    import_json(&store, &clerk, "orders", &crate::support::sample_orders());
    import(&store, &clerk, "customers", &ada(HOME, 0, "2025-01-01"))
        .assert_failed("resource_denied", 4);
}

#[test]
fn consents_are_skipped_and_listed_without_the_right() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &[IMPORT, ACTIONS]);
    let bob = |consent| {
        let mut bob = rest_customer(2, "bob@example.com", ("Robert", "Birch"), HOME, consent);
        bob["updated_at"] = json!("2026-10-01");
        rest_page(&[bob])
    };
    let answer = import_json(&store, &clerk, "customers", &bob(2));
    assert_eq!(answer["updated"], 1, "the name: {answer}");
    assert_eq!(answer["left_out"], json!({"customers": 0, "consents": 1}));
    let skipped = &answer["skipped"][0];
    assert_eq!(
        (&skipped["at"], &skipped["field"]),
        (&json!("item 1"), &json!("assistance_allowed"))
    );
    assert!(json_str(&skipped["reason"]).contains(OPT_IN), "{skipped}");
    assert_eq!(show_customer(&store, "2")["name"], "Robert Birch");
    assert_eq!(show_customer(&store, "2")["consent"], "withheld");
    assert_eq!(store.log_events()[0]["details"]["consents_left_out"], 1);
    // Consent is not withdrawn either, and the skipped items do not stop
    // somebody with the right from importing the same file.
    let answer = import_json(&store, &clerk, "customers", &ada(HOME, 1, "2026-10-01"));
    assert_eq!(answer["left_out"]["consents"], 1);
    assert_eq!(show_customer(&store, "1")["consent"], "granted");
    let answer = store.import("customers", &bob(2));
    assert_eq!(answer["consents"]["granted"], 1, "{answer}");
}

#[test]
fn customers_are_skipped_and_listed_without_the_right() {
    let store = TestStore::with_sample_data();
    let scribe = store.create_user_with_resources("scribe", &[IMPORT, OPT_IN]);
    let mut bob = rest_customer(2, "bob@example.com", ("Robert", "Birch"), HOME, 2);
    bob["updated_at"] = json!("2026-10-01");
    let new = rest_customer(90, "new@example.com", ("New", "Body"), HOME, 2);
    let moved = rest_customer(3, "cleo@example.com", ("Cleo", "Clove"), HOME, 1);
    let answer = import_json(&store, &scribe, "customers", &rest_page(&[bob, new, moved]));
    assert_eq!(answer["left_out"], json!({"customers": 3, "consents": 0}));
    assert_eq!(
        (&answer["read"], &answer["created"], &answer["updated"]),
        (&json!(3), &json!(0), &json!(1))
    );
    let bob = show_customer(&store, "2");
    assert_eq!(
        (&bob["name"], &bob["consent"]),
        (&json!("Bob Birch"), &json!("granted"))
    );
    store.run_failing(&["customer", "show", "90"], "customer_not_found", 3);
    let cleo = show_customer(&store, "3");
    assert_eq!(
        (&cleo["website"], &cleo["consent"]),
        (&json!("eu"), &json!("granted"))
    );
    // Deactivating missing customers requires another resource.
    let file = store.home().join("customers.json").display().to_string();
    let complete = ["import", "customers", &file, "--complete", "-o", "json"];
    store
        .run_as(&scribe, &complete)
        .assert_failed("resource_denied", 4);
}

#[test]
fn thousands_of_skipped_items_are_counted() {
    let store = TestStore::with_sample_data();
    let clerk = store.create_user_with_resources("clerk", &[IMPORT, ACTIONS]);
    let many: Vec<Value> = (1000..3000)
        .map(|id| rest_customer(id, &format!("c{id}@example.com"), ("C", "D"), HOME, 2))
        .collect();
    let answer = import_json(&store, &clerk, "customers", &rest_page(&many));
    assert_eq!(
        (&answer["created"], &answer["left_out"]["consents"]),
        (&json!(2000), &json!(2000))
    );
    let skipped = answer["skipped"].as_array().expect("a list");
    assert_eq!(skipped.len(), 101);
    assert_eq!(skipped[100]["at"], "1900 more");
}

#[test]
fn no_file_overrides_a_refusal_recorded_here() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["consent", "revoke", "1"]);
    for at in [
        "2024-01-01",
        "2026-10-05 12:00:00",
        "2026-10-06",
        "2036-01-01",
    ] {
        let answer = store.import("customers", &ada(HOME, 2, at));
        assert_eq!(answer["consents"]["granted"], 0, "{at}");
        store.run_failing(&["login", "1"], "consent_withheld", 5);
    }
    store.clock.set("2037-01-01T00:00:00.000000Z");
    store.import("customers", &ada(HOME, 2, "2036-06-01"));
    assert_eq!(show_customer(&store, "1")["consent"], "withheld");
    // A refusal in a file does not turn the one recorded here into an imported
    // one.
    store.import("customers", &ada(HOME, 1, "2036-07-01"));
    store.import("customers", &ada(HOME, 2, "2036-08-01"));
    assert_eq!(show_customer(&store, "1")["consent"], "withheld");
    // Nor does moving the customer; a user with the right can change it.
    store.import("customers", &ada(ABROAD, 2, "2036-09-01"));
    assert_eq!(show_customer(&store, "1")["consent"], "withheld");
    store.run_ok(&["consent", "grant", "1"]);
    assert_eq!(show_customer(&store, "1")["consent"], "granted");
}

#[test]
fn a_refusal_recorded_here_follows_the_customer_to_a_merchant_id() {
    let store = TestStore::with_sample_data();
    let add = [
        "customer",
        "add",
        "--first-name",
        "K",
        "--last-name",
        "L",
        "--website",
        "base",
    ];
    for email in ["kim@example.com", "lou@example.com"] {
        let args = [&add[..], &["--email", email, "--vip", "yes"]].concat();
        store.run_ok(&args);
        store.run_ok(&["consent", "grant", email]);
        store.run_ok(&["consent", "revoke", email]);
    }
    // One gets the merchant's id; the other is merged into an existing
    // customer.
    let mut kim = rest_customer(50, "kim@example.com", ("K", "L"), HOME, 2);
    kim["updated_at"] = json!("2026-10-05 12:00:00");
    let mut lou = rest_customer(51, "other@example.com", ("K", "L"), HOME, 0);
    store.import("customers", &rest_page(&[kim, lou.clone()]));
    lou["email"] = json!("lou@example.com");
    lou["extension_attributes"]["assistance_allowed"] = json!(2);
    lou["updated_at"] = json!("2026-10-05 12:00:00");
    let answer = store.import("customers", &rest_page(&[lou]));
    assert_eq!(answer["renumbered"], 1, "{answer}");
    for id in ["50", "51"] {
        let now = show_customer(&store, id);
        assert_eq!(
            (&now["consent"], &now["vip"]),
            (&json!("withheld"), &json!(true)),
            "{now}"
        );
    }
}

/// A store whose website `base` is protected and whose `eu` is not.
fn protected(paths: &[(&str, &str)]) -> TestStore {
    let store = TestStore::with_sample_data();
    for (path, value) in paths {
        store.run_ok(&["config", "set", path, value, "--scope", "website:base"]);
    }
    store
}

#[test]
fn a_customer_moved_by_an_import_keeps_their_protection() {
    let store = protected(&[
        ("lac/approval/required", "yes"),
        ("lac/ticket/required", "yes"),
    ]);
    let agent = store.create_agent("bea");
    let login = |args: &[&str]| {
        let args: Vec<&str> = ["login", "1", "-o", "json"]
            .iter()
            .chain(args)
            .copied()
            .collect();
        store.run_as(&agent, &args)
    };
    login(&["--ticket", "ZD-1"]).assert_failed("approval_required", 5);
    store.import("customers", &ada(ABROAD, 2, "2026-10-01"));
    let moved = show_customer(&store, "1");
    assert_eq!(moved["website"], "eu");
    assert_eq!(
        (&moved["website_confirmed"], &moved["moved_from"]),
        (&json!(false), &json!("base"))
    );
    login(&[]).assert_failed("ticket_required", 5);
    login(&["--ticket", "ZD-1"]).assert_failed("approval_required", 5);
    // After another move, the first website's rules still apply.
    store.import(
        "websites",
        &json!([{"id": 3, "code": "us", "name": "US", "default_group_id": 3}]),
    );
    store.import("customers", &ada((3, 3), 2, "2026-10-02"));
    assert_eq!(show_customer(&store, "1")["moved_from"], "base");
    store.import("customers", &ada(ABROAD, 2, "2026-10-03"));
    login(&["--ticket", "ZD-1"]).assert_failed("approval_required", 5);
    // The website that protects them cannot be removed meanwhile.
    store.run_failing(&["stores", "remove", "website:base", "--yes"], "in_use", 7);

    let edited = store.run_json(&["customer", "edit", "1", "--confirm-website"]);
    assert_eq!(edited["website_confirmed"], true);
    let event = &store.log_events()[0];
    assert_eq!(event["details"]["before"], json!({"moved_from": "base"}));
    assert_eq!(event["details"]["after"], json!({"moved_from": null}));
    login(&[]).assert_succeeded();
}

#[test]
fn a_customer_moved_back_needs_no_confirmation() {
    let store = protected(&[]);
    store.import("customers", &ada(ABROAD, 2, "2026-10-01"));
    let log = store.log_events();
    let moved = log
        .iter()
        .find(|event| event["action_group"] == "customers");
    let details = &moved.expect("a move is an event")["details"];
    assert_eq!(details["before"], json!({"website": "base"}));
    assert_eq!(details["after"], json!({"website": "eu"}));
    store.import("customers", &ada(HOME, 2, "2026-10-02"));
    assert_eq!(show_customer(&store, "1")["website_confirmed"], true);
}

#[test]
fn a_moved_customer_keeps_the_stricter_consent_mode() {
    let store = TestStore::with_sample_data();
    let silent = |website| {
        let person = rest_customer(60, "sil@example.com", ("Si", "Lent"), website, 0);
        store.import("customers", &rest_page(&[person]))
    };
    silent(HOME);
    silent(ABROAD);
    for mode in ["opt-out", "mandatory"] {
        store.run_ok(&[
            "config",
            "set",
            "lac/consent/mode",
            mode,
            "--scope",
            "website:eu",
            "--yes",
        ]);
        store.run_failing(&["login", "60"], "consent_withheld", 5);
        assert_eq!(store.run_json(&["consent", "show", "60"])["mode"], "opt-in");
    }
    store.run_ok(&["customer", "edit", "60", "--confirm-website"]);
    store.run_ok(&["login", "60"]);
}

#[test]
fn a_moved_customer_keeps_the_old_websites_role_scope() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("bea");
    store.run_ok(&["role", "scope", "beas", "website:eu"]);
    let manager = store.create_user_with_resources("manager", &["manage", ACTIONS]);
    store.run_ok(&["role", "scope", "managers", "website:eu"]);
    store.import("customers", &ada(ABROAD, 2, "2026-10-01"));
    let login = || store.run_as(&agent, &["login", "1", "-o", "json"]);
    login().assert_failed("customer_moved", 5);
    // A user who sees only one of the websites cannot confirm, and does not
    // learn about the other.
    let confirm = ["customer", "edit", "1", "--confirm-website", "-o", "json"];
    store
        .run_as(&manager, &confirm)
        .assert_failed("beyond_own_rights", 4);
    let show = store
        .run_as(&manager, &["customer", "show", "1", "-o", "json"])
        .assert_succeeded();
    let shown: Value = serde_json::from_str(&show.stdout).expect("JSON");
    assert_eq!(
        (&shown["website_confirmed"], &shown["moved_from"]),
        (&json!(false), &Value::Null)
    );
    store.run_ok(&["customer", "edit", "1", "--confirm-website"]);
    login().assert_succeeded();
}
