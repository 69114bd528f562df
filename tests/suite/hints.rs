//! Hints as users see them: nobody is told to run a command they may not run.
//! `tests/docs/hints.rs` checks every fault with every kind of role.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use serde_json::Value;

use crate::support::{BrokerProcess, CommandOutput, NOW, TestStore, json_str};

fn hint(ran: CommandOutput, code: &str, exit: i32) -> String {
    json_str(&ran.assert_failed(code, exit)["hint"]).to_owned()
}

fn as_json<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [args, &["-o", "json"]].concat()
}

#[test]
fn hints_depend_on_the_readers_rights() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("amy");
    let opt_in =
        store.create_user_with_resources("olga", &["login_button", "allow_shopping_assistance"]);
    let login = as_json(&["login", "2"]);
    let withheld = |ran: CommandOutput| hint(ran, "consent_withheld", 5);
    assert!(withheld(store.run(&login)).contains("lac consent grant 2"));
    assert!(withheld(store.run_as(&opt_in, &login)).contains("lac consent grant 2"));
    let text = withheld(store.run_as(&agent, &login));
    assert!(
        text.contains("lac consent ask 2") && !text.contains("grant"),
        "{text}"
    );
    // The text output has the same line.
    let ran = store.run_as(&agent, &["login", "2"]);
    assert!(ran.stderr.contains(&format!("hint: {text}")), "{ran:#?}");
    let missing = as_json(&["login", "nobody@example.com"]);
    let found = |ran: CommandOutput| hint(ran, "customer_not_found", 3);
    assert!(found(store.run(&missing)).contains("lac customer list"));
    assert!(!found(store.run_as(&agent, &missing)).contains("lac "));
    store.set_feature("no");
    let off = |ran: CommandOutput| hint(ran, "feature_disabled", 5);
    assert!(off(store.run(&login)).contains("lac config set"));
    assert!(!off(store.run_as(&agent, &login)).contains("lac "));
}

/// A role with the right for some websites cannot set the default for all.
#[test]
fn hints_respect_the_role_scope() {
    let store = TestStore::with_sample_data();
    store.set_feature("no");
    store.run_ok(&["role", "create", "Base", "--scope", "website:base"]);
    store.run_ok(&["role", "allow", "Base", "login_button", "config_section"]);
    let token = store.create_user("bo", "Base");
    let set = ["config", "set", "login_as_customer/general/enabled", "yes"];
    store
        .run_as(&token, &as_json(&set))
        .assert_failed("beyond_own_rights", 4);
    let text = hint(
        store.run_as(&token, &as_json(&["login", "1"])),
        "feature_disabled",
        5,
    );
    assert!(!text.contains("lac "), "{text}");
}

/// `--check` and `document show` list obstacles with their own hints.
#[test]
fn obstacle_hints_respect_the_readers_rights() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("amy");
    store.run_ok(&["consent", "revoke", "1"]);
    let hints = |ran: &CommandOutput| -> Vec<String> {
        let shown: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let obstacles = shown["obstacles"].as_array().expect("obstacles").clone();
        obstacles
            .iter()
            .map(|o| json_str(&o["hint"]).to_owned())
            .collect()
    };
    for args in [
        &["login", "1", "--check"][..],
        &["document", "show", "--order", "100000001"],
    ] {
        let [full, own] = [
            store.run(&as_json(args)),
            store.run_as(&agent, &as_json(args)),
        ];
        assert!(hints(&full)[0].contains("lac consent grant 1"), "{full:#?}");
        let own_hint = &hints(&own)[0];
        assert!(own_hint.contains("lac consent ask 1"), "{own:#?}");
        assert!(!own_hint.contains("grant"), "{own:#?}");
        let people = store.run_as(&agent, args);
        assert!(!people.stdout.contains("lac consent grant"), "{people:#?}");
    }
}

#[test]
fn hints_are_the_same_through_a_broker() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("amy");
    let broker = BrokerProcess::start(&store, NOW, 7);
    let ask = |token: Option<&str>| {
        let mut command = store.command(&as_json(&["login", "2"]));
        command.env("LAC_STORE", broker.store_setting());
        if let Some(token) = token {
            command.env("LAC_TOKEN", token);
        }
        let ran = crate::support::command_output(command.output().expect("lac runs"));
        hint(ran, "consent_withheld", 5)
    };
    assert!(ask(None).contains("lac consent grant 2"));
    assert!(!ask(Some(&agent)).contains("lac consent grant"));
    assert!(ask(Some(&agent)).contains("lac consent ask 2"));
}

/// Looking up the reader's rights is not an attempt of theirs.
#[test]
fn hints_create_no_events() {
    let store = TestStore::with_sample_data();
    let nobody = format!("lac_{}", "x".repeat(40));
    let count = || store.log_events().len();
    let before = count();
    let unknown = as_json(&["config", "get", "lac/no/such/path/at/all"]);
    let ran = store.run_as(&nobody, &unknown);
    ran.assert_failed("config_path_not_found", 3);
    assert_eq!(count(), before);
    store
        .run_as(&nobody, &as_json(&["login", "2"]))
        .assert_failed("not_authenticated", 4);
    assert_eq!(count(), before + 1);
}

