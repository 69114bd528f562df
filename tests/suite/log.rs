//! Reading the audit log: its contents, and who sees which part.

use serde_json::Value;

use crate::support::{CommandOutput, TestStore, create_user_with_own_role};

pub(crate) const FIELDS: [&str; 21] = [
    "seq",
    "time",
    "action_group",
    "action",
    "full_action_name",
    "result",
    "admin",
    "admin_id",
    "role",
    "ip_address",
    "os_account",
    "customer_id",
    "customer_email",
    "website",
    "store_view",
    "session_id",
    "consent",
    "document",
    "reason",
    "ticket",
    "details",
];

/// Two websites, a customer on each, and a refused login to both.
pub(crate) fn shop() -> TestStore {
    let store = TestStore::new();
    for (code, id) in [("eu", "11"), ("us", "12")] {
        let (group, email) = (format!("{code}_main"), format!("jane@{code}.example"));
        store.run_ok(&["stores", "add-website", code, "--name", code]);
        store.run_ok(&[
            "stores",
            "add-group",
            &group,
            "--website",
            code,
            "--name",
            "Main",
        ]);
        store.run_ok(&[
            "stores",
            "add-view",
            &format!("{code}_en"),
            "--group",
            &group,
            "--name",
            "EN",
        ]);
        store.run_ok(&[
            "customer",
            "add",
            "--email",
            &email,
            "--website",
            code,
            "--id",
            id,
        ]);
        store.run_failing(
            &[
                "login",
                &email,
                "--reason",
                "asked for help",
                "--ticket",
                "ZD-1",
            ],
            "feature_disabled",
            5,
        );
    }
    store
}

pub(crate) fn list(ran: CommandOutput) -> Vec<Value> {
    serde_json::from_str(&ran.assert_succeeded().stdout).expect("a list")
}

pub(crate) fn seqs(events: &[Value]) -> Vec<u64> {
    events
        .iter()
        .map(|event| event["seq"].as_u64().expect("a seq"))
        .collect()
}

#[test]
fn events_have_all_fields_and_are_listed_newest_first() {
    let store = shop();
    let text = store.run_ok(&["log", "list", "-o", "jsonl"]);
    for line in text.lines() {
        let mut from = 0;
        for field in FIELDS {
            let at = line[from..].find(&format!("\"{field}\":"));
            from += at.unwrap_or_else(|| panic!("{field} in {line}"));
        }
    }
    let events = store.log_events();
    let newest = seqs(&events);
    let mut sorted = newest.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(newest, sorted);
    assert_eq!(newest.last(), Some(&1));
    let refused = &events[0];
    assert_eq!(refused["action_group"], "login_as_customer");
    assert_eq!(refused["result"], "failure");
    assert_eq!(refused["admin"], "alice");
    assert_eq!(refused["customer_id"], "12");
    assert_eq!(refused["reason"], "asked for help");
    assert_eq!(refused["ticket"], "ZD-1");
    assert_eq!(refused["details"]["code"], "feature_disabled");
    let header = store.run_ok(&["log", "list", "-o", "csv", "--limit", "1"]);
    assert_eq!(header.lines().next().expect("a header"), FIELDS.join(","));
    // Reading is not recorded.
    assert_eq!(seqs(&store.log_events()), newest);
}

#[test]
fn a_limited_list_says_how_to_continue() {
    let store = TestStore::new();
    let page = store.run(&["log", "list", "--limit", "3", "-o", "json"]);
    assert_eq!(page.stderr, "3 shown, there are more: use --after 2\n");
    assert_eq!(seqs(&list(page)), [4, 3, 2]);
    let rest = store.run(&["log", "list", "--after", "2", "--limit", "1", "-o", "json"]);
    assert_eq!(rest.stderr, "");
    assert_eq!(seqs(&list(rest)), [1]);
    store.run_failing(&["log", "list", "--after", "x"], "invalid_value", 2);
}

