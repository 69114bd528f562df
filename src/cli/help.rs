//! The layout of `lac --help`: commands grouped by task.

use clap::builder::Styles;

use super::commands::CommandSpec;

/// Headings and their commands.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Log in as a customer",
        &["login", "request", "session", "document"],
    ),
    ("Customers", &["customer", "consent"]),
    ("Access", &["whoami", "role", "user", "storefront"]),
    (
        "Set up",
        &["init", "demo", "doctor", "config", "stores", "import"],
    ),
    ("Audit log", &["log", "outbox"]),
    ("Storefronts", &["redeem", "sync", "verify", "key", "serve"]),
    ("This program", &["completions", "man"]),
];

const EXAMPLES: [&str; 3] = [
    "lac login jane@example.com --ticket ZD-4711",
    "lac login --order 000000001 --check",
    "lac log list --action-group login_as_customer --since 2026-10-01 -o csv",
];

const EXIT_CODES: [&str; 2] = [
    "0 done   1 failed   2 usage   3 not found   4 denied   5 refused",
    "6 tampered   7 busy or conflict   8 could not verify   9 differs",
];

/// The commands of each group. Commands without a group come last, so that none
/// is missing.
fn groups(nouns: &[CommandSpec]) -> Vec<(&'static str, Vec<&CommandSpec>)> {
    let find = |name: &&str| nouns.iter().find(|noun| noun.name == *name);
    let mut all: Vec<_> = GROUPS
        .iter()
        .map(|(title, names)| (*title, names.iter().filter_map(find).collect::<Vec<_>>()))
        .collect();
    let is_named = |noun: &&CommandSpec| GROUPS.iter().any(|(_, names)| names.contains(&noun.name));
    all.push((
        "More",
        nouns.iter().filter(|noun| !is_named(noun)).collect(),
    ));
    all.retain(|(_, nouns)| !nouns.is_empty());
    all
}

/// The help template of the program itself.
pub(super) fn template(nouns: &[CommandSpec]) -> String {
    let styles = Styles::styled();
    let (title, name) = (styles.get_header(), styles.get_literal());
    let width = nouns.iter().map(|noun| noun.name.len()).max().unwrap_or(0);
    let mut text = String::from("{about}\n\n{usage-heading} {usage}\n");
    for (heading, nouns) in groups(nouns) {
        text += &format!("\n{title}{heading}:{title:#}\n");
        for noun in nouns {
            text += &format!("  {name}{:width$}{name:#}  {}\n", noun.name, noun.about);
        }
    }
    text += &format!("\n{title}Options:{title:#}\n{{options}}\n\n{title}Examples:{title:#}\n");
    for example in EXAMPLES {
        text += &format!("  {example}\n");
    }
    text += &format!("\n{title}Exit codes:{title:#}\n");
    for codes in EXIT_CODES {
        text += &format!("  {codes}\n");
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands;

    #[test]
    fn every_command_has_its_place() {
        let places = groups(commands::ALL);
        assert!(
            places.iter().all(|(heading, _)| *heading != "More"),
            "{places:?}"
        );
        let count: usize = places.iter().map(|(_, nouns)| nouns.len()).sum();
        assert_eq!(count, commands::ALL.len(), "a command is in two groups");
    }
}
