//! Details of single commands.

use std::fs;

use serde_json::{Value, json};

use crate::support::{TestStore, json_str};

fn write_config(store: &TestStore, text: &str) {
    let dir = store.home().join(".config/lac");
    fs::create_dir_all(&dir).expect("a directory");
    fs::write(dir.join("config.toml"), text).expect("a config file");
}

/// The header and the one row of a single object.
fn row(store: &TestStore, args: &[&str]) -> Vec<(String, String)> {
    let text = store.run_ok(&[args, &["-o", "csv"]].concat());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    let [values] = &rows[..] else {
        panic!("{args:?}: {text}");
    };
    names
        .iter()
        .map(str::to_owned)
        .zip(values.iter().map(str::to_owned))
        .collect()
}

#[test]
fn log_tail_follows_only_with_its_flag() {
    let store = TestStore::new();
    // Without the flag it ends, so this call returns.
    let lines = store.run_ok(&["log", "tail"]);
    assert!(lines.contains("roles create"), "{lines}");
    let help = store.run_ok(&["log", "--help"]);
    let line = help
        .lines()
        .find(|l| l.trim_start().starts_with("tail"))
        .expect("a line");
    assert!(line.contains("--follow"), "{line}");
}

#[test]
fn an_invalid_saved_filter_fails_only_where_it_is_used() {
    let store = TestStore::new();
    write_config(
        &store,
        "[filters.bad]\namdin = 'anna'\n[filters.worse]\nsince = 3\n[filters.good]\nadmin = 'alice'\n",
    );
    store.run_ok(&["whoami"]);
    store.run_ok(&["log", "list"]);
    store.run_ok(&["log", "list", "--filter", "good"]);
    for (name, word) in [("bad", "amdin"), ("worse", "string")] {
        let error = store.run_failing(&["log", "list", "--filter", name], "config_invalid", 1);
        let message = json_str(&error["message"]);
        assert!(
            message.contains(name) && message.contains(word),
            "{message}"
        );
    }
    // Doctor finds it before anybody uses it.
    let doctor = store.run(&["doctor"]).stdout;
    assert!(
        doctor.contains("filters.bad") && doctor.contains("filters.worse"),
        "{doctor}"
    );
    assert!(!doctor.contains("filters.good"), "{doctor}");
}

#[test]
fn an_export_without_a_proof_removes_the_old_proof() {
    let store = TestStore::new();
    let file = store.home().join("log.jsonl");
    let (path, proof) = (
        file.to_str().expect("a path"),
        store.home().join("log.jsonl.proof"),
    );
    store.run_ok(&["log", "export", path, "--proof", "sparse"]);
    assert!(proof.exists());
    // A failed export leaves the older export unchanged.
    store.run_failing(
        &["log", "export", path, "--action", "nonsense"],
        "invalid_value",
        2,
    );
    store.run_ok(&["log", "verify", "--file", path]);
    assert!(proof.exists());
    store.run_ok(&["log", "export", path]);
    assert!(!proof.exists(), "a proof of another export lies beside it");
    store.run_ok(&["log", "verify", "--file", path]);
    // A directory is not a proof.
    fs::create_dir(&proof).expect("a directory");
    store.run_ok(&["log", "export", path]);
    assert!(proof.is_dir());
}

#[test]
fn config_list_shows_other_scopes_with_a_value() {
    let store = TestStore::with_sample_data();
    store.run_ok(&["config", "unset", "web/secure/base_url"]);
    let de = ["--scope", "store-view:de"];
    store.run_ok(
        &[
            &[
                "config",
                "set",
                "web/secure/base_url",
                "https://de.example.com/",
            ],
            &de[..],
        ]
        .concat(),
    );
    let entry = |args: &[&str]| -> Value {
        let all = store.run_json(
            &[
                &["config", "list", "--section", "web/secure/base_url"],
                args,
            ]
            .concat(),
        );
        all[0].clone()
    };
    let at_default = entry(&[]);
    assert_eq!(at_default["origin"], "unset");
    assert_eq!(at_default["set_at"], json!(["website:eu", "store-view:de"]));
    let at_eu = entry(&["--scope", "website:eu"]);
    assert_eq!(
        (&at_eu["origin"], &at_eu["set_at"]),
        (&json!("website:eu"), &json!(["store-view:de"]))
    );
    assert_eq!(entry(&["--scope", "website:base"])["set_at"], json!([]));
    let table = store.run_ok(&["config", "list", "--section", "web/secure/base_url"]);
    assert!(
        table.contains("website:eu") && !table.contains("unset"),
        "{table}"
    );
    // Only websites of the role scope are shown.
    store.run_ok(&["role", "create", "Base", "--scope", "website:base"]);
    store.run_ok(&["role", "allow", "Base", "Magento_Config::config"]);
    let token = store.create_user("bo", "Base");
    let list = [
        "config",
        "list",
        "--section",
        "web/secure/base_url",
        "-o",
        "json",
    ];
    let shown_item: Value =
        serde_json::from_str(&store.run_as(&token, &list).assert_succeeded().stdout).expect("JSON");
    assert_eq!(shown_item[0]["set_at"], json!([]));
}

