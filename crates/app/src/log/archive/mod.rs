//! Moves old events from the database to dated files that can be verified on
//! their own.
//!
//! Events older than `system/rotation/lifetime` are archived, in whole days,
//! weeks or months (`system/rotation/frequency`), so it does not matter how
//! often archiving runs. A file is written, synced and read back first. Then
//! one transaction records it as the place of its events. Only after that, the
//! events are removed from the database, in small batches. If the process is
//! killed, either the old or the new state remains.

mod plan;

use serde::{Deserialize, Serialize};

use crate::{Config, Context, SigningKeys, WriteOutcome, read, write};
use lac_ledger::archive_builder::{self as make, ArchiveBuilder, PlannedArchive};
use lac_ledger::event_log::newest_head;
use lac_ledger::head::{check_checkpoint_file, check_head};
use lac_ledger::tree::EventTree;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, ArchiveRow, Result};

const ARCHIVE_RESOURCES: [Resource; 1] = [Resource::LOGGING_BULK_EVENTS];

/// Events removed from the database in one transaction.
const SWEEP_BATCH: usize = 2000;

/// Archives old events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogArchive {
    /// Only show what would be archived.
    pub dry_run: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogArchived {
    /// Events before this time are archived.
    pub before: Timestamp,
    /// The directory of the archives.
    pub place: String,
    pub files: Vec<ArchivedFile>,
    pub events: u64,
    pub dry_run: bool,
    pub audit_seq: Option<u64>,
}

/// An archive file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedFile {
    pub name: String,
    /// The first and the last seq.
    pub first: u64,
    pub last: u64,
    pub since: Timestamp,
    pub until: Timestamp,
    /// `null` in a dry run.
    pub bytes: Option<u64>,
    pub sha256: Option<String>,
}

impl Act for LogArchive {
    const ANY_OF: &'static [Resource] = &ARCHIVE_RESOURCES;
}

impl LogArchive {
    /// Archives, calling `at` with the progress (done, total).
    ///
    /// # Errors
    /// `resource_denied`, `log_tampered`, `checkpoint_missing`, `store_unsafe`,
    /// `io`. On an error, no event is lost.
    pub fn run(self, context: &Context<'_>, at: &mut dyn FnMut(u64, u64)) -> Result<LogArchived> {
        if self.dry_run {
            return read(context, Action::LogArchive, &ARCHIVE_RESOURCES, |view| {
                let (before, pieces) = plan::plan_pieces(view)?;
                let files = pieces.iter().map(Into::into).collect();
                Ok(answer(context, before, files, true, None))
            });
        }
        // Check the rights before waiting for the lock or writing files.
        read(context, Action::LogArchive, &ARCHIVE_RESOURCES, |_| Ok(()))?;
        let _lock = lock_archives(context)?;
        // The next run removes what cannot be removed now.
        let _ = remove_unreferenced_files(context)?;
        sweep_archived_events(context)?;
        let (before, rows) = read(context, Action::LogArchive, &ARCHIVE_RESOURCES, |view| {
            let (before, pieces) = plan::plan_pieces(view)?;
            let head = newest_head(view.read)?;
            let origin = view.config.store_name()?;
            let keys = SigningKeys::load(context.keys, view.read, &origin)?.chain;
            check_head(view.read, &head, &keys)?;
            let source = view.log_source();
            let tree = EventTree::new(source, head.size)?;
            let maker = ArchiveBuilder::new(source, &tree, &head, &keys)?;
            Ok((before, maker.build_all(&pieces, at)?))
        })?;
        if rows.is_empty() {
            return Ok(answer(context, before, Vec::new(), false, None));
        }
        let audit_seq = record_archives(context, &rows)?;
        sweep_archived_events(context)?;
        let files = rows.iter().map(archived_file).collect();
        Ok(answer(context, before, files, false, audit_seq))
    }
}

