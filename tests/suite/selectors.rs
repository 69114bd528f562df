//! How commands name customers and documents: ids, addresses and document
//! numbers are never confused.

use serde_json::json;

use crate::support::{TestStore, json_str, rest_page};

/// Two orders with the numbers of a new shop: by Ada (1) and Cleo (3). Order
/// 000000002 belongs to Cleo, and customer 2 is Bob.
fn shop() -> TestStore {
    let store = TestStore::with_sample_data();
    let order = |id: u64, number: &str, view: u64, customer: u64, email: &str| {
        json!({"entity_id": id, "increment_id": number, "store_id": view, "customer_is_guest": 0,
               "customer_id": customer, "customer_email": email})
    };
    store.import(
        "orders",
        &rest_page(&[
            order(11, "000000001", 1, 1, "ada@example.com"),
            order(12, "000000002", 3, 3, "cleo@example.com"),
        ]),
    );
    store
}

/// Every command that takes a CUSTOMER, with this value.
fn commands(customer: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["login", customer],
        vec!["login", customer, "--check"],
        vec!["login", customer, "--request"],
        vec!["consent", "show", customer],
        vec!["consent", "grant", customer],
        vec!["consent", "revoke", customer],
        vec!["consent", "revoke", "1", customer],
        vec!["consent", "history", customer],
        vec!["customer", "show", customer],
        vec!["customer", "history", customer],
        vec!["customer", "edit", customer, "--active", "no"],
        vec!["customer", "remove", customer, "--yes"],
        vec!["session", "list", "--customer", customer],
        vec!["session", "end", "--customer", customer],
        vec!["log", "list", "--customer", customer],
        vec!["log", "list", "--not-customer", customer],
        vec!["log", "tail", "--customer", customer],
        vec!["log", "report", "--customer", customer],
        vec!["log", "statement", "--customer", customer],
    ]
}

#[test]
fn a_document_number_is_never_taken_for_an_id() {
    let store = shop();
    store.run_ok(&["consent", "grant", "2"]);
    let before = (store.run_json(&["customer", "list"]), store.log_events());
    for number in [
        "000000002",
        "#000000002",
        "#2",
        "02",
        "# 000000002",
        " 000000002",
    ] {
        for command in commands(number) {
            let error = store.run_failing(&command, "document_number", 2);
            let message = json_str(&error["message"]);
            assert!(message.contains(number.trim()), "{command:?}: {error}");
        }
    }
    // Usage errors are not recorded, and nothing has changed.
    let after = (store.run_json(&["customer", "list"]), store.log_events());
    assert_eq!(before, after);
    // Other text is searched as an address, and ids still work.
    store.run_failing(&["login", "0"], "customer_not_found", 3);
    store.run_failing(&["login", "#2@example.com"], "customer_not_found", 3);
    assert_eq!(store.login(&["2"])["customer"]["email"], "bob@example.com");
}

/// An erasure accepts ids as well, and cannot be undone.
#[test]
fn an_erasure_does_not_accept_document_numbers() {
    let store = shop();
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    let size = store.log_events().len();
    for number in ["000000002", "#2"] {
        let ran = store.run(&["log", "erase", "--customer", number, "--yes", "-o", "json"]);
        assert_eq!(ran.code, 2, "{ran:#?}");
    }
    assert_eq!(store.log_events().len(), size);
}

#[test]
fn the_error_names_matching_documents() {
    let store = shop();
    let hint = |ran: crate::support::CommandOutput| {
        let error = ran.assert_failed("document_number", 2);
        json_str(&error["hint"]).to_owned()
    };
    let login = ["login", "#000000002", "-o", "json"];
    let text = hint(store.run(&login));
    assert!(text.contains("lac login --order 000000002"), "{text}");
    // The suggested command logs in as the order's customer.
    assert_eq!(
        store.login(&["--order", "000000002"])["customer"]["id"],
        "3"
    );
    // A number that no document has, and one of documents that the caller may
    // not see.
    let unknown = hint(store.run(&["login", "000000404", "-o", "json"]));
    assert!(!unknown.contains("000000404"), "{unknown}");
    let plain = store.create_user_with_resources("pia", &["login_button"]);
    let text = hint(store.run_as(&plain, &login));
    assert!(!text.contains("lac login --order"), "{text}");
    let looker =
        store.create_user_with_resources("lou", &["sales_order", "Magento_Customer::manage"]);
    let text = hint(store.run_as(&looker, &["customer", "show", "#000000002", "-o", "json"]));
    assert!(
        text.starts_with("lac document show --order 000000002"),
        "{text}"
    );
    // Documents outside the role scope are treated as missing.
    store.run_ok(&["role", "create", "Base", "--scope", "website:base"]);
    store.run_ok(&["role", "allow", "Base", "login_button", "sales_order"]);
    let scoped = store.create_user("bo", "Base");
    assert_eq!(hint(store.run_as(&scoped, &login)), unknown);
}

