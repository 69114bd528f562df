//! Misbehaving clients harm nobody but themselves.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{ask, frame, hello, run, send_and_read, start_broker};
use crate::support::TestStore;

#[test]
fn a_malformed_request_is_refused_and_the_next_one_answered() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let huge = [&[b'Q'][..], &u32::MAX.to_be_bytes(), &[b'x'; 100]].concat();
    for bytes in [
        Vec::new(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        vec![0; 64],
        hello()[..7].to_vec(),
        [hello(), huge].concat(),
        [hello(), frame(b'Q', b"{")].concat(),
        [hello(), frame(b'Q', &vec![b'['; 200_000])].concat(),
        [hello(), frame(b'U', b"x")].concat(),
        [hello(), hello()].concat(),
        frame(b'Q', br#"{"use_case":"whoami","request":{}}"#),
    ] {
        let _ = send_and_read(&broker, &bytes);
    }
    for (request, what) in [
        (r#"{"use_case":"rm","request":{}}"#, "an unknown name"),
        (
            r#"{"use_case":"login.start","request":{}}"#,
            "a request that is none",
        ),
        (
            r#"{"use_case":"config.set","request":{"path":1}}"#,
            "a wrong type",
        ),
    ] {
        let (tag, answer) = ask(&broker, request);
        assert!(
            tag == b'F' && answer.contains("invalid_value"),
            "{what}: {answer}"
        );
    }
    run(&shop, &broker, &["whoami"]).assert_succeeded();
}

#[test]
fn slow_and_silent_clients_block_nobody_and_are_disconnected() {
    let store = TestStore::new();
    let broker = start_broker(&store);
    let silent: Vec<UnixStream> = (0..40)
        .map(|_| UnixStream::connect(&broker.socket).expect("a line"))
        .collect();
    let mut slow = UnixStream::connect(&broker.socket).expect("a line");
    let since = Instant::now();
    run(&store, &broker, &["whoami"]).assert_succeeded();
    assert!(since.elapsed() < Duration::from_secs(5));
    // Sent byte by byte, it takes longer than the broker waits.
    let mut sent = 0;
    while since.elapsed() < Duration::from_secs(20) {
        if slow.write_all(&hello()[sent % 20..=sent % 20]).is_err() {
            break;
        }
        sent += 1;
        thread::sleep(Duration::from_millis(200));
    }
    assert!(
        since.elapsed() < Duration::from_secs(15),
        "it was not sent away"
    );
    for mut stream in silent {
        let mut rest = Vec::new();
        assert!(
            stream.read_to_end(&mut rest).is_ok(),
            "it was not sent away"
        );
    }
}

#[test]
fn one_account_cannot_use_all_connections() {
    let store = TestStore::new();
    let broker = start_broker(&store);
    let all: Vec<UnixStream> = (0..160)
        .filter_map(|_| UnixStream::connect(&broker.socket).ok())
        .collect();
    thread::sleep(Duration::from_millis(300));
    run(&store, &broker, &["whoami", "-o", "json"]).assert_failed("broker_busy", 7);
    drop(all);
    thread::sleep(Duration::from_millis(300));
    run(&store, &broker, &["whoami"]).assert_succeeded();
}

#[test]
fn arbitrary_bytes_do_not_stop_the_broker() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let before = shop.log_events().len();
    let names = lac_app::protocol::use_case_names();
    let value = prop_oneof![
        Just("{}".to_owned()),
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just(r#"{"path":"/etc/passwd","file":"/etc/passwd"}"#.to_owned()),
        Just(r#"{"seq":18446744073709551615}"#.to_owned()),
        Just(r#"{"token":"x","audience":"y"}"#.to_owned()),
        "[ -~]{0,40}",
    ];
    let request = (prop::sample::select(names), value)
        .prop_map(|(name, value)| format!(r#"{{"use_case":"{name}","request":{value}}}"#));
    let bytes = prop_oneof![
        3 => request.prop_map(|text| [hello(), frame(b'Q', text.as_bytes())].concat()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(|tail| [hello(), tail].concat()),
    ];
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(300)
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, rng)
        .run(&bytes, |bytes| {
            let _ = send_and_read(&broker, &bytes);
            Ok(())
        })
        .expect("it goes on");
    run(&shop, &broker, &["whoami"]).assert_succeeded();
    run(&shop, &broker, &["log", "verify"]).assert_succeeded();
    assert!(shop.log_events().len() >= before);
}

/// Any account on the machine can connect, and every attempt is recorded
/// permanently.
#[test]
fn long_client_input_is_truncated_in_the_log() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let (long, longest) = ("x".repeat(3_000_000), "x".repeat(255));
    let wish = |named: &str| {
        format!(r#"{{"wish":{{"whom":{{"customer":"{named}"}},"replace":true}},"ttl":null}}"#)
    };
    let (too_long, whom) = (wish(&long), wish(&longest));
    let customers = format!(r#"{{"granted":true,"customers":["{longest}"]}}"#);
    let reason = format!(r#"{{"granted":true,"customers":["1"],"reason":"{long}"}}"#);
    let file = format!(
        r#"{{"kind":"customers","file":"{long}","wishes":{{"skip_invalid":false,"dry_run":false,
            "partial":false,"complete":false,"allow_empty":false}}}}"#
    );
    for (use_case, request, token, code) in [
        (
            "login.start",
            &whom,
            r#","token":"nobody's""#,
            "not_authenticated",
        ),
        ("login.start", &whom, "", "customer_not_found"),
        ("login.start", &too_long, "", "invalid_value"),
        ("consent.change", &customers, "", "customer_not_found"),
        ("consent.change", &reason, "", "invalid_value"),
        ("import", &file, "", "invalid_value"),
    ] {
        let request = format!(r#"{{"use_case":"{use_case}"{token},"request":{request}}}"#);
        let (tag, answer) = ask(&broker, &request);
        assert_eq!(tag, b'F', "{use_case}: {answer:.200}");
        assert!(answer.contains(code), "{use_case}: {answer:.200}");
    }
    let listed = shop.run_ok(&["log", "list", "--limit", "5", "-o", "jsonl"]);
    assert!(listed.contains("customer_not_found"), "{listed:.2000}");
    assert!(listed.len() < 20_000, "{} bytes", listed.len());
    shop.run_ok(&["log", "verify"]);
}

#[test]
fn doctor_shows_unauthenticated_clients_no_names() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let (_, own) = ask(&broker, r#"{"use_case":"doctor","request":{}}"#);
    assert!(own.contains("alice is the only"), "{own}");
    let (tag, guest) = ask(
        &broker,
        r#"{"use_case":"doctor","token":"nobody's","request":{}}"#,
    );
    assert_eq!(tag, b'A', "{guest}");
    assert!(!guest.contains("alice"), "{guest}");
    assert!(guest.contains("there are some"), "{guest}");
}

#[test]
fn one_request_may_name_10000_items_at_most() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let many = vec![r#""1""#; 10_001].join(",");
    for request in [
        format!(
            r#"{{"use_case":"consent.change","request":{{"granted":true,"customers":[{many}]}}}}"#
        ),
        format!(r#"{{"use_case":"session.end","request":{{"which":{{"ids":[{many}]}}}}}}"#),
    ] {
        let (tag, answer) = ask(&broker, &request);
        assert!(
            tag == b'F' && answer.contains("at most 10000"),
            "{answer:.200}"
        );
    }
}
