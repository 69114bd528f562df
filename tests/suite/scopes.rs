//! Objects outside a role scope do not exist: every list and every error is
//! byte for byte that of a store without them.

use serde_json::{Value, json};

use crate::support::{
    TestStore, json_str, rest_customer, rest_page, sample_documents, sample_orders, sample_stores,
};

/// The parts of an import whose items satisfy `is_theirs`.
fn items_where(data: &Value, is_theirs: impl Fn(&Value) -> bool) -> Value {
    let items = |list: &Value| -> Vec<Value> {
        let items = list.as_array().expect("items").iter();
        items.filter(|item| is_theirs(item)).cloned().collect()
    };
    match data.get("items") {
        Some(list) => rest_page(&items(list)),
        None => items(data).into(),
    }
}

fn is_eu(kind: &str) -> impl Fn(&Value) -> bool {
    let field = match kind {
        "websites" => "id",
        "store-groups" | "store-views" | "customers" => "website_id",
        _ => "store_id",
    };
    let of = matches!(
        kind,
        "websites" | "store-groups" | "store-views" | "customers"
    );
    move |item| {
        let id = item[field].as_u64().unwrap_or(0);
        if of {
            id == 0 || id == 2
        } else {
            (3..=5).contains(&id)
        }
    }
}

/// A store with website `eu` and an agent for it; with `both`, also everything
/// on `base`.
fn store(both: bool) -> (TestStore, String) {
    let store = TestStore::new();
    let all: Vec<(&str, Value)> = sample_stores()
        .into_iter()
        .chain([
            (
                "customers",
                rest_page(&[
                    rest_customer(3, "cleo@example.com", ("Cleo", "Clove"), (2, 3), 2),
                    rest_customer(4, "dan@example.com", ("Dan", "Dill"), (2, 4), 2),
                    rest_customer(5, "bob@example.com", ("Bob", "Birch"), (2, 3), 1),
                    rest_customer(1, "ada@example.com", ("Ada", "Apple"), (1, 1), 2),
                    rest_customer(2, "bob@example.com", ("Bob", "Birch"), (1, 1), 2),
                ]),
            ),
            ("orders", sample_orders()),
            ("invoices", sample_documents()),
        ])
        .collect();
    for (kind, data) in &all {
        store.import(kind, &items_where(data, is_eu(kind)));
    }
    store.set_feature("yes");
    let base = "web/secure/base_url";
    store.run_ok(&[
        "config",
        "set",
        base,
        "https://eu.shop.example.com/",
        "--scope",
        "website:eu",
    ]);
    let resources = [
        "login_button",
        "manage",
        "actions",
        "allow_shopping_assistance",
        "sales_order",
        "sales_invoice",
        "config_section",
        "Magento_Config::config",
        "Magento_Backend::store",
        "acl_users",
        "acl_roles",
        "system_magento_logging_events",
        "Lac::sessions",
        "Lac::storefronts",
        "Magento_ImportExport::import",
    ];
    let eve = store.create_user_with_resources("eve", &resources);
    store.run_ok(&["role", "scope", "eves", "website:eu"]);
    store.run_ok(&["storefront", "add", "eu-shop", "--website", "eu"]);
    let zoe = store.create_agent("zoe");
    store.run_as(&zoe, &["login", "3"]).assert_succeeded();
    if both {
        for (kind, data) in &all {
            let theirs = is_eu(kind);
            store.import(kind, &items_where(data, |item| !theirs(item)));
        }
        store.run_ok(&[
            "config",
            "set",
            base,
            "https://shop.example.com/",
            "--scope",
            "website:base",
        ]);
        store.run_ok(&[
            "config",
            "set",
            "lac/reason/required",
            "yes",
            "--scope",
            "website:base",
        ]);
        store.run_ok(&["storefront", "add", "base-shop", "--website", "base"]);
        let reason = ["login", "1", "--reason", "help"];
        store.run_json(&reason);
        store.run_failing(&["login", "2"], "reason_required", 5);
        store.run_ok(&["consent", "grant", "2", "--for", "3d"]);
    }
    (store, eve)
}

