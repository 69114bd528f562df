//! A merchant's data: two websites, shoppers, documents; generated here and
//! imported like real files.

use serde_json::{Value, json};

use super::TestStore;

/// Website `base` (views `en`, `es`) and website `eu` (views `de`, `fr`, and
/// `nl`, which is not active).
pub(crate) fn sample_stores() -> Vec<(&'static str, Value)> {
    vec![
        (
            "websites",
            json!([
                {"id": 0, "code": "admin", "name": "Admin", "default_group_id": 0},
                {"id": 1, "code": "base", "name": "Main Website", "default_group_id": 1},
                {"id": 2, "code": "eu", "name": "Europe", "default_group_id": 2},
            ]),
        ),
        (
            "store-groups",
            json!([
                {"id": 1, "website_id": 1, "root_category_id": 2, "default_store_id": 1,
                 "name": "Main Store", "code": "main_store"},
                {"id": 2, "website_id": 2, "root_category_id": 2, "default_store_id": 3,
                 "name": "Europe Store", "code": "europe_store"},
            ]),
        ),
        (
            "store-views",
            json!([
                {"id": 0, "code": "admin", "name": "Admin", "website_id": 0,
                 "store_group_id": 0, "is_active": 1},
                {"id": 1, "code": "en", "name": "English", "website_id": 1,
                 "store_group_id": 1, "is_active": 1},
                {"id": 2, "code": "es", "name": "Español", "website_id": 1,
                 "store_group_id": 1, "is_active": 1},
                {"id": 3, "code": "de", "name": "Deutsch", "website_id": 2,
                 "store_group_id": 2, "is_active": 1},
                {"id": 4, "code": "fr", "name": "Français", "website_id": 2,
                 "store_group_id": 2, "is_active": 1},
                {"id": 5, "code": "nl", "name": "Nederlands", "website_id": 2,
                 "store_group_id": 2, "is_active": 0},
            ]),
        ),
    ]
}

/// A customer as REST returns it; `consent` is 2 (yes), 1 (no) or 0 (not
/// asked).
pub(crate) fn rest_customer(
    id: u64,
    email: &str,
    name: (&str, &str),
    place: (u64, u64),
    consent: u8,
) -> Value {
    let mut attributes = json!({"is_subscribed": false});
    if consent > 0 {
        attributes["assistance_allowed"] = json!(consent);
    }
    json!({
        "id": id, "email": email, "firstname": name.0, "lastname": name.1,
        "website_id": place.0, "store_id": place.1,
        "created_at": "2025-01-14 09:12:33", "updated_at": "2025-01-14 09:12:33",
        "extension_attributes": attributes,
    })
}

/// One page of a REST answer.
pub(crate) fn rest_page(items: &[Value]) -> Value {
    json!({"items": items, "search_criteria": {}, "total_count": items.len()})
}

/// Shoppers: 1 Ada (base, consent), 2 Bob (base, refused), 3 Cleo (eu,
/// consent), 4 Dan (eu, consent), 5 Bob again on eu (consent), 6 Eve (base,
/// consent, not confirmed), 7 Finn (eu, own view not active, consent).
pub(crate) fn sample_customers() -> Value {
    let mut eve = rest_customer(6, "eve@example.com", ("Eve", "Early"), (1, 1), 2);
    eve["confirmation"] = json!("c0ffee");
    rest_page(&[
        rest_customer(1, "ada@example.com", ("Ada", "Apple"), (1, 1), 2),
        rest_customer(2, "bob@example.com", ("Bob", "Birch"), (1, 1), 1),
        rest_customer(3, "cleo@example.com", ("Cleo", "Clove"), (2, 3), 2),
        rest_customer(4, "dan@example.com", ("Dan", "Dill"), (2, 4), 2),
        rest_customer(5, "bob@example.com", ("Bob", "Birch"), (2, 3), 2),
        eve,
        rest_customer(7, "finn@example.com", ("Finn", "Fern"), (2, 5), 2),
    ])
}

fn rest_order(id: u64, number: &str, store: u64, customer: Option<(u64, &str)>) -> Value {
    let mut order = json!({
        "entity_id": id, "increment_id": number, "store_id": store,
        "created_at": "2026-10-01 10:00:00", "customer_is_guest": u8::from(customer.is_none()),
        "customer_email": customer.map_or("guest@example.com", |c| c.1),
    });
    if let Some((id, _)) = customer {
        order["customer_id"] = json!(id);
    }
    order
}

