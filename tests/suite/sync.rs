//! Customers and orders in step with the shop: what a storefront with the right
//! to sync can change, and what it cannot.

use std::fs;

use serde_json::{Value, json};

use crate::support::{CommandOutput, TestStore, json_str};

/// The sample data, and a storefront of `base` that may sync.
struct Shop {
    store: TestStore,
    token: String,
}

fn shop_with(flags: &[&str]) -> Shop {
    let store = TestStore::with_sample_data();
    let add = ["storefront", "add", "shop", "--website", "base"];
    let made = store.run_json(&[&add[..], flags].concat());
    let token = json_str(&made["token"]).to_owned();
    Shop { store, token }
}

fn shop() -> Shop {
    shop_with(&["--sync"])
}

impl Shop {
    fn try_sync(&self, token: &str, kind: &str, rows: &str) -> CommandOutput {
        let file = self.store.home().join("rows.json");
        fs::write(&file, rows).expect("a file");
        let file = file.display().to_string();
        self.store
            .run_as(token, &["sync", kind, &file, "-o", "json"])
    }

    #[track_caller]
    fn sync(&self, kind: &str, rows: &Value) -> Value {
        let ran = self.try_sync(&self.token, kind, &rows.to_string());
        serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON")
    }

    fn customer(&self, id: &str) -> Value {
        self.store.run_json(&["customer", "show", id])
    }

    fn newest(&self) -> Value {
        self.store.log_events()[0].clone()
    }
}

fn row(id: u64, email: &str, name: &str) -> Value {
    json!({"id": id, "email": email, "name": name, "website": "base", "active": true,
           "confirmed": true})
}

/// Ada as the sample data has her.
fn ada() -> Value {
    row(1, "ada@example.com", "Ada Apple")
}

/// The numbers of an answer: created, updated, unchanged, deleted, skipped.
fn counts(answer: &Value) -> [u64; 5] {
    let skipped = answer["skipped"].as_array().expect("a list").len() as u64;
    let count = |field: &str| answer[field].as_u64().expect("a number");
    let [created, updated, unchanged, deleted] =
        ["created", "updated", "unchanged", "deleted"].map(count);
    [created, updated, unchanged, deleted, skipped]
}

#[test]
fn customers_follow_the_shop() {
    let shop = shop();
    let mut gus = row(8, "gus@example.com", "Gus van Green");
    gus["store_view"] = json!("es");
    let rows = json!([ada(), row(2, "bobby@example.com", "Bobby Birch"), gus]);
    let answer = shop.sync("customers", &rows);
    assert_eq!(
        (counts(&answer), &answer["read"]),
        ([1, 1, 1, 0, 0], &json!(3))
    );
    let gus = shop.customer("8");
    for (field, value) in [
        ("name", "Gus van Green"),
        ("email", "gus@example.com"),
        ("website", "base"),
        ("store_view", "es"),
        ("consent", "withheld"),
    ] {
        assert_eq!(gus[field], value, "{field}: {gus}");
    }
    assert_eq!(shop.customer("2")["email"], "bobby@example.com");
    assert_eq!(shop.customer("1")["consent"], "granted");
    let event = shop.newest();
    assert_eq!(event["action_group"], "import");
    assert_eq!(event["action"], "sync_customers");
    assert_eq!(event["admin"], Value::Null);
    let details = &event["details"];
    for (field, value) in [
        ("storefront", json!("shop")),
        ("read", json!(3)),
        ("created", json!(1)),
        ("updated", json!(1)),
    ] {
        assert_eq!(details[field], value, "{details}");
    }
    // The same rows again change nothing and leave no event.
    let events = shop.store.log_events().len();
    let again = shop.sync("customers", &json!({"customers": rows}));
    assert_eq!(counts(&again), [0, 0, 3, 0, 0]);
    assert_eq!(shop.store.log_events().len(), events);
    shop.store.run_ok(&["log", "verify"]);
}

