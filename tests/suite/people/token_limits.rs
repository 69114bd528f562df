//! Tokens with fewer rights than their owner, the tokens they create, when they
//! were last used, and that only their holder ever sees them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{field_values, run_json_as};
use crate::support::{TestStore, json_str};

/// A token of alice with these flags.
#[track_caller]
fn limited(store: &TestStore, flags: &[&str]) -> String {
    let args: Vec<&str> = ["user", "token", "create", "alice"]
        .iter()
        .chain(flags)
        .copied()
        .collect();
    json_str(&store.run_json(&args)["token"]).to_owned()
}

fn answer(ran: crate::support::CommandOutput) -> Value {
    serde_json::from_str(&ran.assert_succeeded().stdout).expect("JSON")
}

#[test]
fn a_token_can_be_limited_to_resources() {
    let store = TestStore::with_sample_data();
    let token = limited(
        &store,
        &["--resource", "manage", "--resource", "login_button"],
    );
    run_json_as(&store, &token, &["customer", "list"]).assert_succeeded();
    run_json_as(&store, &token, &["login", "1"]).assert_succeeded();
    run_json_as(&store, &token, &["config", "list"]).assert_failed("resource_denied", 4);
    run_json_as(
        &store,
        &token,
        &["user", "create", "eve", "--role", "Administrators"],
    )
    .assert_failed("resource_denied", 4);
    let me = answer(run_json_as(&store, &token, &["whoami"]));
    assert_eq!(me["access"], "custom");
    assert_eq!(me["resources"].as_array().map(Vec::len), Some(2));
    let event = store.run_json(&["log", "list", "--action", "token_create"]);
    let resources = &event[0]["details"]["resources"];
    assert!(
        resources.to_string().contains("login_button"),
        "{resources}"
    );
    // The role still applies: what it loses, the token loses.
    let ben = store.create_agent("ben");
    let own = answer(run_json_as(
        &store,
        &ben,
        &[
            "user",
            "token",
            "create",
            "ben",
            "--resource",
            "login_button",
        ],
    ));
    let own = json_str(&own["token"]);
    run_json_as(&store, own, &["login", "1"]).assert_succeeded();
    run_json_as(&store, own, &["login", "--order", "100000001"])
        .assert_failed("resource_denied", 4);
    store.run_ok(&["role", "deny", "bens", "login_button"]);
    run_json_as(&store, own, &["login", "1"]).assert_failed("resource_denied", 4);
}

#[test]
fn a_token_can_be_limited_to_websites() {
    let store = TestStore::with_sample_data();
    let token = limited(&store, &["--website", "eu"]);
    let list = answer(run_json_as(&store, &token, &["customer", "list"]));
    assert!(
        field_values(&list, "website")
            .iter()
            .all(|code| code == "eu"),
        "{list}"
    );
    run_json_as(&store, &token, &["login", "1"]).assert_failed("customer_not_found", 3);
    run_json_as(&store, &token, &["login", "3"]).assert_succeeded();
    // Global objects are out of reach, as with a scoped role.
    run_json_as(
        &store,
        &token,
        &["config", "set", "web/url/use_store", "yes"],
    )
    .assert_failed("beyond_own_rights", 4);
    store.run_ok(&["role", "create", "Some"]);
    run_json_as(&store, &token, &["role", "scope", "Some", "all"])
        .assert_failed("beyond_own_rights", 4);
    let list = store.run_json(&["user", "token", "list"]);
    assert_eq!(list[0]["websites"], json!(["eu"]));
    assert_eq!(list[0]["resources"], Value::Null);
    assert!(
        store
            .run_ok(&["user", "token", "list"])
            .contains("website:eu")
    );
    let both = limited(&store, &["--website", "eu", "base", "--resource", "manage"]);
    assert_eq!(
        answer(run_json_as(&store, &both, &["customer", "list"]))
            .as_array()
            .map(Vec::len),
        Some(7)
    );
}

