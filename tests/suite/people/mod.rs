//! Roles, admin users, tokens, customers, consent, storefront accounts.

mod admins;
mod consent;
mod customers;
mod hostile;
mod last_way_in;
mod limits;
mod roles;
mod search;
mod storefronts;
mod token_limits;
mod tokens;

use serde_json::Value;

use crate::support::Store;

/// A store with the websites `eu` (store view `de`) and `us` (store view `en`),
/// Login as Customer switched on.
fn shop() -> Store {
    let store = Store::new();
    for (website, view) in [("eu", "de"), ("us", "en")] {
        store.ok(&["stores", "add-website", website, "--name", website]);
        let group = format!("{website}_group");
        store.ok(&[
            "stores",
            "add-group",
            &group,
            "--website",
            website,
            "--name",
            &group,
        ]);
        store.ok(&[
            "stores", "add-view", view, "--group", &group, "--name", view,
        ]);
    }
    store.ok(&["config", "set", "login_as_customer/general/enabled", "yes"]);
    store.ok(&[
        "config",
        "set",
        "web/secure/base_url",
        "https://shop.example/",
    ]);
    store
}

/// A customer with an id, on a website.
fn customer(store: &Store, id: &str, email: &str, website: &str) -> Value {
    let view = if website == "eu" { "de" } else { "en" };
    store.json(&[
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

/// A role with these resources.
fn role(store: &Store, name: &str, resources: &[&str]) {
    store.ok(&["role", "create", name]);
    if !resources.is_empty() {
        let args: Vec<&str> = ["role", "allow", name]
            .iter()
            .chain(resources)
            .copied()
            .collect();
        store.ok(&args);
    }
}

/// Runs as somebody with `-o json`; what came of it.
fn tries(store: &Store, token: &str, args: &[&str]) -> crate::support::Ran {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    store.run_as(token, &args)
}

/// How many events there are.
fn events(store: &Store) -> usize {
    store.log().len()
}

/// The values of one field of a list.
fn pluck(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|item| match &item[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect()
}
