//! Config as a file.

use serde_json::json;

use super::{apply_text, differences, error_message, event_actions, run_with_text};
use crate::support::{TestStore, json_str};

const FILE: &str = r#"
format = "lac-config/1"

[default]
"login_as_customer/general/enabled" = true
"login_as_customer/general/authentication_data_expiration_time" = "2m"
"web/secure/base_url" = "https://Shop.example.com"
"lac/store/name" = "test.example"

[store-view.de]
"web/secure/base_url" = "https://de.example.com/"

[website.eu]
"lac/reason/min_length" = 5
"lac/ticket/required" = "YES"
"login_as_customer/general/shopping_assistance_checkbox_title" = "Größe \"渡\" '\\' # ="
"#;

#[test]
fn applying_a_file_records_the_same_events_as_single_commands() {
    let store = TestStore::with_sample_data();
    let answer = apply_text(&store, "config", FILE, &[]);
    let paths: Vec<String> = answer["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| {
            format!(
                "{} {}",
                json_str(&change["scope"]),
                json_str(&change["path"])
            )
        })
        .collect();
    let wanted = [
        "default login_as_customer/general/authentication_data_expiration_time",
        "website:eu login_as_customer/general/shopping_assistance_checkbox_title",
        "website:eu lac/reason/min_length",
        "website:eu lac/ticket/required",
        "store-view:de web/secure/base_url",
    ];
    assert_eq!(paths, wanted);
    assert_eq!(event_actions(&store, 5), ["config set"; 5]);
    let by_hand = TestStore::with_sample_data();
    let url = "https://de.example.com/";
    by_hand.run_ok(&[
        "config",
        "set",
        "web/secure/base_url",
        url,
        "--scope",
        "store-view:de",
    ]);
    let (ours, theirs) = (&store.log_events()[0], &by_hand.log_events()[0]);
    for field in ["action", "details", "website", "store_view"] {
        assert_eq!(ours[field], theirs[field], "{field}");
    }
    let events = store.log_events().len();
    assert_eq!(apply_text(&store, "config", FILE, &[])["changed"], false);
    assert_eq!(store.log_events().len(), events);
    assert!(differences(&store, "config", FILE, &[]).is_empty());

    let exported = store.run_ok(&["config", "export"]);
    assert!(
        exported.contains("\"lac/ticket/required\" = \"yes\"\n"),
        "{exported}"
    );
    assert!(
        exported.contains("\"lac/reason/min_length\" = 5\n"),
        "{exported}"
    );
    assert!(!exported.contains("lac/store/name"), "{exported}");
    let other = TestStore::with_sample_data();
    apply_text(&other, "config", &exported, &["--prune"]);
    assert_eq!(other.run_ok(&["config", "export"]), exported);
    assert_eq!(
        apply_text(&other, "config", &exported, &["--prune"])["changed"],
        false
    );
}

#[test]
fn prune_unsets_values_missing_from_the_file() {
    let store = TestStore::with_sample_data();
    apply_text(&store, "config", FILE, &[]);
    let file = "format = \"lac-config/1\"\n[default]\n\"login_as_customer/general/enabled\" = 1\n";
    let ran = run_with_text(&store, "config", "diff", file, &[]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stderr.contains("not in the file: 7 values"),
        "{}",
        ran.stderr
    );
    let ran = run_with_text(&store, "config", "diff", file, &["--prune"]);
    assert_eq!(ran.code, 9);
    let line = "- web/secure/base_url at store-view:de: https://de.example.com/\n";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    let dry = apply_text(&store, "config", file, &["--prune", "--dry-run"]);
    assert_eq!(dry["changes"].as_array().map(Vec::len), Some(7));
    apply_text(&store, "config", file, &["--prune"]);
    assert_eq!(event_actions(&store, 7), ["config unset"; 7]);
    let left = store.run_ok(&["config", "export"]);
    assert_eq!(
        left,
        file.replace("1\"\n[", "1\"\n\n[")
            .replace("= 1\n", "= \"yes\"\n")
    );
}

