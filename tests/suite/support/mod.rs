//! A store of one's own, and the program run on it.

mod bench;
mod broker;
pub mod page;
mod shop;
mod visits;

pub use bench::Bench;
pub use broker::Broker;
pub use shop::*;
pub use visits::*;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The time of every test, unless it says otherwise.
pub const NOW: &str = "2026-10-05T12:00:00.000000Z";

/// A temporary store with an administrator `alice`, who runs the program.
pub struct Store {
    home: TempDir,
    seed: Cell<u64>,
    pub clock: Cell<&'static str>,
    brokers: RefCell<Vec<Broker>>,
}

/// Whether commands reach their stores through a broker of their own.
pub fn via_broker() -> bool {
    std::env::var_os("LAC_SUITE_VIA").is_some_and(|way| way == "broker")
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Store {
    /// An empty directory: nothing is initialised.
    pub fn none() -> Self {
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
        let store = Self::none();
        store.ok(&["init", "--admin", "alice", "--name", "test.example"]);
        store
    }

    /// A store of its own with the same files, as a thief's copy would be.
    pub fn copy(&self) -> Self {
        let other = Self {
            seed: Cell::new(self.seed.get() + 1_000_000),
            clock: self.clock.clone(),
            ..Self::none()
        };
        copied(self.home.path(), other.home.path());
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
            .env("LAC_STORE", self.way(args))
            .env("LAC_TEST_CLOCK", self.clock.get())
            .env("LAC_TEST_SEED", self.seed.get().to_string())
            .stdin(Stdio::null());
        command
    }

    /// The store's directory, or a broker of this command alone that has the
    /// same clock and seed.
    fn way(&self, args: &[&str]) -> String {
        const LOCAL: [&str; 6] = ["init", "demo", "serve", "doctor", "man", "completions"];
        let is_local = args.iter().any(|arg| LOCAL.contains(arg));
        if !via_broker() || is_local || !self.dir().join("lac.db").exists() {
            return self.dir().display().to_string();
        }
        let broker = Broker::start(self, self.clock.get(), self.seed.get());
        let way = broker.store();
        self.brokers.borrow_mut().push(broker);
        way
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().expect("lac runs"))
    }

    /// As the holder of an access token.
    pub fn run_as(&self, token: &str, args: &[&str]) -> Ran {
        ran(self
            .command(args)
            .env("LAC_TOKEN", token)
            .output()
            .expect("lac runs"))
    }

    /// With something on stdin.
    pub fn run_with(&self, stdin: &[u8], args: &[&str]) -> Ran {
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
        ran(child.wait_with_output().expect("lac ends"))
    }

    /// A run that must succeed; its stdout.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "lac {args:?}: {ran:#?}");
        ran.stdout
    }

    /// A run with `-o json` that must succeed.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        serde_json::from_str(&self.ok(&args)).expect("JSON on stdout")
    }

    /// A run with `-o json` that must fail with this code and exit code.
    #[track_caller]
    pub fn fails(&self, args: &[&str], code: &str, exit: i32) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
        self.run(&args).failed(code, exit)
    }

    /// Takes a role from `name` and gives back a token for it: another person.
    #[track_caller]
    pub fn person(&self, name: &str, role: &str) -> String {
        self.ok(&["user", "create", name, "--role", role]);
        let token = self.json(&["user", "token", "create", name]);
        token["token"].as_str().expect("a token").to_owned()
    }

    /// Gives a customer names that none can be given any more: a row that an
    /// older program wrote.
    #[track_caller]
    pub fn misname(&self, id: &str, first: &str, last: &str) {
        let db = rusqlite::Connection::open(self.dir().join("lac.db")).expect("the database");
        let sql = "UPDATE customer SET first_name = ?2, last_name = ?3 WHERE id = ?1";
        assert_eq!(db.execute(sql, [id, first, last]), Ok(1));
    }

    /// The log, newest first.
    #[track_caller]
    pub fn log(&self) -> Vec<Value> {
        serde_json::from_value(self.json(&["log", "list"])).expect("a list")
    }
}

/// A person of that name with a role of the same name that holds these
/// resources; a token for them.
#[track_caller]
pub fn colleague(store: &Store, name: &str, resources: &[&str]) -> String {
    store.ok(&["role", "create", name]);
    if !resources.is_empty() {
        let allow: Vec<&str> = ["role", "allow", name]
            .into_iter()
            .chain(resources.iter().copied())
            .collect();
        store.ok(&allow);
    }
    store.person(name, name)
}

impl Ran {
    /// Must have failed with this code in JSON, and nothing on stdout.
    #[track_caller]
    pub fn failed(&self, code: &str, exit: i32) -> Value {
        assert_eq!(self.code, exit, "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        let line = self.stderr.lines().last().expect("an error line");
        let error: Value = serde_json::from_str(line).expect("a JSON error");
        assert_eq!(error["error"]["code"], code, "{self:#?}");
        error["error"].clone()
    }

    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }
}

/// Files and directories with their modes; what is of a moment (`-shm`) not.
pub fn copied(from: &Path, to: &Path) {
    use std::fs;
    let mode = fs::metadata(from).expect("a directory").permissions();
    fs::create_dir_all(to).expect("a directory");
    fs::set_permissions(to, mode).expect("its mode");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copied(&path, &to);
        } else if !path.ends_with("lac.db-shm") {
            fs::copy(&path, &to).expect("a copy");
        }
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("an exit code"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
