//! A broker for a store, as its own process.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::TestStore;

/// Ends with the test.
pub(crate) struct BrokerProcess {
    pub child: Child,
    pub socket: PathBuf,
    _dir: TempDir,
}

impl BrokerProcess {
    /// Starts a broker; it listens when this returns.
    pub(crate) fn start(store: &TestStore, clock: &str, seed: u64) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = tempfile::tempdir().expect("a directory");
        let socket = dir.path().join(format!("{count}.sock"));
        let child = Command::new(env!("CARGO_BIN_EXE_lac"))
            .args(["serve", "--idle", "20s", "--socket"])
            .arg(&socket)
            .env_clear()
            .env("HOME", store.home())
            .env("LAC_STORE", store.dir())
            .env("LAC_TEST_CLOCK", clock)
            .env("LAC_TEST_SEED", seed.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("lac serves");
        let mut broker = Self {
            child,
            socket,
            _dir: dir,
        };
        for _ in 0..2000 {
            if UnixStream::connect(&broker.socket).is_ok() {
                return broker;
            }
            if broker.child.try_wait().expect("a child").is_some() {
                break;
            }
            thread::sleep(Duration::from_millis(2));
        }
        broker
    }

    /// The store setting that reaches it.
    pub(crate) fn store_setting(&self) -> String {
        format!("unix:{}", self.socket.display())
    }
}

impl Drop for BrokerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
