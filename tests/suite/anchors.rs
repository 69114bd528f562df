//! Anchors: copies of signed checkpoints where the store's owner cannot change
//! them. Which checkpoints are copied, and what happens if that fails.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use signed_note::{Note, StandardVerifier, VerifierList};

use crate::high_water::newest_note;
use crate::support::{TestStore, create_user_with_own_role};

const FLAG: &str = "web/url/use_store";

/// An empty directory with a config file that names the anchor.
fn uninitialized_store(settings: &str) -> TestStore {
    let store = TestStore::uninitialized();
    let dir = store.home().join(".config/lac");
    fs::create_dir_all(&dir).expect("a directory");
    fs::write(dir.join("config.toml"), settings).expect("written");
    store
}

fn configure(store: &TestStore, settings: &str) {
    fs::write(store.home().join(".config/lac/config.toml"), settings).expect("written");
}

fn anchor_config(file: &Path) -> String {
    format!("[anchor]\nfile = \"{}\"\n", file.display())
}

/// A founded store whose anchor is a file next to it.
fn store_with_anchor() -> (TestStore, PathBuf) {
    let store = uninitialized_store("");
    let file = store.home().join("anchor");
    configure(&store, &anchor_config(&file));
    store.run_ok(&["init", "--admin", "alice", "--name", "test.example"]);
    (store, file)
}

fn record_event(store: &TestStore) {
    let value = if store.run_ok(&["config", "get", FLAG]) == "yes\n" {
        "no"
    } else {
        "yes"
    };
    store.run_ok(&["config", "set", FLAG, value]);
}

/// Splits the file as the docs describe: a note ends with the empty line after
/// its signature.
fn notes(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("an anchor");
    let (mut notes, mut note, mut signed) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        if signed && line.is_empty() {
            notes.push(std::mem::take(&mut note));
            signed = false;
            continue;
        }
        signed = line.starts_with("— ");
        note += line;
        note.push('\n');
    }
    assert_eq!(note, "", "the file ends with a whole note");
    notes
}

fn sizes(file: &Path) -> Vec<u64> {
    let size = |note: &String| note.lines().nth(1)?.parse().ok();
    let sizes = notes(file).iter().map(size).collect::<Option<Vec<u64>>>();
    sizes.expect("sizes")
}

/// A third-party program verifies every note.
#[track_caller]
fn assert_all_notes_verify(store: &TestStore, file: &Path) {
    let vkey = store.run_ok(&["key", "verifier"]);
    for note in notes(file) {
        let verifier = StandardVerifier::new(vkey.trim()).expect("a verifier key");
        let signed = Note::from_bytes(note.as_bytes()).expect("a signed note");
        let by = signed.verify(&VerifierList::new(vec![Box::new(verifier)]));
        assert_eq!(by.expect("verified").0.len(), 1);
        let body = tlog_tiles::Checkpoint::from_bytes(signed.text()).expect("a checkpoint");
        assert_eq!(body.origin(), "test.example");
    }
}

