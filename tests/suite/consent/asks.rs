//! Asks: an agent asks, the customer answers on the storefront.

use serde_json::{Value, json};

use super::{Shop, mode, newest};
use crate::support::{TestStore, json_str};

/// A store, its shop and an agent's token.
fn fixture() -> (TestStore, Shop, String) {
    let store = TestStore::with_sample_data();
    let shop = Shop::add(&store);
    let agent = store.create_agent("amy");
    (store, shop, agent)
}

#[track_caller]
fn ask(store: &TestStore, agent: &str, args: &[&str]) -> Value {
    let args = [&["consent", "ask"], args, &["-o", "json"]].concat();
    let ran = store.run_as(agent, &args).assert_succeeded();
    serde_json::from_str(&ran.stdout).expect("JSON")
}

#[test]
fn an_ask_that_is_allowed_gives_consent_for_a_day() {
    let (store, shop, agent) = fixture();
    let asked = ask(&store, &agent, &["2", "--ticket", "ZD-7"]);
    let id = json_str(&asked["id"]);
    let event = newest(&store, "ask");
    assert_eq!(event["action_group"], "consent");
    assert_eq!(
        (&event["admin"], &event["ticket"]),
        (&json!("amy"), &json!("ZD-7"))
    );

    // The customer sees where, for what and how long, and nobody's name.
    let shown = shop.json(&store, &["consent", "show", "2"]);
    let seen = &shown["ask"];
    assert_eq!(seen["id"], id);
    assert_eq!(
        (&seen["ticket"], &seen["duration"], &seen["website"]),
        (&json!("ZD-7"), &json!(86_400), &json!("base"))
    );
    assert!(!shown.to_string().contains("amy"), "{shown}");
    assert_eq!(shop.json(&store, &["consent", "asks", "2"])[0]["id"], id);

    store.clock.set("2026-10-05T12:30:00.000000Z");
    let allowed = shop.json(&store, &["consent", "allow", id, "--customer", "2"]);
    assert_eq!(
        allowed,
        json!({"ask_id": id, "state": "allowed", "granted": true,
               "until": "2026-10-06T12:30:00.000000Z"})
    );
    let grant = newest(&store, "grant");
    assert_eq!(grant["details"]["source"], "customer");
    assert_eq!(grant["details"]["ask"], id);
    let answer = newest(&store, "ask_allow");
    assert_eq!(answer["admin"], Value::Null);
    assert_eq!(answer["details"]["asked_by"], "amy");
    let login = store.run_as(&agent, &["login", "2"]);
    login.assert_succeeded();
    assert_eq!(newest(&store, "issue")["consent"]["seq"], grant["seq"]);
    store.clock.set("2026-10-06T12:30:00.000000Z");
    store
        .run_as(&agent, &["login", "2", "-o", "json"])
        .assert_failed("consent_withheld", 5);
    store.run_ok(&["log", "verify"]);
}

#[test]
fn an_answer_counts_once() {
    let (store, shop, agent) = fixture();
    let asked = ask(&store, &agent, &["2", "--for", "2h"]);
    let id = json_str(&asked["id"]);
    let denied = shop.json(&store, &["consent", "deny", id, "--customer", "2"]);
    assert_eq!(denied["state"], "denied");
    assert_eq!(denied["granted"], false);
    for answer in ["allow", "deny"] {
        shop.run(&store, &["consent", answer, id, "--customer", "2"])
            .assert_failed("ask_closed", 5);
    }
    assert_eq!(
        shop.json(&store, &["consent", "show", "2"])["ask"],
        Value::Null
    );
    let mine = store.run_as(&agent, &["consent", "asks", "-o", "json"]);
    let mine: Value = serde_json::from_str(&mine.stdout).expect("JSON");
    assert_eq!(
        (&mine[0]["id"], &mine[0]["state"]),
        (&json!(id), &json!("denied"))
    );
    // Another agent does not see it.
    assert_eq!(store.run_json(&["consent", "asks"]), json!([]));
}

#[test]
fn an_ask_of_another_customer_or_website_is_not_found() {
    let (store, shop, agent) = fixture();
    let id = ask(&store, &agent, &["2"])["id"].clone();
    let allow = |id: &str, customer: &str| {
        shop.run(&store, &["consent", "allow", id, "--customer", customer])
    };
    allow(json_str(&id), "1").assert_failed("ask_not_found", 3);
    allow("0011223344556677", "2").assert_failed("ask_not_found", 3);
    let elsewhere = ["storefront", "add", "eu", "--website", "eu", "--consent"];
    let elsewhere = Shop {
        token: json_str(&store.run_json(&elsewhere)["token"]).to_owned(),
    };
    elsewhere
        .run(
            &store,
            &["consent", "allow", json_str(&id), "--customer", "2"],
        )
        .assert_failed("customer_not_found", 3);
    let plain = ["storefront", "add", "plain", "--website", "base"];
    let plain = Shop {
        token: json_str(&store.run_json(&plain)["token"]).to_owned(),
    };
    plain
        .run(
            &store,
            &["consent", "allow", json_str(&id), "--customer", "2"],
        )
        .assert_failed("resource_denied", 4);
    // Not even an administrator answers for the customer.
    store.run_failing(
        &["consent", "allow", json_str(&id), "--customer", "2"],
        "resource_denied",
        4,
    );
}

#[test]
fn one_open_ask_and_three_a_day() {
    let (store, shop, agent) = fixture();
    let try_ask = |token: &str| store.run_as(token, &["consent", "ask", "2", "-o", "json"]);
    let other = store.create_agent("ben");
    for _ in 0..3 {
        let id = ask(&store, &agent, &["2"])["id"].clone();
        try_ask(&other).assert_failed("ask_open", 5);
        shop.json(
            &store,
            &["consent", "deny", json_str(&id), "--customer", "2"],
        );
    }
    try_ask(&agent).assert_failed("ask_limit", 5);
    try_ask(&other).assert_failed("ask_limit", 5);
    store.clock.set("2026-10-06T12:00:00.000001Z");
    try_ask(&other).assert_succeeded();
}