/// Orders 100000001 (Ada, view en), 200000001 (Cleo, view de), 100000002
/// (guest), 300000001 (two: Ada in en, Dan in fr).
pub(crate) fn sample_orders() -> Value {
    rest_page(&[
        rest_order(1, "100000001", 1, Some((1, "ada@example.com"))),
        rest_order(2, "200000001", 3, Some((3, "cleo@example.com"))),
        rest_order(3, "100000002", 1, None),
        rest_order(4, "300000001", 1, Some((1, "ada@example.com"))),
        rest_order(5, "300000001", 4, Some((4, "dan@example.com"))),
    ])
}

/// One document of each kind for each of the first two orders.
pub(crate) fn sample_documents() -> Value {
    let of = |id: u64, order: u64, store: u64, number: &str| {
        json!({"entity_id": id, "increment_id": number, "order_id": order, "store_id": store,
               "created_at": "2026-10-02 10:00:00"})
    };
    rest_page(&[of(1, 1, 1, "100000001"), of(2, 2, 3, "200000001")])
}

impl TestStore {
    /// A store with all sample data, the feature on, and a base URL for each
    /// website.
    #[track_caller]
    pub(crate) fn with_sample_data() -> Self {
        let store = Self::new();
        store.load_sample_data();
        store
    }

    /// Imports the sample data into a founded store.
    #[track_caller]
    pub(crate) fn load_sample_data(&self) {
        let store = self;
        for (kind, data) in sample_stores() {
            store.import(kind, &data);
        }
        store.import("customers", &sample_customers());
        store.import("orders", &sample_orders());
        for kind in ["invoices", "shipments", "credit-memos"] {
            store.import(kind, &sample_documents());
        }
        let base = "web/secure/base_url";
        store.run_ok(&["config", "set", base, "https://shop.example.com/"]);
        let eu = "https://eu.shop.example.com/";
        store.run_ok(&["config", "set", base, eu, "--scope", "website:eu"]);
        store.set_feature("yes");
    }

    /// Imports a file from stdin.
    #[track_caller]
    pub(crate) fn import(&self, kind: &str, data: &Value) -> Value {
        let text = data.to_string();
        let ran = self
            .run_with(text.as_bytes(), &["import", kind, "-", "-o", "json"])
            .assert_succeeded();
        serde_json::from_str(&ran.stdout).expect("JSON")
    }

    /// Turns the feature on or off.
    #[track_caller]
    pub(crate) fn set_feature(&self, yes_no: &str) {
        self.run_ok(&["config", "set", "login_as_customer/general/enabled", yes_no]);
    }

    /// Creates a role with these resources and an admin user with it; returns a
    /// token.
    #[track_caller]
    pub(crate) fn create_user_with_resources(&self, name: &str, resources: &[&str]) -> String {
        let role = format!("{name}s");
        self.run_ok(&["role", "create", &role]);
        if !resources.is_empty() {
            let mut args = vec!["role", "allow", &role];
            args.extend(resources);
            self.run_ok(&args);
        }
        self.create_user(name, &role)
    }

    /// Creates a support agent who may log in from everywhere; returns a token.
    #[track_caller]
    pub(crate) fn create_agent(&self, name: &str) -> String {
        let documents = [
            "sales_order",
            "sales_invoice",
            "shipment",
            "sales_creditmemo",
        ];
        let mut resources = vec!["login_button"];
        resources.extend(documents);
        self.create_user_with_resources(name, &resources)
    }

    /// A login by the administrator; returns the JSON output.
    #[track_caller]
    pub(crate) fn login(&self, args: &[&str]) -> Value {
        let mut all = vec!["login"];
        all.extend(args);
        self.run_json(&all)
    }

    /// The URL of such a login.
    #[track_caller]
    pub(crate) fn login_url(&self, args: &[&str]) -> String {
        self.login(args)["url"].as_str().expect("a URL").to_owned()
    }
}

/// A JSON string as text.
#[track_caller]
pub(crate) fn json_str(value: &Value) -> &str {
    value.as_str().expect("a text")
}
