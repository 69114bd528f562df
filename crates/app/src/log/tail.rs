//! Returns the newest events, oldest first, and later those appended: in
//! batches, each from a snapshot that is closed before anything is shown. So a
//! slow reader does not keep the WAL from being checkpointed, and an actor who
//! loses the right to read gets no more events.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::LOG_READERS;
use super::filter;
use crate::{Context, ReadView, read};
use lac_ledger::event_log::{event_view, newest_head};
use lac_ledger::fault::log_tampered;
use lac_ledger::key_rows::log_keys;
use lac_ledger::merkle::Frontier;
use lac_ledger::signing::note::Checkpoint;
use lac_ledger::tree::root_at;
use lac_model::audit::Filter;
use lac_model::audit::{Action, EventView};
use lac_model::bounded::{NoteText, Seq, ShortText};
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{EventQuery, Result, TreeHead};

/// The maximum number of events in a batch.
pub const MAX_BATCH: usize = 500;

/// Returns the next batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogTail {
    pub filter: Filter,
    pub start: TailStart,
    /// The maximum number of events; [`MAX_BATCH`] is the upper limit.
    pub limit: usize,
}

/// Where to start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TailStart {
    /// With the last events of the filter, at most this many.
    Last(usize),
    /// With the first event after this position.
    After(LogPosition),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogTailBatch {
    /// The events, oldest first.
    pub events: Vec<EventView>,
    /// How far the log was read, including events that the filter left out.
    pub at: LogPosition,
    /// Whether the limit left out events.
    pub more: bool,
}

/// A position in a log: the three lines of an unsigned checkpoint, and the
/// signed checkpoint the log had at that time. Reading continues only if the
/// log still begins with what was read before.
///
/// The sender of a position can write anything into it, so only the signed
/// checkpoint can prove that the log was changed. Any other mismatch is an
/// error of the sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPosition {
    /// The store's name.
    pub origin: ShortText,
    /// The last event that was read or skipped.
    pub seq: Seq,
    /// Root of the tree up to that event, base64.
    pub root: ShortText,
    /// The signed checkpoint of the log when it was read; empty in cursor files
    /// of earlier versions.
    #[serde(default, skip_serializing_if = "is_empty_note")]
    pub note: NoteText,
}

fn is_empty_note(note: &NoteText) -> bool {
    note.is_empty()
}

/// Checks whether anything was appended since.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogIsNewest {
    pub at: LogPosition,
}

impl LogIsNewest {
    /// Returns `true` if nothing was appended. Reads one row of the log, and
    /// needs the right to read it.
    ///
    /// # Errors
    /// `log_tampered` if a signed checkpoint proves that the log was changed;
    /// `invalid_value` for a position that this log never had;
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<bool> {
        read(context, Action::LogRead, &LOG_READERS, |view| {
            self.at.is_newest(view)
        })
    }
}

impl LogTail {
    /// # Errors
    /// `log_tampered` if a signed checkpoint proves that the log was changed;
    /// `invalid_value` for a position that this log never had, and for the
    /// filter; `resource_denied`, `document_number`, `row_damaged`.
    pub fn run(self, context: &Context<'_>) -> Result<LogTailBatch> {
        read(context, Action::LogRead, &LOG_READERS, |view| {
            let head = newest_head(view.read)?;
            let origin = view.config.store_name()?;
            let mut query = filter::build_query(&self.filter, view)?;
            let after = match &self.start {
                TailStart::Last(most) => seq_before_last(view, &query, *most)?.unwrap_or(head.size),
                TailStart::After(position) => position.verify(view, &head, &origin)?,
            };
            let limit = self.limit.clamp(1, MAX_BATCH);
            (query.ascending, query.after, query.limit) = (true, Some(after), Some(limit));
            let mut events = Vec::new();
            view.log_source().for_each_event(&query, &mut |event| {
                events.push(event_view(event)?);
                Ok(())
            })?;
            let more = events.len() == limit;
            let seq = events.last().filter(|_| more).map(|event| event.seq);
            let at = LogPosition::at_seq(view, origin, seq.unwrap_or(head.size), head.note)?;
            Ok(LogTailBatch { events, at, more })
        })
    }
}