#[test]
fn a_limit_may_only_name_held_resources_and_websites() {
    let store = TestStore::with_sample_data();
    let ben = store.create_agent("ben");
    store.run_ok(&["role", "scope", "bens", "website:eu"]);
    let create = |flags: &[&str]| {
        let args: Vec<&str> = ["user", "token", "create", "ben"]
            .iter()
            .chain(flags)
            .copied()
            .collect();
        run_json_as(&store, &ben, &args)
    };
    create(&["--resource", "config_section"]).assert_failed("beyond_own_rights", 4);
    create(&["--resource", "nonsense"]).assert_failed("resource_not_found", 3);
    create(&["--website", "base"]).assert_failed("website_not_found", 3);
    create(&["--website", "eu"]).assert_succeeded();
    let for_ben = ["user", "token", "create", "ben"];
    let args: Vec<&str> = for_ben
        .iter()
        .chain(&["--resource", "acl_users"])
        .copied()
        .collect();
    store.run_failing(&args, "beyond_own_rights", 4);
    let args: Vec<&str> = for_ben
        .iter()
        .chain(&["--website", "base"])
        .copied()
        .collect();
    store.run_failing(&args, "beyond_own_rights", 4);
}

#[test]
fn tokens_made_by_a_token_have_no_more_rights_and_time() {
    let store = TestStore::with_sample_data();
    let first = limited(
        &store,
        &[
            "--expires",
            "10d",
            "--resource",
            "login_button",
            "--resource",
            "manage",
            "--website",
            "eu",
        ],
    );
    let create = |flags: &[&str]| {
        let args: Vec<&str> = ["user", "token", "create", "alice"]
            .iter()
            .chain(flags)
            .copied()
            .collect();
        run_json_as(&store, &first, &args)
    };
    let second = answer(create(&[]));
    assert_eq!(
        second["expires_at"], "2026-10-15T12:00:00.000000Z",
        "not 90 days"
    );
    assert_eq!(second["websites"], json!(["eu"]));
    assert_eq!(second["resources"].as_array().map(Vec::len), Some(2));
    create(&["--expires", "10d"]).assert_succeeded();
    create(&["--expires", "11d"]).assert_failed("beyond_own_rights", 4);
    create(&["--resource", "config_section"]).assert_failed("beyond_own_rights", 4);
    create(&["--website", "base"]).assert_failed("website_not_found", 3);
    let third = answer(create(&["--resource", "manage", "--expires", "1d"]));
    let third = json_str(&third["token"]);
    run_json_as(&store, third, &["customer", "show", "3"]).assert_succeeded();
    run_json_as(&store, third, &["login", "3"]).assert_failed("resource_denied", 4);
    run_json_as(&store, third, &["customer", "show", "1"]).assert_failed("customer_not_found", 3);
    // There is no way around it, by the own account or somebody else's.
    let wide = limited(
        &store,
        &["--resource", "acl_users", "--resource", "acl_roles"],
    );
    for args in [
        &["user", "edit", "alice", "--os-account", "mallory"][..],
        &["user", "create", "eve", "--role", "Administrators"],
        &["user", "token", "create", "eve"],
        &["role", "create", "All", "--all"],
    ] {
        let ran = run_json_as(&store, &wide, args);
        assert!(ran.code == 4 || ran.code == 3, "{args:?}: {ran:?}");
    }
    // When the first token has expired, everything it created has.
    store.clock.set("2026-10-15T12:00:00.000000Z");
    run_json_as(&store, json_str(&second["token"]), &["whoami"])
        .assert_failed("not_authenticated", 4);
}

#[test]
fn a_limited_token_does_not_count_as_administrator_access() {
    let store = TestStore::new();
    store.run_ok(&["user", "create", "bob", "--role", "Administrators"]);
    let args = [
        "user",
        "token",
        "create",
        "bob",
        "--resource",
        "login_button",
    ];
    store.run_ok(&args);
    store.run_failing(&["user", "disable", "alice"], "last_administrator", 5);
    store.run_ok(&["user", "token", "create", "bob"]);
    store.run_ok(&["user", "disable", "alice"]);
}

