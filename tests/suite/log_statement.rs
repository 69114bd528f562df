//! The statement for a shopper about who accessed the account.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{StorefrontFixture, create_user_with_own_role, html_page, json_str};

const BASE: &str = "https://shop.example.com";
const EU: &str = "https://eu.shop.example.com";

const FIRST: [&str; 3] = [
    "2026-10-06T10:00:00Z",
    "2026-10-06T10:00:30Z",
    "2026-10-06T10:12:30Z",
];

fn statement(shop: &StorefrontFixture, customer: &str) -> Value {
    shop.store
        .run_json(&["log", "statement", "--customer", customer])
}

#[test]
fn each_session_is_one_visit() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let bea = store.create_agent("bea");
    let reason = "cannot find\u{1b}[2J \u{202e}ecioivni <b>";
    let whole = ["1", "--reason", reason, "--ticket", "ZD-1"];
    let session = shop.run_session(&bea, &whole, BASE, FIRST);
    store.clock.set("2026-10-07T10:00:00Z");
    let spent = shop.issue_link(&bea, &["1"]);
    store.clock.set("2026-10-07T10:10:00Z");
    store
        .run_as(
            &shop.storefront,
            &["redeem", &spent, "--audience", BASE, "-o", "json"],
        )
        .assert_failed("token_expired", 5);
    let open = shop.issue_link(&bea, &["--order", "100000001"]);
    shop.redeem(&open, BASE);

    let stated = statement(&shop, "ADA@example.com");
    assert_eq!(stated["complete"], true);
    let visits = stated["visits"].as_array().expect("visits");
    let reached: Vec<&str> = visits
        .iter()
        .map(|visit| json_str(&visit["state"]))
        .collect();
    assert_eq!(reached, ["ended", "not_opened", "open"]);
    let first = &visits[0];
    assert_eq!(first["session_id"], session);
    assert_eq!(first["link_made"], "2026-10-06T10:00:00.000000Z");
    assert_eq!(first["opened"], "2026-10-06T10:00:30.000000Z");
    assert_eq!(first["ended"], "2026-10-06T10:12:30.000000Z");
    assert_eq!(
        (&first["seconds"], &first["cause"]),
        (&json!(720), &json!("ended"))
    );
    assert_eq!(
        (&first["admin"], &first["ticket"]),
        (&json!("bea"), &json!("ZD-1"))
    );
    assert_eq!(first["reason"], reason);
    assert_eq!(first["consent"]["source"], "import");
    assert_eq!(first["consent"]["given_by"], "alice");
    // It has the time of the expiry, not of its discovery.
    assert_eq!(visits[1]["cause"], "link_expired");
    assert_eq!(visits[1]["ended"], "2026-10-07T10:01:00.000000Z");
    assert_eq!(visits[2]["document"], "order:100000001");
    assert_eq!(stated["attempts"][0]["code"], "token_expired");

    let shown = store.run_ok(&["log", "statement", "--customer", "1"]);
    let html = store.run_ok(&["log", "statement", "--customer", "1", "--html", "-"]);
    html_page::assert_self_contained(&html);
    for page in [&shown, &html] {
        assert!(!page.contains(['\u{1b}', '\u{202e}']));
        for text in [
            "the link was too old",
            "still in your account",
            "lac log verify",
        ] {
            assert!(page.contains(text), "{text}");
        }
    }
    assert!(!html.contains("<b>"));

    // The statement names the newest checkpoint.
    let checkpoint = store.run_json(&["log", "checkpoint"]);
    for field in ["origin", "size", "root", "key"] {
        assert_eq!(stated["proof"][field], checkpoint[field], "{field}");
    }
}

/// Events before and after the period complete the sessions within it.
#[test]
fn a_visit_is_complete_even_if_it_crosses_the_period() {
    let shop = StorefrontFixture::new();
    let bea = shop.store.create_agent("bea");
    let times = [
        "2026-10-06T23:59:40Z",
        "2026-10-07T00:00:10Z",
        "2026-10-08T00:00:05Z",
    ];
    shop.store
        .run_ok(&["config", "set", "lac/session/max_duration", "86400"]);
    shop.run_session(&bea, &["1", "--reason", "asked"], BASE, times);
    let whole = &statement(&shop, "1")["visits"][0];
    for day in ["2026-10-06", "2026-10-07", "2026-10-08"] {
        let args = [
            "log",
            "statement",
            "--customer",
            "1",
            "--since",
            day,
            "--until",
            day,
        ];
        let stated = shop.store.run_json(&args);
        assert_eq!(stated["visits"].as_array().expect("visits").len(), 1);
        for field in [
            "state",
            "link_made",
            "opened",
            "ended",
            "seconds",
            "cause",
            "reason",
        ] {
            assert_eq!(stated["visits"][0][field], whole[field], "{day} {field}");
        }
    }
}

