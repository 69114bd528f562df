//! A log with data for every filter.

use crate::support::{
    StorefrontFixture, TestStore, create_user_with_own_role, rest_customer, rest_page,
};

const BASE: &str = "https://shop.example.com";
const EU: &str = "https://eu.shop.example.com";

/// The ways to name customers in a filter, and the ids they have in the log.
/// Dan has been removed: his address is found in the events, and his id is the
/// old one.
pub(crate) const CUSTOMERS: [(&str, &[&str]); 10] = [
    ("1", &["1"]),
    ("ADA@example.com", &["1"]),
    ("bob@Example.com", &["2", "5"]),
    ("5", &["5"]),
    ("cleo@example.com", &["3"]),
    ("4", &["4"]),
    ("gina@example.com", &["local:1", "70"]),
    ("70", &["local:1", "70"]),
    ("local:1", &["local:1"]),
    ("999", &["999"]),
];

/// A removed customer, known only from the log.
pub(crate) const REMOVED: &str = "dan@example.com";

/// Agents with and without a comma in their names, sessions and refusals on two
/// websites, a customer who got a merchant id, a removed customer, and reasons
/// with capitals, quotes and non-ASCII text, in the week when the clocks of
/// Berlin go back.
pub(crate) fn shop() -> TestStore {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    store.clock.set("2026-10-23T06:00:00Z");
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    let bea = store.create_agent("bea");
    let jane = create_user_with_own_role(store, "Doe, Jane", &["login_button", "sales_order"]);
    let day = |day: &'static str| -> [&'static str; 3] {
        match day {
            "24" => [
                "2026-10-24T21:40:00Z",
                "2026-10-24T21:40:20Z",
                "2026-10-24T22:10:00Z",
            ],
            "25" => [
                "2026-10-25T00:30:00Z",
                "2026-10-25T00:30:10Z",
                "2026-10-25T01:30:00Z",
            ],
            _ => [
                "2026-10-26T07:00:00Z",
                "2026-10-26T07:00:05Z",
                "2026-10-26T07:40:00Z",
            ],
        }
    };
    let with = |ticket, reason| ["--ticket", ticket, "--reason", reason];
    let from = |whom: &[&'static str], more: [&'static str; 4]| [whom, &more].concat();
    let ada = from(&["--order", "100000001"], with("ZD-1", "Asked for HELP"));
    shop.run_session(&bea, &ada, BASE, day("24"));
    let cleo = from(&["3"], with("zd-1", "says \"no\"\nand ß, Ä, 😀"));
    shop.run_session(&jane, &cleo, EU, day("25"));
    let order = from(&["--order", "200000001"], with("#9/x", "help"));
    shop.run_session(&jane, &order, EU, day("26"));
    for (whom, agent) in [("2", &bea), ("6", &jane), ("nobody@example.com", &bea)] {
        let ran = store.run_as(agent, &["login", whom, "--ticket", "ZD-2"]);
        assert_ne!(ran.code, 0);
    }
    store.run_as(&bea, &["config", "list"]);
    store.run_ok(&["consent", "revoke", "4", "--reason", "ASKED on the phone"]);
    store.run_ok(&["customer", "remove", "4", "--yes"]);
    store.clock.set("2026-10-27T12:00:00Z");
    store.run_ok(&[
        "customer",
        "add",
        "--email",
        "gina@example.com",
        "--website",
        "base",
    ]);
    let gina = rest_customer(70, "gina@example.com", ("Gina", "Gale"), (1, 1), 0);
    store.import("customers", &rest_page(&[gina]));
    store.run_ok(&["consent", "grant", "70"]);
    let title = "login_as_customer/general/shopping_assistance_checkbox_title";
    store.run_ok(&["config", "set", title, "says \"no\"\\"]);
    shop.store
}

/// Archives events older than a day: all but the last of them.
pub(crate) fn archive(store: &TestStore) {
    store.run_ok(&["config", "set", "system/rotation/lifetime", "1"]);
    store.run_ok(&["log", "archive"]);
    let archives = store.dir().join("archive").read_dir();
    assert!(archives.expect("archives").count() > 0);
}