/// The id of a session with this customer, as an administrator sees it.
fn session(store: &TestStore, customer: &str) -> Option<String> {
    let list = store.run_json(&["session", "list", "--customer", customer]);
    list.get(0).map(|row| json_str(&row["id"]).to_owned())
}

/// The commands to compare. `HIDDEN` is the id of the session on `base`,
/// `SHORT` its beginning.
const COMMANDS: &[&str] = &[
    "whoami",
    "customer list",
    "customer list --search b",
    "customer list --search bob@example.com",
    "customer list --website base",
    "customer list --website eu",
    "customer show 1",
    "customer show 3",
    "customer show ada@example.com",
    "customer show bob@example.com",
    "customer show bob@example.com --website base",
    "consent show 1",
    "consent show bob@example.com",
    "consent history 2",
    "consent history 3",
    "consent grant 1",
    "consent revoke ada@example.com",
    "consent grant 2 --for 1d",
    "document show --order 100000001",
    "document show --order 200000001",
    "document show --order 300000001",
    "document show --invoice 100000001",
    "document show --order 300000001 --store-view en",
    "document show --order 300000001 --website base",
    "login 1 --check",
    "login 4 --check",
    "login bob@example.com --check",
    "login --order 100000001 --check",
    "login --order 300000001 --check",
    "login 3 --store-view en --check",
    "login 3 --website base --check",
    "login --last --check",
    "login 1",
    "login ada@example.com",
    "login --invoice 100000001",
    "login 3 --store-view es",
    "session list",
    "session list --admin alice",
    "session list --customer 1",
    "session list --state issued",
    "session show HIDDEN",
    "session show SHORT",
    "session list --after HIDDEN",
    "session end HIDDEN",
    "session end --customer 1",
    "session end --admin alice",
    "session end --admin alice --customer 3",
    "stores list",
    "stores edit website:base --name X",
    "stores edit store-view:en --name X",
    "stores remove store-view:en --yes",
    "stores remove website:base --yes",
    "config list",
    "config list --scope website:eu",
    "config list --scope website:base",
    "config get web/secure/base_url --scope store-view:en",
    "config get lac/reason/required --scope website:base",
    "config set lac/reason/required yes --scope website:base",
    "config set lac/reason/required yes --scope store-view:en",
    "role list",
    "role show eves",
    "role scope zoes website:base",
    "user list",
    "user token create eve --website base",
    "user token list",
    "storefront list",
    "storefront revoke base-shop --yes",
    "storefront add x --website base",
    "customer edit 1 --first-name X",
    "customer remove 1 --yes",
    "customer add --email n@example.com --website base",
    "log list --action-group login_as_customer",
    "log list --customer 1",
    "log list --customer ada@example.com",
    "log list --website base",
    "log list --session HIDDEN",
    "log list --admin alice --action-group consent",
    "log statement --customer ada@example.com",
    "log report --action-group consent",
];

