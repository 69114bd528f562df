//! Code that must not compile: the guarantees of permits and records.
//!
//! Each file in `compile_fail/` ends a line with the start of the expected
//! compiler error (`//~ CODE: message`); the compiler must report that error
//! and no other. The files are checked against the libraries that this test
//! links, so nothing is built for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The library whose newest build is used.
const APP: &str = "lac_app";

/// The libraries below it, each with a line that compiles only with the build
/// that [`APP`] is linked to. `cargo test -p CRATE` leaves other builds of the
/// same library in the directory.
const BELOW: [(&str, &str); 3] = [
    (
        "lac_ledger",
        "fn f(c: &lac_app::Context<'_>) { let _: &dyn lac_ledger::archive::Archives = c.archives; }",
    ),
    (
        "lac_model",
        "fn f(c: &lac_app::Context<'_>) { let _: lac_model::notice::EnabledHooks = c.hooks; }",
    ),
    (
        "lac_store",
        "fn f(c: &lac_app::Context<'_>) { let _: &dyn lac_store::Store = c.store; }",
    ),
];

type Libraries = Vec<(&'static str, PathBuf)>;

/// The directory with the libraries of this build.
fn directory() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path
}

/// All builds of a library, the newest first.
fn builds(name: &str) -> Vec<PathBuf> {
    let begins = format!("lib{name}-");
    let files = fs::read_dir(directory()).unwrap();
    let files = files.map(|entry| entry.unwrap().path()).filter(|path| {
        let file = path.file_name().unwrap().to_string_lossy();
        file.starts_with(&begins) && file.ends_with(".rlib")
    });
    let mut files: Vec<PathBuf> = files.collect();
    files.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    files.reverse();
    files
}

/// Builds of all libraries that belong together.
fn libraries() -> Libraries {
    let app = builds(APP).into_iter().next().expect("a build of the app");
    let mut libraries = vec![(APP, app.clone())];
    let out = tempfile::tempdir().unwrap();
    for (name, probe) in BELOW {
        let file = out.path().join("probe.rs");
        fs::write(&file, probe).unwrap();
        let fits = |build: &PathBuf| {
            let both = vec![(APP, app.clone()), (name, build.clone())];
            compile(&file, &both).status.success()
        };
        let build = builds(name).into_iter().find(fits);
        libraries.push((name, build.unwrap_or_else(|| panic!("no library {name}"))));
    }
    libraries
}

fn compile(file: &Path, libraries: &Libraries) -> Output {
    let out = tempfile::tempdir().unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--error-format=short", "--cap-lints=allow"])
        .arg("-L")
        .arg(directory())
        .arg("--out-dir")
        .arg(out.path())
        .arg(file);
    for (name, build) in libraries {
        let external = format!("{name}={}", build.display());
        rustc.arg("--extern").arg(external);
    }
    rustc.output().unwrap()
}

/// Line and message of each compiler error.
fn errors(file: &Path, libraries: &Libraries) -> Vec<(usize, String)> {
    let rustc_errors = String::from_utf8(compile(file, libraries).stderr).unwrap();
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
    let libraries = libraries();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let files = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let (expected, found) = (expected(&file), errors(&file, &libraries));
        let fits = |((at, begins), (line, message)): (&(usize, String), &(usize, String))| {
            at == line && message.starts_with(begins)
        };
        let is_as_told = !expected.is_empty()
            && expected.len() == found.len()
            && expected.iter().zip(&found).all(fits);
        assert!(is_as_told, "{}: {found:#?}", file.display());
    }
}
