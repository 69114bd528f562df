//! Shell completion and the manual pages.

use std::fs;

use crate::support::TestStore;

/// Runs what a shell runs for a line whose last word is being typed.
fn offered(store: &TestStore, words: &[&str]) -> Vec<String> {
    let mut line = vec!["--", "lac"];
    line.extend(words);
    let mut command = store.command(&line);
    let output = command.env("COMPLETE", "fish").output().expect("lac runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let value = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
    text.lines().map(value).collect()
}

#[test]
fn completion_offers_commands_flags_and_fixed_values() {
    let store = TestStore::new();
    assert!(offered(&store, &["conf"]).contains(&"config".to_owned()));
    assert!(offered(&store, &["config", "get", "--sc"]).contains(&"--scope".to_owned()));
    assert_eq!(
        offered(&store, &["config", "get", "general/"]),
        ["general/locale/timezone"]
    );
    assert_eq!(
        offered(&store, &["config", "get", "x", "--scope", "d"]),
        ["default"]
    );
}

#[test]
fn completion_creates_no_store_and_no_events() {
    let none = TestStore::uninitialized();
    assert_eq!(
        offered(&none, &["config", "get", "x", "--scope", ""]),
        [""; 0]
    );
    assert!(!none.dir().exists());

    let store = TestStore::new();
    let before = fs::read(store.dir().join("checkpoint")).expect("a checkpoint");
    let mut command = store.command(&["--", "lac", "config", "get", "x", "--scope", ""]);
    let output = command
        .env("COMPLETE", "fish")
        .env("LAC_TOKEN", "lac_nobody")
        .output()
        .expect("lac runs");
    assert_eq!(output.stdout, b"", "nobody is offered nothing");
    assert_eq!(output.stderr, b"");
    let after = fs::read(store.dir().join("checkpoint")).expect("a checkpoint");
    assert_eq!(before, after, "a denied look was recorded");
}

#[test]
fn every_supported_shell_has_a_completion_script() {
    let store = TestStore::uninitialized();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = store.run_ok(&["completions", shell]);
        assert!(
            script.contains("COMPLETE") && script.contains("lac"),
            "{shell}"
        );
    }
    let unknown = store.run(&["completions", "cmd"]);
    assert_eq!(unknown.code, 2);
}

#[test]
fn every_command_has_a_manual_page() {
    let store = TestStore::uninitialized();
    let dir = store.home().join("man");
    let shown = store.run_json(&["man", dir.to_str().expect("UTF-8")]);
    let pages = shown["pages"].as_array().expect("a list");
    for page in ["lac.1", "lac-init.1", "lac-config.1", "lac-config-get.1"] {
        assert!(pages.contains(&page.into()), "{page}");
    }
    for page in pages {
        let text = fs::read_to_string(dir.join(page.as_str().expect("a name"))).expect("a page");
        assert!(
            text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"),
            "{page}"
        );
    }
}

/// Two websites with a customer each, and a customer whose address is shell
/// code.
fn two_websites() -> TestStore {
    let store = TestStore::new();
    for code in ["eu", "us"] {
        store.run_ok(&["stores", "add-website", code, "--name", code]);
        let group = format!("{code}_group");
        store.run_ok(&[
            "stores",
            "add-group",
            &group,
            "--website",
            code,
            "--name",
            code,
        ]);
        let view = format!("{code}_view");
        store.run_ok(&[
            "stores", "add-view", &view, "--group", &group, "--name", code,
        ]);
    }
    for (email, website) in [
        ("jane@example.eu", "eu"),
        ("jane@example.us", "us"),
        ("jane$(id)`id`@example.eu", "eu"),
    ] {
        store.run_ok(&["customer", "add", "--email", email, "--website", website]);
    }
    store
}

#[test]
fn completion_offers_stored_names_but_no_shell_code() {
    let store = two_websites();
    let jane = offered(&store, &["customer", "show", "JAN"]);
    assert_eq!(jane, ["jane@example.eu", "jane@example.us"]);
    assert_eq!(
        offered(&store, &["login", "--store-view", "e"]),
        ["eu_view"]
    );
    assert_eq!(
        offered(&store, &["customer", "list", "--website", ""]),
        ["eu", "us"]
    );
    let scopes = offered(&store, &["config", "get", "x", "--scope", "website:"]);
    assert_eq!(scopes, ["website:eu", "website:us"]);
    assert_eq!(
        offered(&store, &["user", "assign", "alice", "Adm"]),
        ["Administrators"]
    );
    assert_eq!(offered(&store, &["user", "show", "a"]), ["alice"]);
    let named = ["--store", "nowhere", "customer", "show", "jan"];
    assert_eq!(
        offered(&store, &named),
        [""; 0],
        "the words name another store"
    );
}

#[test]
fn completion_offers_only_what_the_user_may_see() {
    let store = two_websites();
    store.run_ok(&["role", "create", "Support EU", "--scope", "website:eu"]);
    let bob = store.create_user("bob", "Support EU");
    let seen = |words: &[&str]| {
        let mut line = vec!["--", "lac"];
        line.extend(words);
        let mut command = store.command(&line);
        let output = command
            .env("COMPLETE", "fish")
            .env("LAC_TOKEN", &bob)
            .output()
            .expect("lac runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let before = fs::read(store.dir().join("checkpoint")).expect("a checkpoint");
    assert_eq!(seen(&["customer", "show", "jan"]), "");
    assert_eq!(seen(&["customer", "list", "--website", ""]), "");
    assert_eq!(seen(&["user", "show", "a"]), "");
    let after = fs::read(store.dir().join("checkpoint")).expect("a checkpoint");
    assert_eq!(before, after, "a denied look was recorded");

    // Only users who may list customers get them offered; looking one up for a
    // login is a different right.
    store.run_ok(&["role", "allow", "Support EU", "login_button"]);
    assert_eq!(seen(&["customer", "show", "jan"]), "");
    store.run_ok(&["role", "allow", "Support EU", "manage"]);
    assert_eq!(seen(&["customer", "show", "jan"]), "jane@example.eu\n");
    assert_eq!(seen(&["login", "--store-view", ""]), "eu_view\n");
    assert_eq!(seen(&["role", "show", "A"]), "");
}
