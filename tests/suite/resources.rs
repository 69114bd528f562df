//! Resources: each one that can be granted has an effect, and removed ones do
//! not make a store or a file unreadable.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::support::{TestStore, json_str};

/// Every line of the tree: the constant's name, the id, the meaning.
fn tree() -> Vec<[String; 3]> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/model/src/resource/tree.rs");
    let source = fs::read_to_string(source).expect("the tree");
    let (_, lines) = source.split_once("\ntree! {\n").expect("the tree");
    let (lines, _) = lines.split_once("\n}\n").expect("its end");
    let entry = |line: &str| {
        let quoted: Vec<&str> = line.split('"').collect();
        let name = line.split(' ').nth(1).expect("a name");
        [name, quoted[1], quoted[5]].map(str::to_owned)
    };
    lines.lines().map(entry).collect()
}

fn sources(dir: &Path, all: &mut String) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            // The tree itself checks nothing.
            if !path.ends_with("model/src/resource") {
                sources(&path, all);
            }
        } else if !path.to_string_lossy().contains("test") {
            let text = fs::read_to_string(path).expect("a source");
            all.push_str(text.split("\nmod tests {").next().expect("text"));
        }
    }
}

/// A resource that nothing checks would be an empty promise.
#[test]
fn every_resource_is_checked_by_some_use_case() {
    let tree = tree();
    assert_eq!(tree.len(), lac_model::resource::Resource::all().count());
    let mut used = String::new();
    for floor in ["crates/app/src", "crates/model/src"] {
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(floor),
            &mut used,
        );
    }
    let is_asked_for = |name: &str| {
        used.match_indices(&format!("Resource::{name}"))
            .any(|(at, found)| {
                let next = used[at + found.len()..].chars().next();
                !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
            })
    };
    for [name, id, meaning] in &tree[1..] {
        let only_groups = meaning.starts_with("groups ");
        assert_eq!(is_asked_for(name), !only_groups, "{id}: {meaning}");
    }
}

#[test]
fn the_storefront_resource_promises_only_what_people_can_do() {
    let store = TestStore::new();
    let resources = store.run_json(&["role", "resources"]);
    let resources = resources.as_array().expect("a list");
    let found = resources.iter().find(|r| r["id"] == "Lac::storefront");
    let meaning = json_str(&found.expect("the resource")["meaning"]).to_owned();
    assert!(meaning.starts_with("redeem login URLs"), "{meaning}");
    for promised in ["report", "consent", "end"] {
        assert!(!meaning.contains(promised), "{meaning}");
    }
}

#[test]
fn removed_resources_cannot_be_granted() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Support"]);
    let resources = store.run_json(&["role", "resources"]).to_string();
    assert!(!resources.contains("backup"), "{resources}");
    for name in ["Lac::backup", "backup"] {
        let refused =
            store.run_failing(&["role", "allow", "Support", name], "resource_not_found", 3);
        let message = json_str(&refused["message"]);
        assert!(
            message.contains("Lac::backup") && message.contains("not used any more"),
            "{message}"
        );
    }
    store.run_ok(&["user", "create", "bob", "--role", "Administrators"]);
    let limited = [
        "user",
        "token",
        "create",
        "bob",
        "--resource",
        "Lac::backup",
    ];
    store.run_failing(&limited, "resource_not_found", 3);
}

#[test]
fn stores_and_files_with_removed_resources_are_still_read() {
    let store = TestStore::new();
    store.run_ok(&["role", "create", "Support"]);
    store.run_ok(&["role", "allow", "Support", "login_button"]);
    let database = Connection::open(store.dir().join("lac.db")).expect("a database");
    let sql = "INSERT INTO role_resource (role_id, resource) \
               SELECT id, 'Lac::backup' FROM role WHERE name = 'Support'";
    assert_eq!(database.execute(sql, []).expect("granted"), 1);
    drop(database);
    // lac did not grant it, so an administrator has to accept it.
    store.run_ok(&["log", "accept", "--yes"]);
    let held = |store: &TestStore| {
        let role = store.run_json(&["role", "show", "Support"]);
        role["resources"].clone()
    };
    let login_button = serde_json::json!(["Magento_LoginAsCustomer::login_button"]);
    assert_eq!(held(&store), login_button);
    store.run_ok(&["role", "list"]);
    let exported = store.run_ok(&["role", "export"]);
    assert!(!exported.contains("backup"), "{exported}");
    // An older file equals the store that was made from it.
    let file = store.home().join("roles.toml");
    let old = exported.replacen("resources = [", "resources = [\n    \"Lac::backup\",", 1);
    assert_ne!(old, exported);
    fs::write(&file, old).expect("written");
    let file = file.display().to_string();
    store.run_ok(&["role", "diff", &file]);
    store.run_ok(&["role", "apply", &file]);
    // A role that holds it can still be changed.
    store.run_ok(&["role", "allow", "Support", "sales_order"]);
    assert_eq!(held(&store).as_array().expect("a list").len(), 2);
}
