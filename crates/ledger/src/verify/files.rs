//! Verifies a file with nothing but public keys: an export with manifest and
//! proof, an archive, or a checkpoint. Needs no store.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::caveats::{redaction_note, replaced_key_note};
use super::proof_checker::{ExportRowChecker, ProofChecker};
use crate::archive::{ARCHIVE_FORMAT, EventLines, FrameReader, Header, PROOF_FORMAT, file_digest};
use crate::export::EventEncoder;
use crate::fault::log_tampered;
use crate::manifest::{MANIFEST_FORMAT, Manifest, ProofFile, ProofStrength, hex};
use crate::receipt::Receipt;
use crate::receipt::{open_checkpoint, unreadable_note};
use crate::signing::keys::PublicKey;
use crate::signing::log_keys::{LogKeys, VerifiedCheckpoint};
use crate::signing::{NoteError, note};
use lac_model::fault::Fault;
use lac_store::Result;

/// Opens a file in the same directory by name; `None` if there is none.
pub(super) type OpenSibling<'b> = &'b dyn Fn(&str) -> Result<Option<File>>;
/// For a manifest: the text before the first row, and the encoder of rows.
pub(super) type MakeEncoder<'b> = &'b dyn Fn(&Manifest) -> Result<(String, Box<dyn EventEncoder>)>;
/// Decompresses the rows of an export, as its manifest says.
pub(super) type Decompress<'b> = &'b dyn Fn(File, &Manifest) -> Result<Box<dyn Read>>;

/// The file to verify, and how to read it and the files beside it.
#[derive(Clone, Copy)]
pub struct FileBundle<'b> {
    /// The file's name, without directories.
    pub name: &'b str,
    pub open_sibling: OpenSibling<'b>,
    pub make_encoder: MakeEncoder<'b>,
    pub decompress: Decompress<'b>,
}

/// What was verified. There is one only if no difference was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileVerification {
    /// `export`, `archive` or `checkpoint`.
    pub kind: String,
    /// Its name, without directories.
    pub file: String,
    /// The store's name.
    pub origin: String,
    /// Rows of an export, or events of an archive.
    pub rows: Option<u64>,
    /// Number of events that the signed checkpoint covers.
    pub checkpoint: u64,
    /// The proof that was checked; `null` for none.
    pub proof: Option<ProofStrength>,
    /// What is proven, as sentences.
    pub proven: Vec<String>,
    /// What the file cannot prove, as sentences.
    pub not_proven: Vec<String>,
}

/// Verifies a file. `since` is an older signed checkpoint: a checkpoint file
/// must then prove that it continues it.
///
/// - `log_tampered`, `file_tampered`: something differs from what a trusted key
///   signed
/// - `unknown_key`, `another_log`: no trusted key signed it, or it is of
///   another log
/// - `proof_missing`: the file, its manifest or its proof is missing or cannot
///   be read
pub fn verify_file(
    bundle: &FileBundle<'_>,
    keys: &LogKeys,
    since: Option<&str>,
) -> Result<FileVerification> {
    let missing = |name: &str| Fault::ProofMissing {
        what: format!("the file {name}"),
    };
    let name = bundle.name;
    let older = since
        .map(|note| open_checkpoint("the older checkpoint", note, keys))
        .transpose()?
        .map(|opened| opened.checkpoint);
    let file = (bundle.open_sibling)(name)?.ok_or_else(|| missing(name))?;
    if let Some(manifest) = (bundle.open_sibling)(&format!("{name}.manifest.json"))? {
        let manifest = read_manifest(name, manifest)?;
        return verify_export(bundle, keys, (name, file), &manifest);
    }
    let mut beginning = Vec::new();
    let mut file = file;
    let io = |e: io::Error| Fault::io(name, e);
    (&mut file)
        .take(256 * 1024)
        .read_to_end(&mut beginning)
        .map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    if beginning.starts_with(&0xFD2F_B528_u32.to_le_bytes()) {
        if let Ok(lines) = EventLines::open(name, file.try_clone().map_err(io)?)
            && lines.header.format == ARCHIVE_FORMAT
        {
            file.seek(SeekFrom::Start(0)).map_err(io)?;
            return verify_archive(name, file, keys);
        }
    } else if beginning.starts_with(b"{") {
        if let Ok(receipt) = serde_json::from_slice::<Receipt>(&beginning) {
            return verify_checkpoint(name, &receipt, keys, older.as_ref());
        }
        if let Ok(manifest) = serde_json::from_slice::<Manifest>(&beginning) {
            let data =
                (bundle.open_sibling)(&manifest.file)?.ok_or_else(|| missing(&manifest.file))?;
            return verify_export(bundle, keys, (&manifest.file, data), &manifest);
        }
    } else if String::from_utf8_lossy(&beginning).contains("\n\n\u{2014} ") {
        let receipt = Receipt {
            origin: keys.origin().to_owned(),
            note: String::from_utf8_lossy(&beginning).into_owned(),
            ..Receipt::default()
        };
        return verify_checkpoint(name, &receipt, keys, older.as_ref());
    }
    let text = String::from_utf8_lossy(&beginning);
    if text.contains("\u{2014} ") || text.lines().next() == Some(keys.origin()) {
        return Err(unreadable_note(name));
    }
    Err(missing_manifest(name))
}

