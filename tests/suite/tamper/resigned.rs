//! Exports changed by somebody who holds the log's own key: the manifest is
//! signed again, and every hash matches. The proof does not depend on keys.

use std::fs;
use std::path::{Path, PathBuf};

use lac_ledger::archive::{EventLine, EventLines, Header, ProofWriter};
use lac_ledger::manifest::{Manifest, ProofStrength, hex};
use lac_ledger::signing::keys::PrivateKey;
use lac_model::audit::SelectionValues;
use sha2::{Digest as _, Sha256};

use super::exports::{VISITS, assert_exit, assert_holds, export, key};
use super::{Cases, copy};
use crate::support::TestStore;

/// The parts of an export.
#[derive(Clone)]
struct Parts {
    rows: Vec<u8>,
    manifest: Manifest,
    header: Header,
    lines: Vec<EventLine>,
}

impl Parts {
    fn of(paths: &[PathBuf; 3]) -> Self {
        let [rows, manifest, proof] = paths;
        let proof =
            EventLines::open("proof", fs::File::open(proof).expect("a proof")).expect("lines");
        Self {
            rows: fs::read(rows).expect("rows"),
            manifest: serde_json::from_slice(&fs::read(manifest).expect("one"))
                .expect("a manifest"),
            header: proof.header.clone(),
            lines: proof.map(|line| line.expect("a line")).collect(),
        }
    }

    /// Writes the parts under another name, signed.
    fn put(mut self, store: &TestStore, name: &str) -> PathBuf {
        let path = store.home().join(name);
        let mut proof = Vec::new();
        let mut writer = ProofWriter::new(&mut proof, &self.header).expect("a header");
        for line in &self.lines {
            writer.push(line).expect("a line");
        }
        let _ = writer.finish().expect("the end");
        let length = |bytes: &[u8]| u64::try_from(bytes.len()).expect("small");
        let sha256 = |bytes: &[u8]| hex(&Sha256::digest(bytes));
        name.clone_into(&mut self.manifest.file);
        self.manifest.bytes = length(&self.rows);
        self.manifest.sha256 = sha256(&self.rows);
        let of_proof = self.manifest.proof.as_mut().expect("a proof");
        of_proof.file = format!("{name}.proof");
        (of_proof.bytes, of_proof.sha256) = (length(&proof), sha256(&proof));
        let pem = fs::read_to_string(store.dir().join("keys/audit.pem")).expect("a key");
        self.manifest
            .sign(&PrivateKey::from_pem(&pem).expect("a key"))
            .expect("signed");
        fs::write(&path, &self.rows).expect("written");
        let beside = |ending: &str| store.home().join(format!("{name}.{ending}"));
        fs::write(
            beside("manifest.json"),
            self.manifest.to_text().expect("text"),
        )
        .expect("written");
        fs::write(beside("proof"), proof).expect("written");
        path
    }

    fn edit_rows(&mut self, edit: impl FnOnce(&mut Vec<String>)) {
        let text = String::from_utf8(self.rows.clone()).expect("text");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        edit(&mut lines);
        self.manifest.rows = lines.len() as u64;
        lines.push(String::new());
        self.rows = lines.join("\n").into();
    }
}

struct Attack {
    store: TestStore,
    key: String,
    cases: Cases,
}

impl Attack {
    fn new() -> Self {
        let store = copy();
        let key = key(&store);
        Self {
            store,
            key,
            cases: Cases::default(),
        }
    }

    fn export(&self, name: &str, strength: &str, filter: &[&str]) -> Parts {
        let args = [filter, &["--proof", strength]].concat();
        Parts::of(&export(&self.store, name, &args))
    }

    fn assert_detected(&mut self, what: &str, parts: Parts) {
        let path = parts.put(&self.store, "forged.jsonl");
        assert_exit(&mut self.cases, what, &path, &self.key, &[6]);
    }

    fn assert_passes(&self, parts: Parts) -> serde_json::Value {
        assert_holds(
            Path::new(&parts.put(&self.store, "forged.jsonl")),
            &self.key,
        )
    }
}

