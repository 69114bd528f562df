//! Tampering with archive files.

use std::fs;
use std::path::PathBuf;

use lac_ledger::archive::{ArchiveWriter, EventLine, EventLines, Header};
use rusqlite::params;
use sha2::{Digest as _, Sha256};

use super::{Cases, copy, database};
use crate::support::{InProcessStore, TestStore};

/// The store's archives, oldest first.
fn files(store: &TestStore) -> Vec<PathBuf> {
    let entries = fs::read_dir(store.dir().join("archive")).expect("archives");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("one").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "zst"));
    files.sort();
    files
}

fn read(path: &PathBuf) -> (Header, Vec<EventLine>) {
    let lines =
        EventLines::open("archive", fs::File::open(path).expect("a file")).expect("an archive");
    let header = lines.header.clone();
    (header, lines.map(|line| line.expect("a line")).collect())
}

fn encode_archive(header: &Header, lines: &[EventLine]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArchiveWriter::new(&mut bytes, header).expect("a header");
    for line in lines {
        writer.push(line).expect("a line");
    }
    let _ = writer.finish().expect("the end");
    bytes
}

/// Replaces an archive's bytes, and its length and hash in the database.
fn replace(store: &TestStore, path: &PathBuf, bytes: &[u8]) {
    fs::write(path, bytes).expect("written");
    let name = path.file_name().expect("a name").to_str().expect("text");
    let sha256: [u8; 32] = Sha256::digest(bytes).into();
    let size = i64::try_from(bytes.len()).expect("small");
    let changed = database(store).execute(
        "UPDATE audit_archive SET bytes = ?1, sha256 = ?2 WHERE name = ?3",
        params![size, sha256, name],
    );
    assert_eq!(changed.expect("changed"), 1);
}

#[test]
fn missing_shortened_or_extended_archives_are_detected() {
    let mut cases = Cases::default();
    let count = files(&copy()).len();
    for at in 0..count {
        let store = copy();
        let path = &files(&store)[at];
        let bytes = fs::read(path).expect("a file");
        for length in [
            0,
            1,
            8,
            40,
            bytes.len() / 2,
            bytes.len() - 9,
            bytes.len() - 1,
        ] {
            replace(&store, path, &bytes[..length]);
            cases.assert_tampered(&format!("{length} of {} bytes", bytes.len()), &store);
        }
        let more = [&bytes[..], b"x"].concat();
        replace(&store, path, &more);
        cases.assert_tampered("a byte more", &store);
        let twice = [&bytes[..], &bytes[..]].concat();
        replace(&store, path, &twice);
        cases.assert_tampered("twice", &store);
        fs::remove_file(path).expect("removed");
        cases.assert_exit("missing", &store, &[], &[8]);
        std::os::unix::fs::symlink("lock", path).expect("a link");
        cases.assert_tampered("a link", &store);
        fs::remove_file(path).expect("removed");
        fs::create_dir(path).expect("a directory");
        cases.assert_tampered("a directory", &store);
    }
    cases.end();
}

/// Even if the database has the changed file's length and hash.
#[test]
fn a_flipped_byte_is_detected_even_with_matching_hashes() {
    let store = copy();
    let bench = InProcessStore::new(&store);
    let mut passed = Vec::new();
    for path in files(&store) {
        let bytes = fs::read(&path).expect("a file");
        let as_it_was = Some(read(&path));
        for at in (0..bytes.len()).step_by(29) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            replace(&store, &path, &flipped);
            if bench.verify_findings().is_none() && read_anyway(&path) != as_it_was {
                passed.push(format!("{} byte {at}", path.display()));
            }
        }
        replace(&store, &path, &bytes);
    }
    assert!(passed.is_empty(), "{passed:#?}");
    super::flush_wal(&store);
}

/// Not every bit of a compressed file has a meaning.
fn read_anyway(path: &PathBuf) -> Option<(Header, Vec<EventLine>)> {
    let lines = EventLines::open("archive", fs::File::open(path).ok()?).ok()?;
    let header = lines.header.clone();
    let lines: Result<Vec<EventLine>, _> = lines.collect();
    Some((header, lines.ok()?))
}

