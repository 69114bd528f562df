//! What a storefront does with a session that it redeemed: it checks it, ends
//! it, and reports what was done in it.

use serde_json::{Value, json};

use crate::support::{StorefrontFixture, json_str};

const ORIGIN: &str = "https://shop.example.com";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";

/// Runs a command with a token that must succeed; returns its JSON.
#[track_caller]
fn run(shop: &StorefrontFixture, token: &str, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    let ran = shop.store.run_as(token, &args).assert_succeeded();
    serde_json::from_str(&ran.stdout).expect("JSON")
}

#[track_caller]
fn fails(shop: &StorefrontFixture, token: &str, args: &[&str], code: &str, exit: i32) {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    shop.store.run_as(token, &args).assert_failed(code, exit);
}

/// Redeems with the agent's browser; returns the answer.
#[track_caller]
fn redeem(shop: &StorefrontFixture, token: &str) -> Value {
    let browser = ["--client-ip", "203.0.113.9", "--user-agent", BROWSER];
    let args = ["redeem", token, "--audience", ORIGIN];
    let args: Vec<&str> = args.into_iter().chain(browser).collect();
    run(shop, &shop.storefront, &args)
}

/// A session as customer 1 by an agent named ann, opened; returns her token and
/// the session's id.
#[track_caller]
fn open(shop: &StorefrontFixture, args: &[&str]) -> (String, String) {
    let ann = shop.store.create_agent("ann");
    let token = shop.issue_link(&ann, args);
    let id = json_str(&redeem(shop, &token)["session_id"]).to_owned();
    (ann, id)
}

fn newest(shop: &StorefrontFixture) -> Value {
    shop.store.log_events()[0].clone()
}

#[test]
fn a_redeemed_session_says_all_that_a_shop_needs() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let ann = store.create_agent("ann");
    store.run_ok(&["user", "edit", "ann", "--full-name", "Ann Ambler"]);
    store.run_ok(&["config", "set", "lac/session/idle_timeout", "15m"]);
    let token = shop.issue_link(
        &ann,
        &["--order", "100000001", "--ticket", "ZD-1", "--read-only"],
    );
    let answer = redeem(&shop, &token);
    for (field, value) in [
        ("website", json!("base")),
        ("website_name", json!("Main Website")),
        ("store_view", json!("en")),
        ("admin", json!("ann")),
        ("admin_full_name", json!("Ann Ambler")),
        ("document", json!("order:100000001")),
        ("ticket", json!("ZD-1")),
        ("read_only", json!(true)),
        ("idle_timeout", json!(900)),
    ] {
        assert_eq!(answer[field], value, "{field}");
    }
    // The redemption came from the agent's browser, as the storefront says.
    let event = newest(&shop);
    assert_eq!(event["action"], "redeem");
    assert_eq!(event["ip_address"], "203.0.113.9");
    assert_eq!(event["details"]["ip_source"], "storefront");
    assert_eq!(event["details"]["read_only"], true);
    let seq = event["seq"].to_string();
    let raw = store.run_ok(&["log", "show", &seq, "--raw"]);
    assert!(raw.contains("Firefox/140.0"), "{raw}");
    let id = json_str(&answer["session_id"]);
    let shown = store.run_json(&["session", "show", id]);
    assert_eq!(shown["client_ip"], "203.0.113.9");
    assert_eq!(shown["user_agent"], BROWSER);
    assert_eq!(shown["left_seconds"], 900, "until it is idle");
    // The log finds the redemption by that address, and the issue by its own.
    let found = store.run_json(&["log", "list", "--ip", "203.0.113.9"]);
    assert_eq!(found.as_array().expect("a list").len(), 1, "{found}");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_storefront_checks_and_ends_its_sessions() {
    let shop = StorefrontFixture::new();
    let (_, id) = open(&shop, &["1"]);
    let before = shop.store.log_events().len();
    let checked = run(&shop, &shop.storefront, &["session", "check", &id]);
    assert_eq!(checked["state"], "active");
    assert_eq!(checked["read_only"], false);
    assert_eq!(checked["end_cause"], Value::Null);
    assert_eq!(
        shop.store.log_events().len(),
        before,
        "no event for a check"
    );

    let args = ["session", "end", &id, "--cause", "signed_out"];
    let ended = run(&shop, &shop.storefront, &args);
    assert_eq!(ended[0]["state"], "ended");
    assert_eq!(ended[0]["end_cause"], "signed_out");
    assert_eq!(ended[0]["changed"], true);
    let event = newest(&shop);
    assert_eq!(event["action"], "end");
    assert_eq!(event["admin"], "ann");
    assert_eq!(
        event["ip_address"], "203.0.113.9",
        "it happened in the browser"
    );
    assert_eq!(event["details"]["cause"], "signed_out");
    assert_eq!(event["details"]["storefront"], "shop");

    let again = run(&shop, &shop.storefront, &["session", "end", &id]);
    assert_eq!(again[0]["changed"], false, "it is over");
    assert_eq!(again[0]["end_cause"], "signed_out");
    let checked = run(&shop, &shop.storefront, &["session", "check", &id]);
    assert_eq!(checked["state"], "ended");
    assert_eq!(checked["end_cause"], "signed_out");
}

