//! What customers see of the visits to their account.

use serde_json::{Value, json};

use super::{SHOP, Shop};
use crate::support::{TestStore, json_str};

const SHOWS: &str = "lac/customer/history_shows";

#[test]
fn customers_see_when_how_long_and_what_and_more_only_if_the_shop_wants() {
    let store = TestStore::with_sample_data();
    let (shop, agent) = (Shop::add(&store), store.create_agent("amy"));
    store.run_ok(&["user", "edit", "amy", "--full-name", "Amy Adams"]);
    let login = |args: &[&str]| {
        let ran = store.run_as(&agent, &[&["login"], args, &["-o", "json"]].concat());
        let login: Value = serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON");
        json_str(&login["url"]).to_owned()
    };
    let url = login(&["1", "--ticket", "ZD-7", "--reason", "a call"]);
    let session = shop.json(&store, &["redeem", &url, "--audience", SHOP]);
    let session = json_str(&session["session_id"]);
    let report = [
        "session",
        "report",
        session,
        "--action",
        "order_placed",
        "--document",
        "order:000000009",
        "--id",
        "a1",
    ];
    shop.run(&store, &report).assert_succeeded();
    store.clock.set("2026-10-05T12:10:00.000000Z");
    shop.run(&store, &["session", "end", session, "--cause", "left"])
        .assert_succeeded();
    // A link that nobody uses is no visit.
    login(&["1"]);

    let history = || shop.json(&store, &["customer", "history", "1"]);
    let shown = history();
    let visits = shown.as_array().expect("visits");
    assert_eq!(visits.len(), 1);
    assert_eq!(
        visits[0],
        json!({
            "started_at": "2026-10-05T12:00:00.000000Z",
            "ended_at": "2026-10-05T12:10:00.000000Z",
            "duration": 600,
            "state": "ended",
            "website": "base",
            "website_name": visits[0]["website_name"],
            "read_only": false,
            "actions": [{"action": "order_placed", "document": "order:000000009",
                         "at": visits[0]["actions"][0]["at"]}],
        })
    );
    store.run_ok(&[
        "config",
        "set",
        SHOWS,
        "ticket,name",
        "--scope",
        "website:base",
    ]);
    let visit = &history()[0];
    assert_eq!(
        (&visit["admin"], &visit["admin_full_name"], &visit["ticket"]),
        (&json!("amy"), &json!("Amy Adams"), &json!("ZD-7"))
    );
    assert_eq!(visit.get("reason"), None);
    store.run_ok(&["config", "set", SHOWS, "reason", "--scope", "website:base"]);
    let visit = &history()[0];
    assert_eq!(
        (visit.get("admin"), &visit["reason"]),
        (None, &json!("a call"))
    );
    // Staff have their own list, with every login.
    let staff = store.run_json(&["customer", "history", "1"]);
    assert_eq!(staff.as_array().map(Vec::len), Some(2));
}

#[test]
fn visits_come_in_pages_and_only_to_the_customers_storefront() {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    for _ in 0..3 {
        let url = store.login_url(&["1"]);
        shop.json(&store, &["redeem", &url, "--audience", SHOP]);
        store.login_url(&["1"]);
    }
    let ran = shop.run(&store, &["customer", "history", "1", "--limit", "2"]);
    let first: Value = serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON");
    assert_eq!(first.as_array().map(Vec::len), Some(2));
    let all = shop.json(&store, &["customer", "history", "1"]);
    assert_eq!(all.as_array().map(Vec::len), Some(3));
    assert_eq!(all[0], first[0]);
    let eu = store.run_json(&["storefront", "add", "eu", "--website", "eu"]);
    let eu = Shop {
        token: json_str(&eu["token"]).to_owned(),
    };
    eu.run(&store, &["customer", "history", "1"])
        .assert_failed("customer_not_found", 3);
}
