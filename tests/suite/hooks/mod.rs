//! Hooks: programs that run when somebody logs in, and when consent changes.

mod children;
mod consent;
mod deliveries;
mod history;
mod killed;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::TestStore;

/// A store with a hook for both events.
pub(crate) struct HookFixture {
    pub store: TestStore,
}

impl HookFixture {
    /// The hook appends its input to a file.
    pub(crate) fn new() -> Self {
        let fixture = Self {
            store: TestStore::with_sample_data(),
        };
        fixture.script("cat >> \"$1\"");
        fixture.configure("timeout = \"20s\"");
        fixture
    }

    pub(crate) fn output_path(&self) -> PathBuf {
        self.store.home().join("heard")
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.store.home().join("hook")
    }

    /// Sets the hook's script.
    pub(crate) fn script(&self, text: &str) {
        let path = self.program();
        // A new file each time: a running script cannot be written.
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("its mode");
    }

    pub(crate) fn configure(&self, further: &str) {
        let dir = self.store.home().join(".config/lac");
        fs::create_dir_all(&dir).expect("a directory");
        let (program, output_path) = (self.program(), self.output_path());
        let hook = format!("[\"{}\", \"{}\"]", program.display(), output_path.display());
        let text = format!("[hooks]\nafter_login = {hook}\nafter_redeem = {hook}\n{further}\n");
        let path = dir.join("config.toml");
        fs::write(&path, text).expect("a config file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    }

    /// The notices that the hook received so far.
    pub(crate) fn received(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.output_path()).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect()
    }

    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.store.dir().join("lac.db")).expect("a database")
    }

    #[track_caller]
    pub(crate) fn notices(&self) -> Vec<Value> {
        serde_json::from_value(self.store.run_json(&["outbox", "list"])).expect("a list")
    }
}
