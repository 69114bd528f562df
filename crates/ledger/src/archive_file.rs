//! Writing an archive, and reading it back before anything relies on it.

use std::io::BufWriter;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::archive::{ARCHIVE, ArchiveWriter, Archives, Header, Line, Lines, Written};
use crate::export::proof::lines;
use crate::fault::tampered;
use crate::merkle::Frontier;
use crate::proof::multi;
use crate::root::after_archive;
use crate::signing::chain::Chain;
use crate::signing::note::{self, Checkpoint};
use crate::source::{Source, cut};
use crate::tree::Tree;
use crate::verify::{Checker, digest};
use lac_model::audit::Field;
use lac_model::fault::Fault;
use lac_model::ids::local_number;
use lac_model::time::Timestamp;
use lac_store::{ArchiveRow, Head, Result};

/// A file in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub name: String,
    pub first: u64,
    pub last: u64,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// What archives are called behind their date and seqs.
pub const ENDING: &str = ".jsonl.zst";

/// Whether a file was made here (finished or not): others are left alone.
pub fn is_ours(name: &str) -> bool {
    name.starts_with("log-") && (name.ends_with(ENDING) || name.ends_with(".jsonl.zst.new"))
}

/// Whether a file that nothing refers to can go: it was never finished, or all
/// that it holds is in a log of this size.
///
/// # Errors
/// `io`.
pub fn is_superfluous(files: &dyn Archives, name: &str, size: u64) -> Result<bool> {
    if !name.ends_with(ENDING) {
        return Ok(true);
    }
    let Some(file) = files.open(name)? else {
        return Ok(false);
    };
    let Ok(lines) = Lines::open(name, file) else {
        return Ok(false);
    };
    // The second line of a checkpoint is its size.
    let known = lines.header.checkpoint.lines().nth(1);
    Ok(known
        .and_then(|text| text.parse::<u64>().ok())
        .is_some_and(|known| known <= size))
}

/// Makes archives out of one snapshot.
pub struct Maker<'m> {
    source: Source<'m>,
    tree: &'m Tree<'m>,
    note: &'m str,
    signed: Checkpoint,
    key: String,
}

impl<'m> Maker<'m> {
    /// # Errors
    /// `log_tampered`.
    pub fn new(
        source: Source<'m>,
        tree: &'m Tree<'m>,
        head: &'m Head,
        keys: &Chain,
    ) -> Result<Self> {
        let opened = keys.open(head.note.as_bytes());
        let opened = opened.map_err(|e| tampered(e.to_string()))?;
        Ok(Self {
            source,
            tree,
            note: &head.note,
            key: note::vkey(keys.origin(), &opened.key),
            signed: opened.checkpoint,
        })
    }

    /// Makes all of them; what will be known of each.
    ///
    /// # Errors
    /// `io`, `log_tampered`, `row_damaged`.
    pub fn all(&self, pieces: &[Piece], at: &mut dyn FnMut(u64, u64)) -> Result<Vec<ArchiveRow>> {
        let mut frontier = match self.source.read.audit_archives()?.last() {
            Some(archive) => after_archive(archive)?,
            None => Frontier::new(),
        };
        let done = frontier.size();
        let total = pieces.last().map_or(0, |piece| piece.last - done);
        let mut rows = Vec::new();
        for piece in pieces {
            rows.push(self.one(piece, &mut frontier)?);
            at(piece.last - done, total);
        }
        Ok(rows)
    }

    fn one(&self, piece: &Piece, frontier: &mut Frontier) -> Result<ArchiveRow> {
        let header = self.header(piece)?;
        let files = self.source.archives;
        let file = BufWriter::with_capacity(1 << 18, files.create(&piece.name)?);
        let mut writer = ArchiveWriter::new(file, &header)?;
        let mut local_customers = 0;
        lines(self.source, piece.first, piece.last, &mut |seq, line| {
            let whole = line.whole()?;
            let cut = cut(seq, &whole)?;
            local_customers =
                local_customers.max(local_number(cut.text(Field::CustomerId).as_deref()));
            let _ = frontier.push(whole.leaf());
            writer.push(&line)
        })?;
        let written = writer.finish()?;
        files.publish(&piece.name)?;
        read_back(files, &piece.name, written, &self.signed)?;
        Ok(ArchiveRow {
            first: piece.first,
            last: piece.last,
            name: piece.name.clone(),
            since: piece.since,
            until: piece.until,
            bytes: written.bytes,
            sha256: written.sha256,
            nodes: frontier.nodes_bytes(),
            local_customers,
        })
    }

