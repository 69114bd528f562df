//! The floors of the program: an upper one imports a lower one, never the
//! other way round. See `src/lib.rs`.

use std::fs;
use std::path::{Path, PathBuf};

const FLOORS: [(&str, u8); 8] = [
    ("domain", 1),
    ("store", 2),
    ("signing", 2),
    ("app", 3),
    ("render", 3),
    ("cli", 4),
    ("broker", 4),
    ("gateway", 4),
];

/// Where the program is put together; the only file outside the adapter that
/// may say which adapter it is.
const COMPOSITION_ROOT: &str = "cli/premises.rs";

struct Source {
    /// Below `src/`.
    path: String,
    text: String,
}

impl Source {
    /// The part of the program the file is of.
    fn part(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// Lines of code with their number; comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Every `crate::…` path, up to its second name.
    fn paths(&self) -> Vec<(usize, Vec<&str>)> {
        let mut found = Vec::new();
        for (at, line) in self.code() {
            for rest in line.split("crate::").skip(1) {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
                let path = &rest[..end.unwrap_or(rest.len())];
                found.push((
                    at,
                    path.split("::").filter(|name| !name.is_empty()).collect(),
                ));
            }
        }
        found
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    read(&root, &root, &mut found);
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn read(dir: &Path, root: &Path, found: &mut Vec<Source>) {
    let entries = fs::read_dir(dir).expect("a directory");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, root, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root).expect("below src");
            found.push(Source {
                path: name.to_string_lossy().into_owned(),
                text: fs::read_to_string(&path).expect("a source"),
            });
        }
    }
}

fn floor(part: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == part)
        .map(|(_, floor)| *floor)
}

/// Fails with every breach at once.
#[track_caller]
fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_part_has_a_floor() {
    for source in sources() {
        let known = floor(source.part()).is_some() || ["lib", "main"].contains(&source.part());
        assert!(known, "src/{} is on no floor", source.path);
    }
}

#[test]
fn nobody_imports_what_is_above() {
    let mut breaches = Vec::new();
    for source in sources() {
        let Some(own) = floor(source.part()) else {
            continue;
        };
        for (line, path) in source.paths() {
            let other = path.first().copied().unwrap_or_default();
            let Some(theirs) = floor(other) else { continue };
            let beside = own == 4 && theirs == 4 && other != source.part();
            if theirs > own || beside {
                breaches.push(format!(
                    "src/{}:{line}: {} imports {other}",
                    source.path,
                    source.part()
                ));
            }
        }
    }
    none(&breaches);
}

#[test]
fn the_adapter_is_named_only_where_the_program_is_put_together() {
    let mut breaches = Vec::new();
    for source in sources() {
        let is_adapter = source.path.starts_with("store/sqlite");
        for (line, text) in source.code() {
            if text.contains("rusqlite") && !is_adapter {
                breaches.push(format!("src/{}:{line}: rusqlite", source.path));
            }
            let names = text.contains("sqlite::") || text.contains("SqliteStore");
            if names && !is_adapter && source.path != COMPOSITION_ROOT {
                breaches.push(format!("src/{}:{line}: store::sqlite", source.path));
            }
        }
    }
    none(&breaches);
}

/// Floor 1 has no I/O, no clock and no randomness of its own.
#[test]
fn the_domain_is_pure() {
    const IMPURE: [&str; 8] = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::io::std",
        "SystemTime",
        "Instant",
        "getrandom",
    ];
    let mut breaches = Vec::new();
    for source in sources().iter().filter(|source| source.part() == "domain") {
        for (line, text) in source.code() {
            let impure = IMPURE.iter().filter(|word| text.contains(**word));
            breaches.extend(impure.map(|word| format!("src/{}:{line}: {word}", source.path)));
        }
    }
    none(&breaches);
}

/// A use case writes down nothing by itself and shows nothing.
#[test]
fn use_cases_know_nothing_of_terminals() {
    let mut breaches = Vec::new();
    for source in sources().iter().filter(|source| source.part() == "app") {
        for (line, text) in source.code() {
            for word in [
                "render::",
                "clap",
                "dialoguer",
                "indicatif",
                "std::io::std",
                "comfy_table",
            ] {
                if text.contains(word) {
                    breaches.push(format!("src/{}:{line}: {word}", source.path));
                }
            }
        }
    }
    none(&breaches);
}