#[test]
fn errors_name_line_column_and_field() {
    let store = TestStore::with_sample_data();
    let head = "format = \"lac-config/1\"\n";
    for (text, problem) in [
        (
            format!("{head}[default]\n\"lac/reason/requird\" = true"),
            "line 3, column 1: lac/reason/requird: there is no such config path; did you mean lac/reason/required?",
        ),
        (
            format!("{head}[website.eu]\n \"login_as_customer/general/enabled\" = true"),
            "line 3, column 2: login_as_customer/general/enabled: it cannot be set at website:eu: only at default",
        ),
        (
            format!("{head}[website.asia]\n\"lac/reason/required\" = true"),
            "line 2, column 10: website: there is no website \"asia\"",
        ),
        (
            format!("{head}[store-view.\"x\\n\"]"),
            "line 2, column 13: store-view: there is no store view \"x\\n\"",
        ),
        (
            format!("{head}[default]\n\"lac/reason/min_length\" = 501"),
            "line 3, column 27: lac/reason/min_length: it is too large",
        ),
        (
            format!("{head}[default]\n\"lac/reason/min_length\" = -1"),
            "line 3, column 27: lac/reason/min_length: it cannot be read",
        ),
        (
            format!("{head}[default]\n\"lac/reason/min_length\" = 1.5"),
            "it is a number with a point",
        ),
        (
            format!("{head}[default]\n\"lac/reason/min_length\" = true"),
            "it is true or false; expected a whole number",
        ),
        (
            format!("{head}[default]\n\"general/locale/timezone\" = 5"),
            "it is a number; expected an IANA",
        ),
        (
            format!("{head}[default]\n\"lac/reason/required\" = []"),
            "it is a list; expected",
        ),
        (
            format!("{head}[default]\n\"lac/reason/required\" = 1\n\"lac/reason/required\" = 1"),
            "line 4, column 1: this is not TOML",
        ),
        (
            format!("{head}[default]\n\"lac/store/name\" = \"other\""),
            "line 3, column 20: lac/store/name: it is fixed when the store is made",
        ),
        (
            format!("{head}default = 1"),
            "line 2, column 11: default: it is a number; expected a table",
        ),
        (
            format!("{head}[website]\neu = 1"),
            "line 3, column 6: eu: it is a number; expected a table, [website.CODE]",
        ),
        (
            format!("{head}[websites.eu]"),
            "line 2, column 2: websites: there is no such key",
        ),
    ] {
        let message = error_message(&store, "config", &text);
        assert!(message.contains(problem), "{text}\n{message}");
    }
}

#[test]
fn disabling_the_feature_ends_and_counts_sessions() {
    let store = TestStore::with_sample_data();
    store.login(&["1"]);
    let file =
        "format = \"lac-config/1\"\n[default]\n\"login_as_customer/general/enabled\" = false\n";
    let answer = apply_text(&store, "config", file, &[]);
    assert_eq!(answer["sessions_ended"], 1);
    assert_eq!(
        event_actions(&store, 2),
        ["config set", "login_as_customer end"]
    );
}

#[test]
fn changing_logged_groups_is_recorded_with_the_other_changes() {
    let store = TestStore::with_sample_data();
    let logged = "admin/magento_logging/actions";
    store.run_ok(&["config", "set", logged, "stores"]);
    let events = store.log_events().len();
    store.run_ok(&["config", "set", "lac/ticket/required", "yes"]);
    assert_eq!(store.log_events().len(), events, "config is not logged now");
    let file = format!(
        "format = \"lac-config/1\"\n[default]\n\"lac/ticket/required\" = \"no\"\n\"{logged}\" = \"import\"\n"
    );
    apply_text(&store, "config", &file, &[]);
    assert_eq!(store.log_events().len(), events + 2);
    assert_eq!(store.log_events()[1]["details"]["path"], logged);
    assert_eq!(
        store.log_events()[0]["details"]["path"],
        "lac/ticket/required"
    );
    // Config changes are not logged, but still made.
    let ran = run_with_text(
        &store,
        "config",
        "apply",
        &file.replace("\"no\"", "\"yes\""),
        &["-o", "json"],
    );
    ran.assert_succeeded();
    assert_eq!(store.log_events().len(), events + 2);
    assert_eq!(
        store.run_json(&["config", "get", "lac/ticket/required"])["value"],
        json!("yes")
    );
    store.run_ok(&["log", "verify"]);
}