#[test]
fn dropped_added_and_edited_rows_are_detected() {
    let mut attack = Attack::new();
    for strength in ["sparse", "range"] {
        let sound = attack.export(&format!("{strength}.jsonl"), strength, &VISITS);
        attack.assert_passes(sound.clone());
        let mut case = |what: &str, edit: &dyn Fn(&mut Vec<String>)| {
            let mut parts = sound.clone();
            parts.edit_rows(edit);
            attack.assert_detected(&format!("{strength}: {what}"), parts);
        };
        case("the first row dropped", &|rows| drop(rows.remove(0)));
        case("the last row dropped", &|rows| drop(rows.pop()));
        case("a row dropped", &|rows| drop(rows.remove(2)));
        case("a row added", &|rows| rows.push(rows[0].clone()));
        case("a row added before", &|rows| {
            rows.insert(0, rows[1].clone());
        });
        case("rows exchanged", &|rows| rows.swap(1, 2));
        case("a row edited", &|rows| {
            rows[1] = rows[1].replacen("bea", "bob", 1);
        });
        case("a reason edited", &|rows| {
            rows[0] = rows[0].replacen("cannot", "can", 1);
        });
        case("all rows dropped", &|rows| rows.clear());
        for (what, change) in [
            ("a member behind it", &[31_u8, 139, 8, 0][..]),
            ("an empty line behind it", b"\n"),
        ] {
            let mut parts = sound.clone();
            parts.rows.extend(change);
            attack.assert_detected(&format!("{strength}: {what}"), parts);
        }
        let mut parts = sound.clone();
        parts.manifest.rows += 1;
        attack.assert_detected(&format!("{strength}: another count"), parts);
        let mut parts = sound.clone();
        parts.manifest.content = "ocsf".to_owned();
        attack.assert_detected(&format!("{strength}: another content"), parts);
        let mut parts = sound.clone();
        let proof = parts.manifest.proof.as_mut().expect("a proof");
        proof.strength = match proof.strength {
            ProofStrength::Sparse => ProofStrength::Range,
            ProofStrength::Range => ProofStrength::Sparse,
        };
        attack.assert_detected(&format!("{strength}: another strength"), parts);
    }
    attack.cases.end();
}

/// A range proves that nothing was left out; a sparse proof does not. With it,
/// the rows of a narrower filter pass for those of a wider one.
#[test]
fn a_range_detects_rows_left_out_with_their_records() {
    let mut attack = Attack::new();
    for (strength, assert_detected) in [("sparse", false), ("range", true)] {
        let wide = attack.export(&format!("wide-{strength}.jsonl"), strength, &VISITS);
        let narrow = [&VISITS[..], &["--ticket", "ZD-1"]].concat();
        let mut parts = attack.export(&format!("narrow-{strength}.jsonl"), strength, &narrow);
        assert!(parts.manifest.rows < wide.manifest.rows);
        parts.manifest.filter = wide.manifest.filter;
        parts.manifest.window = wide.manifest.window;
        if assert_detected {
            attack.assert_detected("a range", parts);
        } else {
            let report = attack.assert_passes(parts);
            assert!(
                report["not_proven"][0]
                    .as_str()
                    .expect("text")
                    .contains("--proof range")
            );
        }
    }
    attack.cases.end();
}

#[test]
fn records_dropped_from_a_proof_are_detected() {
    let mut attack = Attack::new();
    let sound = attack.export("q.jsonl", "range", &VISITS);
    for at in [0, 1, sound.lines.len() / 2, sound.lines.len() - 1] {
        let mut parts = sound.clone();
        parts.lines.remove(at);
        attack.assert_detected("a record dropped", parts.clone());
        parts.header.events -= 1;
        attack.assert_detected("and counted so", parts.clone());
        let (first, last) = parts.header.range.expect("a range");
        parts.header.range = Some((first, last - 1));
        attack.assert_detected("and said so", parts.clone());
        parts.header.range = Some((first + 1, last));
        attack.assert_detected("and said so at the beginning", parts);
    }
    let mut parts = sound.clone();
    parts.header.range = None;
    attack.assert_detected("no range", parts);
    let mut parts = sound.clone();
    parts.header.hashes.pop();
    attack.assert_detected("a hash dropped", parts);
    let mut parts = sound.clone();
    let line = parts.lines[3].clone();
    parts.lines.insert(3, line);
    parts.header.events += 1;
    attack.assert_detected("a record twice", parts);
    let mut parts = sound.clone();
    let other = attack.export("other.jsonl", "range", &VISITS);
    assert_ne!(other.header.checkpoint, parts.header.checkpoint);
    parts
        .manifest
        .checkpoint
        .clone_from(&other.header.checkpoint);
    attack.assert_detected("a newer checkpoint in the manifest", parts.clone());
    parts.header.checkpoint = other.header.checkpoint;
    attack.assert_detected("and in the proof", parts);
    attack.cases.end();
}

