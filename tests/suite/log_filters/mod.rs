//! The log's filters against a plain recomputation over all events.

use serde_json::Value;

use crate::log::{list, seqs, shop};
use crate::support::colleague;

type Filter = (&'static str, &'static str, fn(&Value) -> bool);

/// Each filter, and what it means for one event.
const FILTERS: [Filter; 17] = [
    ("--action-group", "config", |e| {
        e["action_group"] == "config"
    }),
    ("--action-group", "login_as_customer,customers", |e| {
        e["action_group"] == "login_as_customer" || e["action_group"] == "customers"
    }),
    ("--action-group", "storefronts", |e| {
        e["action_group"] == "storefronts"
    }),
    ("--action", "create", |e| e["action"] == "create"),
    ("--action", "issue,add,set", |e| {
        ["issue", "add", "set"].contains(&text(e, "action"))
    }),
    ("--admin", "alice", |e| e["admin"] == "alice"),
    ("--admin", "bob", |e| e["admin"] == "bob"),
    ("--admin", "bob,alice", |e| {
        e["admin"] == "bob" || e["admin"] == "alice"
    }),
    ("--admin", "Doe, Jane", |e| e["admin"] == "Doe, Jane"),
    ("--customer", "11", |e| e["customer_id"] == "11"),
    ("--customer", "12,jane@EU.example", |e| {
        ["11", "12"].contains(&text(e, "customer_id"))
    }),
    ("--result", "success", |e| e["result"] == "success"),
    ("--result", "failure", |e| e["result"] == "failure"),
    ("--result", "failure,success", |_| true),
    ("--since", "2026-10-07", |e| text(e, "time") >= "2026-10-07"),
    ("--since", "2026-10-06T12:00:00", |e| {
        text(e, "time") >= "2026-10-06T12:00:00"
    }),
    ("--until", "2026-10-06", |e| text(e, "time") < "2026-10-07"),
];

fn text<'e>(event: &'e Value, field: &str) -> &'e str {
    event[field].as_str().unwrap_or_default()
}

/// Every filter alone and every pair of them equals a plain recomputation over
/// all events: several values mean any, several filters all.
#[test]
fn filters_mean_what_they_say() {
    let store = shop();
    let bob = colleague(&store, "bob", &["Magento_LoginAsCustomer::login_button"]);
    let jane = colleague(&store, "Doe, Jane", &["Magento_Config::config"]);
    for clock in [
        "2026-10-06T12:00:00Z",
        "2026-10-07T00:00:00Z",
        "2026-10-08T00:00:00Z",
    ] {
        store.clock.set(clock);
        store
            .run_as(&bob, &["login", "11", "-o", "json"])
            .failed("feature_disabled", 5);
        store
            .run_as(&bob, &["config", "list", "-o", "json"])
            .failed("resource_denied", 4);
        let value = if clock.contains("-07T") { "no" } else { "yes" };
        store
            .run_as(&jane, &["config", "set", "web/url/use_store", value])
            .succeeded();
        store.ok(&["customer", "edit", "12", "--first-name", clock]);
    }
    let all = store.log();
    let check = |filters: &[Filter]| {
        let mut args = vec!["log", "list", "-o", "json"];
        args.extend(filters.iter().flat_map(|(flag, value, _)| [*flag, *value]));
        let fits = |event: &&Value| filters.iter().all(|(_, _, means)| means(event));
        let expected: Vec<Value> = all.iter().filter(fits).cloned().collect();
        assert_eq!(seqs(&list(store.run(&args))), seqs(&expected), "{args:?}");
    };
    for (at, one) in FILTERS.iter().enumerate() {
        check(&[*one]);
        for other in FILTERS[at + 1..].iter().filter(|other| other.0 != one.0) {
            check(&[*one, *other]);
        }
    }
}
