//! How a broker starts and stops.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{ask, frame, run, send_and_read, start_broker};
use crate::support::TestStore;

#[test]
fn clients_are_identified_by_kernel_credentials() {
    let store = TestStore::new();
    let broker = start_broker(&store);
    let myself = run(&store, &broker, &["whoami", "-o", "json"]).assert_succeeded();
    assert!(myself.stdout.contains("\"name\":\"alice\""), "{myself:#?}");
    run(
        &store,
        &broker,
        &["config", "set", "web/url/use_store", "yes"],
    )
    .assert_succeeded();
    let event = &store.log_events()[0];
    let uid = nix::unistd::getuid();
    assert_eq!(event["ip_address"], format!("unix:{uid}"));
    assert_eq!(event["admin"], "alice");

    // A request that claims an identity is malformed.
    for forged in [
        r#"{"use_case":"whoami","os_account":"bob","request":{}}"#,
        r#"{"use_case":"whoami","request":{},"uid":0}"#,
    ] {
        let (tag, answer) = ask(&broker, forged);
        assert_eq!(tag, b'F', "{answer}");
    }
}

#[test]
fn a_token_works_over_the_socket_and_is_never_echoed() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let token = shop.create_user("tina", "Administrators");
    let mut command = super::command(&shop, &broker, &["whoami", "-o", "json"]);
    let out =
        crate::support::command_output(command.env("LAC_TOKEN", &token).output().expect("lac"));
    assert!(out.stdout.contains("\"name\":\"tina\""), "{out:#?}");
    for bad in [
        "lac_0",
        "nonsense",
        "lac_000000000000000000000000000000000000000000016rLJw",
    ] {
        let mut command = super::command(&shop, &broker, &["whoami", "-o", "json"]);
        let out =
            crate::support::command_output(command.env("LAC_TOKEN", bad).output().expect("lac"));
        let error = out.assert_failed("not_authenticated", 4);
        assert!(!error.to_string().contains(bad), "{error}");
    }
}

#[test]
fn a_socket_serves_one_broker_and_a_stale_one_is_replaced() {
    let store = TestStore::new();
    let mut broker = start_broker(&store);
    let socket = broker.socket.display().to_string();
    store.run_failing(&["serve", "--socket", &socket], "already_exists", 7);
    broker.child.kill().expect("killed");
    broker.child.wait().expect("gone");
    assert!(broker.socket.exists(), "it was killed");
    let gone = run(&store, &broker, &["whoami", "-o", "json"]);
    gone.assert_failed("broker_missing", 1);

    let second = Command::new(env!("CARGO_BIN_EXE_lac"))
        .args(["serve", "--idle", "1s", "--socket", &socket])
        .env_clear()
        .env("LAC_STORE", store.dir())
        .stderr(Stdio::piped())
        .output()
        .expect("lac serves");
    let errors = String::from_utf8_lossy(&second.stderr);
    assert!(
        second.status.success() && errors.contains("idle timeout reached"),
        "{errors}"
    );
    assert!(!broker.socket.exists(), "it takes its socket with it");
}

#[test]
fn a_terminating_broker_finishes_running_requests() {
    let shop = TestStore::with_sample_data();
    let mut broker = start_broker(&shop);
    let waiting = std::os::unix::net::UnixStream::connect(&broker.socket).expect("a line");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(broker.child.id()).expect("a pid"));
    let since = Instant::now();
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("told");
    let ended = broker.child.wait().expect("it ends");
    assert!(ended.success(), "{ended}");
    assert!(
        since.elapsed() < Duration::from_secs(30),
        "who says nothing holds nobody up"
    );
    drop(waiting);
}

#[test]
fn a_missing_or_unsafe_store_is_not_served() {
    let store = TestStore::uninitialized();
    let socket = store.home().join("s.sock").display().to_string();
    store.run_failing(&["serve", "--socket", &socket], "store_missing", 1);
    let store = TestStore::new();
    store.run_failing(&["serve"], "input_required", 2);
    let open = fs::Permissions::from_mode(0o777);
    fs::set_permissions(store.dir(), open).expect("open to all");
    let socket = store.home().join("s.sock").display().to_string();
    store.run_failing(&["serve", "--socket", &socket], "store_unsafe", 1);
}

#[test]
fn a_socket_in_a_directory_writable_by_others_is_refused() {
    let store = TestStore::new();
    let broker = start_broker(&store);
    let dir = broker.socket.parent().expect("a directory");
    let open = fs::Permissions::from_mode(0o777);
    fs::set_permissions(dir, open).expect("open to all");
    run(&store, &broker, &["whoami", "-o", "json"]).assert_failed("store_unsafe", 1);
}

#[test]
fn client_and_broker_must_use_the_same_protocol() {
    let store = TestStore::new();
    let broker = start_broker(&store);
    let reply = send_and_read(&broker, &frame(b'H', br#"{"protocol":2,"version":"9"}"#));
    let text = String::from_utf8_lossy(&reply);
    assert!(
        reply.starts_with(b"F") && text.contains("protocol_mismatch"),
        "{text}"
    );
}

#[test]
fn the_next_request_detects_a_restored_database() {
    let shop = TestStore::with_sample_data();
    let copy = shop.copy_store();
    let broker = start_broker(&shop);
    run(
        &shop,
        &broker,
        &["config", "set", "web/url/use_store", "yes"],
    )
    .assert_succeeded();
    for name in ["lac.db", "lac.db-wal"] {
        let (from, to) = (copy.dir().join(name), shop.dir().join(name));
        let _ = fs::remove_file(&to);
        if from.exists() {
            fs::copy(from, to).expect("put back");
        }
    }
    let _ = fs::remove_file(shop.dir().join("lac.db-shm"));
    thread::sleep(Duration::from_millis(20));
    let refused = run(
        &shop,
        &broker,
        &["config", "set", "web/url/use_store", "no", "-o", "json"],
    );
    refused.assert_failed("log_tampered", 6);
}

#[test]
fn a_broker_removes_only_its_own_socket() {
    let store = TestStore::new();
    let mut first = start_broker(&store);
    fs::remove_file(&first.socket).expect("removed");
    let socket = first.socket.display().to_string();
    let mut second = Command::new(env!("CARGO_BIN_EXE_lac"))
        .args(["serve", "--idle", "20s", "--socket", &socket])
        .env_clear()
        .env("LAC_STORE", store.dir())
        .stderr(Stdio::null())
        .spawn()
        .expect("lac serves");
    let until = Instant::now() + Duration::from_secs(10);
    while !first.socket.exists() && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(first.child.id()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("told");
    first.child.wait().expect("it ends");
    run(&store, &first, &["whoami"]).assert_succeeded();
    second.kill().expect("killed");
    second.wait().expect("gone");
}
