use serde_json::Value;

use super::*;
use lac_model::audit::{Filter, FilterValues};

const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The example with every `# key = value` uncommented.
fn uncommented_example() -> String {
    let uncommented = |line: &'static str| match line.strip_prefix("# ") {
        Some(rest) if is_assignment(rest) => rest,
        _ => line,
    };
    EXAMPLE
        .lines()
        .map(uncommented)
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_assignment(line: &str) -> bool {
    line.split_once(" = ").is_some_and(|(key, _)| {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        !key.is_empty() && key.chars().all(plain)
    })
}

/// Paths of keys without a value.
fn null_paths(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Null => vec![at.to_owned()],
        Value::Object(map) if map.is_empty() => vec![at.to_owned()],
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| null_paths(value, &format!("{at}/{key}")))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_example_names_every_key_and_no_other() {
    let file: SettingsFile = toml::from_str(&uncommented_example()).unwrap();
    assert_eq!(
        null_paths(&serde_json::to_value(&file).unwrap(), ""),
        [""; 0]
    );
}

#[test]
fn what_the_example_sets_is_the_default() {
    let file: SettingsFile = toml::from_str(EXAMPLE).unwrap();
    assert_eq!(file.store, None);
    assert_eq!(file.output, Some(OutputFormat::Table));
    assert_eq!(file.color.as_deref(), Some("auto"));
    let globals = Globals {
        store: Some("/s".into()),
        ..Globals::default()
    };
    let nothing = Settings::from_parts(&globals, SettingsFile::default(), None).unwrap();
    let shown = Settings::from_parts(&globals, file, None).unwrap();
    assert_eq!(nothing.busy_timeout, shown.busy_timeout);
    assert_eq!(nothing.screen_rows, shown.screen_rows);
    assert_eq!(nothing.anchor.file, shown.anchor.file);
    assert_eq!(nothing.anchor.syslog, shown.anchor.syslog);
    assert_eq!(nothing.hooks.timeout, shown.hooks.timeout);
    assert_eq!(nothing.gateway, shown.gateway);
    assert_eq!(shown.hooks.after_login, None);
}

#[test]
fn the_examples_filter_is_what_its_flags_would_be() {
    let file: SettingsFile = toml::from_str(&uncommented_example()).unwrap();
    let filter = file.filters["quarter"]
        .parse("quarter")
        .unwrap()
        .with_flags(Filter::default())
        .unwrap();
    let expected = Filter {
        since: Some("2026-10-01".parse().unwrap()),
        until: Some("2026-12-31".parse().unwrap()),
        action_group: FilterValues::any_of(["login_as_customer", "consent"]).unwrap(),
        admin: FilterValues {
            not: FilterValues::any_of(["night-shift"]).unwrap().any,
            ..FilterValues::default()
        },
        ..Filter::default()
    };
    assert_eq!(filter, expected);
    // The example's filter is commented out, so it is empty.
    let file: SettingsFile = toml::from_str(EXAMPLE).unwrap();
    assert_eq!(
        file.filters["quarter"]
            .parse("quarter")
            .unwrap()
            .with_flags(Filter::default())
            .unwrap(),
        Filter::default()
    );
}

/// The error for an unknown key lists the known ones.
#[test]
fn a_saved_filter_takes_what_the_flags_take() {
    let error = toml::from_str::<crate::cli::saved_filter::SavedFilter>("no_key = 1").unwrap_err();
    let (_, listed) = error.message().split_once("expected one of ").unwrap();
    let mut keys: Vec<String> = listed
        .split(", ")
        .map(|key| key.trim_matches('`').replace('_', "-"))
        .collect();
    let mut program = crate::cli::command();
    program.build();
    let log = program.find_subcommand("log").unwrap();
    let list = log.find_subcommand("list").unwrap();
    let is_filter = |arg: &&clap::Arg| {
        let heading = arg.get_help_heading();
        matches!(heading, Some("Filters" | "Exclusions")) && arg.get_long() != Some("filter")
    };
    let mut flags: Vec<&str> = list
        .get_arguments()
        .filter(is_filter)
        .filter_map(clap::Arg::get_long)
        .collect();
    keys.sort_unstable();
    flags.sort_unstable();
    assert_eq!(keys, flags);
}