#[test]
fn document_numbers_are_accepted_in_common_spellings() {
    let store = shop();
    for number in [
        "000000001",
        "#000000001",
        " 000000001 ",
        " # 000000001",
        "#000000001\n",
    ] {
        let login = store.login(&["--order", number]);
        assert_eq!(login["customer"]["id"], "1", "{number:?}");
        let shown = store.run_json(&["document", "show", "--order", number]);
        assert_eq!(shown["number"], "000000001", "{number:?}");
        assert_eq!(
            store.log_events()[0]["document"],
            "order:000000001",
            "{number:?}"
        );
    }
    for flag in ["--invoice", "--shipment", "--credit-memo"] {
        let login = store.login(&[flag, "#100000001"]);
        assert_eq!(login["customer"]["id"], "1", "{flag}");
    }
    let count = |document: &str| {
        let list = store.run_json(&["log", "list", "--document", document]);
        list.as_array().expect("a list").len()
    };
    assert_eq!(count("order:#000000001"), count("order:000000001"));
    assert_eq!(count("#000000001"), count("000000001"));
    assert!(count("#000000001") >= 5);
    store.run_failing(&["login", "--order", "#000000404"], "document_not_found", 3);
}

/// Customers imported without ids have `local:N`, which no storefront knows, so
/// they get no login URL.
#[test]
fn customers_with_a_local_id_cannot_be_logged_in_as() {
    let store = TestStore::with_sample_data();
    let csv = "email,_website,_store,firstname,lastname\ngil@example.com,eu,de,Gil,Grape\n";
    let import = ["import", "customers", "-"];
    store.run_with(csv.as_bytes(), &import).assert_succeeded();
    let refused = |code: &str| {
        for named in ["local:1", "gil@example.com"] {
            store.run_failing(&["login", named], code, 5);
            let ran = store.run(&["login", named, "--check", "-o", "json"]);
            assert_eq!(ran.code, 5, "{ran:#?}");
            let checked: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
            let codes: Vec<&str> = checked["obstacles"]
                .as_array()
                .expect("obstacles")
                .iter()
                .map(|obstacle| json_str(&obstacle["code"]))
                .collect();
            assert_eq!(codes[0], code);
            assert!(codes.contains(&"customer_local"), "{codes:?}");
        }
    };
    // First the feature, then the customer's state, then consent.
    store.set_feature("no");
    refused("feature_disabled");
    store.set_feature("yes");
    store.run_ok(&["customer", "edit", "local:1", "--active", "no"]);
    refused("customer_inactive");
    store.run_ok(&["customer", "edit", "local:1", "--active", "yes"]);
    refused("customer_local");
    store.run_ok(&["consent", "grant", "local:1"]);
    refused("customer_local");
    assert_eq!(store.run_json(&["session", "list"]), json!([]));
    // Starting from a document is the same, and with a merchant id it works.
    store.import(
        "orders",
        &rest_page(&[
            json!({"entity_id": 21, "increment_id": "000000021", "store_id": 3,
            "customer_is_guest": 0, "customer_id": 70, "customer_email": "gil@example.com"}),
        ]),
    );
    store.run_failing(&["login", "--order", "000000021"], "customer_local", 5);
    let gil = crate::support::rest_customer(70, "gil@example.com", ("Gil", "Grape"), (2, 3), 2);
    store.import("customers", &rest_page(&[gil]));
    assert_eq!(store.login(&["gil@example.com"])["customer"]["id"], "70");
}