#[test]
fn the_list_shows_last_use_to_the_minute() {
    let store = TestStore::with_sample_data();
    let ben = store.create_agent("ben");
    let used = || store.run_json(&["user", "token", "list", "ben"])[0]["last_used_at"].clone();
    assert_eq!(used(), Value::Null);
    store.clock.set("2026-10-05T12:34:56.789000Z");
    let events = store.log_events().len();
    run_json_as(&store, &ben, &["whoami"]).assert_succeeded();
    assert_eq!(used(), "2026-10-05T12:34:00.000000Z");
    assert_eq!(store.log_events().len(), events, "it is no act");
    store.clock.set("2026-10-05T12:36:01.000000Z");
    run_json_as(&store, &ben, &["login", "1"]).assert_succeeded();
    assert_eq!(used(), "2026-10-05T12:36:00.000000Z");
    // A refused attempt counts as well; the time never goes back.
    store.clock.set("2026-10-05T12:40:00.000000Z");
    run_json_as(&store, &ben, &["config", "list"]).assert_failed("resource_denied", 4);
    assert_eq!(used(), "2026-10-05T12:40:00.000000Z");
    store.clock.set("2026-10-05T12:39:58.000000Z");
    run_json_as(&store, &ben, &["whoami"]).assert_succeeded();
    assert_eq!(used(), "2026-10-05T12:40:00.000000Z");
    assert!(
        store
            .run_ok(&["user", "token", "list", "ben"])
            .contains("2026-10-05 12:40")
    );
    // Shell completion does not count.
    store.clock.set("2026-10-05T13:00:00.000000Z");
    let completing = store
        .command(&["--", "lac", "customer", "show", "a"])
        .env("COMPLETE", "fish")
        .env("LAC_TOKEN", &ben)
        .output()
        .expect("lac runs");
    assert!(completing.status.success(), "{completing:?}");
    assert_eq!(used(), "2026-10-05T12:40:00.000000Z");
}

#[test]
fn a_busy_store_does_not_block_readers() {
    let store = TestStore::with_sample_data();
    let ben = store.create_agent("ben");
    let lock = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(store.dir().join("lock"))
        .expect("the lock");
    lock.lock().expect("the lock");
    let started = std::time::Instant::now();
    run_json_as(&store, &ben, &["whoami"]).assert_succeeded();
    assert!(started.elapsed().as_secs() < 5, "it does not wait");
    lock.unlock().expect("the lock");
    assert_eq!(
        store.run_json(&["user", "token", "list", "ben"])[0]["last_used_at"],
        Value::Null
    );
}

#[test]
fn a_reused_user_name_inherits_nothing() {
    let store = TestStore::with_sample_data();
    let old = store.create_agent("ben");
    let url = answer(run_json_as(&store, &old, &["login", "1"]));
    store.run_ok(&["user", "delete", "ben", "--yes"]);
    store.clock.set("2026-10-05T12:00:01.000000Z");
    store.run_ok(&["user", "create", "ben", "--role", "bens"]);
    run_json_as(&store, &old, &["whoami"]).assert_failed("not_authenticated", 4);
    assert_eq!(store.run_json(&["user", "token", "list", "ben"]), json!([]));
    let made = store.run_json(&["user", "token", "create", "ben"]);
    let new = json_str(&made["token"]);
    assert_eq!(
        answer(run_json_as(&store, new, &["session", "list"])),
        json!([])
    );
    run_json_as(
        &store,
        new,
        &["session", "show", json_str(&url["session_id"])],
    )
    .assert_failed("resource_denied", 4);
    run_json_as(&store, new, &["login", "--last"]).assert_failed("customer_not_found", 3);
    let redeem = [
        "redeem",
        json_str(&url["url"]),
        "--audience",
        "https://shop.example.com",
    ];
    store.run_failing(&redeem, "session_ended", 5);
    let ids = [
        &store.run_json(&["user", "show", "ben"])["id"],
        &store.log_events()[0]["admin_id"],
    ]
    .map(Value::to_string);
    assert_ne!(ids[0], ids[1]);
}

