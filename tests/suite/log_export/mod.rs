//! Exporting events: the file, its manifest and proof, what is recorded, and
//! what is left after a failure.

mod cells;
mod forms;
mod manifest;
mod record;
mod replaced;
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{TestStore, rest_customer, rest_page, sample_stores};

/// The path of an export, as an argument.
fn path(store: &TestStore, name: &str) -> String {
    let path = store.home().join(name);
    path.to_str().expect("a path").to_owned()
}

/// Makes an export; returns the JSON output.
#[track_caller]
fn export(store: &TestStore, name: &str, flags: &[&str]) -> Value {
    let path = path(store, name);
    store.run_json(&[&["log", "export", &path], flags].concat())
}

fn bytes(store: &TestStore, name: &str) -> Vec<u8> {
    fs::read(store.home().join(name)).expect("an export")
}

fn text(store: &TestStore, name: &str) -> String {
    String::from_utf8(bytes(store, name)).expect("UTF-8")
}

fn manifest(store: &TestStore, name: &str) -> Value {
    let bytes = bytes(store, &format!("{name}.manifest.json"));
    serde_json::from_slice(&bytes).expect("a manifest")
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn lines(text: &str) -> Vec<Value> {
    let line = |line| serde_json::from_str(line).expect("a line of JSON");
    text.lines().map(line).collect()
}

/// The log in the order of exports: oldest first.
fn oldest_first(mut events: Vec<Value>) -> Vec<Value> {
    events.reverse();
    events
}

/// Everything in the store's home besides the store itself.
fn files_beside_store(store: &TestStore) -> Vec<String> {
    names_in(store.home())
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory");
    let path = |entry: std::io::Result<fs::DirEntry>| -> PathBuf { entry.expect("one").path() };
    let mut names: Vec<String> = entries
        .map(|entry| {
            path(entry)
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into()
        })
        .filter(|name| name != "store")
        .collect();
    names.sort();
    names
}

/// A log of a few thousand events: many customers consent.
fn store_with_customers(customers: u64) -> TestStore {
    let store = TestStore::new();
    for (kind, data) in sample_stores() {
        store.import(kind, &data);
    }
    let items: Vec<Value> = (1..=customers)
        .map(|id| {
            let email = format!("shopper{id}@example.com");
            rest_customer(id, &email, ("Sam", "Shopper"), (1, 1), 2)
        })
        .collect();
    let imported = store.import("customers", &rest_page(&items));
    assert_eq!(imported["consents"]["granted"], json!(customers));
    store
}
