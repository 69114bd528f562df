//! Writes archives, and reads each one back before the database relies on it.

use std::io::BufWriter;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::archive::file_digest;
use crate::archive::{
    ARCHIVE_FORMAT, ArchiveWriter, Archives, EventLine, EventLines, FileDigest, Header,
};
use crate::export::proof_file::for_each_line;
use crate::fault::log_tampered;
use crate::merkle::Frontier;
use crate::proof::prove_leaves;
use crate::root::frontier_after_archive;
use crate::signing::log_keys::LogKeys;
use crate::signing::note::{self, Checkpoint};
use crate::source::{EventSource, archived_fields};
use crate::tree::EventTree;
use crate::verify::ProofChecker;
use lac_model::audit::EventField;
use lac_model::fault::Fault;
use lac_model::ids::local_customer_number;
use lac_model::time::Timestamp;
use lac_store::{ArchiveRow, Result, TreeHead};

/// An archive to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedArchive {
    /// File name.
    pub name: String,
    /// First event.
    pub first: u64,
    /// Last event, inclusive.
    pub last: u64,
    /// Time of the first event.
    pub since: Timestamp,
    /// Time of the last event.
    pub until: Timestamp,
}

/// The end of an archive's file name, after date and seqs.
pub const ARCHIVE_EXTENSION: &str = ".jsonl.zst";

/// Whether a file name is that of an archive, finished or not. Other files in
/// the directory are not touched.
pub fn is_archive_name(name: &str) -> bool {
    name.starts_with("log-")
        && (name.ends_with(ARCHIVE_EXTENSION) || name.ends_with(".jsonl.zst.new"))
}

/// Whether an archive file that the database does not refer to can be removed:
/// it was not finished, or a log of `size` events contains all its events.
pub fn is_removable(files: &dyn Archives, name: &str, size: u64) -> Result<bool> {
    if !name.ends_with(ARCHIVE_EXTENSION) {
        return Ok(true);
    }
    let Some(file) = files.open(name)? else {
        return Ok(false);
    };
    let Ok(lines) = EventLines::open(name, file) else {
        return Ok(false);
    };
    // The second line of a checkpoint is its size.
    let known = lines.header.checkpoint.lines().nth(1);
    Ok(known
        .and_then(|text| text.parse::<u64>().ok())
        .is_some_and(|known| known <= size))
}

/// Writes archives from one snapshot.
pub struct ArchiveBuilder<'m> {
    source: EventSource<'m>,
    tree: &'m EventTree<'m>,
    note: &'m str,
    signed: Checkpoint,
    key: String,
}

impl<'m> ArchiveBuilder<'m> {
    /// `log_tampered` if the head's checkpoint does not verify with `keys`.
    pub fn new(
        source: EventSource<'m>,
        tree: &'m EventTree<'m>,
        head: &'m TreeHead,
        keys: &LogKeys,
    ) -> Result<Self> {
        let opened = keys.open(head.note.as_bytes());
        let opened = opened.map_err(|e| log_tampered(e.to_string()))?;
        Ok(Self {
            source,
            tree,
            note: &head.note,
            key: note::verifier_key(keys.origin(), &opened.key),
            signed: opened.checkpoint,
        })
    }

    /// Writes all archives and returns their rows for the database. `pieces`
    /// follow each other without gaps and begin after the newest archive. `at`
    /// is called with the number of events written, and of how many.
    pub fn build_all(
        &self,
        pieces: &[PlannedArchive],
        at: &mut dyn FnMut(u64, u64),
    ) -> Result<Vec<ArchiveRow>> {
        let mut frontier = match self.source.tx.audit_archives()?.last() {
            Some(archive) => frontier_after_archive(archive)?,
            None => Frontier::new(),
        };
        let done = frontier.size();
        let total = pieces.last().map_or(0, |piece| piece.last - done);
        let mut rows = Vec::new();
        for piece in pieces {
            rows.push(self.build(piece, &mut frontier)?);
            at(piece.last - done, total);
        }
        Ok(rows)
    }

    fn build(&self, piece: &PlannedArchive, frontier: &mut Frontier) -> Result<ArchiveRow> {
        let header = self.header(piece)?;
        let files = self.source.archives;
        let file = BufWriter::with_capacity(1 << 18, files.create(&piece.name)?);
        let mut writer = ArchiveWriter::new(file, &header)?;
        let mut local_customers = 0;
        for_each_line(self.source, piece.first, piece.last, &mut |seq, line| {
            let whole = line.restore()?;
            let fields = archived_fields(seq, &whole)?;
            local_customers = local_customers.max(local_customer_number(
                fields.decoded_value(EventField::CustomerId).as_deref(),
            ));
            let _ = frontier.push(whole.leaf());
            writer.push(&line)
        })?;
        let written = writer.finish()?;
        files.publish(&piece.name)?;
        verify_written(files, &piece.name, written, &self.signed)?;
        Ok(ArchiveRow {
            first: piece.first,
            last: piece.last,
            name: piece.name.clone(),
            since: piece.since,
            until: piece.until,
            bytes: written.bytes,
            sha256: written.sha256,
            nodes: frontier.nodes_bytes(),
            last_local_customer: local_customers,
        })
    }

