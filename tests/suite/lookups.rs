//! Looking customers up is recorded: more than 100 an hour, however they were
//! shown.

use std::fs::{self, File};

use serde_json::{Value, json};

use crate::broker::{ask, start_broker};
use crate::support::{CommandOutput, TestStore, json_str, rest_customer, rest_page};

/// A store with 300 more customers, `c1000@example.com` and so on.
fn store_with_300_customers() -> TestStore {
    let store = TestStore::with_sample_data();
    let many: Vec<Value> = (1000..1300)
        .map(|id| rest_customer(id, &format!("c{id}@example.com"), ("C", "D"), (1, 1), 2))
        .collect();
    store.import("customers", &rest_page(&many));
    store
}

/// Recorded bulk reads, oldest first: user and count.
fn recorded_counts(store: &TestStore) -> Vec<(Value, u64)> {
    let mut events = store.log_events();
    events.retain(|event| event["action_group"] == "customers" && event["action"] == "list");
    events.reverse();
    let of = |event: &Value| {
        let count = event["details"]["count"].as_u64().expect("a count");
        (event["admin"].clone(), count)
    };
    events.iter().map(of).collect()
}

/// What a shell is offered for a line whose last word is being typed.
fn offered(store: &TestStore, token: &str, words: &[&str]) -> Vec<String> {
    let line = [&["--", "lac"][..], words].concat();
    let mut command = store.command(&line);
    command.env("COMPLETE", "fish").env("LAC_TOKEN", token);
    let output = command.output().expect("lac runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn completing_customers_requires_the_right_to_list_them() {
    let store = store_with_300_customers();
    let agent = store.create_agent("bea");
    assert_eq!(offered(&store, &agent, &["login", "c10"]), [""; 0]);
    assert_eq!(
        offered(&store, &agent, &["customer", "show", "c10"]),
        [""; 0]
    );
    let manager = store.create_user_with_resources("max", &["manage"]);
    assert_eq!(
        offered(&store, &manager, &["customer", "show", "c10"]).len(),
        20
    );
}

#[test]
fn the_search_of_a_login_counts_the_customers_shown() {
    let store = store_with_300_customers();
    let agent = store.create_agent("bea");
    let broker = start_broker(&store);
    let search = |text: String| {
        let request = json!({"use_case": "login.search", "token": agent,
            "request": {"text": text, "website": null}});
        let (_, answer) = ask(&broker, &request.to_string());
        let found: Value = serde_json::from_str(&answer).expect("JSON");
        found[0].as_array().expect("candidates").len()
    };
    for number in 0..6 {
        assert_eq!(search(format!("c10{number}")), 10);
    }
    for number in 0..4 {
        assert_eq!(search(format!("c11{number}")), 10);
    }
    assert_eq!(
        recorded_counts(&store),
        [],
        "a hundred are nobody's business"
    );
    assert_eq!(search("c1150".to_owned()), 1);
    let bea = json!("bea");
    assert_eq!(recorded_counts(&store), [(bea.clone(), 101)]);
    for number in 0..11 {
        search(format!("c12{}", number % 10));
    }
    assert_eq!(
        recorded_counts(&store),
        [(bea.clone(), 101), (bea, 201)],
        "and when it has doubled"
    );
}

#[test]
fn every_way_to_see_customers_is_counted() {
    let store = store_with_300_customers();
    let manager =
        store.create_user_with_resources("max", &["manage", "login_button", "sales_order"]);
    let run = |args: &[&str]| store.run_as(&manager, args).assert_succeeded();
    run(&["customer", "list", "--limit", "90", "-o", "json"]);
    offered(&store, &manager, &["customer", "show", "c100"]); // 10
    assert_eq!(recorded_counts(&store), []);
    run(&["customer", "show", "1", "-o", "json"]);
    assert_eq!(recorded_counts(&store), [(json!("max"), 101)]);

    // Another user starts at zero, and so does the next hour.
    let other = store.create_user_with_resources("moe", &["manage", "login_button", "sales_order"]);
    let run = |args: &[&str]| store.run_as(&other, args).assert_succeeded();
    run(&["customer", "list", "--limit", "95", "-o", "json"]);
    run(&["consent", "show", "1", "2", "-o", "json"]);
    run(&["consent", "history", "1", "-o", "json"]);
    run(&["customer", "history", "1", "-o", "json"]);
    run(&["document", "show", "--order", "100000001", "-o", "json"]);
    assert_eq!(recorded_counts(&store).len(), 1);
    store.run_as(&other, &["login", "1", "--check", "-o", "json"]);
    assert_eq!(recorded_counts(&store)[1], (json!("moe"), 101));
    store.clock.set("2026-10-05T13:00:00.000000Z");
    run(&["customer", "list", "--limit", "100", "-o", "json"]);
    assert_eq!(recorded_counts(&store).len(), 2);
    // A larger page is recorded at once.
    run(&["customer", "list", "--limit", "101", "-o", "json"]);
    assert_eq!(recorded_counts(&store)[2], (json!("moe"), 101));
    store.run_ok(&["log", "verify"]);
}

#[test]
fn no_customer_is_shown_if_the_count_cannot_be_stored() {
    let store = store_with_300_customers();
    let alice =
        json_str(&store.run_json(&["user", "token", "create", "alice"])["token"]).to_owned();
    let config = store.home().join(".config/lac");
    fs::create_dir_all(&config).expect("a directory");
    fs::write(config.join("config.toml"), "busy_timeout = \"0s\"\n").expect("a file");
    let lock = File::open(store.dir().join("lock")).expect("the writer's lock");
    lock.lock().expect("held");
    let show = |args: &[&str]| -> CommandOutput {
        let args = [args, &["-o", "json"]].concat();
        store.run(&args)
    };
    show(&["customer", "show", "1"]).assert_failed("busy", 7);
    assert_eq!(
        offered(&store, &alice, &["customer", "show", "c10"]),
        [""; 0]
    );
    lock.unlock().expect("free");
    show(&["customer", "show", "1"]).assert_succeeded();
    assert_eq!(
        offered(&store, &alice, &["customer", "show", "c10"]).len(),
        20
    );
}