/// As the program runs, with the file's original length and hash.
#[test]
fn a_flipped_byte_is_detected() {
    let mut cases = Cases::default();
    let store = copy();
    for path in files(&store) {
        let bytes = fs::read(&path).expect("a file");
        for at in (0..bytes.len()).step_by(97) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x20;
            fs::write(&path, &flipped).expect("written");
            if at % (97 * 16) == 0 {
                cases.assert_tampered(&format!("byte {at}"), &store);
            }
            let file = path.to_str().expect("a path");
            if at % (97 * 16) == 97 {
                cases.assert_exit(&format!("byte {at}"), &store, &["--file", file], &[6, 8]);
            }
        }
        fs::write(&path, &bytes).expect("as before");
    }
    cases.end();
    super::assert_verifies(&store);
}

#[test]
fn exchanged_archives_are_detected() {
    let mut cases = Cases::default();
    let store = copy();
    let paths = files(&store);
    let [one, two] = [0, 1].map(|at| fs::read(&paths[at]).expect("a file"));
    replace(&store, &paths[0], &two);
    replace(&store, &paths[1], &one);
    cases.assert_tampered("exchanged", &store);
    let store = copy();
    replace(&store, &files(&store)[0], &two);
    cases.assert_tampered("one twice", &store);
    // Another store's archive, of the same events and with the same name.
    let foreign = {
        let store = TestStore::uninitialized();
        store.run(&["whoami"]); // another seed, so other keys
        super::summer_in(store).store
    };
    foreign.clock.set(super::TODAY);
    foreign.run_ok(&["log", "archive"]);
    let theirs = fs::read(&files(&foreign)[0]).expect("a file");
    let store = copy();
    replace(&store, &files(&store)[0], &theirs);
    cases.assert_tampered("another store's", &store);
    // The archive from before the erasure.
    let store = copy();
    let erased = files(&store)
        .into_iter()
        .find(|path| path.to_string_lossy().contains(".e1."));
    let erased = erased.expect("one that was written anew");
    let (header, mut lines) = read(&erased);
    let (_, of_before) = read(&files(&foreign)[1]);
    assert_eq!(of_before.len(), lines.len());
    lines.clone_from(&of_before);
    replace(&store, &erased, &encode_archive(&header, &lines));
    cases.assert_tampered("what it would have been", &store);
    cases.end();
}

/// Written with the library's own writer, complete and well-formed.
#[test]
fn rewritten_archives_are_detected() {
    let mut cases = Cases::default();
    let count = files(&copy()).len();
    for at in 0..count {
        let store = copy();
        let path = files(&store).swap_remove(at);
        let (header, lines) = read(&path);
        // The same contents again are the same file.
        replace(&store, &path, &encode_archive(&header, &lines));
        assert_eq!(InProcessStore::new(&store).verify_findings(), None);
        super::flush_wal(&store);
        let mut changed: Vec<(&str, Header, Vec<EventLine>)> = Vec::new();
        let mut change = |what, change: &dyn Fn(&mut Header, &mut Vec<EventLine>)| {
            let (mut header, mut lines) = (header.clone(), lines.clone());
            change(&mut header, &mut lines);
            changed.push((what, header, lines));
        };
        change("the first row dropped", &|_, lines| drop(lines.remove(0)));
        change("the last row dropped", &|_, lines| drop(lines.pop()));
        change("a row dropped, and counted so", &|header, lines| {
            drop(lines.remove(1));
            header.events -= 1;
        });
        change("a row twice", &|_, lines| lines.push(lines[0].clone()));
        change("rows exchanged", &|_, lines| lines.swap(0, 2));
        change("a record changed", &|_, lines| {
            lines[1].record = lines[1]
                .record
                .replacen("\"action\":\"", "\"action\":\"x", 1);
        });
        change("a shopper part withheld", &|_, lines| {
            let shown = lines.iter_mut().find(|line| line.shopper.text().is_some());
            let line = shown.expect("one that is there");
            line.shopper = line.shopper.withhold().expect("withheld");
        });
        change("a staff part withheld", &|_, lines| {
            lines[1].staff = lines[1].staff.withhold().expect("withheld");
        });
        change("another range", &|header, _| {
            header.range = header.range.map(|(first, last)| (first, last + 1));
        });
        change("another origin", &|header, _| header.origin.push('x'));
        change("another key", &|header, _| header.key.push('x'));
        change("no signature", &|header, _| {
            header.checkpoint = header.checkpoint.replace('\u{2014}', "-");
        });
        change("hashes exchanged", &|header, _| header.hashes.reverse());
        change("hashes dropped", &|header, _| header.hashes.clear());
        change("a hash more", &|header, _| {
            header.hashes.push(header.hashes[0].clone());
        });
        change("a proof's name", &|header, _| {
            header.format = "lac-proof/1".to_owned();
        });
        for (what, header, lines) in changed {
            replace(&store, &path, &encode_archive(&header, &lines));
            cases.assert_tampered(what, &store);
            let file = path.to_str().expect("a path");
            if what != "a shopper part withheld" {
                cases.assert_exit(what, &store, &["--file", file], &[6, 8]);
            }
        }
    }
    cases.end();
}