#[test]
fn other_sessions_do_not_exist_for_a_storefront() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let other = store.run_json(&["storefront", "add", "other", "--website", "base"]);
    let other = json_str(&other["token"]);
    let (_, id) = open(&shop, &["1"]);
    let ben = store.create_agent("ben");
    let issued = shop.store.run_as(&ben, &["login", "1", "-o", "json"]);
    let issued: Value = serde_json::from_str(&issued.stdout).expect("JSON");
    let issued = json_str(&issued["session_id"]);
    let commands = |id: &str| {
        let report = ["session", "report", id, "--action", "other"];
        [
            vec!["session", "check", id],
            vec!["session", "end", id],
            report.to_vec(),
        ]
        .map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    for (token, id) in [
        (other, id.as_str()),
        (&shop.storefront, issued),
        (&shop.storefront, "00112233445566778899aabbccddeeff"),
    ] {
        for command in commands(id) {
            let command: Vec<&str> = command.iter().map(String::as_str).collect();
            fails(&shop, token, &command, "session_not_found", 3);
        }
    }
    // A person is denied, whatever their role holds.
    for args in [
        ["session", "check", &id].as_slice(),
        &["session", "report", &id, "--action", "other"],
        &["session", "end", &id, "--cause", "left"],
    ] {
        store.run_failing(args, "resource_denied", 4);
    }
    assert_eq!(
        run(&shop, &shop.storefront, &["session", "check", &id])["state"],
        "active",
        "nothing of this has ended it"
    );
}

#[test]
fn what_was_done_is_on_record_once() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let (_, id) = open(&shop, &["1", "--ticket", "ZD-7"]);
    let report = |args: &[&str]| {
        let args: Vec<&str> = ["session", "report", &id]
            .iter()
            .chain(args)
            .copied()
            .collect();
        run(&shop, &shop.storefront, &args)
    };
    let order = [
        "--action",
        "order_placed",
        "--document",
        "order:900000001",
        "--id",
        "o-1",
        "--summary",
        "two apples",
        "--at",
        "2026-10-05T11:59:58Z",
    ];
    assert_eq!(report(&order), json!({"recorded": 1, "known": 0}));
    assert_eq!(
        report(&order),
        json!({"recorded": 0, "known": 1}),
        "a retry"
    );
    let found = store.run_json(&["log", "list", "--document", "order:900000001"]);
    assert_eq!(found.as_array().expect("a list").len(), 1);
    let event = &found[0];
    for (field, value) in [
        ("action_group", json!("login_as_customer")),
        ("action", json!("order_placed")),
        ("admin", json!("ann")),
        ("role", json!("anns")),
        ("customer_id", json!("1")),
        ("customer_email", json!("ada@example.com")),
        ("website", json!("base")),
        ("store_view", json!("en")),
        ("session_id", json!(id)),
        ("ticket", json!("ZD-7")),
        ("ip_address", json!("203.0.113.9")),
    ] {
        assert_eq!(event[field], value, "{field}");
    }
    assert_eq!(
        event["details"],
        json!({"action_id": "o-1", "at": "2026-10-05T11:59:58.000000Z", "ip_source": "storefront",
               "storefront": "shop", "summary": "two apples"})
    );
    // It is in the session, in the customer's statement and in the report.
    let done = &store.run_json(&["session", "show", &id])["actions"][0];
    assert_eq!(done["action"], "order_placed");
    assert_eq!(done["document"], "order:900000001");
    let shown = store.run_ok(&["session", "show", &id]);
    assert!(
        shown.contains("order placed, order:900000001, two apples"),
        "{shown}"
    );
    let statement = store.run_json(&["log", "statement", "--customer", "1"]);
    assert_eq!(&statement["visits"][0]["actions"][0], done);
    assert_eq!(
        statement["visits"][0]["document"],
        Value::Null,
        "it started from none"
    );
    let figures = store.run_json(&["log", "report"]);
    assert_eq!(
        figures["done_by_action"],
        json!([{"name": "order_placed", "count": 1}])
    );
    assert_eq!(figures["orders"]["rows"][0]["document"], "order:900000001");
    assert_eq!(figures["orders"]["rows"][0]["admin"], "ann");
    // Another content under a known id is a conflict, and nothing is recorded.
    let before = store.log_events().len();
    let file = store.home().join("actions.json");
    let actions = json!([
        {"id": "new", "action": "cart_changed"},
        {"id": "o-1", "action": "order_placed", "document": "order:900000002"},
    ]);
    std::fs::write(&file, actions.to_string()).expect("a file");
    let file = file.display().to_string();
    let args = ["session", "report", &id, "--file", &file];
    fails(&shop, &shop.storefront, &args, "action_conflict", 7);
    let twice = json!({"actions": [
        {"id": "x", "action": "other", "summary": "a"},
        {"id": "x", "action": "other", "summary": "b"},
    ]});
    std::fs::write(&file, twice.to_string()).expect("a file");
    fails(&shop, &shop.storefront, &args, "action_conflict", 7);
    assert_eq!(store.log_events().len(), before);
    let same = json!({"actions": [
        {"id": "x", "action": "address_changed"}, {"id": "x", "action": "address_changed"},
    ]});
    std::fs::write(&file, same.to_string()).expect("a file");
    assert_eq!(
        report(&["--file", &file]),
        json!({"recorded": 1, "known": 1})
    );
    store.run_ok(&["log", "verify"]);
}

