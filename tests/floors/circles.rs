//! Cycles between modules of the same folder.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Module;

type Path = [String];

/// Describes every cycle.
pub(crate) fn find(modules: &[Module]) -> Vec<String> {
    let mut edges: BTreeSet<(Vec<String>, Vec<String>)> = BTreeSet::new();
    for module in modules {
        for used in &module.uses {
            let owner = owner(used, modules, 0);
            edges.insert((module.path.clone(), owner));
        }
    }
    let mut found = Vec::new();
    for parent in modules.iter().map(|module| &module.path) {
        let siblings = between_children(parent, &edges);
        let circles = siblings
            .keys()
            .filter(|name| reaches_itself(name, &siblings));
        let names: Vec<&str> = circles.copied().collect();
        if !names.is_empty() {
            found.push(format!("in `{}`: {}", parent.join("::"), names.join(", ")));
        }
    }
    found
}

/// The module that a path belongs to; for a re-exported name, the module that
/// defines it.
fn owner(path: &Path, modules: &[Module], depth: u8) -> Vec<String> {
    let length = (0..=path.len())
        .rev()
        .find(|n| modules.iter().any(|module| module.path == path[..*n]))
        .unwrap_or(0);
    let (at, rest) = path.split_at(length);
    let module = modules.iter().find(|module| module.path == at);
    let export = module.zip(rest.first()).and_then(|(module, name)| {
        let mut exports = module.exports.iter();
        exports.find(|export| export.last() == Some(name) && **export != path[..=length])
    });
    match export {
        Some(export) if depth < 8 => {
            let mut further = export.clone();
            further.extend(rest[1..].iter().cloned());
            owner(&further, modules, depth + 1)
        }
        _ => at.to_vec(),
    }
}

/// Which child modules of `parent` use each other, by their next path segment.
fn between_children<'e>(
    parent: &Path,
    edges: &'e BTreeSet<(Vec<String>, Vec<String>)>,
) -> BTreeMap<&'e str, BTreeSet<&'e str>> {
    let mut siblings: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges {
        let below = |path: &'e Vec<String>| {
            let rest = path.strip_prefix(parent)?;
            rest.first().map(String::as_str)
        };
        if let (Some(from), Some(to)) = (below(from), below(to))
            && from != to
        {
            siblings.entry(from).or_default().insert(to);
        }
    }
    siblings
}

fn reaches_itself(start: &str, siblings: &BTreeMap<&str, BTreeSet<&str>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut next: Vec<&str> = siblings[start].iter().copied().collect();
    while let Some(name) = next.pop() {
        if name == start {
            return true;
        }
        if seen.insert(name)
            && let Some(more) = siblings.get(name)
        {
            next.extend(more);
        }
    }
    false
}

#[test]
fn a_cycle_through_a_parents_exports_is_found() {
    let module = |path: &str, uses: &[&str], exports: &[&str]| {
        let split = |path: &str| -> Vec<String> {
            let parts = path.split("::").filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        Module {
            file: std::path::PathBuf::new(),
            path: split(path),
            code: String::new(),
            uses: uses.iter().map(|path| split(path)).collect(),
            exports: exports.iter().map(|path| split(path)).collect(),
        }
    };
    let mut modules = vec![
        module("", &[], &["a::Thing"]),
        module("a", &["b::Other"], &[]),
        module("b", &[], &[]),
    ];
    assert!(find(&modules).is_empty());
    modules[2].uses.push(vec!["Thing".to_owned()]);
    assert_eq!(find(&modules), ["in ``: a, b"]);
}