/// Records the files as the place of their events.
fn record_archives(context: &Context<'_>, rows: &[ArchiveRow]) -> Result<Option<u64>> {
    let fill = |event: &mut Event| {
        let files: Vec<_> = rows.iter().map(archived_file).collect();
        event.add_detail("files", serde_json::to_value(files).unwrap_or_default());
    };
    write::<LogArchive, _>(context, Action::LogArchive, fill, |work, _| {
        let last = work
            .read
            .audit_archives()?
            .last()
            .map_or(0, |archive| archive.last);
        if rows.first().is_none_or(|row| row.first != last + 1) {
            return Err(Fault::internal("the archives changed under the lock"));
        }
        for row in rows {
            work.put_archive(row)?;
        }
        // The newest digests must stay in the database, whichever events are
        // archived.
        work.record_state_digests();
        let recorded = work.record()?;
        Ok(WriteOutcome::Recorded(recorded.seq, recorded))
    })
}

/// Removes archived events from the database.
fn sweep_archived_events(context: &Context<'_>) -> Result<()> {
    while context.store.remove_archived_events(SWEEP_BATCH)? > 0 {}
    Ok(())
}

/// Locks the archives, after checking that the log is intact: otherwise, files
/// that the database does not know could be the only copies left.
pub fn lock_archives(context: &Context<'_>) -> Result<std::fs::File> {
    let file = context.high_water.read()?;
    let owner = {
        let read = context.store.read()?;
        let origin = Config::read(&*read)?.store_name()?;
        let keys = SigningKeys::load(context.keys, &*read, &origin)?;
        let head = newest_head(&*read)?;
        check_head(&*read, &head, &keys.chain)?;
        let file = file.ok_or_else(|| Fault::CheckpointMissing {
            path: context.high_water.path(),
        })?;
        check_checkpoint_file(&*read, &head, &file, &keys.chain)?;
        let first = keys.rows.iter().find(|key| key.purpose == "audit");
        format!("{origin}\n{}\n", first.map_or("", |key| key.kid.as_str()))
    };
    context.archives.lock(&owner)
}

/// Removes unreferenced files, left by a killed run or replaced by an erasure.
/// Returns `false` without removing any while somebody reads an older snapshot,
/// which can still refer to them. A file with events beyond the end of the log
/// is kept: this log did not write it.
pub fn remove_unreferenced_files(context: &Context<'_>) -> Result<bool> {
    let (known, size): (Vec<String>, u64) = {
        let read = context.store.read()?;
        let rows = read.audit_archives()?.into_iter();
        (
            rows.map(|row| row.name).collect(),
            newest_head(&*read)?.size,
        )
    };
    let mut names = context.archives.names()?;
    names.retain(|name| make::is_archive_name(name) && !known.contains(name));
    if names.is_empty() {
        return Ok(true);
    }
    if !context.store.scrub(&[])? {
        return Ok(false);
    }
    for name in names {
        if make::is_removable(context.archives, &name, size)? {
            context.archives.remove(&name)?;
        }
    }
    Ok(true)
}

fn answer(
    context: &Context<'_>,
    before: Timestamp,
    files: Vec<ArchivedFile>,
    dry_run: bool,
    audit_seq: Option<u64>,
) -> LogArchived {
    LogArchived {
        before,
        place: context.archives.location(),
        events: files.iter().map(|file| file.last + 1 - file.first).sum(),
        files,
        dry_run,
        audit_seq,
    }
}

fn archived_file(row: &ArchiveRow) -> ArchivedFile {
    ArchivedFile {
        name: row.name.clone(),
        first: row.first,
        last: row.last,
        since: row.since,
        until: row.until,
        bytes: Some(row.bytes),
        sha256: Some(lac_ledger::manifest::hex(&row.sha256)),
    }
}

impl From<&PlannedArchive> for ArchivedFile {
    fn from(piece: &PlannedArchive) -> Self {
        Self {
            name: piece.name.clone(),
            first: piece.first,
            last: piece.last,
            since: piece.since,
            until: piece.until,
            bytes: None,
            sha256: None,
        }
    }
}
