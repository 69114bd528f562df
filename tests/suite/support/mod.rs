//! Helpers: a store in a temporary directory, and the program run on it.

mod broker;
mod gateway;
pub(crate) mod html_page;
mod in_process_store;
mod openapi;
mod sample_data;
mod storefront;

pub(crate) use broker::BrokerProcess;
pub(crate) use gateway::{GatewayProcess, HttpAnswer};
pub(crate) use in_process_store::InProcessStore;
pub(crate) use sample_data::*;
pub(crate) use storefront::*;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The time of every test that sets no other.
pub(crate) const NOW: &str = "2026-10-05T12:00:00.000000Z";

/// A temporary store whose administrator `alice` is the account that runs the
/// tests.
pub(crate) struct TestStore {
    home: TempDir,
    seed: Cell<u64>,
    pub clock: Cell<&'static str>,
    brokers: RefCell<Vec<BrokerProcess>>,
}

/// Whether commands reach their stores through a broker
/// (`LAC_SUITE_VIA=broker`).
pub(crate) fn uses_broker() -> bool {
    std::env::var_os("LAC_SUITE_VIA").is_some_and(|way| way == "broker")
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl TestStore {
    /// An empty directory without a store.
    pub(crate) fn uninitialized() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        Self {
            home,
            seed: Cell::new(1),
            clock: Cell::new(NOW),
            brokers: RefCell::default(),
        }
    }

    /// A founded store.
    pub(crate) fn new() -> Self {
        let store = Self::uninitialized();
        store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
        store
    }

    /// Another store with the same files, like a stolen copy.
    pub(crate) fn copy_store(&self) -> Self {
        let other = Self {
            seed: Cell::new(self.seed.get() + 1_000_000),
            clock: self.clock.clone(),
            ..Self::uninitialized()
        };
        copy_dir(self.home.path(), other.home.path());
        other
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.home.path().join("store")
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command with an empty environment, its own home, the fixed clock,
    /// and a seed that no other run of this store has.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lac"));
        self.seed.set(self.seed.get() + 1);
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("LAC_STORE", self.store_setting(args))
            .env("LAC_TEST_CLOCK", self.clock.get())
            .env("LAC_TEST_SEED", self.seed.get().to_string())
            .stdin(Stdio::null());
        command
    }

    /// The store's directory, or a broker for this command alone with the same
    /// clock and seed.
    fn store_setting(&self, args: &[&str]) -> String {
        const LOCAL: [&str; 6] = ["init", "demo", "serve", "doctor", "man", "completions"];
        let is_local = args.iter().any(|arg| LOCAL.contains(arg));
        if !uses_broker() || is_local || !self.dir().join("lac.db").exists() {
            return self.dir().display().to_string();
        }
        let broker = BrokerProcess::start(self, self.clock.get(), self.seed.get());
        let way = broker.store_setting();
        self.brokers.borrow_mut().push(broker);
        way
    }

    pub(crate) fn run(&self, args: &[&str]) -> CommandOutput {
        command_output(self.command(args).output().expect("lac runs"))
    }

    /// A run with an access token.
    pub(crate) fn run_as(&self, token: &str, args: &[&str]) -> CommandOutput {
        command_output(
            self.command(args)
                .env("LAC_TOKEN", token)
                .output()
                .expect("lac runs"),
        )
    }

    /// A run with this text on stdin.
    pub(crate) fn run_with(&self, stdin: &[u8], args: &[&str]) -> CommandOutput {
        use std::io::Write;
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("lac runs");
        // The program may refuse before it has read everything.
        let _ = child.stdin.take().expect("stdin").write_all(stdin);
        command_output(child.wait_with_output().expect("lac ends"))
    }

    /// A run that must succeed; returns its stdout.
    #[track_caller]
    pub(crate) fn run_ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "lac {args:?}: {ran:#?}");
        ran.stdout
    }

    /// A run with `-o json` that must succeed; returns the JSON.
    #[track_caller]
    pub(crate) fn run_json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        serde_json::from_str(&self.run_ok(&args)).expect("JSON on stdout")
    }

    /// A run with `-o json` that must fail with this error code and exit code;
    /// returns the error.
    #[track_caller]
    pub(crate) fn run_failing(&self, args: &[&str], code: &str, exit: i32) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        self.run(&args).assert_failed(code, exit)
    }

    /// Creates an admin user with a role; returns a token for them.
    #[track_caller]
    pub(crate) fn create_user(&self, name: &str, role: &str) -> String {
        self.run_ok(&["user", "create", name, "--role", role]);
        let token = self.run_json(&["user", "token", "create", name]);
        token["token"].as_str().expect("a token").to_owned()
    }

    /// Sets a customer's name to one that is no longer accepted, like a row of
    /// an older version.
    #[track_caller]
    pub(crate) fn set_invalid_name(&self, id: &str, first: &str, last: &str) {
        let db = rusqlite::Connection::open(self.dir().join("lac.db")).expect("the database");
        let sql = "UPDATE customer SET first_name = ?2, last_name = ?3 WHERE id = ?1";
        assert_eq!(db.execute(sql, [id, first, last]), Ok(1));
    }

    /// The log, newest first.
    #[track_caller]
    pub(crate) fn log_events(&self) -> Vec<Value> {
        serde_json::from_value(self.run_json(&["log", "list"])).expect("a list")
    }
}

/// Creates an admin user, and a role of the same name with these resources;
/// returns a token.
#[track_caller]
pub(crate) fn create_user_with_own_role(
    store: &TestStore,
    name: &str,
    resources: &[&str],
) -> String {
    store.run_ok(&["role", "create", name]);
    if !resources.is_empty() {
        let allow: Vec<&str> = ["role", "allow", name]
            .into_iter()
            .chain(resources.iter().copied())
            .collect();
        store.run_ok(&allow);
    }
    store.create_user(name, name)
}

impl CommandOutput {
    /// Fails unless the run failed with this code as JSON and an empty stdout;
    /// returns the error.
    #[track_caller]
    pub(crate) fn assert_failed(&self, code: &str, exit: i32) -> Value {
        assert_eq!(self.code, exit, "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        let line = self.stderr.lines().last().expect("an error line");
        let error: Value = serde_json::from_str(line).expect("a JSON error");
        assert_eq!(error["error"]["code"], code, "{self:#?}");
        error["error"].clone()
    }

    #[track_caller]
    pub(crate) fn assert_succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }
}

/// Copies files and directories with their modes, without the temporary `-shm`.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    use std::fs;
    let mode = fs::metadata(from).expect("a directory").permissions();
    fs::create_dir_all(to).expect("a directory");
    fs::set_permissions(to, mode).expect("its mode");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_dir(&path, &to);
        } else if !path.ends_with("lac.db-shm") {
            fs::copy(&path, &to).expect("a copy");
        }
    }
}

pub(crate) fn command_output(output: Output) -> CommandOutput {
    CommandOutput {
        code: output.status.code().expect("an exit code"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