/// A run that was killed before it deleted archived events leaves events; they
/// must match the archive.
#[test]
fn events_left_in_the_database_must_match_their_archive() {
    let all = "time, action_group, action, result, admin, admin_id, session_id, customer_id, \
               website, store_view, document, ticket, record, shopper, shopper_salt, staff, \
               staff_salt";
    let store = super::summer_in(TestStore::uninitialized()).store;
    store.clock.set(super::TODAY);
    super::flush_wal(&store);
    let before = store.copy_store();
    store.run_ok(&["log", "archive"]);
    let with_events_restored = |where_: &str| {
        let store = store.copy_store();
        super::forge(
            &store,
            &format!(
                "ATTACH '{}' AS before; INSERT INTO audit_event SELECT seq, {all} FROM \
                 before.audit_event WHERE seq <= (SELECT max(last) FROM audit_archive) {where_}",
                super::path(&before).display()
            ),
        );
        store
    };
    for left in ["", "AND seq > 20", "AND seq % 2 = 0"] {
        super::assert_verifies(&with_events_restored(left));
    }
    let mut cases = Cases::default();
    for sql in [
        "UPDATE audit_event SET shopper = NULL, shopper_salt = NULL WHERE seq = 20",
        "UPDATE audit_event SET record = replace(record, 'success', 'failure'), \
         result = 'failure' WHERE seq = 20",
        "UPDATE audit_event SET admin = 'carol' WHERE seq = 20",
    ] {
        let store = with_events_restored("");
        super::forge(&store, sql);
        cases.assert_tampered(sql, &store);
    }
    cases.end();
}

/// The store did not write it, and it does not belong to the log.
#[test]
fn unknown_files_in_the_archive_directory_are_ignored() {
    let store = copy();
    let beside = |day: u32| {
        let name = format!("log-2031-01-0{day}-000000001-000000002.jsonl.zst");
        store.dir().join("archive").join(name)
    };
    std::os::unix::fs::symlink("lock", beside(1)).expect("a link");
    fs::create_dir(beside(2)).expect("a directory");
    store.run_ok(&["log", "archive"]);
    store.run_ok(&["log", "verify"]);
    assert!(beside(1).is_symlink() && beside(2).is_dir());
    // A known archive belongs to the log, and is listed once.
    let known = &files(&store)[0];
    fs::remove_file(known).expect("removed");
    fs::create_dir(known).expect("a directory");
    let output = store.run(&["log", "verify"]).stderr;
    let first = output.lines().next().unwrap_or_default();
    assert_eq!(first.matches("the audit log has been changed").count(), 1);
}