/// The proof of a shorter period cannot pass for that of a longer one.
#[test]
fn a_shortened_range_is_detected() {
    let mut attack = Attack::new();
    let group = ["--action-group", "login_as_customer"];
    let whole = attack.export("whole.jsonl", "range", &VISITS);
    for (name, since, until) in [
        ("end", "2026-07-01", "2026-07-02"),
        ("beginning", "2026-07-03", "2026-10-04"),
        ("middle", "2026-07-03", "2026-10-01"),
        ("nothing", "2026-08-01", "2026-08-02"),
    ] {
        let filter = [&group[..], &["--since", since, "--until", until]].concat();
        let mut parts = attack.export(&format!("{name}.jsonl"), "range", &filter);
        attack.assert_passes(parts.clone());
        parts.manifest.filter = whole.manifest.filter.clone();
        parts.manifest.window = whole.manifest.window;
        attack.assert_detected(name, parts.clone());
        parts.manifest.filter.since = None;
        parts.manifest.filter.until = None;
        attack.assert_detected(name, parts);
    }
    attack.cases.end();
}

/// Withheld parts must not hide rows or who acted.
#[test]
fn withheld_parts_cannot_hide_rows_or_actors() {
    let mut attack = Attack::new();
    for strength in ["sparse", "range"] {
        let sound = attack.export(&format!("{strength}.jsonl"), strength, &VISITS);
        let of_row = sound
            .lines
            .iter()
            .position(|line| line.record.contains("ZD-1"));
        let of_row = of_row.expect("a visit");
        let mut parts = sound.clone();
        let line = &mut parts.lines[of_row];
        line.staff = line.staff.withhold().expect("withheld");
        attack.assert_detected(&format!("{strength}: the staff part"), parts);
        let mut parts = sound.clone();
        let line = &mut parts.lines[of_row];
        line.shopper = line.shopper.withhold().expect("withheld");
        attack.assert_detected(&format!("{strength}: the shopper part"), parts.clone());
        // With its row blanked, too, it passes for erased, and is reported as
        // such.
        let seq = line_seq(&sound.lines[of_row]);
        parts.edit_rows(|rows| {
            let is_it = |row: &&mut String| row.contains(&format!("\"seq\":{seq},"));
            let row = rows.iter_mut().find(is_it).expect("the row");
            let mut value: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(row).expect("JSON");
            let mut text = row.clone();
            for field in ["customer_email", "reason", "details"] {
                let old = format!("\"{field}\":{}", value.remove(field).expect("a field"));
                assert!(text.contains(&old), "{old} in {text}");
                text = text.replacen(&old, &format!("\"{field}\":null"), 1);
            }
            *row = text;
        });
        let report = attack.assert_passes(parts);
        assert!(
            report["not_proven"].to_string().contains("erased"),
            "{report}"
        );
    }
    // Shopper data cannot be proven complete: that of other rows could be
    // withheld.
    let mut parts = attack.export("range2.jsonl", "range", &VISITS);
    parts.manifest.filter.reason = SelectionValues::any_of(["nothing like that"]);
    parts.edit_rows(Vec::clear);
    for line in &mut parts.lines {
        line.shopper = line.shopper.withhold().expect("withheld");
    }
    attack.assert_detected("a filter by reason", parts);
    attack.cases.end();
}

fn line_seq(line: &EventLine) -> u64 {
    let record: serde_json::Value =
        serde_json::from_str(&format!("{}}}", line.record)).expect("JSON");
    record["seq"].as_u64().expect("a number")
}