    fn header(&self, piece: &Piece) -> Result<Header> {
        let mut hashes = Vec::new();
        let leaves = piece.first - 1..piece.last;
        multi(self.tree, leaves, self.signed.size, &mut |hash| {
            hashes.push(STANDARD.encode(hash));
        })?;
        Ok(Header {
            format: ARCHIVE.to_owned(),
            origin: self.signed.origin.clone(),
            key: self.key.clone(),
            checkpoint: self.note.to_owned(),
            range: Some((piece.first, piece.last)),
            events: piece.last + 1 - piece.first,
            hashes,
        })
    }
}

/// The file is what was written, and leads to the signed root.
fn read_back(
    files: &dyn Archives,
    name: &str,
    written: Written,
    signed: &Checkpoint,
) -> Result<()> {
    let open = || {
        let file = files.open(name)?;
        file.ok_or_else(|| Fault::ArchiveMissing {
            name: name.to_owned(),
        })
    };
    let found = digest(open()?).map_err(|e| Fault::io(name, e))?;
    if found != (written.bytes, written.sha256) {
        return Err(Fault::io(name, "it was not read back as it was written"));
    }
    let lines = Lines::open(name, open()?)?;
    let header = lines.header.clone();
    Checker::new(name, &header, signed)?.run(lines, &mut |_| Ok(()))?;
    Ok(())
}

/// An archive without some of its shopper parts.
#[derive(Debug)]
pub struct Rewritten {
    pub old: String,
    pub row: ArchiveRow,
}

/// Writes an archive anew under another name, without the shopper parts of
/// the events that `erased` says.
///
/// # Errors
/// `archive_missing`, `io`, `log_tampered`.
pub fn rewrite(
    source: Source<'_>,
    archive: &ArchiveRow,
    keys: &Chain,
    erased: &dyn Fn(u64) -> bool,
) -> Result<Rewritten> {
    let files = source.archives;
    let missing = || Fault::ArchiveMissing {
        name: archive.name.clone(),
    };
    let file = files.open(&archive.name)?.ok_or_else(missing)?;
    let header = Lines::open(&archive.name, file)?.header;
    let opened = keys.open(header.checkpoint.as_bytes());
    let signed = opened
        .map_err(|e| tampered(format!("{}: {e}", archive.name)))?
        .checkpoint;
    let name = next_name(&archive.name);
    let out = BufWriter::with_capacity(1 << 18, files.create(&name)?);
    let mut writer = ArchiveWriter::new(out, &header)?;
    source.walk(
        archive,
        archive.first,
        archive.last,
        true,
        &mut |seq, line| {
            if erased(seq) {
                let bare = line.shopper.withheld();
                let shopper = bare.ok_or_else(|| tampered(format!("event {seq}: its salt")))?;
                writer.push(&Line {
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
    read_back(files, &name, written, &signed)?;
    Ok(Rewritten {
        old: archive.name.clone(),
        row: ArchiveRow {
            name,
            bytes: written.bytes,
            sha256: written.sha256,
            ..archive.clone()
        },
    })
}

/// `log-….jsonl.zst` becomes `log-….e1.jsonl.zst`, that `….e2.jsonl.zst`.
fn next_name(name: &str) -> String {
    let stem = name.strip_suffix(ENDING).unwrap_or(name);
    let (stem, times) = match stem.rsplit_once(".e") {
        Some((stem, times)) => (stem, times.parse().unwrap_or(0)),
        None => (stem, 0_u64),
    };
    format!("{stem}.e{}{ENDING}", times + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_their_erasures() {
        let first = next_name("log-2026-09-01-000000001-000000002.jsonl.zst");
        assert_eq!(first, "log-2026-09-01-000000001-000000002.e1.jsonl.zst");
        assert!(next_name(&first).ends_with(".e2.jsonl.zst"));
        assert!(is_ours(&first) && is_ours(&format!("{first}.new")));
        assert!(!is_ours("lock") && !is_ours("notes.txt"));
    }
}
