//! An invalid access token is an error and never falls back to other rights; a
//! file with a token must be private.

use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{CommandOutput, TestStore, command_output, create_user_with_own_role};

fn token_file(store: &TestStore, token: &str, mode: u32) -> PathBuf {
    let path = store.home().join("token");
    fs::write(&path, format!("{token}\n")).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
    path
}

fn whoami_by(store: &TestStore, file: &Path) -> CommandOutput {
    let file = file.to_str().expect("UTF-8");
    store.run(&["--token-file", file, "whoami", "-o", "json"])
}

#[test]
fn an_empty_token_does_not_fall_back_to_the_account() {
    let store = TestStore::new();
    store.run_ok(&["whoami"]);
    for given in [&b""[..], b"  ", b"\n", b"lac_nonsense", b"\xff\xfe"] {
        let given = std::ffi::OsString::from_vec(given.to_vec());
        let mut command = store.command(&["whoami", "-o", "json"]);
        let out = command_output(command.env("LAC_TOKEN", &given).output().expect("lac runs"));
        out.assert_failed("not_authenticated", 4);
    }
    let empty = token_file(&store, "", 0o600);
    whoami_by(&store, &empty).assert_failed("not_authenticated", 4);
    whoami_by(&store, Path::new("")).assert_failed("invalid_argument", 2);
    let ran = store.run_with(b"\n", &["--token-file", "-", "whoami", "-o", "json"]);
    ran.assert_failed("not_authenticated", 4);
}

#[test]
fn a_token_file_must_be_private_to_its_owner() {
    let store = TestStore::new();
    let token = create_user_with_own_role(&store, "bob", &[]);
    for mode in [0o600, 0o400] {
        let ran = whoami_by(&store, &token_file(&store, &token, mode)).assert_succeeded();
        assert!(ran.stdout.contains("bob"), "{ran:#?}");
    }
    for mode in [0o644, 0o640, 0o620, 0o602, 0o604] {
        let file = token_file(&store, &token, mode);
        let error = whoami_by(&store, &file).assert_failed("store_unsafe", 1);
        let hint = error["hint"].as_str().expect("a hint");
        assert_eq!(hint, format!("chmod 600 {}", file.display()));
    }
    let ran = store.run_with(token.as_bytes(), &["--token-file", "-", "whoami"]);
    assert!(ran.assert_succeeded().stdout.contains("bob"));
}

#[test]
fn special_or_huge_token_files_are_refused_quickly() {
    let store = TestStore::new();
    let pipe = store.home().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let mut child = store
        .command(&[
            "--token-file",
            pipe.to_str().expect("UTF-8"),
            "whoami",
            "-o",
            "json",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("lac runs");
    let since = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if since.elapsed() > Duration::from_secs(30) {
            let _ = child.kill();
            panic!("it waits for the pipe's other end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    command_output(child.wait_with_output().expect("ended")).assert_failed("invalid_value", 2);
    whoami_by(&store, store.home()).assert_failed("invalid_value", 2);
    whoami_by(&store, Path::new("/dev/zero")).assert_failed("invalid_value", 2);
    let long = token_file(&store, &"x".repeat(1 << 20), 0o600);
    whoami_by(&store, &long).assert_failed("invalid_value", 2);
    whoami_by(&store, &store.home().join("gone")).assert_failed("io", 1);
}