/// Every file below a directory.
fn files(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn a_token_never_appears_in_files_output_or_process_lists() {
    let store = TestStore::with_sample_data();
    let made = store.run_json(&["user", "token", "create", "alice", "--label", "nightly"]);
    let token = json_str(&made["token"]).to_owned();
    let secret = token.strip_prefix("lac_").expect("the prefix");
    let mut outputs = Vec::new();
    let file = store.home().join("token");
    fs::write(&file, &token).expect("a file");
    let by_file = file.to_str().expect("UTF-8");
    for args in [
        &["whoami"][..],
        &["login", "1"],
        &["login", "2"],
        &["login", "4711"],
        &["session", "list"],
        &["user", "token", "list"],
        &["user", "token", "revoke", "alice", "99"],
        &["log", "list"],
        &["log", "report"],
        &["log", "verify"],
        &["doctor"],
        &["config", "get", "no/such/path"],
        &["-v", "customer", "list"],
        &["--token-file", by_file, "whoami"],
    ] {
        for format in ["table", "json"] {
            let args: Vec<&str> = args.iter().chain(&["-o", format]).copied().collect();
            let ran = store.run_as(&token, &args);
            outputs.push(ran.stdout + &ran.stderr);
        }
    }
    let export = store.home().join("export.jsonl");
    run_json_as(
        &store,
        &token,
        &["log", "export", export.to_str().expect("UTF-8")],
    )
    .assert_succeeded();
    // An invalid token is not repeated either.
    outputs.push(store.run_as(&token[..40], &["whoami"]).stderr);
    outputs.push(
        store
            .run_as(&format!("{token}x"), &["whoami", "-o", "json"])
            .stderr,
    );
    let mut tail = store
        .command(&["log", "tail", "--follow"])
        .env("LAC_TOKEN", &token)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("lac runs");
    let proc_dir = Path::new("/proc").join(tail.id().to_string());
    for _ in 0..20 {
        let shown = fs::read(proc_dir.join("cmdline")).unwrap_or_default();
        let title = fs::read(proc_dir.join("comm")).unwrap_or_default();
        outputs.push(String::from_utf8_lossy(&shown).into_owned());
        outputs.push(String::from_utf8_lossy(&title).into_owned());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    tail.kill().expect("it runs");
    tail.wait().expect("it ends");
    for text in outputs {
        assert!(!text.contains(&secret[..16]), "{text}");
    }
    fs::remove_file(&file).expect("the file");
    let mut all = Vec::new();
    files(store.home(), &mut all);
    assert!(all.len() > 5, "{all:?}");
    for path in all {
        let bytes = fs::read(&path).expect("a file");
        let found = memchr::memmem::find(&bytes, &secret.as_bytes()[..16]);
        assert_eq!(found, None, "{}", path.display());
    }
}

/// The output at a terminal of 80 columns.
fn at_a_terminal(store: &TestStore, command: &str) -> Option<String> {
    let lac = store.command(&[]);
    let line = format!(
        "stty cols 80 && exec {} {command}",
        env!("CARGO_BIN_EXE_lac")
    );
    let mut script = std::process::Command::new("script");
    let output = script
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .envs(
            lac.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn token_and_session_lists_fit_80_columns() {
    let store = TestStore::with_sample_data();
    let token = limited(
        &store,
        &["--resource", "login_button", "--label", "nightly"],
    );
    run_json_as(&store, &token, &["login", "1", "--ticket", "ZD-4711"]).assert_succeeded();
    for command in ["user token list", "session list"] {
        let Some(shown) = at_a_terminal(&store, command) else {
            return;
        };
        let lines: Vec<&str> = shown
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        assert!(
            lines
                .iter()
                .all(|line| line.trim_end().chars().count() <= 80),
            "{shown}"
        );
        assert_eq!(lines.len(), 5, "one row, one line: {shown}");
    }
}