#[test]
fn lists_are_tables_and_single_events_are_cards() {
    let store = shop();
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    insta::assert_snapshot!(store.run_ok(&["log", "list", "--limit", "4"]), @r"
seq   time                      action                   result   admin  customer  website   session  ticket  remark
15    2026-10-05 14:00:00 CEST  config set               success  alice                                       general/locale/timezone
14    2026-10-05 14:00:00 CEST  login_as_customer issue  failure  alice  12        us                 ZD-1    feature_disabled
13    2026-10-05 14:00:00 CEST  customers add            success  alice  12        us
12    2026-10-05 14:00:00 CEST  stores add_view          success  alice            us/us_en                   us_en
    ");
    let view = store.run_ok(&["log", "show", "14"]);
    let is_fixed = |line: &&str| !line.starts_with("account");
    let view: Vec<&str> = view.lines().filter(is_fixed).collect();
    insta::assert_snapshot!(view.join("\n"), @r"
seq       14
time      2026-10-05 14:00:00 CEST
action    login_as_customer issue (loginascustomer_login_login)
result    failure
admin     alice (id 1)
role      Administrators
customer  12
e-mail    jane@us.example
website   us
reason    asked for help
ticket    ZD-1
details   code: feature_disabled
          message: Login as Customer is switched off
    ");
    let none = store.run(&[
        "log",
        "list",
        "--action-group",
        "keys",
        "--since",
        "tomorrow",
    ]);
    assert_eq!(none.code, 2);
    let none = store
        .run(&["log", "list", "--action", "expire"])
        .assert_succeeded();
    assert_eq!(
        (none.stdout.as_str(), none.stderr.as_str()),
        ("", "nothing found\n")
    );
}

#[test]
fn a_single_event_is_shown_with_the_bytes_that_prove_it() {
    let store = shop();
    let shown = store.run_json(&["log", "show", "9"]);
    assert_eq!(
        shown,
        store
            .log_events()
            .into_iter()
            .find(|e| e["seq"] == 9)
            .expect("there")
    );
    let raw = store.run_ok(&["log", "show", "9", "--raw"]);
    let parts: Vec<Value> = raw
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[0]["seq"], 9);
    assert_eq!(parts[1]["details"], shown["details"]);
    assert_eq!(parts[2]["os_account"], shown["os_account"]);
    store.run_failing(&["log", "show", "99"], "event_not_found", 3);
    store.run_failing(&["log", "show", "0"], "event_not_found", 3);
}

/// Scenario 15: bare dates are days in the configured time zone, even those of
/// 25 hours.
#[test]
fn dates_are_days_in_the_configured_time_zone() {
    let store = TestStore::new();
    store.run_ok(&["config", "set", "general/locale/timezone", "Europe/Berlin"]);
    let mut toggle = ["no", "yes"].into_iter().cycle();
    let mut at = |clock| {
        store.clock.set(clock);
        store.run_ok(&[
            "config",
            "set",
            "web/url/use_store",
            toggle.next().expect("a value"),
        ]);
        store.log_events()[0]["seq"].as_u64().expect("a seq")
    };
    let before = at("2026-10-24T21:59:59.999999Z");
    let first = at("2026-10-24T22:00:00Z");
    let last = at("2026-10-25T22:59:59.999999Z");
    let after = at("2026-10-25T23:00:00Z");
    store.clock.set("2026-10-26T10:00:00Z");
    let found = |since: &str, until: &str| {
        let filter = [
            "log", "list", "--action", "set", "--since", since, "--until", until,
        ];
        seqs(&list(store.run(&[&filter[..], &["-o", "json"]].concat())))
    };
    assert_eq!(found("2026-10-25", "2026-10-25"), [last, first]);
    assert_eq!(found("yesterday", "yesterday"), [last, first]);
    assert_eq!(found("2026-10-24", "2026-10-24"), [before]);
    assert_eq!(found("today", "today"), [after]);
    assert_eq!(found("2026-10-24T22:00Z", "2026-10-24T22:00Z"), [first]);
    assert_eq!(found("2026-10-25 00:00", "2026-10-25 23:59"), [last, first]);
    let error = store.run_failing(&["log", "list", "--until", "someday"], "invalid_value", 2);
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .starts_with("--until: `someday`")
    );
}