#[test]
fn an_ask_expires_after_a_day() {
    let (store, shop, agent) = fixture();
    let first = ask(&store, &agent, &["2"])["id"].clone();
    store.clock.set("2026-10-06T12:00:00.000000Z");
    shop.run(
        &store,
        &["consent", "allow", json_str(&first), "--customer", "2"],
    )
    .assert_failed("ask_closed", 5);
    // The next one records that nobody answered.
    ask(&store, &agent, &["2"]);
    let expired = newest(&store, "ask_expire");
    assert_eq!(expired["details"]["ask"], first);
    assert_eq!(expired["result"], "success");
}

/// A withdrawn ask, and one that the checkbox has answered, give nothing.
#[test]
fn an_ask_closes_with_what_makes_it_pointless() {
    let (store, shop, agent) = fixture();
    let first = ask(&store, &agent, &["2"])["id"].clone();
    let (first, allow) = (json_str(&first), |id: &str| {
        shop.run(&store, &["consent", "allow", id, "--customer", "2"])
    });
    store.run_failing(&["consent", "withdraw", first], "ask_not_found", 3);
    let withdrawn = store.run_as(&agent, &["consent", "withdraw", first]);
    withdrawn.assert_succeeded();
    allow(first).assert_failed("ask_closed", 5);

    let second = ask(&store, &agent, &["2"])["id"].clone();
    shop.json(&store, &["consent", "revoke", "2"]);
    assert_eq!(newest(&store, "ask_deny")["details"]["ask"], second);
    allow(json_str(&second)).assert_failed("ask_closed", 5);
    assert_eq!(
        store.run_json(&["consent", "show", "2"])["consent"],
        "withheld"
    );

    let third = ask(&store, &agent, &["2"])["id"].clone();
    shop.json(&store, &["consent", "grant", "2"]);
    assert_eq!(newest(&store, "ask_allow")["details"]["ask"], third);
    // Who allows it already is not asked.
    store
        .run_as(&agent, &["consent", "ask", "2", "-o", "json"])
        .assert_failed("already_exists", 7);
}

#[test]
fn an_ask_needs_the_right_and_a_customer_who_could_be_helped() {
    let (store, _, agent) = fixture();
    let ask = |token: &str, args: &[&str]| {
        store.run_as(
            token,
            &[&["consent", "ask"], args, &["-o", "json"]].concat(),
        )
    };
    let nobody = store.create_user_with_resources("nobody", &["manage"]);
    ask(&nobody, &["2"]).assert_failed("resource_denied", 4);
    ask(&agent, &["6"]).assert_failed("customer_unconfirmed", 5);
    for length in ["30s", "31d", "0m"] {
        ask(&agent, &["2", "--for", length]).assert_failed("invalid_value", 2);
    }
    store.run_ok(&["config", "set", "lac/ticket/pattern", "ZD-[0-9]+"]);
    ask(&agent, &["2", "--ticket", "call-me-now"]).assert_failed("ticket_required", 5);
    mode(&store, "mandatory");
    ask(&agent, &["2"]).assert_failed("already_exists", 7);
    store.set_feature("no");
    ask(&agent, &["2"]).assert_failed("feature_disabled", 5);
}

#[test]
fn a_removed_customer_leaves_no_ask() {
    let (store, shop, agent) = fixture();
    let id = ask(&store, &agent, &["2", "--ticket", "ZD-9"])["id"].clone();
    store.run_ok(&["customer", "remove", "2", "--yes"]);
    assert_eq!(
        newest(&store, "ask_withdraw")["details"]["cause"],
        "customer_removed"
    );
    shop.run(
        &store,
        &["consent", "allow", json_str(&id), "--customer", "2"],
    )
    .assert_failed("customer_not_found", 3);
    let db = rusqlite::Connection::open(store.dir().join("lac.db")).expect("the database");
    let rows = "SELECT count(*) FROM consent_ask";
    assert_eq!(db.query_row(rows, [], |row| row.get::<_, i64>(0)), Ok(0));
    store.run_ok(&["log", "verify"]);
}

/// Of many answers at once, one counts.
#[test]
fn of_concurrent_answers_one_wins() {
    let (store, shop, agent) = fixture();
    let id = ask(&store, &agent, &["2"])["id"].clone();
    let answers: Vec<_> = (0..16)
        .map(|i| {
            let word = ["allow", "deny"][i % 2];
            let args = [
                "consent",
                word,
                json_str(&id),
                "--customer",
                "2",
                "-o",
                "json",
            ];
            let mut command = store.command(&args);
            command
                .env("LAC_TOKEN", &shop.token)
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped());
            (word, command.spawn().expect("lac starts"))
        })
        .collect();
    let mut won = Vec::new();
    for (word, process) in answers {
        let output = process.wait_with_output().expect("lac ends");
        if output.status.success() {
            won.push(word);
        } else {
            assert_eq!(output.status.code(), Some(5));
        }
    }
    assert_eq!(won.len(), 1, "{won:?}");
    let consent = store.run_json(&["consent", "show", "2"])["consent"].clone();
    let expected = if won == ["allow"] {
        "granted"
    } else {
        "withheld"
    };
    assert_eq!(consent, expected);
    let grants = store.run_json(&["log", "list", "--action", "grant", "--customer", "2"]);
    let count = grants.as_array().map(Vec::len);
    assert_eq!(count, Some(usize::from(won == ["allow"])));
    store.run_ok(&["log", "verify"]);
}