#[test]
fn a_statement_reveals_nothing_about_other_shoppers() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let bea = store.create_agent("bea");
    shop.run_session(
        &bea,
        &["1", "--reason", "about Ada", "--ticket", "ADA-1"],
        BASE,
        FIRST,
    );
    let times = [
        "2026-10-06T11:00:00Z",
        "2026-10-06T11:00:30Z",
        "2026-10-06T11:12:30Z",
    ];
    shop.run_session(
        &bea,
        &["3", "--reason", "about Cleo", "--ticket", "CLEO-1"],
        EU,
        times,
    );
    for (own, other) in [
        ("1", ["Cleo", "CLEO-1", "cleo@"]),
        ("3", ["Ada", "ADA-1", "ada@"]),
    ] {
        for format in [&["-o", "json"][..], &["--html", "-"], &[]] {
            let args = [&["log", "statement", "--customer", own][..], format].concat();
            let shown = store.run_ok(&args);
            for word in other {
                assert!(!shown.contains(word), "{own}: {word}");
            }
        }
    }
    // Two shoppers have this address, so the website must be given.
    let twice = ["log", "statement", "--customer", "bob@example.com"];
    store.run_failing(&twice, "customer_ambiguous", 2);
    let one = store.run_json(&[&twice[..], &["--website", "eu"]].concat());
    assert_eq!(one["customer"]["id"], "5");
    let wrong = ["log", "statement", "--customer", "5", "--website", "base"];
    store.run_failing(&wrong, "customer_not_found", 3);
}

#[test]
fn removed_and_erased_shoppers_are_found_by_id() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let bea = store.create_agent("bea");
    shop.run_session(&bea, &["1", "--reason", "asked for help"], BASE, FIRST);
    store.run_ok(&["customer", "remove", "1", "--yes"]);
    let by_address = ["log", "statement", "--customer", "ada@example.com"];
    store.run_failing(&by_address, "customer_not_found", 3);
    let stated = statement(&shop, "1");
    assert_eq!(stated["customer"]["known"], false);
    assert_eq!(stated["customer"]["email"], "ada@example.com");
    assert_eq!(stated["visits"][0]["reason"], "asked for help");
    store.run_failing(
        &["log", "statement", "--customer", "4711"],
        "customer_not_found",
        3,
    );

    // The data that an erasure leaves.
    let conn = Connection::open(store.dir().join("lac.db")).expect("opens");
    let erased = "UPDATE audit_event SET shopper = NULL, shopper_salt = NULL WHERE customer_id = 1";
    assert!(conn.execute(erased, []).expect("erased") > 3);
    drop(conn);
    let stated = statement(&shop, "1");
    assert_eq!(stated["erased"], stated["events"]);
    assert_eq!(stated["customer"]["email"], Value::Null);
    let visit = &stated["visits"][0];
    assert_eq!(
        (&visit["reason"], &visit["erased"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(
        (&visit["admin"], &visit["seconds"]),
        (&json!("bea"), &json!(720))
    );
    let shown = store.run_ok(&["log", "statement", "--customer", "1"]);
    assert!(shown.contains("erased on request"), "{shown}");
    let report = store.run_json(&["log", "report"]);
    assert_eq!(report["erased"], stated["events"]);
}

#[test]
fn a_statement_by_a_limited_user_says_so() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let bea = store.create_agent("bea");
    shop.run_session(&bea, &["1"], BASE, FIRST);
    let by = |token: &str, customer: &str| {
        store.run_as(
            token,
            &["log", "statement", "--customer", customer, "-o", "json"],
        )
    };
    let read = |token: &str| -> Value {
        serde_json::from_str(&by(token, "1").assert_succeeded().stdout).expect("JSON")
    };
    let logins =
        create_user_with_own_role(store, "logins", &["Magento_LoginAsCustomer::login_log"]);
    let stated = read(&logins);
    assert_eq!(
        (&stated["complete"], &stated["limits"]),
        (&json!(false), &json!(["action_groups"]))
    );
    assert_eq!(stated["visits"].as_array().expect("visits").len(), 1);
    assert_eq!(stated["visits"][0]["consent"]["given_at"], Value::Null);
    assert_eq!(stated["consents"], json!([]));

    let clerk = create_user_with_own_role(store, "clerk", &["system_magento_logging_events"]);
    store.run_ok(&["role", "scope", "clerk", "website:base"]);
    let stated = read(&clerk);
    assert_eq!(
        (&stated["complete"], &stated["limits"]),
        (&json!(false), &json!(["websites"]))
    );
    // Shoppers of other websites are reported like unknown ones.
    for who in ["3", "cleo@example.com", "4711"] {
        by(&clerk, who).assert_failed("customer_not_found", 3);
    }
    by(&bea, "1").assert_failed("resource_denied", 4);
}