#[test]
fn a_busy_store_anchors_every_hour() {
    let (store, file) = store_with_anchor();
    assert_eq!(sizes(&file), [4], "a new store, for its keys");
    let mut expected = vec![4];
    for (clock, is_worth) in [
        ("2026-10-05T12:00:01Z", false),
        ("2026-10-05T12:59:59.999999Z", false),
        ("2026-10-05T13:00:00Z", true),
        ("2026-10-05T13:30:00Z", false),
        ("2026-10-05T12:10:00Z", false), // set back: the event's time is not
        ("2026-10-07T13:30:00Z", true),
    ] {
        store.clock.set(clock);
        record_event(&store);
        if is_worth {
            expected.push(store.log_events().len() as u64);
        }
        assert_eq!(sizes(&file), expected, "{clock}");
    }
    // A refusal is recorded and anchored like any other event.
    store.clock.set("2026-10-07T14:00:00Z");
    store.run_failing(&["login", "1"], "customer_not_found", 3);
    expected.push(store.log_events().len() as u64);
    assert_eq!(sizes(&file), expected);
    assert_all_notes_verify(&store, &file);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn changes_to_log_or_keys_are_anchored_at_once() {
    let (store, file) = store_with_anchor();
    let clerk = create_user_with_own_role(&store, "clerk", &["login_button"]);
    assert_eq!(notes(&file).len(), 1);
    for denied in [
        &["log", "list"][..],
        &["log", "checkpoint"],
        &["key", "list"],
    ] {
        let before = notes(&file).len();
        store.run_as(&clerk, denied);
        assert_eq!(notes(&file).len(), before + 1, "{denied:?}");
        let list = fs::read_to_string(store.dir().join("checkpoint")).expect("a checkpoint");
        assert_eq!(notes(&file).last(), Some(&newest_note(&list)));
    }
    fs::remove_file(store.dir().join("checkpoint")).expect("removed");
    store.run_ok(&["log", "recover", "--yes"]);
    assert_eq!(notes(&file).len(), 5);
    // Commands that only read, or that are denied for other reasons, are not
    // anchored at once.
    for args in [
        &["log", "list"][..],
        &["key", "jwks"],
        &["key", "verifier"],
        &["doctor"],
    ] {
        store.run_ok(args);
    }
    store.run_as(&clerk, &["role", "list"]);
    assert_eq!(notes(&file).len(), 5);
    assert_all_notes_verify(&store, &file);
}

#[test]
fn a_printed_checkpoint_is_also_anchored() {
    let (store, file) = store_with_anchor();
    record_event(&store);
    let receipt = store.run_ok(&["log", "checkpoint"]);
    assert_eq!(notes(&file).last(), Some(&receipt));
    assert_eq!(sizes(&file), [4, 5]);
    fs::write(store.dir().join("checkpoint"), "garbage").expect("written");
    store.run_failing(&["log", "checkpoint"], "log_tampered", 6);
    assert_eq!(sizes(&file), [4, 5]);
}

/// The command has already succeeded, so there is a warning and the exit code
/// stays the same.
#[test]
fn a_failing_anchor_causes_a_warning_only() {
    let (store, file) = store_with_anchor();
    let gone = store.home().join("gone/anchor");
    let dir = store.home().join("a-directory");
    fs::create_dir(&dir).expect("a directory");
    for (hour, (path, problem)) in [(&gone, "No such file"), (&dir, "directory")]
        .into_iter()
        .enumerate()
    {
        configure(&store, &anchor_config(path));
        store
            .clock
            .set(["2026-10-06T01:00:00Z", "2026-10-06T02:00:00Z"][hour]);
        let before = store.log_events().len();
        let ran = store.run(&["config", "set", FLAG, ["yes", "no"][hour], "-o", "json"]);
        assert_eq!(ran.code, 0, "{ran:#?}");
        let start = format!(
            "warning: the checkpoint could not be anchored in {}: ",
            path.display()
        );
        let warnings: Vec<&str> = ran.stderr.lines().collect();
        assert!(
            warnings.len() == 1 && warnings[0].starts_with(&start),
            "{ran:#?}"
        );
        assert!(warnings[0].contains(problem), "{ran:#?}");
        assert_eq!(store.log_events().len(), before + 1);
        let ran = store.run(&["doctor", "-o", "json"]);
        assert_eq!(ran.code, 1);
        assert!(
            ran.stdout.contains(r#""check":"anchor","status":"failed""#),
            "{ran:#?}"
        );
    }
    // An error is still the last line.
    let clerk = create_user_with_own_role(&store, "clerk", &[]);
    let ran = store.run_as(&clerk, &["log", "list", "-o", "json"]);
    assert_eq!(ran.stderr.lines().count(), 2, "{ran:#?}");
    ran.assert_failed("resource_denied", 4);

    configure(&store, &anchor_config(&file));
    let ran = store.run(&["doctor", "-o", "json"]).assert_succeeded();
    assert!(ran.stdout.contains(r#""check":"anchor","status":"ok""#));
    assert_eq!(sizes(&file), [4], "the doctor adds nothing");
}

#[test]
fn anchors_do_not_follow_symbolic_links() {
    let (store, file) = store_with_anchor();
    let victim = store.home().join("victim");
    fs::write(&victim, "mine").expect("written");
    fs::remove_file(&file).expect("removed");
    symlink(&victim, &file).expect("a link");
    let ran = store.run(&["log", "checkpoint"]).assert_succeeded();
    assert!(ran.stderr.contains("it is a symbolic link"), "{ran:#?}");
    assert_eq!(fs::read_to_string(&victim).expect("a file"), "mine");
    assert_eq!(store.run(&["doctor"]).code, 1);
}

/// A writable file of another account in a directory that everybody can write:
/// many kernels refuse to open such a file with the flags for a new one.
#[test]
fn an_anchor_may_be_writable_but_not_readable() {
    let (store, _) = store_with_anchor();
    let dir = store.home().join("everybodys");
    fs::create_dir(&dir).expect("a directory");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o1777)).expect("chmod");
    let file = dir.join("anchor");
    fs::write(&file, "").expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o622)).expect("chmod");
    // Only root can change a file's owner.
    let is_foreign = chown(&dir, Some(65534), None).is_ok();
    if is_foreign {
        chown(&file, Some(65533), None).expect("chown");
    }
    configure(&store, &anchor_config(&file));
    let ran = store.run(&["log", "checkpoint"]).assert_succeeded();
    assert_eq!(ran.stderr, "");
    assert_eq!(sizes(&file), [4]);
    assert_eq!(mode(&file), 0o622);
    store.run_ok(&["doctor"]);
}