/// The seq before the last `most` events of the query; `None` if there are
/// none.
fn seq_before_last(view: &ReadView<'_>, query: &EventQuery, most: usize) -> Result<Option<u64>> {
    if most == 0 {
        return Ok(None);
    }
    let last = EventQuery {
        limit: Some(most),
        ..query.clone()
    };
    let mut first = None;
    view.log_source().for_each_event(&last, &mut |event| {
        first = event.seq().map(|seq| seq - 1);
        Ok(())
    })?;
    Ok(first)
}

impl LogPosition {
    fn at_seq(view: &ReadView<'_>, origin: String, seq: u64, note: String) -> Result<Self> {
        let root = STANDARD.encode(root_at(view.log_source(), seq)?);
        Ok(Self {
            origin: origin.try_into()?,
            seq: Seq::try_from(seq).map_err(Fault::internal)?,
            root: root.try_into()?,
            note: note.try_into()?,
        })
    }

    fn is_newest(&self, view: &ReadView<'_>) -> Result<bool> {
        let head = newest_head(view.read)?;
        if head.size > self.seq.get() {
            return Ok(false); // the next batch is compared with the position
        }
        let frontier = Frontier::from_parts(head.size, &head.nodes)
            .map_err(|e| log_tampered(format!("the head of the tree: {e}")))?;
        if head.size == self.seq.get() && self.has_root(&frontier.root()) {
            return Ok(true);
        }
        Err(self.mismatch_fault(view, &head, &view.config.store_name()?))
    }

    /// Checks that the log continues this position; returns its seq.
    fn verify(&self, view: &ReadView<'_>, head: &TreeHead, origin: &str) -> Result<u64> {
        if self.origin != origin {
            let reason = format!("it is of the log of {}, not of {origin}", self.origin);
            return Err(Fault::invalid("the cursor", reason));
        }
        if self.seq.get() <= head.size
            && self.has_root(&root_at(view.log_source(), self.seq.get())?)
        {
            return Ok(self.seq.get());
        }
        Err(self.mismatch_fault(view, head, origin))
    }

    fn has_root(&self, root: &Hash) -> bool {
        self.root == STANDARD.encode(root)
    }

    /// The fault for a position that does not match: `log_tampered` if a
    /// checkpoint signed by this store proves a change, otherwise
    /// `invalid_value`.
    fn mismatch_fault(&self, view: &ReadView<'_>, head: &TreeHead, origin: &str) -> Fault {
        let unfit = || Fault::invalid("the cursor", "this log never was at that position");
        let signed = view
            .read
            .signing_keys()
            .and_then(|rows| log_keys(&rows, origin));
        let Ok(signed) = signed.map(|keys| keys.open(self.note.as_bytes())) else {
            return unfit();
        };
        let Ok(Checkpoint { size, root, .. }) = signed.map(|opened| opened.checkpoint) else {
            return unfit();
        };
        if size > head.size {
            return log_tampered(format!(
                "{size} events were read, the database has only {}: an older copy was put back",
                head.size
            ));
        }
        match root_at(view.log_source(), size) {
            Ok(now) if now == root => unfit(),
            Ok(_) => log_tampered(format!(
                "the first {size} events are not those that were read"
            )),
            Err(fault) => fault,
        }
    }

    /// The text form: origin, seq and root on a line each, then the signed
    /// checkpoint.
    pub fn to_text(&self) -> String {
        format!(
            "{}\n{}\n{}\n{}",
            self.origin, self.seq, self.root, self.note
        )
    }

    /// The inverse of [`to_text`](Self::to_text); `None` for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.splitn(4, '\n');
        let position = Self {
            origin: lines.next()?.parse().ok()?,
            seq: lines.next()?.parse().ok()?,
            root: lines.next()?.parse().ok()?,
            note: lines.next()?.parse().ok()?,
        };
        let is_whole =
            position.note.is_empty() || position.note.starts_with(position.origin.as_str());
        (is_whole && position.to_text() == text).then_some(position)
    }
}
