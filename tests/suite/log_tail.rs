//! `lac log tail`: the newest events and those that other processes append
//! meanwhile, complete and in order, even after a crash of the follower.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::high_water::{copy, restore};
use crate::log::{seqs, shop};
use crate::support::{
    TestStore, create_user_with_own_role, rest_customer, rest_page, sample_stores,
};

/// Far longer than any step takes.
const LONG: Duration = Duration::from_secs(30);

/// A process that follows the log.
struct Follower {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<u64>,
}

impl Follower {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("lac starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let (to, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                let _ = to.send(line.expect("UTF-8"));
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    fn following(store: &TestStore, args: &[&str]) -> Self {
        let tail = ["log", "tail", "--follow", "-o", "json"];
        Self::start(store.command(&[&tail, args].concat()))
    }

    fn line(&mut self) -> Option<String> {
        self.lines.recv_timeout(LONG).ok()
    }

    /// Reads one event.
    #[track_caller]
    fn event(&mut self) -> Value {
        let line = self.line().expect("an event in time");
        let event: Value = serde_json::from_str(&line).expect("JSON");
        self.seen.push(event["seq"].as_u64().expect("a seq"));
        event
    }

    /// Reads events up to this one.
    #[track_caller]
    fn read_until(&mut self, seq: u64) {
        while self.seen.last() != Some(&seq) {
            self.event();
        }
    }

    /// Kills the process and reads what it had written; the last line may be
    /// incomplete.
    fn kill(mut self) -> Vec<u64> {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        for line in &self.lines {
            if let Ok(event) = serde_json::from_str::<Value>(&line) {
                self.seen.push(event["seq"].as_u64().expect("a seq"));
            }
        }
        std::mem::take(&mut self.seen)
    }

    /// Waits for the process to end; returns exit code and stderr.
    #[track_caller]
    fn wait_for_end(mut self) -> (i32, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(start.elapsed() < LONG, "it goes on and on");
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut stderr = String::new();
        let mut end = self.child.stderr.take().expect("stderr");
        end.read_to_string(&mut stderr).expect("UTF-8");
        (status.code().expect("an exit code"), stderr)
    }

    #[track_caller]
    fn assert_ended_with(self, code: &str, exit: i32) {
        let (status, stderr) = self.wait_for_end();
        assert_eq!(status, exit, "{stderr}");
        let line = stderr.lines().last().expect("an error");
        let error: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(error["error"]["code"], code, "{stderr}");
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Adds one event: a refused login.
fn record_event(store: &TestStore) -> u64 {
    store.run_failing(&["login", "99"], "customer_not_found", 3);
    newest(store)
}

fn newest(store: &TestStore) -> u64 {
    store.log_events()[0]["seq"].as_u64().expect("a seq")
}

/// Concurrent writers that add this many events each.
fn writers(store: &TestStore, acts: usize) -> Vec<std::thread::JoinHandle<()>> {
    (0..3)
        .map(|_| {
            let commands: Vec<Command> = (0..acts)
                .map(|_| {
                    let mut command = store.command(&["login", "99"]);
                    command.stdout(Stdio::null()).stderr(Stdio::null());
                    command
                })
                .collect();
            std::thread::spawn(move || {
                for mut command in commands {
                    assert_eq!(command.status().expect("lac runs").code(), Some(3));
                }
            })
        })
        .collect()
}

fn lines(text: &str) -> Vec<Value> {
    let event = |line| serde_json::from_str(line).expect("JSON");
    text.lines().map(event).collect()
}

#[test]
fn the_last_events_are_printed_oldest_first() {
    let store = shop();
    let mut all = seqs(&store.log_events());
    all.reverse();
    for (args, count) in [
        (&["-n", "3"][..], 3),
        (&[], 10.min(all.len())),
        (&["-n", "0"], 0),
        (&["-n", "9999"], all.len()),
    ] {
        for format in ["json", "jsonl"] {
            let args = [&["log", "tail", "-o", format], args].concat();
            let shown = lines(&store.run_ok(&args));
            assert_eq!(seqs(&shown), all[all.len() - count..], "{args:?}");
        }
    }
    let one = lines(&store.run_ok(&["log", "tail", "-n", "1", "-o", "json"]));
    assert_eq!(
        one[0],
        store.log_events()[0],
        "the same events as in a list"
    );
    let csv = store.run_ok(&["log", "tail", "-n", "2", "-o", "csv"]);
    assert!(csv.starts_with("seq,time,action_group,"), "{csv}");
    assert_eq!(csv.lines().count(), 3);
    let table = store.run_ok(&["log", "tail", "-n", "2"]);
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.starts_with("seq  time "), "{table}");
    assert!(table.contains("feature_disabled"), "{table}");
}

#[test]
fn filters_apply_while_following() {
    let store = shop();
    let shown = store.run_ok(&["log", "tail", "-n", "2", "--customer", "11", "-o", "json"]);
    let shown = lines(&shown);
    assert!(shown.len() == 2 && shown.iter().all(|event| event["customer_id"] == "11"));
    let mut follower = Follower::following(
        &store,
        &["-n", "1", "--customer", "11", "--result", "failure"],
    );
    follower.event();
    record_event(&store);
    store.run_failing(&["login", "12"], "feature_disabled", 5);
    store.run_ok(&["customer", "edit", "11", "--first-name", "Jo"]);
    store.run_failing(&["login", "11"], "feature_disabled", 5);
    let expected = newest(&store);
    assert_eq!(follower.event()["seq"], expected);
    assert_eq!(follower.kill().len(), 2);
    store.run_failing(
        &["log", "tail", "-f", "--action-group", "nothing"],
        "invalid_value",
        2,
    );
}

#[test]
fn a_follower_sees_every_event_of_three_writers_once_in_order() {
    let store = TestStore::new();
    let mut follower = Follower::following(&store, &["-n", "1"]);
    let first = follower.event()["seq"].as_u64().expect("a seq");
    for writer in writers(&store, 12) {
        writer.join().expect("a writer");
    }
    let last = newest(&store);
    assert_eq!(last, first + 36);
    follower.read_until(last);
    assert_eq!(follower.kill(), (first..=last).collect::<Vec<u64>>());
}

#[test]
fn a_killed_follower_resumes_without_loss() {
    let store = TestStore::new();
    let cursor = store.home().join("cursor");
    let path = cursor.display().to_string();
    let args = ["--cursor-file", path.as_str(), "-n", "1"];
    let mut follower = Follower::following(&store, &args);
    let first = follower.event()["seq"].as_u64().expect("a seq");
    let writing = writers(&store, 12);
    let mut seen = Vec::new();
    for taken in [1, 3, 2, 5, 4] {
        for _ in 0..taken {
            // The writers may be finished already.
            record_event(&store);
            follower.event();
        }
        seen.extend(follower.kill());
        let last = *seen.last().expect("an event");
        assert!(
            cursor_seq(&cursor) <= last,
            "never ahead of what was written"
        );
        follower = Follower::following(&store, &args);
    }
    for writer in writing {
        writer.join().expect("a writer");
    }
    follower.read_until(record_event(&store));
    seen.extend(follower.kill());
    // Each event at least once, each run in order, and no gap.
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, (first..=newest(&store)).collect::<Vec<u64>>());
    // Without following, it prints the remaining events and ends.
    let args = [&["log", "tail", "-o", "json"][..], &args].concat();
    store.run_ok(&args);
    record_event(&store);
    assert_eq!(seqs(&lines(&store.run_ok(&args))), [newest(&store)]);
    assert_eq!(store.run_ok(&args), "");
}

fn cursor_seq(cursor: &Path) -> u64 {
    let text = std::fs::read_to_string(cursor).expect("a cursor");
    let seq = text.lines().nth(1).expect("a seq");
    seq.parse().expect("a number")
}

#[test]
fn a_closed_pipe_ends_the_follower_quietly() {
    for is_quiet in [true, false] {
        let store = TestStore::new();
        let mut command = store.command(&["log", "tail", "-f", "-n", "1", "-o", "jsonl"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("lac starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        drop(stdout);
        if !is_quiet {
            record_event(&store);
        }
        let (_, lines) = channel();
        let follower = Follower {
            child,
            lines,
            seen: Vec::new(),
        };
        assert_eq!(follower.wait_for_end(), (0, String::new()));
    }
}

#[test]
fn a_cursor_is_bound_to_its_log_and_replaces_no_other_file() {
    let (store, other) = (TestStore::new(), TestStore::uninitialized());
    other.run_ok(&["init", "--admin", "alice", "--name", "other.example"]);
    let cursor = other.home().join("cursor");
    let path = cursor.display().to_string();
    let tail = ["log", "tail", "--cursor-file", &path];
    other.run_ok(&tail);
    store.run_failing(&tail, "invalid_value", 2);
    for text in [
        "",
        "precious",
        "test.example\n4\n",
        "test.example\n04\nAA==\n",
    ] {
        std::fs::write(&cursor, text).expect("written");
        store.run_failing(&tail, "invalid_value", 2);
        assert_eq!(std::fs::read_to_string(&cursor).expect("a file"), text);
    }
    let gone = store.home().join("gone/cursor").display().to_string();
    store.run(&["log", "tail", "--cursor-file", &gone]);
    assert_eq!(store.run(&["log", "tail", "--cursor-file", &gone]).code, 1);
}

#[test]
fn a_cursor_detects_an_older_copy_of_the_store() {
    let store = TestStore::new();
    let cursor: PathBuf = store.home().join("cursor");
    let path = cursor.display().to_string();
    let tail = ["log", "tail", "--cursor-file", &path];
    let (older, checkpoint) = (copy(&store), store.dir().join("checkpoint"));
    let before = std::fs::read(&checkpoint).expect("a checkpoint");
    record_event(&store);
    store.run_ok(&tail);
    let known = std::fs::read_to_string(&cursor).expect("a cursor");
    restore(&store, &older);
    store.run_failing(&tail, "log_tampered", 6);
    // Even if the log has grown since, and the checkpoint file with it.
    std::fs::write(&checkpoint, before).expect("written");
    record_event(&store);
    store.run_failing(&tail, "log_tampered", 6);
    record_event(&store);
    store.run_failing(&tail, "log_tampered", 6);
    assert_eq!(std::fs::read_to_string(&cursor).expect("a cursor"), known);
}

#[test]
fn restoring_an_older_copy_ends_a_follower() {
    let store = TestStore::new();
    let older = copy(&store);
    record_event(&store);
    let mut follower = Follower::following(&store, &["-n", "1"]);
    follower.event();
    restore(&store, &older);
    follower.assert_ended_with("log_tampered", 6);
}

#[test]
fn a_cursor_continues_in_a_copy_of_the_same_log() {
    let store = TestStore::new();
    let mut follower = Follower::following(&store, &["-n", "1"]);
    follower.event();
    let same = copy(&store);
    restore(&store, &same);
    let expected = record_event(&store);
    assert_eq!(follower.event()["seq"], expected);
}

#[test]
fn losing_the_right_ends_the_follower() {
    let store = shop();
    let reader = create_user_with_own_role(&store, "reader", &["login_log"]);
    let mut command = store.command(&["log", "tail", "-f", "-n", "1", "-o", "json"]);
    command.env("LAC_TOKEN", &reader);
    let mut follower = Follower::start(command);
    assert_eq!(follower.event()["action_group"], "login_as_customer");
    store.run_ok(&["config", "set", "web/url/use_store", "yes"]);
    let seen = record_event(&store);
    assert_eq!(follower.event()["seq"], seen, "its own group alone");
    store.run_ok(&["role", "deny", "reader", "login_log"]);
    record_event(&store);
    assert!(follower.line().is_none(), "nothing more is shown");
    follower.assert_ended_with("resource_denied", 4);
    let denied = store.run_json(&["log", "list", "--admin", "reader"]);
    assert_eq!(
        denied.as_array().map(Vec::len),
        Some(1),
        "and that is on record"
    );
    store
        .run_as(&reader, &["log", "tail", "-o", "json"])
        .assert_failed("resource_denied", 4);
}

/// More events at once than the follower buffers.
#[test]
fn a_burst_of_events_arrives_completely() {
    let store = TestStore::new();
    for (kind, data) in sample_stores() {
        store.import(kind, &data);
    }
    let many: Vec<Value> = (1..=1100)
        .map(|id| rest_customer(id, &format!("c{id}@example.com"), ("C", "C"), (1, 1), 1))
        .collect();
    store.import("customers", &rest_page(&many));
    let mut follower = Follower::following(&store, &["-n", "1"]);
    let first = follower.event()["seq"].as_u64().expect("a seq");
    let ids: Vec<String> = (1..=1100).map(|id: u32| id.to_string()).collect();
    let ids = ids.join("\n");
    let granted = store.run_with(ids.as_bytes(), &["consent", "grant", "-"]);
    granted.assert_succeeded();
    let last = newest(&store);
    assert!(last >= first + 1100, "{first} to {last}");
    follower.read_until(last);
    assert_eq!(follower.kill(), (first..=last).collect::<Vec<u64>>());
    for count in [499, 500, 501, 1000, 1001] {
        let shown = store.run_ok(&["log", "tail", "-o", "json", "-n", &count.to_string()]);
        let expected: Vec<u64> = (last + 1 - count..=last).collect();
        assert_eq!(seqs(&lines(&shown)), expected);
    }
}