#[test]
fn concurrent_processes_write_whole_notes() {
    let (store, file) = store_with_anchor();
    fs::remove_file(&file).expect("removed");
    for _ in 0..3 {
        let mut children: Vec<Child> = (0..16)
            .map(|i| {
                let args = [&["log", "checkpoint"][..], &["config", "get", FLAG]][i % 2];
                let mut command = store.command(args);
                command.stdout(Stdio::null()).spawn().expect("lac starts")
            })
            .collect();
        let ended = children
            .iter_mut()
            .map(|child| child.wait().expect("lac ends"));
        assert!(ended.into_iter().all(|status| status.success()));
        record_event(&store);
    }
    assert_eq!(sizes(&file), [[4; 8], [5; 8], [6; 8]].concat());
    assert_all_notes_verify(&store, &file);
}

#[test]
fn each_profile_has_its_own_anchor_and_bad_paths_are_refused() {
    let (store, file) = store_with_anchor();
    let other = store.home().join("other");
    let profile = anchor_config(&other).replace("[anchor]", "[profiles.prod.anchor]");
    configure(&store, &format!("{}{profile}", anchor_config(&file)));
    store.run_ok(&["log", "checkpoint", "--profile", "prod"]);
    assert_eq!((sizes(&file), sizes(&other)), (vec![4], vec![4]));
    let inside = store.dir().join("lac.db");
    for bad in [Path::new("anchor"), &inside] {
        configure(&store, &anchor_config(bad));
        store.run_failing(&["log", "checkpoint"], "config_invalid", 1);
    }
}

#[test]
fn the_demo_writes_no_anchors() {
    let (store, file) = store_with_anchor();
    let dir = store.home().join("demo");
    store.run_ok(&["demo", "--dir", &dir.display().to_string()]);
    assert_eq!(sizes(&file), [4]);
}

/// If the machine has a system log, this test sends nothing to it.
#[test]
fn a_missing_system_log_causes_one_warning() {
    if Path::new("/dev/log").exists() || cfg!(target_os = "macos") {
        return;
    }
    let (store, file) = store_with_anchor();
    configure(&store, &format!("{}syslog = true\n", anchor_config(&file)));
    let ran = store.run(&["log", "checkpoint"]).assert_succeeded();
    assert_eq!(ran.stderr.matches("warning: ").count(), 1, "{ran:#?}");
    assert!(
        ran.stderr.contains("the system's log (/dev/log)"),
        "{ran:#?}"
    );
    assert_eq!(
        notes(&file).last(),
        Some(&ran.stdout),
        "the file gets it all the same"
    );
    let ran = store.run(&["doctor", "-o", "json"]).assert_succeeded();
    assert!(
        ran.stdout
            .contains(r#""check":"anchor","status":"warning""#)
    );
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).expect("a file").permissions().mode() & 0o7777
}
