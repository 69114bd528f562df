//! Roles, admin users, tokens, customers, consent, storefront accounts.

mod admins;
mod consent;
mod customers;
mod hostile;
mod last_way_in;
mod limits;
mod roles;
mod search;
mod storefront_tokens;
mod storefronts;
mod token_limits;
mod tokens;

use serde_json::Value;

use crate::support::TestStore;

/// A store with the websites `eu` (store view `de`) and `us` (store view `en`),
/// and Login as Customer enabled.
fn shop() -> TestStore {
    let store = TestStore::new();
    for (website, view) in [("eu", "de"), ("us", "en")] {
        store.run_ok(&["stores", "add-website", website, "--name", website]);
        let group = format!("{website}_group");
        store.run_ok(&[
            "stores",
            "add-group",
            &group,
            "--website",
            website,
            "--name",
            &group,
        ]);
        store.run_ok(&[
            "stores", "add-view", view, "--group", &group, "--name", view,
        ]);
    }
    store.run_ok(&["config", "set", "login_as_customer/general/enabled", "yes"]);
    store.run_ok(&[
        "config",
        "set",
        "web/secure/base_url",
        "https://shop.example/",
    ]);
    store
}

/// Adds a customer with an id to a website.
fn customer(store: &TestStore, id: &str, email: &str, website: &str) -> Value {
    let view = if website == "eu" { "de" } else { "en" };
    store.run_json(&[
        "customer",
        "add",
        "--id",
        id,
        "--email",
        email,
        "--first-name",
        "Jane",
        "--last-name",
        "Doe",
        "--website",
        website,
        "--store-view",
        view,
    ])
}

/// Creates a role with these resources.
fn role(store: &TestStore, name: &str, resources: &[&str]) {
    store.run_ok(&["role", "create", name]);
    if !resources.is_empty() {
        let args: Vec<&str> = ["role", "allow", name]
            .iter()
            .chain(resources)
            .copied()
            .collect();
        store.run_ok(&args);
    }
}

/// Runs a command with somebody's token and `-o json`.
fn run_json_as(store: &TestStore, token: &str, args: &[&str]) -> crate::support::CommandOutput {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    store.run_as(token, &args)
}

/// The number of events.
fn events(store: &TestStore) -> usize {
    store.log_events().len()
}

/// The values of one field of a list.
fn field_values(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|item| match &item[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect()
}
