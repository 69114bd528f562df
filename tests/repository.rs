//! Rules for the whole repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most lines that a source file may have.
const MAX_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is under version control or about to be; nothing in a packed
/// crate, which has no version control.
fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let Ok(listed) = listed else {
        return Vec::new();
    };
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let paths = names.lines().map(|name| root().join(name));
    paths.filter(|path| path.is_file()).collect()
}

/// Local paths and registry hosts do not belong in the repository. Each is
/// written in two halves, so that this file does not contain it either.
#[test]
fn no_file_names_a_local_path_or_a_registry_host() {
    const FORBIDDEN: [[&str; 2]; 8] = [
        ["/ro", "ot/"],
        ["/wo", "rk/"],
        ["/ho", "me/"],
        ["crates", ".io"],
        ["pypi", ".org"],
        ["pythonhosted", ".org"],
        ["debian", ".org"],
        ["docs", ".rs/"],
    ];
    let mut found = Vec::new();
    for path in files() {
        // The lock file has to name the source of every crate.
        if path.ends_with("Cargo.lock") {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let words = FORBIDDEN.iter().map(|halves| halves.concat());
        let named = words.filter(|word| text.contains(word));
        found.extend(named.map(|word| format!("{}: {word}", path.display())));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn source_files_are_short() {
    let is_long = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().count() > MAX_LINES
    };
    let sources = files()
        .into_iter()
        .filter(|p| p.starts_with(root().join("src")) || p.starts_with(root().join("crates")));
    let long: Vec<PathBuf> = sources.filter(is_long).collect();
    assert!(long.is_empty(), "over {MAX_LINES} lines: {long:#?}");
}

#[test]
fn the_readme_says_how_to_try_and_how_to_test() {
    let readme = fs::read_to_string(root().join("README.md")).expect("a README");
    for line in ["cargo run --release -- demo", "cargo test"] {
        assert!(readme.contains(line), "{line}");
    }
}

#[test]
fn links_between_pages_are_not_broken() {
    let is_page = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
    let mut broken = Vec::new();
    for page in files().into_iter().filter(is_page) {
        let text = fs::read_to_string(&page).expect("a page");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            let is_local = !file.is_empty() && !file.contains(':') && !file.contains(' ');
            if is_local && !page.parent().expect("a folder").join(file).exists() {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let mut root = login_as_customer::cli::command().disable_help_subcommand(true);
    root.build();
    let mut without = Vec::new();
    walk(&root, "lac", &mut without);
    assert!(without.is_empty(), "no example in the help of {without:#?}");
}

/// `-h` and `--help` print the same, without blank lines between the options:
/// clap's long form starts when a description has a second paragraph or a
/// possible value has a description.
#[test]
fn help_texts_are_short() {
    let mut root = login_as_customer::cli::command().disable_help_subcommand(true);
    root.build();
    let mut long = Vec::new();
    find_long(&root, "lac", &mut long);
    assert!(
        long.is_empty(),
        "descriptions of one paragraph, please: {long:#?}"
    );
}

fn find_long(command: &clap::Command, name: &str, long: &mut Vec<String>) {
    let is_long = |arg: &&clap::Arg| {
        let values = arg.get_possible_values();
        arg.get_long_help().is_some() || values.iter().any(|value| value.get_help().is_some())
    };
    long.extend(command.get_long_about().map(|_| name.to_owned()));
    let arguments = command.get_arguments().filter(is_long);
    long.extend(arguments.map(|arg| format!("{name} {}", arg.get_id())));
    for verb in command.get_subcommands() {
        find_long(verb, &format!("{name} {}", verb.get_name()), long);
    }
}

fn walk(command: &clap::Command, name: &str, without: &mut Vec<String>) {
    let verbs: Vec<_> = command
        .get_subcommands()
        .filter(|c| c.get_name() != "help")
        .collect();
    let help = command.get_after_help().or(command.get_after_long_help());
    let shown = help.is_some_and(|text| text.to_string().contains(name));
    if verbs.is_empty() && !shown {
        without.push(name.to_owned());
    }
    for verb in verbs {
        walk(verb, &format!("{name} {}", verb.get_name()), without);
    }
}