fn missing_manifest(name: &str) -> Fault {
    Fault::ProofMissing {
        what: format!("the manifest {name}.manifest.json"),
    }
}

/// An unreadable manifest is `proof_missing`, not `log_tampered`: nobody signed
/// it.
fn read_manifest(name: &str, file: File) -> Result<Manifest> {
    let unreadable = |problem: &str| Fault::ProofMissing {
        what: format!("a manifest that can be read: {name}.manifest.json ({problem})"),
    };
    let mut bytes = Vec::new();
    file.take(16 * 1024 * 1024)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io(format!("{name}.manifest.json"), e))?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|e| unreadable(&e.to_string()))?;
    if manifest.format != MANIFEST_FORMAT {
        return Err(unreadable("its format is unknown"));
    }
    Ok(manifest)
}

fn verify_checkpoint(
    name: &str,
    receipt: &Receipt,
    keys: &LogKeys,
    older: Option<&note::Checkpoint>,
) -> Result<FileVerification> {
    check_origin(name, &receipt.origin, keys)?;
    let opened = receipt.verify(keys, older)?;
    let signed = &opened.checkpoint;
    let mut proven = vec![format!(
        "the key signed it for a log of {} events",
        signed.size
    )];
    let mut not_proven = Vec::new();
    match older {
        Some(older) => proven.push(format!(
            "the first {} of them are those of the older checkpoint",
            older.size
        )),
        None => not_proven.push(
            "that it continues an older one: --since, with a receipt made by lac log checkpoint \
             --since OLD -o json"
                .to_owned(),
        ),
    }
    not_proven.extend(replaced_key_note(&opened));
    Ok(FileVerification {
        kind: "checkpoint".to_owned(),
        file: name.to_owned(),
        origin: signed.origin.clone(),
        rows: None,
        checkpoint: signed.size,
        proof: None,
        proven,
        not_proven,
    })
}

fn verify_archive(name: &str, mut file: File, keys: &LogKeys) -> Result<FileVerification> {
    let io = |e: io::Error| Fault::io(name, e);
    // Refuses bytes after the table: its frames must fill the file.
    FrameReader::open(name, &file)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let lines = EventLines::open(name, file)?;
    let header = lines.header.clone();
    let opened = open_file_checkpoint(name, &header.checkpoint, keys)?;
    let signed = &opened.checkpoint;
    let Some((first, last)) = header.range else {
        return Err(log_tampered(format!("{name}: an archive without a range")));
    };
    check_header_key(name, &header, &opened.key)?;
    let checker = ProofChecker::new(name, &header, signed)?;
    let mut redacted = 0;
    let events = checker.run(lines, &mut |event| {
        let [shopper, staff] = event.withheld;
        redacted += u64::from(shopper);
        if staff {
            let what = format!("{name}: the staff part of event {} is gone", event.seq);
            return Err(log_tampered(what));
        }
        Ok(())
    })?;
    let mut not_proven = vec!["what happened after that checkpoint".to_owned()];
    not_proven.extend(replaced_key_note(&opened));
    not_proven.extend(redaction_note(redacted, "events"));
    Ok(FileVerification {
        kind: "archive".to_owned(),
        file: name.to_owned(),
        origin: signed.origin.clone(),
        rows: Some(events),
        checkpoint: signed.size,
        proof: Some(ProofStrength::Range),
        proven: vec![
            format!("events {first} to {last} are genuine, and all there were"),
            format!(
                "they are part of the log of {} events that the key signed",
                signed.size
            ),
        ],
        not_proven,
    })
}

fn check_header_key(name: &str, header: &Header, key: &PublicKey) -> Result<()> {
    if header.key == note::verifier_key(&header.origin, key) {
        return Ok(());
    }
    Err(log_tampered(format!(
        "{name}: its header names another key"
    )))
}

fn open_file_checkpoint(name: &str, note: &str, keys: &LogKeys) -> Result<VerifiedCheckpoint> {
    open_checkpoint(&format!("the checkpoint of {name}"), note, keys)
}

fn check_origin(name: &str, origin: &str, keys: &LogKeys) -> Result<()> {
    let known = keys.origin();
    if origin == known {
        return Ok(());
    }
    Err(Fault::AnotherLog {
        what: name.to_owned(),
        found: origin.to_owned(),
        expected: known.to_owned(),
    })
}