    fn header(&self, piece: &PlannedArchive) -> Result<Header> {
        let mut hashes = Vec::new();
        let leaves = piece.first - 1..piece.last;
        prove_leaves(self.tree, leaves, self.signed.size, &mut |hash| {
            hashes.push(STANDARD.encode(hash));
        })?;
        Ok(Header {
            format: ARCHIVE_FORMAT.to_owned(),
            origin: self.signed.origin.clone(),
            key: self.key.clone(),
            checkpoint: self.note.to_owned(),
            range: Some((piece.first, piece.last)),
            events: piece.last + 1 - piece.first,
            hashes,
        })
    }
}

/// Checks that the file has the bytes that were written and that its events
/// lead to the signed root.
fn verify_written(
    files: &dyn Archives,
    name: &str,
    written: FileDigest,
    signed: &Checkpoint,
) -> Result<()> {
    let open = || {
        let file = files.open(name)?;
        file.ok_or_else(|| Fault::ArchiveMissing {
            name: name.to_owned(),
        })
    };
    let found = file_digest(open()?).map_err(|e| Fault::io(name, e))?;
    if found != (written.bytes, written.sha256) {
        return Err(Fault::io(
            name,
            "reading it back gave other bytes than were written",
        ));
    }
    let lines = EventLines::open(name, open()?)?;
    let header = lines.header.clone();
    ProofChecker::new(name, &header, signed)?.run(lines, &mut |_| Ok(()))?;
    Ok(())
}

/// An archive that was written again without some `shopper` parts.
#[derive(Debug)]
pub struct RewrittenArchive {
    /// Name of the old file, which can be removed after the commit.
    pub old: String,
    /// The row of the new file.
    pub row: ArchiveRow,
}

/// Writes an archive again, under a new name, without the `shopper` parts of
/// the events for which `erased` returns true. The old file stays.
pub fn rewrite_archive(
    source: EventSource<'_>,
    archive: &ArchiveRow,
    keys: &LogKeys,
    erased: &dyn Fn(u64) -> bool,
) -> Result<RewrittenArchive> {
    let files = source.archives;
    let missing = || Fault::ArchiveMissing {
        name: archive.name.clone(),
    };
    let file = files.open(&archive.name)?.ok_or_else(missing)?;
    let header = EventLines::open(&archive.name, file)?.header;
    let opened = keys.open(header.checkpoint.as_bytes());
    let signed = opened
        .map_err(|e| log_tampered(format!("{}: {e}", archive.name)))?
        .checkpoint;
    let name = next_name(&archive.name);
    let out = BufWriter::with_capacity(1 << 18, files.create(&name)?);
    let mut writer = ArchiveWriter::new(out, &header)?;
    source.for_each_archived(
        archive,
        archive.first,
        archive.last,
        true,
        &mut |seq, line| {
            if erased(seq) {
                let withheld = line.shopper.withhold();
                let shopper =
                    withheld.ok_or_else(|| log_tampered(format!("event {seq}: its salt")))?;
                writer.push(&EventLine {
                    shopper,
                    ..line.clone()
                })?;
            } else {
                writer.push(line)?;
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let written = writer.finish()?;
    files.publish(&name)?;
    verify_written(files, &name, written, &signed)?;
    Ok(RewrittenArchive {
        old: archive.name.clone(),
        row: ArchiveRow {
            name,
            bytes: written.bytes,
            sha256: written.sha256,
            ..archive.clone()
        },
    })
}

/// `log-….jsonl.zst` → `log-….e1.jsonl.zst` → `log-….e2.jsonl.zst`.
fn next_name(name: &str) -> String {
    let stem = name.strip_suffix(ARCHIVE_EXTENSION).unwrap_or(name);
    let (stem, times) = match stem.rsplit_once(".e") {
        Some((stem, times)) => (stem, times.parse().unwrap_or(0)),
        None => (stem, 0_u64),
    };
    format!("{stem}.e{}{ARCHIVE_EXTENSION}", times + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rewrite_increments_the_number_in_the_name() {
        let first = next_name("log-2026-09-01-000000001-000000002.jsonl.zst");
        assert_eq!(first, "log-2026-09-01-000000001-000000002.e1.jsonl.zst");
        assert!(next_name(&first).ends_with(".e2.jsonl.zst"));
        assert!(is_archive_name(&first) && is_archive_name(&format!("{first}.new")));
        assert!(!is_archive_name("lock") && !is_archive_name("notes.txt"));
    }
}