/// A user with `chown` could take a store from its account, and `init` would
/// create an empty store in place of one that was only unreadable.
#[test]
fn no_hint_takes_a_store_from_its_owner() {
    if !nix::unistd::getuid().is_root() {
        return; // making somebody else's store takes root
    }
    let store = TestStore::new();
    let foreign = nix::unistd::Uid::from_raw(65534);
    nix::unistd::chown(&store.dir(), Some(foreign), None).expect("chown");
    let text = hint(store.run(&as_json(&["whoami"])), "store_unsafe", 1);
    assert!(!text.contains("chown"), "{text}");
    nix::unistd::chown(&store.dir(), Some(nix::unistd::getuid()), None).expect("chown");
    let key = store.dir().join("keys/audit.pem");
    nix::unistd::chown(&key, Some(foreign), None).expect("chown");
    let text = hint(store.run(&as_json(&["whoami"])), "store_unsafe", 1);
    assert!(!text.contains("chown"), "{text}");
}

/// A new store is not suggested in place of half a store.
#[test]
fn init_is_hinted_only_in_an_empty_place() {
    let store = TestStore::new();
    fs::remove_file(store.dir().join("lac.db")).expect("removed");
    let text = hint(store.run(&as_json(&["whoami"])), "store_unsafe", 1);
    assert!(!text.contains("init"), "{text}");
    let doctor = store.run(&["doctor"]);
    assert!(!doctor.stdout.contains("lac init"), "{doctor:#?}");
    // If this account cannot create one, the hint does not suggest it.
    let none = TestStore::uninitialized();
    let file = none.home().join("file");
    fs::write(&file, "").expect("a file");
    let inside = file.join("store");
    let mut command = none.command(&as_json(&["whoami"]));
    let ran = crate::support::command_output(
        command.env("LAC_STORE", inside).output().expect("lac runs"),
    );
    assert_eq!(ran.code, 1);
    assert!(!ran.stderr.contains("lac init"), "{ran:#?}");
    let none = TestStore::uninitialized();
    let text = hint(none.run(&as_json(&["whoami"])), "store_missing", 1);
    assert!(text.contains("lac init"), "{text}");
}

/// An unreadable directory may hold a store. Root can read everything, so this
/// runs as another account if it can.
#[test]
fn an_unreadable_directory_is_not_a_missing_store() {
    if !nix::unistd::getuid().is_root() {
        let store = TestStore::new();
        fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o0)).expect("chmod");
        let text = hint(store.run(&as_json(&["whoami"])), "store_unsafe", 1);
        fs::set_permissions(store.dir(), fs::Permissions::from_mode(0o700)).expect("chmod");
        assert!(!text.contains("init"), "{text}");
        return;
    }
    let store = TestStore::new();
    fs::set_permissions(store.home(), fs::Permissions::from_mode(0o755)).expect("chmod");
    let program = store.home().join("lac");
    fs::copy(env!("CARGO_BIN_EXE_lac"), &program).expect("a copy");
    let mut command = std::process::Command::new(&program);
    command
        .args(as_json(&["whoami"]))
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("LAC_STORE", store.dir())
        .uid(65534)
        .gid(65534);
    // A concurrent test may have forked while the copy was open.
    let is_busy = |e: &std::io::Error| e.kind() == std::io::ErrorKind::ExecutableFileBusy;
    let output = loop {
        match command.output() {
            Err(e) if is_busy(&e) => std::thread::sleep(std::time::Duration::from_millis(20)),
            other => break other.expect("lac runs"),
        }
    };
    let text = hint(crate::support::command_output(output), "store_unsafe", 1);
    assert!(!text.contains("init") && !text.contains("chown"), "{text}");
}

#[test]
fn invalid_files_get_a_matching_hint() {
    let store = TestStore::with_sample_data();
    let import = as_json(&["import", "customers", "-"]);
    let text =
        |data: &str, args: &[&str]| hint(store.run_with(data.as_bytes(), args), "invalid_file", 2);
    let short = r#"{"items": [], "search_criteria": {}, "total_count": 3}"#;
    let totals = text(short, &import);
    assert!(
        totals.contains("--partial") && !totals.contains("--skip-invalid"),
        "{totals}"
    );
    let partial = [&import[..], &["--partial"]].concat();
    store
        .run_with(short.as_bytes(), &partial)
        .assert_succeeded();
    let item = r#"[{"id": 90, "email": "no address", "website_id": 1, "store_id": 1}]"#;
    let invalid = text(item, &import);
    assert!(
        invalid.contains("--skip-invalid") && !invalid.contains("--partial"),
        "{invalid}"
    );
    let skip = [&import[..], &["--skip-invalid"]].concat();
    store.run_with(item.as_bytes(), &skip).assert_succeeded();
    // A file that must be fixed gets no hint.
    let broken = text("[{", &import);
    assert!(!broken.contains("--"), "{broken}");
    let roles = store.home().join("roles.toml");
    fs::write(&roles, "format = 'nonsense'").expect("written");
    let roles = roles.to_str().expect("a path");
    let roles = hint(
        store.run(&as_json(&["role", "apply", roles])),
        "invalid_file",
        2,
    );
    assert!(!roles.contains("--"), "{roles}");
}
