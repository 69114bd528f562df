//! What a shell is told while somebody types, and the manual pages.

use std::fs;

use crate::support::Store;

/// Runs what a shell runs for a line whose last word is being typed.
fn offered(store: &Store, words: &[&str]) -> Vec<String> {
    let mut line = vec!["--", "lac"];
    line.extend(words);
    let mut command = store.command(&line);
    let output = command.env("COMPLETE", "fish").output().expect("lac runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let value = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
    text.lines().map(value).collect()
}

#[test]
fn commands_flags_and_fixed_values_are_offered() {
    let store = Store::new();
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
fn completing_makes_no_store_and_leaves_no_trace() {
    let none = Store::none();
    assert_eq!(
        offered(&none, &["config", "get", "x", "--scope", ""]),
        [""; 0]
    );
    assert!(!none.dir().exists());

    let store = Store::new();
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
fn every_shell_has_a_script() {
    let store = Store::none();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = store.ok(&["completions", shell]);
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
    let store = Store::none();
    let dir = store.home().join("man");
    let shown = store.json(&["man", dir.to_str().expect("UTF-8")]);
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