/// A single object is a row with a header wherever JSON has an object.
#[test]
fn a_single_object_is_one_row_in_csv() {
    let store = TestStore::with_sample_data();
    let session = store.login(&["1"]);
    let id = json_str(&session["session_id"]);
    for args in [
        &["whoami"][..],
        &["customer", "show", "1"],
        &["role", "show", "Administrators"],
        &["user", "show", "alice"],
        &["session", "show", id],
        &["document", "show", "--order", "100000001"],
        &["login", "1", "--check"],
        &["config", "describe", "web/url/use_store"],
        &["config", "get", "web/url/use_store"],
        &["config", "set", "web/url/use_store", "no"],
        &["consent", "show", "1"],
        &["log", "show", "3"],
        &["log", "checkpoint"],
        &["key", "verifier"],
        &["user", "token", "create", "alice"],
        &["role", "create", "R"],
        &["role", "delete", "R", "--yes"],
    ] {
        let row = row(&store, args);
        assert!(row.len() > 1, "{args:?}: {row:?}");
    }
    // The columns are the object's members, in its order.
    let shown = store.run_ok(&["customer", "show", "1", "-o", "json"]);
    let names: Vec<String> = row(&store, &["customer", "show", "1"])
        .into_iter()
        .map(|f| f.0)
        .collect();
    let mut at = 0;
    for name in &names {
        let found = shown[at..].find(&format!("\"{name}\":"));
        at += found.unwrap_or_else(|| panic!("{name} in {shown}"));
    }
    // A spreadsheet reads a cell as text, never as a formula.
    store.run_ok(&["customer", "edit", "1", "--first-name", "=1+1"]);
    let shown = row(&store, &["customer", "show", "1"]);
    assert!(
        shown.iter().any(|(_, value)| value.starts_with("'=1+1")),
        "{shown:?}"
    );
    // Output that is not a row is an error; nobody gets another format than
    // requested.
    for args in [
        &["log", "report"][..],
        &["role", "export"],
        &["key", "verifier", "--all"],
    ] {
        let ran = store.run(&[args, &["-o", "csv"]].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{args:?}: {ran:#?}"
        );
    }
    // As a preference in the config file it does not get in the way.
    write_config(&store, "output = 'csv'");
    store.run_ok(&["log", "report"]);
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused() {
    let store = TestStore::with_sample_data();
    write_config(
        &store,
        "[filters.wrong]\nsince = '2026-10-10'\nuntil = '2026-10-01'\n",
    );
    let file = store.home().join("x.csv");
    let file = file.to_str().expect("a path");
    let period = ["--since", "2026-10-10", "--until", "2026-10-01"];
    for command in [
        &["log", "list"][..],
        &["log", "tail"],
        &["log", "report"],
        &["log", "export", file],
        &["log", "statement", "--customer", "1"],
    ] {
        let error = store.run_failing(&[command, &period[..]].concat(), "invalid_value", 2);
        let message = json_str(&error["message"]);
        assert!(
            message.contains("--since") && message.contains("--until"),
            "{message}"
        );
    }
    store.run_failing(&["log", "list", "--filter", "wrong"], "invalid_value", 2);
    store.run_failing(
        &["log", "list", "--since", "today", "--until", "yesterday"],
        "invalid_value",
        2,
    );
    assert!(!std::path::Path::new(file).exists());
    // A single day and a single instant are periods.
    store.run_ok(&[
        "log",
        "list",
        "--since",
        "2026-10-05",
        "--until",
        "2026-10-05",
    ]);
    let instant = "2026-10-05T12:00:00Z";
    store.run_ok(&["log", "list", "--since", instant, "--until", instant]);
}

#[test]
fn session_end_without_arguments_ends_the_callers_session() {
    let store = TestStore::with_sample_data();
    let amy = store.create_agent("amy");
    let end = ["session", "end", "-o", "json"];
    let state = |id: &str| json_str(&store.run_json(&["session", "show", id])["state"]).to_owned();
    store
        .run_as(&amy, &end)
        .assert_failed("session_not_found", 3);
    let login = |token: Option<&str>| {
        let args = ["login", "1", "-o", "json"];
        let ran = match token {
            Some(token) => store.run_as(token, &args),
            None => store.run(&args),
        };
        let login: Value = serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON");
        json_str(&login["session_id"]).to_owned()
    };
    let (mine, hers) = (login(None), login(Some(&amy)));
    let ended: Value =
        serde_json::from_str(&store.run_as(&amy, &end).assert_succeeded().stdout).expect("JSON");
    assert_eq!(
        (&ended[0]["id"], ended.as_array().map(Vec::len)),
        (&json!(hers), Some(1))
    );
    assert_eq!(
        (state(&hers).as_str(), state(&mine).as_str()),
        ("ended", "issued")
    );
    // Also for users who may end every session.
    store.run_ok(&["session", "end"]);
    assert_eq!(state(&mine), "ended");
    store.run_failing(&["session", "end"], "session_not_found", 3);
}

#[test]
fn a_timed_out_wait_hints_at_the_pending_request() {
    let fixture = crate::approvals::ApprovalFixture::new();
    let args = ["login", "1", "--request", "--wait", "1s", "-o", "json"];
    let error = fixture.as_amy(&args).assert_failed("approval_required", 5);
    let hint = json_str(&error["hint"]);
    assert!(!hint.contains("--request"), "{hint}");
    let open = fixture
        .store
        .run_json(&["request", "list", "--state", "pending"]);
    let id = json_str(&open[0]["id"]);
    assert!(hint.contains(&format!("lac request show {id}")), "{hint}");
    // Users who have not requested approval yet are told to.
    let error = fixture.as_amy(&["login", "2", "-o", "json"]);
    assert!(
        error.stderr.contains("approval") || error.stderr.contains("consent"),
        "{error:#?}"
    );
    let error = fixture
        .as_amy(&["login", "3", "-o", "json"])
        .assert_failed("approval_required", 5);
    assert!(json_str(&error["hint"]).contains("--request"), "{error}");
}

#[test]
fn an_unknown_os_account_causes_a_note() {
    let store = TestStore::new();
    let create = |name: &str, account: &str| {
        let args = [
            "user",
            "create",
            name,
            "--role",
            "Administrators",
            "--os-account",
            account,
        ];
        store.run(&args).assert_succeeded().stderr
    };
    let note = create("bob", "no-such-account");
    assert!(note.contains("no account no-such-account"), "{note}");
    assert!(!create("dan", "daemon").contains("no account"));
    assert!(!create("uma", "uid:4711").contains("no account"));
    let edited = store
        .run(&["user", "edit", "dan", "--os-account", "gone-account"])
        .assert_succeeded();
    assert!(
        edited.stderr.contains("no account gone-account"),
        "{edited:#?}"
    );
}

#[test]
fn an_inactive_store_view_error_lists_the_active_ones() {
    let store = TestStore::with_sample_data();
    let error = store.run_failing(&["login", "7"], "store_view_inactive", 5);
    let hint = json_str(&error["hint"]);
    assert!(
        hint.contains("de, fr") && !hint.contains("nl") && !hint.contains("en"),
        "{hint}"
    );
    let error = store.run_failing(
        &["login", "3", "--store-view", "nl"],
        "store_view_inactive",
        5,
    );
    assert!(json_str(&error["hint"]).contains("de, fr"), "{error}");
    // Only those in the role scope; none if there are none.
    store.run_ok(&["stores", "edit", "store-view:de", "--active", "no"]);
    store.run_ok(&["stores", "edit", "store-view:fr", "--active", "no"]);
    let error = store.run_failing(&["login", "7"], "store_view_inactive", 5);
    assert!(
        !json_str(&error["hint"]).contains("--store-view"),
        "{error}"
    );
}

#[test]
fn role_resources_accepts_a_role() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Support"]);
    store.run_ok(&["role", "allow", "Support", "login_button"]);
    let named = store.run_json(&["role", "resources", "Support"]);
    assert_eq!(
        named,
        store.run_json(&["role", "resources", "--role", "Support"])
    );
    let granted: Vec<&Value> = named
        .as_array()
        .expect("a list")
        .iter()
        .filter(|node| node["granted"] == true)
        .collect();
    assert_eq!(granted.len(), 1);
    store.run_failing(&["role", "resources", "Nobody"], "role_not_found", 3);
}
