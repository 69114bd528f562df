//! Output before a command is parsed: help and usage errors.

use serde_json::Value;

use crate::support::TestStore;

#[test]
fn the_help_fits_a_screen_and_lists_every_command() {
    let help = TestStore::uninitialized().run_ok(&["--help"]);
    let root = login_as_customer::cli::command();
    for command in root.get_subcommands() {
        let start = format!("  {} ", command.get_name());
        let times = help.lines().filter(|l| l.starts_with(&start)).count();
        assert!(times >= 1, "{}", command.get_name());
    }
    let wide: Vec<&str> = help.lines().filter(|l| l.chars().count() > 100).collect();
    assert!(wide.is_empty(), "{wide:?}");
    assert!(help.lines().count() <= 66, "{}", help.lines().count());
    assert!(!help.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn running_without_a_command_is_an_error() {
    let store = TestStore::uninitialized();
    let ran = store.run(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: lac"));
    assert_eq!(store.run(&["config"]).code, 2);
}

#[test]
fn a_misspelt_command_gets_a_suggestion() {
    let store = TestStore::uninitialized();
    let ran = store.run(&["logn"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("'login'"), "{}", ran.stderr);
}

#[test]
fn usage_errors_are_json_if_json_was_requested() {
    let store = TestStore::uninitialized();
    for (args, help) in [
        (
            &["-o", "json", "config", "get"][..],
            "lac config get --help",
        ),
        (
            &["config", "get", "--nothing", "-ojson"],
            "lac config get --help",
        ),
        (&["user", "token", "-o", "json"], "lac user token --help"),
        (&["nothing", "--output=jsonl"], "lac --help"),
    ] {
        let ran = store.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        let error: Value = serde_json::from_str(ran.stderr.trim()).expect("one line of JSON");
        assert_eq!(error["error"]["code"], "invalid_argument", "{args:?}");
        let hint = error["error"]["hint"].as_str().expect("a hint");
        assert_eq!(hint, format!("run {help} for usage"), "{args:?}");
    }
    // What is missing has its own lines.
    let error = store.run_failing(&["import"], "invalid_argument", 2);
    assert_eq!(
        error["message"],
        "the following required arguments were not provided: <KIND> <FILE>"
    );
}

#[test]
fn the_version_is_that_of_the_crate() {
    let version = TestStore::uninitialized().run_ok(&["--version"]);
    assert_eq!(version.trim(), format!("lac {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_list_has_pages() {
    let store = TestStore::with_sample_data();
    for list in [
        &["customer", "list"][..],
        &["key", "list"],
        &["log", "list"],
        &["config", "list"],
        &["stores", "list"],
        &["role", "resources"],
    ] {
        let page = |more: &[&str]| {
            let args: Vec<&str> = list.iter().chain(more).copied().collect();
            store.run(&args)
        };
        let first = page(&["-o", "csv", "--limit", "1"]).assert_succeeded();
        assert_eq!(first.stdout.lines().count(), 2, "{list:?}: {first:#?}");
        let (_, cursor) = first.stderr.trim().rsplit_once(' ').expect("a cursor");
        let second = page(&["-o", "csv", "--limit", "1", "--after", cursor]).assert_succeeded();
        assert_ne!(first.stdout, second.stdout, "{list:?}");
        page(&["-o", "json", "--after", "\u{1b}[31m"]).assert_failed("invalid_value", 2);
    }
}