#[test]
fn a_scoped_user_cannot_see_whether_other_websites_exist() {
    let (whole, eve) = store(true);
    let (part, eve_there) = store(false);
    // The hidden session is on `base`, and its id must not be recognized
    // either.
    let hidden = session(&whole, "1").expect("a session");
    let commands = COMMANDS.iter().map(|line| line.split(' '));
    // Commands that only read come first: refused attempts are recorded, and
    // later reads show them to their author. Both stores get the same commands.
    for args in commands {
        let args: Vec<&str> = args
            .map(|word| match word {
                "HIDDEN" => hidden.as_str(),
                "SHORT" => &hidden[..10],
                word => word,
            })
            .collect();
        for format in ["table", "json"] {
            let all: Vec<&str> = args.iter().chain(&["-o", format]).copied().collect();
            let [here, there] = [whole.run_as(&eve, &all), part.run_as(&eve_there, &all)];
            // A user's own attempts have the sequence number of the whole log;
            // its length is no secret.
            let comparable = |ran: &crate::support::CommandOutput| {
                (ran.code, ran.stdout.clone(), ran.stderr.clone())
            };
            let [here, there] = [comparable(&here), comparable(&there)];
            if args[0] == "log" {
                assert_eq!(without_seqs(&here.1), without_seqs(&there.1), "{all:?}");
                assert_eq!((here.0, &here.2), (there.0, &there.2), "{all:?}");
            } else {
                assert_eq!(here, there, "{all:?}");
            }
        }
    }
    for words in [
        &["customer", "show", ""][..],
        &["login", "a"],
        &["login", "1", "--store-view", ""],
        &["login", "1", "--website", ""],
        &["config", "set", "x", "y", "--scope", ""],
        &["session", "show", ""],
        &["role", "scope", "eves", ""],
        &["storefront", "revoke", ""],
    ] {
        let [here, there] = [(&whole, &eve), (&part, &eve_there)].map(|(store, token)| {
            let args: Vec<&str> = ["--", "lac"].iter().chain(words).copied().collect();
            let output = store
                .command(&args)
                .env("COMPLETE", "fish")
                .env("LAC_TOKEN", token)
                .output();
            output.expect("lac runs").stdout
        });
        assert_eq!(
            String::from_utf8_lossy(&here),
            String::from_utf8_lossy(&there),
            "{words:?}"
        );
    }
}

/// A list of events without the fields that count or date the whole log.
fn without_seqs(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        let words = text.split_whitespace();
        let plain = words.filter(|word| word.parse::<u64>().is_err() && !word.contains(':'));
        return plain.collect::<Vec<_>>().join(" ");
    };
    strip(&mut value);
    value.to_string()
}

fn strip(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(strip),
        Value::Object(fields) => {
            for name in [
                "seq", "time", "proof", "log_size", "root", "size", "first", "last",
            ] {
                fields.remove(name);
            }
            fields.values_mut().for_each(strip);
        }
        _ => {}
    }
}

#[test]
fn a_replaced_session_on_another_website_is_not_shown() {
    let store = TestStore::with_sample_data();
    let eve = store.create_user_with_resources("eve", &["login_log"]);
    store.run_ok(&["role", "scope", "eves", "website:eu"]);
    let zoe = store.create_agent("zoe");
    let login = |customer: &str| {
        let ran = store
            .run_as(&zoe, &["login", customer, "-o", "json"])
            .assert_succeeded();
        let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        answer
    };
    let first = login("1");
    let second = login("3");
    assert_eq!(
        second["replaced"]["session_id"], first["session_id"],
        "one's own is told"
    );
    let third = login("4");
    let seen = store
        .run_as(&eve, &["log", "list", "-o", "json"])
        .assert_succeeded()
        .stdout;
    assert!(!seen.contains(json_str(&first["session_id"])), "{seen}");
    let newest = &store.run_json(&["log", "list", "--session", json_str(&third["session_id"])])[0];
    assert_eq!(newest["details"]["replaced"], second["session_id"]);
}

#[test]
fn with_shared_accounts_a_login_stays_within_the_role_scope() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "set", "customer/account_share/scope", "global"]);
    store.import(
        "customers",
        &rest_page(&[rest_customer(
            9,
            "hal@example.com",
            ("Hal", "Hop"),
            (2, 1),
            2,
        )]),
    );
    let eve = store.create_agent("eve");
    store.run_ok(&["role", "scope", "eves", "website:eu"]);
    let ran = store
        .run_as(&eve, &["login", "9", "-o", "json"])
        .assert_succeeded();
    let answer: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(answer["store_view"], "de");
    store.run_ok(&["role", "allow", "eves", "manage"]);
    let shown = store
        .run_as(&eve, &["customer", "show", "9", "-o", "json"])
        .assert_succeeded();
    let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!(shown["store_view"], json!(null));
}