/// A name that the merchant's file divides in another way is the same name.
#[test]
fn a_name_is_divided_only_when_it_changes() {
    let shop = shop();
    shop.store
        .run_ok(&["customer", "edit", "1", "--first-name", "Ada Mary"]);
    let rows = json!([row(1, "ada@example.com", "Ada Mary Apple")]);
    assert_eq!(counts(&shop.sync("customers", &rows)), [0, 0, 1, 0, 0]);
    let rows = json!([row(1, "ada@example.com", "Ada\nPear")]);
    assert_eq!(counts(&shop.sync("customers", &rows)), [0, 1, 0, 0, 0]);
    assert_eq!(shop.customer("1")["name"], "Ada Pear");
}

#[test]
fn who_leaves_the_shop_is_left_alone_by_agents_too() {
    let shop = shop();
    let store = &shop.store;
    let first = store.login(&["1"]);
    let answer = shop.sync("customers", &json!([{"id": "1", "deleted": true}]));
    assert_eq!(counts(&answer), [0, 0, 0, 1, 0]);
    let session = store.run_json(&["session", "show", json_str(&first["session_id"])]);
    assert_eq!(session["end_cause"], "customer_removed");
    store.run_failing(&["customer", "show", "1"], "customer_not_found", 3);
    let removed = &store.log_events()[1];
    assert_eq!(
        (&removed["action"], &removed["customer_id"]),
        (&json!("remove"), &json!("1"))
    );
    assert_eq!(removed["details"]["storefront"], "shop");
    // Whoever is gone already stays so.
    let answer = shop.sync("customers", &json!([{"id": 1, "deleted": true}]));
    assert_eq!(counts(&answer), [0, 0, 1, 0, 0]);

    store.run_ok(&["consent", "grant", "2"]);
    let second = store.login(&["2"]);
    let mut bob = row(2, "bob@example.com", "Bob Birch");
    bob["active"] = json!(false);
    assert_eq!(
        counts(&shop.sync("customers", &json!([bob]))),
        [0, 1, 0, 0, 0]
    );
    let session = store.run_json(&["session", "show", json_str(&second["session_id"])]);
    assert_eq!(session["end_cause"], "customer_inactive");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn customers_of_other_websites_are_skipped_and_listed() {
    let shop = shop();
    let before = shop.store.run_json(&["customer", "list"]);
    let mut abroad = row(9, "new@example.com", "New");
    abroad["website"] = json!("eu");
    let mut nowhere = abroad.clone();
    nowhere["id"] = json!(10);
    nowhere["website"] = json!("mars");
    let rows = json!([
        row(3, "cleo@example.com", "Cleo"),
        abroad,
        nowhere,
        {"id": 4, "deleted": true},
    ]);
    let answer = shop.sync("customers", &rows);
    assert_eq!(counts(&answer), [0, 0, 0, 0, 4]);
    let skipped = answer["skipped"].as_array().expect("a list");
    let places: Vec<_> = skipped.iter().map(|row| (&row["at"], &row["id"])).collect();
    let expected = [(0, "3"), (1, "9"), (2, "10"), (3, "4")].map(|(at, id)| (json!(at), json!(id)));
    assert_eq!(places, expected.each_ref().map(|(at, id)| (at, id)));
    // That a website exists elsewhere cannot be told from one that does not.
    let reason = |at: usize| json_str(&skipped[at]["reason"]).replace("eu", "mars");
    assert_eq!(reason(1), reason(2));
    assert_eq!(shop.store.run_json(&["customer", "list"]), before);
    assert_eq!(shop.newest()["details"]["skipped"], 4);
}

/// With accounts per website, one person has an account on each. With shared
/// accounts, an address is one customer's everywhere.
#[test]
fn an_address_of_another_website_is_skipped_where_accounts_are_shared() {
    let shop = shop();
    let rows = json!([row(9, "cleo@example.com", "Cleo")]);
    let share = ["config", "set", "customer/account_share/scope"];
    shop.store.run_ok(&[&share[..], &["global"]].concat());
    assert_eq!(counts(&shop.sync("customers", &rows)), [0, 0, 0, 0, 1]);
    shop.store.run_ok(&[&share[..], &["website"]].concat());
    assert_eq!(counts(&shop.sync("customers", &rows)), [1, 0, 0, 0, 0]);
    assert_eq!(shop.customer("3")["website"], "eu");
}

#[test]
fn the_last_row_about_a_customer_counts() {
    let shop = shop();
    let rows = json!([
        row(8, "gus@example.com", "Gus"),
        {"id": 2, "deleted": true},
        {"id": 8, "deleted": true},
        row(2, "bob@example.com", "Robert Birch"),
    ]);
    let answer = shop.sync("customers", &rows);
    assert_eq!(counts(&answer), [0, 1, 1, 0, 2]);
    assert_eq!(shop.customer("2")["name"], "Robert Birch");
    // Two customers may swap their addresses.
    let rows = json!([
        row(1, "bob@example.com", "Ada"),
        row(2, "ada@example.com", "Bob")
    ]);
    assert_eq!(counts(&shop.sync("customers", &rows)), [0, 2, 0, 0, 0]);
    assert_eq!(shop.customer("1")["email"], "bob@example.com");
}

/// A customer from a file without ids becomes the customer with the shop's id.
/// Whether their consent goes along is for who may pass consents on.
#[test]
fn a_customer_without_an_id_gets_the_shops() {
    for (flags, consent) in [
        (&["--sync"][..], "withheld"),
        (&["--sync", "--consent"], "granted"),
    ] {
        let shop = shop_with(flags);
        let csv = "email,_website,firstname,lastname\nkim@example.com,base,Kim,Kale\n";
        shop.store
            .run_with(csv.as_bytes(), &["import", "customers", "-"])
            .assert_succeeded();
        shop.store.run_ok(&["consent", "grant", "local:1"]);
        let answer = shop.sync(
            "customers",
            &json!([row(20, "KIM@example.com", "Kim Kale")]),
        );
        assert_eq!(answer["created"], 0, "{answer}");
        assert_eq!(shop.customer("20")["consent"], consent, "{flags:?}");
        shop.store
            .run_failing(&["customer", "show", "local:1"], "customer_not_found", 3);
        shop.store.run_ok(&["log", "verify"]);
    }
}

#[test]
fn a_login_starts_from_a_synced_order() {
    let shop = shop();
    let agent = shop.store.create_agent("ann");
    let order = json!({"number": "400000001", "customer_id": "1", "store_view": "es",
                       "placed_at": "2026-10-01T08:00:00Z"});
    let rows = json!({"orders": [order]});
    let answer = shop.sync("orders", &rows);
    assert_eq!(counts(&answer), [1, 0, 0, 0, 0]);
    assert_eq!(shop.newest()["action"], "sync_orders");
    assert_eq!(counts(&shop.sync("orders", &rows)), [0, 0, 1, 0, 0]);
    let login = ["login", "--order", "400000001", "-o", "json"];
    let login = shop.store.run_as(&agent, &login).assert_succeeded();
    let login: Value = serde_json::from_str(&login.stdout).expect("JSON");
    assert_eq!(login["customer"]["id"], "1");
    // The REST API brings the same order, with its own id: it is one order.
    let rest = json!([{"entity_id": 77, "increment_id": "400000001", "store_id": 2,
                       "customer_id": 1, "customer_is_guest": 0,
                       "customer_email": "ada@example.com",
                       "created_at": "2026-10-01 08:00:01"}]);
    let imported = shop.store.import("orders", &rest);
    assert_eq!(
        (&imported["created"], &imported["updated"]),
        (&json!(0), &json!(1))
    );
    let shown = shop
        .store
        .run_json(&["document", "show", "--order", "400000001"]);
    assert_eq!(shown["entity_id"], 77, "{shown}");
    assert_eq!(counts(&shop.sync("orders", &rows)), [0, 0, 1, 0, 0]);
    let shown = shop
        .store
        .run_json(&["document", "show", "--order", "400000001"]);
    assert_eq!(shown["entity_id"], 77, "{shown}");
}

#[test]
fn orders_that_are_not_the_storefronts_are_skipped() {
    let shop = shop();
    let order = |number: &str, customer: u64, view: &str| {
        json!({"number": number, "customer_id": customer, "store_view": view,
               "placed_at": "2026-10-01T08:00:00Z"})
    };
    let rows = json!([
        order("400000001", 3, "en"),
        order("400000002", 1, "de"),
        order("400000003", 1, "mars"),
        order("400000004", 999, "en"),
        order("400000005", 1, "admin"),
        // Ada's, according to the merchant.
        order("100000001", 2, "en"),
    ]);
    let answer = shop.sync("orders", &rows);
    assert_eq!(counts(&answer), [0, 0, 0, 0, 6], "{answer}");
    assert_eq!(answer["skipped"][5]["number"], "100000001");
    // A guest's order becomes the customer's who opened an account.
    let answer = shop.sync("orders", &json!([order("#100000002", 2, "en")]));
    assert_eq!(counts(&answer), [0, 1, 0, 0, 0]);
    shop.store.run_ok(&["consent", "grant", "2"]);
    assert_eq!(
        shop.store.login(&["--order", "100000002"])["customer"]["id"],
        "2"
    );
}

#[test]
fn only_a_storefront_with_the_right_syncs() {
    let shop = shop();
    let till = shop.store.run_json(&[
        "storefront",
        "add",
        "till",
        "--website",
        "base",
        "--consent",
    ]);
    let administrator = shop.store.run_json(&["user", "token", "create", "alice"]);
    let rows = json!([row(2, "evil@example.com", "Bob")]).to_string();
    for (token, hint) in [(&till, "--sync"), (&administrator, "storefront")] {
        for kind in ["customers", "orders"] {
            let rows = if kind == "orders" { "[]" } else { &rows };
            let denied = shop.try_sync(json_str(&token["token"]), kind, rows);
            let denied = denied.assert_failed("resource_denied", 4);
            assert!(json_str(&denied["hint"]).contains(hint), "{denied}");
            let event = shop.newest();
            assert_eq!(event["action"], format!("sync_{kind}"));
            assert_eq!(event["result"], "failure");
        }
    }
    assert_eq!(shop.customer("2")["email"], "bob@example.com");
}

/// One account that does not fit must not keep a shop's other customers out.
#[test]
fn rows_that_do_not_fit_are_left_out_and_listed() {
    let shop = shop();
    let row = |id: u32, email: &str, name: &str| {
        json!({"id": id, "email": email, "name": name, "website": "base", "active": true,
               "confirmed": true})
    };
    let rows = json!([
        row(91, "no address", "x"),
        row(92, "x\u{202e}y@example.com", "x"),
        row(93, "long@example.com", &"n".repeat(301)),
        row(94, "fits@example.com", "Fi Ts"),
    ]);
    let synced = shop.sync("customers", &rows);
    assert_eq!(synced["created"], 1, "{synced}");
    let skipped = synced["skipped"].as_array().expect("a list");
    let listed: Vec<(&str, &str)> = skipped
        .iter()
        .map(|row| {
            let reason = json_str(&row["reason"]);
            let field = reason.split(':').next().unwrap_or_default();
            (json_str(&row["id"]), field)
        })
        .collect();
    assert_eq!(listed, [("91", "email"), ("92", "email"), ("93", "name")]);
    assert_eq!(shop.customer("94")["email"], "fits@example.com");
    let order = json!([{"number": "a b", "customer_id": 1, "store_view": "en",
                        "placed_at": "2026-10-01T08:00:00Z"}]);
    let synced = shop.sync("orders", &order);
    assert!(
        json_str(&synced["skipped"][0]["reason"]).starts_with("number:"),
        "{synced}"
    );
}

/// A malformed row is named, and nothing is done.
#[test]
fn malformed_rows_change_nothing() {
    let shop = shop();
    let events = shop.store.log_events().len();
    let bad = [
        json!({"id": 0, "deleted": true}),
        json!({"id": 9, "email": "x@example.com"}),
        json!({"id": 9, "email": "x@example.com", "name": "x".repeat(9000), "website": "base",
               "active": true, "confirmed": true}),
        json!("nobody"),
    ];
    for row in &bad {
        let rows = json!([{"id": 1, "deleted": true}, row]);
        let failed = shop.try_sync(&shop.token, "customers", &rows.to_string());
        let failed = failed.assert_failed("invalid_value", 2);
        assert!(json_str(&failed["message"]).contains("row 1"), "{failed}");
    }
    for text in ["", "{}", "[", "null", "[[]]"] {
        shop.try_sync(&shop.token, "customers", text)
            .assert_failed("invalid_value", 2);
    }
    let large = format!("[{}]", " ".repeat(4 * 1024 * 1024));
    shop.try_sync(&shop.token, "customers", &large)
        .assert_failed("invalid_value", 2);
    assert_eq!(shop.store.log_events().len(), events);
    shop.customer("1");
}