#[test]
fn reports_come_up_to_a_day_after_the_end() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let (ann, id) = open(&shop, &["1"]);
    store
        .run_as(&ann, &["session", "end", &id])
        .assert_succeeded();
    store.clock.set("2026-10-06T11:59:59.000000Z");
    let args = [
        "session",
        "report",
        &id,
        "--action",
        "account_changed",
        "--id",
        "late",
    ];
    assert_eq!(run(&shop, &shop.storefront, &args)["recorded"], 1);
    let event = newest(&shop);
    assert_eq!(event["action"], "account_changed");
    assert_eq!(event["details"]["after_end"], true);
    store.clock.set("2026-10-06T12:00:00.000000Z");
    fails(&shop, &shop.storefront, &args, "session_ended", 5);
    let event = newest(&shop);
    assert_eq!(
        (&event["result"], &event["session_id"]),
        (&json!("failure"), &json!(id))
    );
}

#[test]
fn a_session_reports_a_thousand_actions() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let (_, id) = open(&shop, &["1"]);
    let file = store.home().join("actions.json");
    let path = file.display().to_string();
    let args = ["session", "report", &id, "--file", &path];
    for batch in 0..10 {
        let actions: Vec<Value> = (0..100)
            .map(|n| json!({"id": format!("{batch}-{n}"), "action": "cart_changed"}))
            .collect();
        std::fs::write(&file, json!(actions).to_string()).expect("a file");
        assert_eq!(run(&shop, &shop.storefront, &args)["recorded"], 100);
    }
    assert_eq!(
        run(&shop, &shop.storefront, &args)["known"],
        100,
        "a retry is no more"
    );
    let one = [
        "session", "report", &id, "--action", "other", "--id", "one-more",
    ];
    let before = store.run_json(&["log", "list", "--action", "other"]);
    assert_eq!(before, json!([]));
    for _ in 0..3 {
        fails(&shop, &shop.storefront, &one, "too_many_actions", 7);
    }
    let refused = store.run_json(&["log", "list", "--action", "other"]);
    assert_eq!(
        refused.as_array().expect("a list").len(),
        1,
        "one event, not one per attempt"
    );
    assert_eq!(refused[0]["result"], "failure");
    assert_eq!(refused[0]["details"]["code"], "too_many_actions");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn a_session_that_is_left_alone_expires() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    store.run_ok(&[
        "config",
        "set",
        "lac/session/idle_timeout",
        "60",
        "--scope",
        "website:base",
    ]);
    let (_, id) = open(&shop, &["1"]);
    let check = |at: &'static str| {
        store.clock.set(at);
        run(&shop, &shop.storefront, &["session", "check", &id])
    };
    let seen = || store.run_json(&["session", "show", &id])["seen_at"].clone();
    assert_eq!(check("2026-10-05T12:00:05.000000Z")["state"], "active");
    assert_eq!(seen(), Value::Null, "less than a tenth of the time-out");
    assert_eq!(check("2026-10-05T12:00:50.000000Z")["state"], "active");
    assert_eq!(seen(), "2026-10-05T12:00:50.000000Z");
    assert_eq!(check("2026-10-05T12:01:49.000000Z")["state"], "active");
    let over = check("2026-10-05T12:02:49.000000Z");
    assert_eq!(
        (&over["state"], &over["end_cause"]),
        (&json!("expired"), &json!("idle"))
    );
    assert_eq!(
        check("2026-10-05T12:02:50.000000Z")["state"],
        "expired",
        "a check does not bring it back"
    );
    // The next login records it, with the time at which it ran out.
    store.clock.set("2026-10-05T12:30:00.000000Z");
    let ben = store.create_agent("ben");
    shop.issue_link(&ben, &["1"]);
    let expired = store.run_json(&["log", "list", "--action", "expire"]);
    assert_eq!(expired[0]["details"]["cause"], "idle");
    assert_eq!(expired[0]["details"]["duration_seconds"], 169);
    let shown = store.run_json(&["session", "show", &id]);
    assert_eq!(shown["ended_at"], "2026-10-05T12:02:49.000000Z");
    assert_eq!(shown["end_cause"], "idle");
}

