//! Files are read and written with the caller's rights, whatever the store's
//! owner may do.

use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use super::{command, frame, hello, run, start_broker};
use crate::support::{TestStore, command_output};

#[test]
fn imports_and_exports_match_those_without_a_broker() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let dir = tempfile::tempdir().expect("a directory");
    let file = |name: &str| dir.path().join(name).display().to_string();
    for name in ["a.csv", "a.jsonl", "a.ocsf", "a.csv.zst", "a.jsonl.gz"] {
        let args = ["log", "export", &file(name), "--proof", "sparse"];
        let exported = run(&shop, &broker, &args).assert_succeeded();
        assert!(exported.stdout.contains("recorded"), "{exported:#?}");
        let check = ["log", "verify", "--file", &file(name)];
        run(&shop, &broker, &check).assert_succeeded();
        // An auditor without the broker, with only the key.
        let key = run(&shop, &broker, &["key", "verifier"])
            .assert_succeeded()
            .stdout;
        shop.run_ok(&["log", "verify", "--file", &file(name), "--key", key.trim()]);
    }
    let book = ["log", "export", &file("a.xlsx")];
    run(&shop, &broker, &book).assert_succeeded();
    assert!(
        fs::read(file("a.xlsx"))
            .expect("a workbook")
            .starts_with(b"PK")
    );

    let listed = run(
        &shop,
        &broker,
        &[
            "log",
            "list",
            "--until",
            "2026-10-05T13:00:00Z",
            "-o",
            "jsonl",
        ],
    );
    let here = shop.run_ok(&[
        "log",
        "list",
        "--until",
        "2026-10-05T13:00:00Z",
        "-o",
        "jsonl",
    ]);
    assert_eq!(listed.assert_succeeded().stdout, here);
    for args in [
        &[
            "log",
            "export",
            "-",
            "--format",
            "csv",
            "--action-group",
            "consent",
        ][..],
        &["customer", "list", "-o", "csv"],
        &["config", "list", "-o", "json"],
        &["log", "report", "-o", "json"],
    ] {
        let over = run(&shop, &broker, args).assert_succeeded().stdout;
        assert_eq!(over, shop.run_ok(args), "{args:?}");
    }
}

#[test]
fn large_files_are_read_in_pieces_and_errors_reported_at_once() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let mut csv = String::from("email,_website,_store,firstname,lastname\n");
    for n in 0..12_000 {
        csv.push_str(&format!(
            "n{n}@example.com,base,,First,Last{}\n",
            "x".repeat(40)
        ));
    }
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("many.csv");
    fs::write(&path, &csv).expect("a file");
    let path = path.display().to_string();
    let imported = run(
        &shop,
        &broker,
        &["import", "customers", &path, "-o", "json"],
    );
    assert!(
        imported
            .assert_succeeded()
            .stdout
            .contains("\"created\":12000")
    );

    fs::write(&path, csv.replacen("n3@example.com", "nobody", 1)).expect("a file");
    let refused = run(
        &shop,
        &broker,
        &["import", "customers", &path, "-o", "json"],
    );
    let error = refused.assert_failed("invalid_file", 2);
    assert!(
        error["message"]
            .as_str()
            .expect("a message")
            .contains("line 5"),
        "{error}"
    );

    let missing = run(
        &shop,
        &broker,
        &["import", "customers", "/nowhere/x.csv", "-o", "json"],
    );
    missing.assert_failed("io", 1);
}

#[test]
fn an_interrupted_export_leaves_no_file_and_no_event() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let before = shop.log_events().len();
    let mut child = command(
        &shop,
        &broker,
        &["log", "export", "/dev/full", "--format", "csv"],
    );
    let out = command_output(child.output().expect("lac runs"));
    assert_ne!(out.code, 0, "{out:#?}");
    assert_eq!(shop.log_events().len(), before, "no file, no record");
}

/// The store is locked while an import is written: a client that sends
/// everything but does not read the progress must not keep it locked.
#[test]
fn an_import_client_that_does_not_read_blocks_nobody() {
    let shop = TestStore::with_sample_data();
    let broker = start_broker(&shop);
    let mut csv = String::from("email,_website,_store,firstname,lastname\n");
    for n in 0..40_000 {
        csv.push_str(&format!("n{n}@example.com,base,,First,Last\n"));
    }
    let request = r#"{"use_case":"import","request":{"kind":"customers","file":"-","wishes":
        {"skip_invalid":false,"dry_run":false,"partial":false,"complete":false,
        "allow_empty":false}}}"#;
    let mut all = [hello(), frame(b'Q', request.as_bytes())].concat();
    // As many answers as just fit in the buffers when nobody reads them.
    let pieces = 132;
    for piece in csv.as_bytes().chunks(csv.len() / pieces + 1) {
        all.extend(frame(b'U', piece));
    }
    all.extend(frame(b'U', b""));
    let mut deaf = UnixStream::connect(&broker.socket).expect("a line");
    deaf.write_all(&all).expect("the whole file");
    let done = || shop.run_ok(&["customer", "list", "--search", "n39999@", "-o", "json"]);
    let began = Instant::now();
    while !done().contains("n39999@example.com") {
        assert!(began.elapsed() < Duration::from_secs(60), "it is locked");
        thread::sleep(Duration::from_millis(100));
    }
    drop(deaf);
    run(
        &shop,
        &broker,
        &["config", "get", "general/locale/timezone"],
    )
    .assert_succeeded();
}
