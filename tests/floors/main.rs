//! How the program is divided. Cargo prevents a crate from using a higher one;
//! what Cargo cannot see is checked here.

mod circles;
mod modules;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use modules::Module;

/// Each crate, and the crates of this workspace that it may use.
const CRATES: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("store", &["model"]),
    ("ledger", &["model", "store"]),
    ("sqlite", &["model", "store"]),
    ("render", &["model", "store", "ledger"]),
    ("app", &["model", "store", "ledger"]),
    ("", &["model", "store", "ledger", "sqlite", "render", "app"]),
];

/// The only file outside the adapter that names it.
const WHERE_STORES_ARE_OPENED: &str = "src/cli/store_pool.rs";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of a crate; `None` is the root package.
fn folder(name: &str) -> PathBuf {
    match name {
        "" => root().to_path_buf(),
        name => root().join("crates").join(name),
    }
}

/// The names in a crate's `[dependencies]`.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(folder(name).join("Cargo.toml")).expect("a manifest");
    let manifest: BTreeMap<String, toml::Value> = toml::from_str(&manifest).expect("TOML");
    let table = manifest["dependencies"].as_table().expect("a table");
    table.keys().cloned().collect()
}

/// Fails with all violations at once.
#[track_caller]
fn assert_no_violations(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// Lines of a crate that contain one of these words, without comments.
fn lines_with(name: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for module in modules::read(&folder(name).join("src")) {
        let path = module.file.strip_prefix(root()).expect("below the root");
        for word in words {
            if module.code.contains(word) {
                found.push(format!("{}: {word}", path.display()));
            }
        }
    }
    found
}

#[test]
fn every_crate_depends_only_on_lower_crates() {
    let folders = fs::read_dir(root().join("crates")).expect("the crates");
    assert_eq!(folders.count(), CRATES.len() - 1, "a crate without a floor");
    let mut violations = Vec::new();
    for (name, below) in CRATES {
        for used in dependencies(name) {
            if let Some(ours) = used.strip_prefix("lac-")
                && !below.contains(&ours)
            {
                violations.push(format!("{name} uses {ours}"));
            }
        }
    }
    assert_no_violations(&violations);
}

#[test]
fn one_file_names_the_storage_adapter() {
    let mut violations = Vec::new();
    for (name, _) in CRATES.iter().filter(|(name, _)| *name != "sqlite") {
        if dependencies(name).contains(&"rusqlite".to_owned()) {
            violations.push(format!("{name} depends on rusqlite"));
        }
        let named = lines_with(name, &["lac_sqlite"]);
        violations.extend(
            named
                .into_iter()
                .filter(|at| !at.starts_with(WHERE_STORES_ARE_OPENED)),
        );
    }
    assert_no_violations(&violations);
}

/// The model has no I/O, clock or randomness of its own.
#[test]
fn the_model_has_no_io_clock_or_randomness() {
    assert_no_violations(&lines_with(
        "model",
        &[
            "std::fs",
            "std::net::Tcp",
            "std::env::var",
            "std::process",
            "std::io::std",
            "SystemTime::",
            "Instant::now",
            "getrandom",
        ],
    ));
}

/// A use case prints nothing, and the ledger does not know who is acting.
#[test]
fn use_cases_and_the_ledger_do_not_print() {
    let of_terminals = ["clap", "comfy-table", "console", "dialoguer", "indicatif"];
    let mut violations = lines_with("ledger", &["Actor", "std::io::std"]);
    violations.extend(lines_with("app", &["std::io::std"]));
    for name in ["model", "store", "ledger", "sqlite", "app"] {
        let used = dependencies(name).into_iter();
        let wrong = used.filter(|used| of_terminals.contains(&used.as_str()));
        violations.extend(wrong.map(|used| format!("{name} depends on {used}")));
    }
    assert_no_violations(&violations);
}

/// No module depends on itself through other modules of its folder.
/// Dependencies between a module and its parent are allowed.
#[test]
fn modules_have_no_cyclic_dependencies() {
    let mut violations = Vec::new();
    for (name, _) in CRATES {
        let all: Vec<Module> = modules::read(&folder(name).join("src"));
        assert!(all.len() > 3, "the modules of {name} were not found");
        violations.extend(circles::find(&all));
    }
    assert_no_violations(&violations);
}
