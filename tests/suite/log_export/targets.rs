//! Valid targets of an export, and what is left if the target is invalid.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::process::Command;

use serde_json::Value;

use super::{
    bytes, export, files_beside_store, manifest, names_in, path, sha256, store_with_customers, text,
};
use crate::support::TestStore;

/// The old file is unchanged, no new file appears, and nothing is recorded
/// because nothing was exported.
#[test]
fn targets_that_are_not_regular_files_are_refused() {
    let store = TestStore::new();
    let home = store.home();
    fs::create_dir(home.join("dir.csv")).expect("a directory");
    fs::write(home.join("real.csv"), "mine").expect("a file");
    symlink("real.csv", home.join("link.csv")).expect("a link");
    symlink("nowhere.csv", home.join("dangling.csv")).expect("a link");
    let fifo = Command::new("mkfifo").arg(home.join("pipe.csv")).status();
    assert!(fifo.expect("mkfifo").success());
    let before = (files_beside_store(&store), store.log_events());
    for (name, reason) in [
        ("dir.csv", "it is a directory"),
        ("link.csv", "it is a symbolic link; name the file itself"),
        (
            "dangling.csv",
            "it is a symbolic link; name the file itself",
        ),
        (
            "pipe.csv",
            "it is not a regular file; use - to write to stdout",
        ),
        (
            "/dev/null",
            "it is not a regular file; use - to write to stdout",
        ),
    ] {
        // Joining an absolute path replaces the home directory.
        let file = path(&store, name);
        let args = ["log", "export", &file, "--format", "csv"];
        let error = store.run_failing(&args, "invalid_value", 2);
        assert_eq!(error["message"], format!("{file}: {reason}"));
    }
    for name in ["none/q4.csv", "real.csv/q4.csv", "/proc/q4.csv"] {
        let file = path(&store, name);
        store.run_failing(&["log", "export", &file], "io", 1);
    }
    for name in ["", ".", "..", "dir.csv/"] {
        let file = path(&store, name);
        let args = ["log", "export", &file, "--format", "csv"];
        store.run_failing(&args, "invalid_value", 2);
    }
    assert_eq!((files_beside_store(&store), store.log_events()), before);
    assert_eq!(text(&store, "real.csv"), "mine");
    assert!(fs::metadata("/dev/null").expect("there").mode() & 0o20_000 != 0);
}

/// The manifest and the proof are also checked before anything is recorded.
#[test]
fn an_irreplaceable_manifest_or_proof_is_refused() {
    let store = TestStore::new();
    for ending in ["manifest.json", "proof"] {
        let dir = format!("q4.csv.{ending}");
        fs::create_dir(store.home().join(&dir)).expect("a directory");
        let before = (files_beside_store(&store), store.log_events());
        let file = path(&store, "q4.csv");
        let args = ["log", "export", &file, "--proof", "sparse"];
        let error = store.run_failing(&args, "invalid_value", 2);
        let message = error["message"].as_str().expect("text");
        assert!(message.ends_with("it is a directory"), "{message}");
        assert_eq!(
            (files_beside_store(&store), store.log_events()),
            before,
            "{ending}"
        );
        fs::remove_dir(store.home().join(&dir)).expect("removed");
    }
}

#[test]
fn an_unwritable_directory_is_refused() {
    let store = TestStore::new();
    let dir = store.home().join("closed");
    fs::create_dir(&dir).expect("a directory");
    fs::set_permissions(&dir, PermissionsExt::from_mode(0o500)).expect("closed");
    let is_root = fs::write(dir.join("probe"), "").is_ok();
    if !is_root {
        let before = store.log_events();
        let file = path(&store, "closed/q4.csv");
        store.run_failing(&["log", "export", &file], "io", 1);
        assert_eq!(names_in(&dir), [""; 0]);
        assert_eq!(store.log_events(), before);
    }
    fs::set_permissions(&dir, PermissionsExt::from_mode(0o700)).expect("open");
}

/// Exports hold personal data: nobody else can read the file, whatever was
/// there before, and a hard link to the old file keeps the old contents.
#[test]
fn a_file_is_replaced_atomically_and_is_private() {
    let store = TestStore::new();
    let home = store.home();
    fs::write(home.join("q4.csv"), "x".repeat(100_000)).expect("a file");
    fs::set_permissions(home.join("q4.csv"), PermissionsExt::from_mode(0o666)).expect("open");
    fs::hard_link(home.join("q4.csv"), home.join("other.csv")).expect("a link");
    export(&store, "q4.csv", &["--proof", "range"]);
    assert!(text(&store, "q4.csv").starts_with("seq,time,"));
    assert_eq!(
        sha256(&bytes(&store, "q4.csv")),
        manifest(&store, "q4.csv")["sha256"]
    );
    for name in ["q4.csv", "q4.csv.manifest.json", "q4.csv.proof"] {
        let mode = fs::metadata(home.join(name)).expect("there").mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(text(&store, "other.csv"), "x".repeat(100_000));
    let names = [
        "other.csv",
        "q4.csv",
        "q4.csv.manifest.json",
        "q4.csv.proof",
    ];
    assert_eq!(files_beside_store(&store), names);
}

/// In the current directory, with names that look like flags or contain spaces.
#[test]
fn relative_and_unusual_file_names_work() {
    let store = TestStore::new();
    for name in ["q4.csv", "-q4.csv", " q 4 .csv", "ä😀.csv"] {
        let mut command = store.command(&["log", "export", "--", name]);
        let ran = command
            .current_dir(store.home())
            .output()
            .expect("lac runs");
        assert!(ran.status.success(), "{name}: {ran:?}");
        assert_eq!(manifest(&store, name)["file"], name);
    }
}

/// A file size limit simulates a full disk. The old file is kept.
#[test]
fn a_full_disk_leaves_the_old_file() {
    let store = store_with_customers(2000);
    for name in ["q4.csv", "q4.xlsx"] {
        export(&store, name, &["--admin", "nobody"]);
        let before = (
            files_beside_store(&store),
            bytes(&store, name),
            store.log_events().len(),
        );
        let file = path(&store, name);
        let lac = store.command(&["log", "export", &file, "-o", "json"]);
        // 128 blocks of 512 bytes are 64 KiB; the signal is ignored, so that
        // the write fails.
        let script = "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\"";
        let mut limited = Command::new("sh");
        limited
            .args(["-c", script])
            .arg(lac.get_program())
            .args(lac.get_args());
        limited.env_clear();
        for (name, value) in lac.get_envs() {
            if let Some(value) = value {
                limited.env(name, value);
            }
        }
        let ran = limited.output().expect("a shell");
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        let error: Value = serde_json::from_slice(&ran.stderr).expect("a JSON error");
        assert_eq!(error["error"]["code"], "io");
        let after = (
            files_beside_store(&store),
            bytes(&store, name),
            store.log_events().len(),
        );
        assert_eq!(after, before);
    }
}
