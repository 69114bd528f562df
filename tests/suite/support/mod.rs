//! A store of one's own, and the program run on it.

mod broker;
pub mod html_page;
mod in_process_store;
mod sample_data;
mod storefront;

pub use broker::BrokerProcess;
pub use in_process_store::InProcessStore;
pub use sample_data::*;
pub use storefront::*;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The time of every test, unless it says otherwise.
pub const NOW: &str = "2026-10-05T12:00:00.000000Z";

/// A temporary store with an administrator `alice`, who runs the program.
pub struct TestStore {
    home: TempDir,
    seed: Cell<u64>,
    pub clock: Cell<&'static str>,
    brokers: RefCell<Vec<BrokerProcess>>,
}

/// Whether commands reach their stores through a broker of their own.
pub fn uses_broker() -> bool {
    std::env::var_os("LAC_SUITE_VIA").is_some_and(|way| way == "broker")
}

/// What a run came to.
#[derive(Debug)]
pub struct CommandOutput {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl TestStore {
    /// An empty directory: nothing is initialised.
    pub fn uninitialized() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        Self {
            home,
            seed: Cell::new(1),
            clock: Cell::new(NOW),
            brokers: RefCell::default(),
        }
    }

    /// A founded store.
    pub fn new() -> Self {
        let store = Self::uninitialized();
        store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
        store
    }

    /// A store of its own with the same files, as a thief's copy would be.
    pub fn copy_store(&self) -> Self {
        let other = Self {
            seed: Cell::new(self.seed.get() + 1_000_000),
            clock: self.clock.clone(),
            ..Self::uninitialized()
        };
        copy_dir(self.home.path(), other.home.path());
        other
    }

    pub fn dir(&self) -> PathBuf {
        self.home.path().join("store")
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command with a cleared environment, a home of its own, the fixed
    /// clock, and a seed that no other run of this store has.
    pub fn command(&self, args: &[&str]) -> Command {
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

    /// The store's directory, or a broker of this command alone that has the
    /// same clock and seed.
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

    pub fn run(&self, args: &[&str]) -> CommandOutput {
        command_output(self.command(args).output().expect("lac runs"))
    }

    /// As the holder of an access token.
    pub fn run_as(&self, token: &str, args: &[&str]) -> CommandOutput {
        command_output(
            self.command(args)
                .env("LAC_TOKEN", token)
                .output()
                .expect("lac runs"),
        )
    }

    /// With something on stdin.
    pub fn run_with(&self, stdin: &[u8], args: &[&str]) -> CommandOutput {
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

    /// A run that must succeed; its stdout.
    #[track_caller]
    pub fn run_ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "lac {args:?}: {ran:#?}");
        ran.stdout
    }

    /// A run with `-o json` that must succeed.
    #[track_caller]
    pub fn run_json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        serde_json::from_str(&self.run_ok(&args)).expect("JSON on stdout")
    }

    /// A run with `-o json` that must fail with this code and exit code.
    #[track_caller]
    pub fn run_failing(&self, args: &[&str], code: &str, exit: i32) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        self.run(&args).assert_failed(code, exit)
    }

    /// Takes a role from `name` and gives back a token for it: another person.
    #[track_caller]
    pub fn create_user(&self, name: &str, role: &str) -> String {
        self.run_ok(&["user", "create", name, "--role", role]);
        let token = self.run_json(&["user", "token", "create", name]);
        token["token"].as_str().expect("a token").to_owned()
    }

    /// Gives a customer names that none can be given any more: a row that an
    /// older program wrote.
    #[track_caller]
    pub fn set_invalid_name(&self, id: &str, first: &str, last: &str) {
        let db = rusqlite::Connection::open(self.dir().join("lac.db")).expect("the database");
        let sql = "UPDATE customer SET first_name = ?2, last_name = ?3 WHERE id = ?1";
        assert_eq!(db.execute(sql, [id, first, last]), Ok(1));
    }

    /// The log, newest first.
    #[track_caller]
    pub fn log_events(&self) -> Vec<Value> {
        serde_json::from_value(self.run_json(&["log", "list"])).expect("a list")
    }
}

/// A person of that name with a role of the same name that holds these
/// resources; a token for them.
#[track_caller]
pub fn create_user_with_own_role(store: &TestStore, name: &str, resources: &[&str]) -> String {
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
    /// Must have failed with this code in JSON, and nothing on stdout.
    #[track_caller]
    pub fn assert_failed(&self, code: &str, exit: i32) -> Value {
        assert_eq!(self.code, exit, "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        let line = self.stderr.lines().last().expect("an error line");
        let error: Value = serde_json::from_str(line).expect("a JSON error");
        assert_eq!(error["error"]["code"], code, "{self:#?}");
        error["error"].clone()
    }

    #[track_caller]
    pub fn assert_succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }
}

/// Files and directories with their modes; what is of a moment (`-shm`) not.
pub fn copy_dir(from: &Path, to: &Path) {
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

pub fn command_output(output: Output) -> CommandOutput {
    CommandOutput {
        code: output.status.code().expect("an exit code"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