#[test]
fn read_only_is_for_the_config_and_the_agent_to_decide() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let ann = store.create_agent("ann");
    let login = |args: &[&str]| {
        let args: Vec<&str> = ["login", "1"].iter().chain(args).copied().collect();
        run(&shop, &ann, &args)["read_only"].clone()
    };
    let set = |value| store.run_ok(&["config", "set", "lac/session/read_only", value]);
    assert_eq!(
        (login(&[]), login(&["--read-only"])),
        (json!(false), json!(true))
    );
    set("default");
    assert_eq!(
        (login(&[]), login(&["--read-write"])),
        (json!(true), json!(false))
    );
    set("always");
    assert_eq!(login(&[]), true);
    fails(
        &shop,
        &ann,
        &["login", "1", "--read-write"],
        "read_only_required",
        5,
    );
    let check = store.run_as(&ann, &["login", "1", "--read-write", "--check"]);
    assert_eq!(check.code, 5, "{check:#?}");
    assert!(check.stdout.contains("[read_only_required]"), "{check:#?}");
    // A rule that became stricter counts for a login that was issued before.
    set("allowed");
    let token = shop.issue_link(&ann, &["1", "--read-write"]);
    let claims = run(&shop, &ann, &["verify", &token]);
    assert_eq!(claims["claims"]["read_only"], false);
    set("always");
    let opened = redeem(&shop, &token);
    assert_eq!(opened["read_only"], true);
    let id = json_str(&opened["session_id"]);
    assert_eq!(
        run(&shop, &shop.storefront, &["session", "check", id])["read_only"],
        true
    );
}

#[test]
fn nothing_is_kept_of_the_reports_about_an_erased_customer() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let (_, id) = open(&shop, &["1"]);
    let report = |action: &str| {
        let args = [
            "session",
            "report",
            &id,
            "--action",
            "other",
            "--summary",
            "to Elm Street",
        ];
        let args: Vec<&str> = args.into_iter().chain(["--id", action]).collect();
        run(&shop, &shop.storefront, &args)
    };
    assert_eq!(report("before")["recorded"], 1);
    store.run_ok(&["customer", "remove", "1", "--yes"]);
    assert_eq!(report("after")["recorded"], 1, "what was done is on record");
    let details = newest(&shop)["details"].clone();
    assert_eq!(details["action_id"], "after");
    assert_eq!(
        details["summary"],
        Value::Null,
        "but no new words about them"
    );
    let kept = || {
        let db = rusqlite::Connection::open(store.dir().join("lac.db")).expect("the database");
        db.query_row("SELECT count(*) FROM session_action", [], |row| row.get(0))
    };
    assert_eq!(kept(), Ok(2_i64));
    store.run_ok(&["log", "erase", "--customer", "1", "--yes"]);
    assert_eq!(kept(), Ok(0));
    store.run_ok(&["log", "verify"]);
}

/// Nobody could tell a revoked storefront that a session is over.
#[test]
fn revoking_a_storefront_ends_the_sessions_that_it_redeemed() {
    let shop = StorefrontFixture::new();
    let (_, id) = open(&shop, &["1"]);
    let ben = shop.store.create_agent("ben");
    shop.issue_link(&ben, &["1"]);
    let revoked = shop.store.run_json(&["storefront", "revoke", "shop"]);
    assert_eq!(revoked["sessions_ended"], 1, "{revoked}");
    let shown = shop.store.run_json(&["session", "show", &id]);
    let state = (json_str(&shown["state"]), json_str(&shown["end_cause"]));
    assert_eq!(state, ("ended", "access_lost"));
    let issued = shop
        .store
        .run_json(&["session", "list", "--state", "issued"]);
    assert_eq!(
        issued.as_array().map(Vec::len),
        Some(1),
        "another one can redeem it"
    );
    assert_eq!(newest(&shop)["details"]["sessions_ended"], 1);
    shop.store.run_ok(&["log", "verify"]);
}
