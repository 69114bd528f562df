//! `lac login --wait-for-consent`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use super::{Shop, newest};
use crate::support::{BrokerProcess, NOW, TestStore, json_str};

/// An agent's login that waits.
struct Waiting {
    process: Child,
}

impl Waiting {
    fn start(store: &TestStore, agent: &str, setting: Option<&str>, args: &[&str]) -> Self {
        let mut command = store.command(&[&["login"], args, &["-o", "json"]].concat());
        command.env("LAC_TOKEN", agent);
        if let Some(setting) = setting {
            command.env("LAC_STORE", setting);
        }
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self {
            process: process.expect("lac starts"),
        }
    }

    /// Exit code, stdout and stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut err) = (String::new(), String::new());
        let status = self.process.wait().expect("lac ends");
        let (stdout, stderr) = (self.process.stdout.take(), self.process.stderr.take());
        stdout
            .expect("stdout")
            .read_to_string(&mut out)
            .expect("text");
        stderr
            .expect("stderr")
            .read_to_string(&mut err)
            .expect("text");
        (status.code(), out, err)
    }
}

/// Waits until the customer has an open ask; returns its id.
#[track_caller]
fn open_ask(store: &TestStore, shop: &Shop, customer: &str) -> String {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        let asks = shop.json(store, &["consent", "asks", customer]);
        if let Some(ask) = asks.get(0) {
            return json_str(&ask["id"]).to_owned();
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("nobody was asked");
}

const WAIT: [&str; 4] = ["2", "--ticket", "ZD-7", "--wait-for-consent"];

#[test]
fn a_login_goes_on_when_the_customer_allows_it() {
    let store = TestStore::with_sample_data();
    let (shop, agent) = (Shop::add(&store), store.create_agent("amy"));
    let broker = BrokerProcess::start(&store, NOW, 5);
    for setting in [None, Some(broker.store_setting())] {
        shop.json(&store, &["consent", "revoke", "2"]);
        let waiting = Waiting::start(&store, &agent, setting.as_deref(), &WAIT);
        let ask = open_ask(&store, &shop, "2");
        let before = store.log_events().len();
        thread::sleep(Duration::from_millis(2500));
        assert_eq!(store.log_events().len(), before, "waiting writes nothing");
        shop.json(&store, &["consent", "allow", &ask, "--customer", "2"]);
        let (code, out, err) = waiting.end();
        assert_eq!(code, Some(0), "{err}");
        let login: Value = serde_json::from_str(&out).expect("JSON");
        assert!(json_str(&login["url"]).starts_with("https://"), "{login}");
        assert!(err.contains("waiting for the answer"), "{err}");
        let issued = newest(&store, "issue");
        assert_eq!(issued["consent"]["source"], "customer");
        assert_eq!(newest(&store, "ask")["ticket"], "ZD-7");
    }
}

#[test]
fn a_no_ends_the_waiting() {
    let store = TestStore::with_sample_data();
    let (shop, agent) = (Shop::add(&store), store.create_agent("amy"));
    let waiting = Waiting::start(&store, &agent, None, &WAIT);
    let ask = open_ask(&store, &shop, "2");
    shop.json(&store, &["consent", "deny", &ask, "--customer", "2"]);
    let (code, out, err) = waiting.end();
    assert_eq!((code, out.as_str()), (Some(5), ""));
    assert!(
        err.contains("ask_closed") && err.contains("denied"),
        "{err}"
    );
}

#[test]
fn waiting_ends_after_its_time_and_with_ctrl_c() {
    let store = TestStore::with_sample_data();
    let (shop, agent) = (Shop::add(&store), store.create_agent("amy"));
    let short = ["2", "--wait-for-consent", "1s"];
    let (code, out, err) = Waiting::start(&store, &agent, None, &short).end();
    assert_eq!((code, out.as_str()), (Some(5), ""));
    assert!(
        err.contains("consent_withheld") && err.contains("stays open"),
        "{err}"
    );
    // The next one goes on with the same ask.
    let ask = open_ask(&store, &shop, "2");
    // Not longer: where this test runs in the background, signals of the terminal
    // are ignored.
    let bounded = ["2", "--wait-for-consent", "20s"];
    let mut waiting = Waiting::start(&store, &agent, None, &bounded);
    let mut lines = BufReader::new(waiting.process.stderr.take().expect("stderr"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a line");
    assert!(first.contains(&ask), "{first}");
    lines.read_line(&mut first).expect("a line");
    let pid = i32::try_from(waiting.process.id()).expect("a process id");
    kill(Pid::from_raw(pid), Signal::SIGINT).expect("a signal");
    assert!(!waiting.process.wait().expect("lac ends").success());
    assert_eq!(open_ask(&store, &shop, "2"), ask, "it is still open");
    store.run_ok(&["log", "verify"]);
}

#[test]
fn nobody_is_asked_in_vain() {
    let store = TestStore::with_sample_data();
    let agent = store.create_agent("amy");
    let login = |args: &[&str]| store.run_as(&agent, &[&["login"], args, &["-o", "json"]].concat());
    store.run_ok(&["config", "set", "lac/reason/required", "yes"]);
    login(&["2", "--wait-for-consent"]).assert_failed("reason_required", 5);
    login(&["6", "--reason", "x", "--wait-for-consent"]).assert_failed("customer_unconfirmed", 5);
    for wait in ["0s", "11m", "x"] {
        let args = ["2", "--reason", "x", "--wait-for-consent", wait];
        login(&args).assert_failed("invalid_value", 2);
    }
    assert_eq!(
        store.run_json(&["log", "list", "--action", "ask"]),
        json!([])
    );
    // With consent there is nothing to wait for.
    login(&["1", "--reason", "x", "--wait-for-consent"]).assert_succeeded();
}
