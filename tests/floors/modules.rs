//! The modules of a crate, and the paths each one uses.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub(crate) struct Module {
    pub file: PathBuf,
    /// Its path in the crate.
    pub path: Vec<String>,
    /// Its code without comments and without its unit tests.
    pub code: String,
    /// The paths it uses, from the crate's root, without those of `pub use`.
    pub uses: Vec<Vec<String>>,
    pub exports: Vec<Vec<String>>,
}

/// Every module below a folder, without tests.
pub(crate) fn read(src: &Path) -> Vec<Module> {
    let mut files = Vec::new();
    collect(src, &mut files);
    let mut modules: Vec<Module> = files
        .into_iter()
        .filter_map(|file| {
            let path = path_of(file.strip_prefix(src).ok()?)?;
            let code = code(&fs::read_to_string(&file).expect("a source"));
            Some(Module {
                file,
                path,
                code,
                uses: Vec::new(),
                exports: Vec::new(),
            })
        })
        .collect();
    let paths: Vec<Vec<String>> = modules.iter().map(|m| m.path.clone()).collect();
    for module in &mut modules {
        for (is_public, named) in named_in(&module.code) {
            let Some(path) = absolute(&named, &module.path, &paths) else {
                continue;
            };
            if is_public {
                module.exports.push(path.clone());
            }
            module.uses.push(path);
        }
    }
    modules
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// `None` for tests and for `main.rs`, which is a separate crate.
fn path_of(file: &Path) -> Option<Vec<String>> {
    let mut path: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let last = path.last()?.clone();
    if last == "tests" || last.ends_with("_tests") || last == "main" {
        return None;
    }
    if last == "mod" || last == "lib" {
        path.pop();
    }
    Some(path)
}

fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Paths in `use` statements, and paths elsewhere that begin with `crate`,
/// `super` or `self` or with a name and `::`.
fn named_in(code: &str) -> Vec<(bool, Vec<String>)> {
    let mut named = Vec::new();
    let mut rest = String::new();
    let mut statement: Option<(bool, String)> = None;
    for line in code.lines() {
        let trimmed = line.trim_start();
        if statement.is_none() {
            let plain = trimmed
                .strip_prefix("pub(super) ")
                .or(trimmed.strip_prefix("pub(crate) "));
            let public = trimmed.strip_prefix("pub ").or(plain);
            let begun = public.unwrap_or(trimmed).strip_prefix("use ");
            statement = begun.map(|begun| (public.is_some(), begun.to_owned()));
        } else if let Some((_, text)) = &mut statement {
            text.push_str(trimmed);
        }
        match &statement {
            Some((is_public, text)) if text.trim_end().ends_with(';') => {
                let mut paths = Vec::new();
                expand(text.trim_end().trim_end_matches(';'), "", &mut paths);
                named.extend(paths.into_iter().map(|path| (*is_public, split(&path))));
                statement = None;
            }
            Some(_) => {}
            None => {
                rest.push_str(line);
                rest.push('\n');
            }
        }
    }
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = rest
        .split(|c| !is_of_path(c))
        .filter(|word| word.contains("::"));
    named.extend(words.map(|word| (false, split(word))));
    named
}

fn split(path: &str) -> Vec<String> {
    let path = path.split(" as ").next().unwrap_or(path);
    let parts = path.split("::").map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d` and `a::c::e`.
fn expand(tree: &str, before: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, inner)) = tree.split_once('{') else {
        if !tree.is_empty() {
            paths.push(format!("{before}{tree}"));
        }
        return;
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let before = format!("{before}{head}");
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&inner[start..at], &before, paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&inner[start..], &before, paths);
}

/// A path from the crate's root; `None` for one of another crate.
fn absolute(named: &[String], at: &[String], modules: &[Vec<String>]) -> Option<Vec<String>> {
    let first = named.first()?.as_str();
    let mut base = at.to_vec();
    let mut rest = named;
    match first {
        "crate" => return Some(named[1..].to_vec()),
        "self" => rest = &named[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        _ => {
            let mut child = base.clone();
            child.push(first.to_owned());
            if !modules.contains(&child) {
                return None;
            }
        }
    }
    base.extend(rest.iter().cloned());
    Some(base)
}