fn verify_export(
    bundle: &FileBundle<'_>,
    keys: &LogKeys,
    (name, file): (&str, File),
    manifest: &Manifest,
) -> Result<FileVerification> {
    check_origin(name, &manifest.origin, keys)?;
    let key = manifest
        .signer(keys)?
        .map_err(|problem| manifest_fault(&format!("the manifest of {name}"), problem))?;
    let opened = open_file_checkpoint(name, &manifest.checkpoint, keys)?;
    if opened.key != key {
        let what = format!("{name}: one key signed its manifest, another its checkpoint");
        return Err(log_tampered(what));
    }
    let signed = &opened.checkpoint;
    let io = |e: io::Error| Fault::io(name, e);
    let (bytes, sha256) = file_digest(file.try_clone().map_err(io)?).map_err(io)?;
    if bytes != manifest.bytes || hex(&sha256) != manifest.sha256 {
        return Err(log_tampered(format!(
            "{name} is not the file that was exported"
        )));
    }
    let mut verified = FileVerification {
        kind: "export".to_owned(),
        file: name.to_owned(),
        origin: signed.origin.clone(),
        rows: Some(manifest.rows),
        checkpoint: signed.size,
        proof: manifest.proof.as_ref().map(|proof| proof.strength),
        proven: vec![
            if name == manifest.file {
                "the file is the one that was exported, to the byte".to_owned()
            } else {
                let was = &manifest.file;
                format!("the file is the one that was exported as {was}, to the byte")
            },
            "the log's key signed its manifest: filter, rows, columns, who and when".to_owned(),
        ],
        not_proven: Vec::new(),
    };
    match &manifest.proof {
        None => verified
            .not_proven
            .push("that the rows match the log: export with --proof to prove it".to_owned()),
        Some(proof) => {
            let (events, redacted) = verify_rows(bundle, &key, manifest, proof, file, signed)?;
            let rows = match manifest.rows {
                1 => "its row is a genuine event".to_owned(),
                count => format!("its {count} rows are genuine events"),
            };
            verified.proven.push(format!(
                "{rows} of the log of {} events that the key signed",
                signed.size
            ));
            if proof.strength == ProofStrength::Range {
                verified.proven.push(format!(
                    "they are all there are for its filter ({events} records were looked at)"
                ));
            } else {
                let left =
                    "that no matching events are missing: export with --proof range to prove it";
                verified.not_proven.push(left.to_owned());
            }
            verified.not_proven.extend(redaction_note(redacted, "rows"));
        }
    }
    let after = "what happened after that checkpoint".to_owned();
    verified.not_proven.extend(replaced_key_note(&opened));
    verified.not_proven.push(after);
    Ok(verified)
}

fn manifest_fault(what: &str, problem: NoteError) -> Fault {
    match problem {
        NoteError::UnknownKey => Fault::UnknownKey {
            what: what.to_owned(),
        },
        NoteError::Signature => log_tampered(format!("{what}: its signature does not verify")),
        _ => Fault::ProofMissing {
            what: format!("a signature that can be read, of {what},"),
        },
    }
}

/// Encodes the rows again from the proof and compares them with the file.
/// Returns the number of events in the proof, and of rows without `shopper`
/// part.
fn verify_rows(
    bundle: &FileBundle<'_>,
    key: &PublicKey,
    manifest: &Manifest,
    proof: &ProofFile,
    mut file: File,
    signed: &note::Checkpoint,
) -> Result<(u64, u64)> {
    let name = &proof.file;
    let io = |e: io::Error| Fault::io(name, e);
    let mut opened = (bundle.open_sibling)(name)?.ok_or_else(|| Fault::ProofMissing {
        what: format!("the proof {name}"),
    })?;
    let (bytes, sha256) = file_digest(opened.try_clone().map_err(io)?).map_err(io)?;
    if bytes != proof.bytes || hex(&sha256) != proof.sha256 {
        return Err(log_tampered(format!(
            "{name} is not the proof that was exported"
        )));
    }
    opened.seek(SeekFrom::Start(0)).map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    let lines = EventLines::open(name, BufReader::with_capacity(1 << 18, opened))?;
    let header = lines.header.clone();
    if header.format != PROOF_FORMAT || header.checkpoint != manifest.checkpoint {
        return Err(log_tampered(format!(
            "{name} is not a proof, or its checkpoint is not that of the manifest"
        )));
    }
    check_header_key(name, &header, key)?;
    let (head, encode) = (bundle.make_encoder)(manifest)?;
    let plain = (bundle.decompress)(file, manifest)?;
    let mut rows = ExportRowChecker::new(manifest, &*encode, plain);
    rows.check_header(&head)?;
    let checker = ProofChecker::new(name, &header, signed)?;
    if (proof.strength == ProofStrength::Range) != header.range.is_some() {
        return Err(log_tampered(format!(
            "{name} is a proof of another strength"
        )));
    }
    // Events whose parts are withheld could match, and nobody would see it.
    if header.range.is_some() && !manifest.filter.uses_record_fields_only() {
        return Err(log_tampered(format!(
            "{name}: a range proof cannot be checked for a filter on fields outside the records"
        )));
    }
    let events = checker.run(lines, &mut |event| rows.check_event(event, proof.strength))?;
    rows.finish(header.range, signed.size)?;
    Ok((events, rows.redacted_rows))
}
