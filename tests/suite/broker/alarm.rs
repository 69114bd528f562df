//! Nobody can raise a false alarm: a client's claim about the log is not
//! evidence of tampering.

use std::process::Command;

use serde_json::{Value, json};

use super::ask;
use crate::support::{BrokerProcess, NOW, TestStore, command_output, create_user_with_own_role};

fn claim(seq: u64, note: &str, token: Option<&str>) -> String {
    let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let at = json!({"origin": "test.example", "seq": seq, "root": root, "note": note});
    let mut request = json!({"use_case": "log.is_newest", "request": {"at": at}});
    if let Some(token) = token {
        request["token"] = json!(token);
    }
    request.to_string()
}

fn code(fault: &str) -> String {
    match serde_json::from_str(fault).expect("a fault") {
        Value::String(code) => code,
        other => {
            let mut names = other.as_object().expect("a fault").keys();
            names.next().cloned().expect("a code")
        }
    }
}

#[test]
fn a_forged_claim_about_the_log_reports_no_tampering() {
    let store = TestStore::new();
    let agent = create_user_with_own_role(&store, "agent", &["login_button"]);
    let reader = create_user_with_own_role(&store, "reader", &["login_log"]);
    let real = store.run_json(&["log", "checkpoint"])["note"].clone();
    let real = real.as_str().expect("a note").to_owned();
    // The same note with another size, so the signature does not match.
    let mut lines: Vec<&str> = real.split('\n').collect();
    lines[1] = "4711";
    let forged = lines.join("\n");

    let mut broker = BrokerProcess::start(&store, NOW, 7);
    for seq in [0, 1, 5, 9, 4711, u64::MAX / 2] {
        for note in ["", "nonsense", &real, &forged] {
            let (tag, fault) = ask(&broker, &claim(seq, note, Some(&agent)));
            assert_eq!(
                (tag, &*code(&fault)),
                (b'F', "resource_denied"),
                "{seq} {fault}"
            );
            let (tag, answer) = ask(&broker, &claim(seq, note, Some(&reader)));
            match tag {
                b'F' => assert_eq!(code(&answer), "invalid_value", "{seq} {answer}"),
                _ => assert_eq!((tag, &*answer), (b'A', "false"), "{seq}"),
            }
            let start =
                json!({"after": {"origin": "test.example", "seq": seq, "root": "x", "note": note}});
            let filter = json!({});
            let tail = json!({"use_case": "log.tail", "token": reader,
                "request": {"filter": filter, "start": start, "limit": 1}});
            let (tag, answer) = ask(&broker, &tail.to_string());
            assert_eq!(
                (tag, &*code(&answer)),
                (b'F', "invalid_value"),
                "{seq} {answer}"
            );
        }
    }
    let since =
        json!({"use_case": "log.checkpoint", "token": reader, "request": {"since": forged}});
    let (_, fault) = ask(&broker, &since.to_string());
    assert_eq!(code(&fault), "file_tampered", "{fault}");

    let end = Command::new("kill")
        .arg(broker.child.id().to_string())
        .status();
    assert!(end.expect("kill").success());
    let mut journal = String::new();
    let mut stderr = broker.child.stderr.take().expect("stderr");
    std::io::Read::read_to_string(&mut stderr, &mut journal).expect("UTF-8");
    assert!(journal.contains("stopped"), "{journal}");
    assert!(
        !journal.contains("changed") && !journal.contains("put back"),
        "{journal}"
    );
    let _ =
        command_output(store.command(&["log", "verify"]).output().expect("lac")).assert_succeeded();
}
