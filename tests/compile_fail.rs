//! Code that must not compile: the guarantees of permits and records.
//!
//! Each file in `compile_fail/` ends a line with the start of the expected
//! compiler error (`//~ CODE: message`); the compiler must report that error
//! and no other. The files are checked against the libraries that this test
//! links, so nothing is built for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates that the files use.
const CRATES: [&str; 4] = ["lac_app", "lac_ledger", "lac_model", "lac_store"];

/// The directory with the libraries of this build.
fn libraries() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path
}

/// The newest build of a library.
fn newest(name: &str) -> PathBuf {
    let begins = format!("lib{name}-");
    let files = fs::read_dir(libraries()).unwrap();
    let files = files.map(|entry| entry.unwrap().path()).filter(|path| {
        let file = path.file_name().unwrap().to_string_lossy();
        file.starts_with(&begins) && file.ends_with(".rlib")
    });
    files
        .max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap())
        .unwrap_or_else(|| panic!("no library {name}"))
}

/// Line and message of each compiler error.
fn errors(file: &Path) -> Vec<(usize, String)> {
    let out = tempfile::tempdir().unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--error-format=short", "--cap-lints=allow"])
        .arg("-L")
        .arg(libraries())
        .arg("--out-dir")
        .arg(out.path())
        .arg(file);
    for name in CRATES {
        rustc
            .arg("--extern")
            .arg(format!("{name}={}", newest(name).display()));
    }
    let rustc_errors = String::from_utf8(rustc.output().unwrap().stderr).unwrap();
    let begins = format!("{}:", file.display());
    let error = |line: &str| {
        let Some(rest) = line.strip_prefix(&begins) else {
            assert!(line.starts_with("error: aborting"), "{rustc_errors}");
            return None;
        };
        let (at, rest) = rest.split_once(':')?;
        let (_, message) = rest.split_once(": error")?;
        let message = message.trim_start_matches(": ").replace(['[', ']'], "");
        Some((at.parse().unwrap(), message))
    };
    rustc_errors.lines().filter_map(error).collect()
}

/// The errors that the file expects, by line.
fn expected(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap();
    let expected_errors = text.lines().enumerate().filter_map(|(at, line)| {
        let (_, message) = line.split_once("//~ ")?;
        Some((at + 1, message.to_owned()))
    });
    expected_errors.collect()
}

#[test]
fn each_file_fails_to_compile_with_the_error_it_names() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let files = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let (expected, found) = (expected(&file), errors(&file));
        let fits = |((at, begins), (line, message)): (&(usize, String), &(usize, String))| {
            at == line && message.starts_with(begins)
        };
        let is_as_told = !expected.is_empty()
            && expected.len() == found.len()
            && expected.iter().zip(&found).all(fits);
        assert!(is_as_told, "{}: {found:#?}", file.display());
    }
}
