//! The steps of [`LogVerifier`] for archives: the files, their rows in the
//! database, and archived events that are still in the database.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::log::LogVerifier;
use super::ranges::split_range;
use super::row;
use crate::archive::file_digest;
use crate::archive::{ARCHIVE_FORMAT, EventLines, FrameReader, Header};
use crate::proof::{prove_leaves, range_root};
use crate::signing::note;
use crate::tree::EventTree;
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, Cell, Result};

impl LogVerifier<'_> {
    /// Checks that archives follow each other and that each file is the one
    /// that was archived. Returns the last archived `seq`.
    pub(super) fn check_archive_files(&mut self) -> u64 {
        let mut next = 1;
        for archive in self.archives.clone() {
            if archive.first != next {
                let reach = [next, archive.first.max(next)];
                self.findings
                    .add_events(reach, "archives do not follow each other");
            }
            next = archive.last + 1;
            if let Ok(None) = self.source.archives.open(&archive.name) {
                self.missing_ranges.push([archive.first, archive.last]);
                let name = archive.name.clone();
                self.missing.push(Fault::ArchiveMissing { name });
                continue;
            }
            match self.check_archive_file(&archive) {
                Ok(header) => self.headers.push((archive, header)),
                Err(fault) => self.add_unreadable_archive(&archive, &fault),
            }
        }
        next - 1
    }

    /// Adds one finding for the archive; its events are skipped.
    fn add_unreadable_archive(&mut self, archive: &ArchiveRow, fault: &Fault) {
        self.missing_ranges.push([archive.first, archive.last]);
        match fault {
            Fault::LogTampered { what } => self.add_archive_finding(archive, what),
            other => self.add_archive_finding(archive, &other.to_string()),
        }
    }

    /// Compares length and SHA-256 of the file with the database, and its
    /// header with the archive's range.
    fn check_archive_file(&mut self, archive: &ArchiveRow) -> Result<Header> {
        let name = &archive.name;
        let open = || {
            let file = self.source.archives.open(name)?;
            file.ok_or_else(|| Fault::ArchiveMissing { name: name.clone() })
        };
        let (bytes, sha256) = file_digest(open()?).map_err(|e| Fault::io(name, e))?;
        let mut frames = FrameReader::open(name, open()?)?;
        let header = EventLines::open(name, open()?)?.header;
        let fits = header.format == ARCHIVE_FORMAT
            && header.origin == self.keys.origin()
            && header.range == Some((archive.first, archive.last))
            && header.events == archive.last + 1 - archive.first
            && frames.read_header()? == header_bytes(&header)?;
        if !fits {
            let what = "its header is that of another archive".to_owned();
            return Err(Fault::LogTampered { what });
        }
        if (bytes, sha256) != (archive.bytes, archive.sha256) {
            self.add_archive_finding(archive, "it is not the file that was archived");
        }
        Ok(header)
    }

    fn add_archive_finding(&mut self, archive: &ArchiveRow, problem: &str) {
        let problem = format!("archive {}: {problem}", archive.name);
        self.findings
            .add_events([archive.first, archive.last], problem);
    }

    /// The ranges to check of the archives that can be read.
    pub(super) fn archived_ranges(&mut self) -> Vec<[u64; 2]> {
        let mut ranges = Vec::new();
        for archive in &self.archives {
            let range = [archive.first, archive.last];
            if !self.missing_ranges.contains(&range) {
                ranges.extend(split_range(range));
            }
        }
        ranges
    }

    /// After the last event of an archive: compares frontier and ids with the
    /// archive's row.
    pub(super) fn check_archive_end(&mut self, last: u64) {
        if let Some(archive) = self.archives.iter().find(|a| a.last == last).cloned() {
            if archive.nodes != self.frontier.nodes_bytes() {
                self.add_archive_finding(
                    &archive,
                    "the tree at its end does not match the database",
                );
            }
            if archive.last_local_customer != self.local_customers {
                self.add_archive_finding(&archive, "the ids in it do not match the database");
            }
            self.local_customers = 0;
        }
    }

    pub(super) fn check_archive_times(&mut self, [first, last]: [u64; 2], [from, to]: [i64; 2]) {
        let wrong = |a: &&ArchiveRow| {
            (a.first == first && a.since.micros() != from)
                || (a.last == last && a.until.micros() != to)
        };
        if let Some(archive) = self.archives.iter().find(wrong).cloned() {
            self.add_archive_finding(
                &archive,
                "the times of its events do not match the database",
            );
        }
    }

    /// If the archive before event `first` is missing, continues with its
    /// stored frontier.
    pub(super) fn skip_missing_archives(&mut self, first: u64) {
        if self.frontier.size() + 1 == first {
            return;
        }
        let before = self.archives.iter().find(|a| a.last + 1 == first);
        if let Some(frontier) = before.and_then(|a| crate::root::frontier_after_archive(a).ok()) {
            self.frontier = frontier;
        }
    }

    /// Reads events up to `boundary` that are in the database although an
    /// archive has them: the program stopped before it removed them.
    pub(super) fn read_leftover(&mut self, boundary: u64) -> Result<()> {
        let (findings, leftover) = (&mut self.findings, &mut self.leftover);
        self.source.tx.audit_cells(1, boundary, &mut |cells| {
            if let Cell::Integer(seq) = cells.seq {
                let seq = seq.cast_unsigned();
                match row::check_row(seq, cells) {
                    Ok(sound) => {
                        leftover.insert(seq, (sound.leaf, sound.is_erased));
                    }
                    Err(problem) => findings.add_event(seq, problem),
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Compares these events with the archived ones: `leaves` from event
    /// `first` on, and ranges of events without `shopper` part.
    pub(super) fn compare_leftover(&mut self, first: u64, leaves: &[Hash], missing: &[[u64; 2]]) {
        let last = first + leaves.len() as u64;
        for (seq, (leaf, is_erased)) in self.leftover.range(first..last) {
            let archived = usize::try_from(seq - first)
                .ok()
                .and_then(|n| leaves.get(n));
            let is_gone = missing.iter().any(|[from, to]| (from..=to).contains(&seq));
            if archived != Some(leaf) || is_gone != *is_erased {
                let problem = "it is in the database and in an archive, and they differ";
                self.findings.add_event(*seq, problem);
            }
        }
    }

    /// Checks the archives' headers: the checkpoint must be signed and of this
    /// tree, and the hashes must lead to its root. Skipped if there are
    /// findings already.
    pub(super) fn compare_headers(&mut self) -> Result<()> {
        if self.headers.is_empty() || !self.findings.is_empty() || !self.missing.is_empty() {
            return Ok(());
        }
        let headers = std::mem::take(&mut self.headers);
        let tree = EventTree::new(self.source, self.head.size)?;
        for (archive, header) in &headers {
            let opened = match self.keys.open(header.checkpoint.as_bytes()) {
                Ok(opened) => opened,
                Err(problem) => {
                    self.add_archive_finding(archive, &format!("its checkpoint: {problem}"));
                    continue;
                }
            };
            let signed = &opened.checkpoint;
            let fits = archive.last <= signed.size && signed.size <= self.head.size;
            let mut hashes = Vec::new();
            if fits {
                let leaves = archive.first - 1..archive.last;
                prove_leaves(&tree, leaves, signed.size, &mut |hash| {
                    hashes.push(STANDARD.encode(hash));
                })?;
            }
            if !fits
                || range_root(&tree, 0, signed.size)? != signed.root
                || header.hashes != hashes
                || header.key != note::verifier_key(&signed.origin, &opened.key)
            {
                self.add_archive_finding(
                    archive,
                    "its checkpoint or its hashes do not match the log",
                );
            }
        }
        Ok(())
    }
}

/// The header as it is written to the file.
fn header_bytes(header: &Header) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec(header).map_err(Fault::internal)?;
    text.push(b'\n');
    Ok(text)
}