/// Scenarios 11 and 16, and the narrower of the two resources.
#[test]
fn each_log_resource_shows_its_part_of_the_log() {
    let store = shop();
    let nobody =
        create_user_with_own_role(&store, "nobody", &["Magento_LoginAsCustomer::login_button"]);
    let support =
        create_user_with_own_role(&store, "support", &["Magento_LoginAsCustomer::login_log"]);
    let auditor = create_user_with_own_role(&store, "auditor", &["system_magento_logging_events"]);
    for args in [
        &["log", "list", "-o", "json"][..],
        &["log", "show", "1", "-o", "json"],
        &["log", "checkpoint", "-o", "json"],
    ] {
        store
            .run_as(&nobody, args)
            .assert_failed("resource_denied", 4);
        let denied = &store.log_events()[0];
        assert_eq!(
            (&denied["action_group"], &denied["action"]),
            (&"log".into(), &"read".into())
        );
        assert_eq!(
            (&denied["admin"], &denied["result"]),
            (&"nobody".into(), &"failure".into())
        );
    }
    let all = store.log_events();
    assert_eq!(
        list(store.run_as(&auditor, &["log", "list", "-o", "json"])),
        all
    );
    let own: Vec<Value> = all
        .iter()
        .filter(|e| e["action_group"] == "login_as_customer")
        .cloned()
        .collect();
    assert_eq!(own.len(), 2);
    assert_eq!(
        list(store.run_as(&support, &["log", "list", "-o", "json"])),
        own
    );
    let of_action = ["log", "list", "--action", "set,create,issue", "-o", "json"];
    assert_eq!(list(store.run_as(&support, &of_action)), own);
    store
        .run_as(&support, &["log", "show", "1", "-o", "json"])
        .assert_failed("event_not_found", 3);
    let seq = own[0]["seq"].to_string();
    store
        .run_as(&support, &["log", "show", &seq])
        .assert_succeeded();
    let other = [
        "log",
        "list",
        "--action-group",
        "login_as_customer,config",
        "-o",
        "json",
    ];
    store
        .run_as(&support, &other)
        .assert_failed("resource_denied", 4);
    store
        .run_as(&support, &["log", "checkpoint"])
        .assert_succeeded();
    store
        .run_as(&support, &["log", "recover", "-y", "-o", "json"])
        .assert_failed("resource_denied", 4);
}

#[test]
fn a_role_scope_shows_its_websites_and_own_actions() {
    let store = shop();
    let token = create_user_with_own_role(
        &store,
        "clerk",
        &[
            "system_magento_logging_events",
            "Magento_LoginAsCustomer::login_button",
        ],
    );
    store.run_ok(&["role", "scope", "clerk", "website:eu"]);
    store
        .run_as(&token, &["login", "jane@us.example", "-o", "json"])
        .assert_failed("customer_not_found", 3);
    let events = list(store.run_as(&token, &["log", "list", "-o", "json"]));
    let is_theirs = |e: &Value| e["website"] == "eu" || e["admin"] == "clerk";
    let expected: Vec<Value> = store.log_events().into_iter().filter(is_theirs).collect();
    assert_eq!(events, expected);
    assert!(events.iter().any(|e| e["admin"] == "clerk"));
    assert!(
        events
            .iter()
            .any(|e| e["admin"] == "alice" && e["website"] == "eu")
    );
    let of = |who| ["log", "list", "--customer", who, "-o", "json"];
    assert_eq!(list(store.run_as(&token, &of("JANE@eu.example"))).len(), 2);
    store
        .run_as(&token, &of("jane@us.example"))
        .assert_failed("customer_not_found", 3);
    assert_eq!(list(store.run_as(&token, &of("12"))).len(), 0);
    let foreign = store
        .log_events()
        .into_iter()
        .find(|e| e["website"] == "us")
        .expect("one");
    let seq = foreign["seq"].to_string();
    store
        .run_as(&token, &["log", "show", &seq, "-o", "json"])
        .assert_failed("event_not_found", 3);
}

#[test]
fn invalid_filter_values_are_reported_with_their_flag() {
    let store = TestStore::new();
    for (flag, value, text) in [
        ("--action-group", "confg", "did you mean config?"),
        (
            "--action-group",
            "zzzzzzzz",
            "there are admin_users, config",
        ),
        ("--action", "isue", "did you mean issue?"),
        ("--result", "maybe", "neither success nor failure"),
        ("--since", "2026-13-01", "is not a time"),
    ] {
        let error = store.run_failing(&["log", "list", flag, value], "invalid_value", 2);
        let message = error["message"].as_str().expect("text");
        assert!(
            message.starts_with(flag) && message.contains(text),
            "{message}"
        );
    }
    store.run_failing(
        &["log", "list", "--customer", "who@example.com"],
        "customer_not_found",
        3,
    );
    store.run_failing(&["log", "list", "--limit", "0"], "invalid_argument", 2);
}
