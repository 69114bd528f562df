//! Writes the proof of an export (`docs/proofs.md`, Sparse and range).
//!
//! A *sparse* proof has the events of the rows. A *range* proof has all events
//! of a consecutive run, with the parts of those that match the filter. The run
//! has one more event at each end, which shows that it reaches the bounds of
//! the filter.

use std::cell::RefCell;
use std::io::Write;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::archive::{EventLine, FileDigest, Header, PROOF_FORMAT, PartDisclosure, ProofWriter};
use crate::fault::event_damaged;
use crate::proof::prove_leaves;
use crate::source::EventSource;
use crate::tree::EventTree;
use lac_model::audit::{EventTexts, Matcher, RecordFields};
use lac_model::fault::Fault;
use lac_store::{Cell, EventCells, EventQuery, Result, TreeHead};

/// With more events, use a range proof.
const MAX_SPARSE_EVENTS: usize = 100_000;

/// Collects the events of a sparse proof.
#[derive(Debug)]
pub struct ProofSeqs(Option<Vec<u64>>);

impl ProofSeqs {
    /// Collects nothing unless `wanted`.
    pub fn new(wanted: bool) -> Self {
        Self(wanted.then(Vec::new))
    }

    /// Whether it collects.
    pub fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    /// Adds an event, in order of `seq`. `invalid_value` for more than 100,000.
    pub fn push(&mut self, seq: u64) -> Result<()> {
        let Some(seqs) = &mut self.0 else {
            return Ok(());
        };
        if seqs.len() == MAX_SPARSE_EVENTS {
            return Err(Fault::invalid(
                "--proof",
                format!(
                    "a sparse proof is for at most {MAX_SPARSE_EVENTS} events; --proof range has no limit"
                ),
            ));
        }
        seqs.push(seq);
        Ok(())
    }
}

/// Writes proofs from one snapshot.
pub struct ProofBuilder<'a> {
    pub source: EventSource<'a>,
    /// The tree of the size in `head`.
    pub tree: &'a EventTree<'a>,
    /// The newest signed checkpoint, to which the proof leads.
    pub head: &'a TreeHead,
    /// The store's name.
    pub origin: &'a str,
    /// The public key that signed the head, `NAME+ID+KEY`.
    pub key: String,
    /// The query of the export.
    pub query: &'a EventQuery,
    /// First and last `seq` that the export searched; `None` if no event can
    /// match.
    pub window: Option<[u64; 2]>,
}

impl ProofBuilder<'_> {
    /// Writes a sparse proof of the collected events.
    pub fn write_sparse(&self, events: &ProofSeqs, out: &mut dyn Write) -> Result<FileDigest> {
        let seqs = events.0.as_deref().unwrap_or_default();
        let header = self.header(None, seqs.len() as u64, seqs.iter().copied())?;
        let mut writer = ProofWriter::new(out, &header)?;
        for run in seqs.chunk_by(|a, b| a + 1 == *b) {
            let [Some(first), Some(last)] = [run.first(), run.last()] else {
                continue;
            };
            for_each_line(self.source, *first, *last, &mut |_, line| {
                writer.push(&line)
            })?;
        }
        writer.finish()
    }

    /// Writes a range proof of the window.
    pub fn write_range(&self, out: &mut dyn Write) -> Result<FileDigest> {
        // Without rows: the two consecutive events between which a match would
        // be.
        let [first, last] = match self.window {
            Some([first, last]) => [first.saturating_sub(1).max(1), last + 1],
            None => self.empty_window()?,
        };
        let last = last.min(self.head.size);
        let header = self.header(Some((first, last)), last + 1 - first, first..=last)?;
        let mut writer = ProofWriter::new(out, &header)?;
        let matcher = Matcher::new(&self.query.select, None);
        for_each_line(self.source, first, last, &mut |seq, line| {
            let whole = line.restore()?;
            let fields = RecordFields::new(whole.texts());
            let fields = fields.map_err(|e| event_damaged(seq, e))?;
            if matcher.matches(&fields) {
                return writer.push(&line);
            }
            let withhold = |part: &PartDisclosure| {
                part.withhold()
                    .ok_or_else(|| event_damaged(seq, "its parts"))
            };
            writer.push(&EventLine {
                shopper: withhold(&line.shopper)?,
                staff: withhold(&line.staff)?,
                record: line.record,
            })
        })?;
        writer.finish()
    }

    /// Where the first event after the filter's `since` is.
    fn empty_window(&self) -> Result<[u64; 2]> {
        let size = self.head.size;
        let at = match self.query.select.since {
            None => 1,
            Some(since) => {
                let rest = EventQuery {
                    select: lac_model::audit::Selection {
                        since: Some(since),
                        ..Default::default()
                    },
                    limit: Some(1),
                    ascending: true,
                    ..EventQuery::default()
                };
                let mut first = size + 1;
                self.source.for_each_event(&rest, &mut |event| {
                    first = event.seq().unwrap_or(first);
                    Ok(())
                })?;
                first
            }
        };
        Ok([at.saturating_sub(1).max(1), at.min(size)])
    }

    fn header(
        &self,
        range: Option<(u64, u64)>,
        events: u64,
        seqs: impl Iterator<Item = u64>,
    ) -> Result<Header> {
        if self.tree.root()? != signed_root(self.head)? {
            return Err(crate::fault::log_tampered(
                "the stored events do not add up to the signed checkpoint",
            ));
        }
        let hashes = RefCell::new(Vec::new());
        // Leaves count from 0, events from 1.
        prove_leaves(
            self.tree,
            seqs.map(|seq| seq - 1),
            self.head.size,
            &mut |hash| {
                hashes.borrow_mut().push(STANDARD.encode(hash));
            },
        )?;
        Ok(Header {
            format: PROOF_FORMAT.to_owned(),
            origin: self.origin.to_owned(),
            key: self.key.clone(),
            checkpoint: self.head.note.clone(),
            range,
            events,
            hashes: hashes.into_inner(),
        })
    }
}

/// The root in the head's checkpoint. The head's signature was checked before.
fn signed_root(head: &TreeHead) -> Result<lac_model::bytes::Hash> {
    let frontier = crate::merkle::Frontier::from_parts(head.size, &head.nodes);
    Ok(frontier.map_err(Fault::internal)?.root())
}

/// Calls `each` with the lines of events `first` to `last`, inclusive, from
/// archives or database.
pub fn for_each_line(
    source: EventSource<'_>,
    first: u64,
    last: u64,
    each: &mut dyn FnMut(u64, EventLine) -> Result<()>,
) -> Result<()> {
    let mut next = first;
    for archive in source.tx.audit_archives()? {
        source.for_each_archived(&archive, first, last, true, &mut |seq, line| {
            next = seq + 1;
            each(seq, line.clone())?;
            Ok(ControlFlow::Continue(()))
        })?;
    }
    if next > last {
        return Ok(());
    }
    source.tx.audit_cells(next, last, &mut |cells| {
        let (seq, line) = line_from_cells(cells)?;
        each(seq, line)
    })?;
    Ok(())
}

/// The line of an event in the database, and its `seq`.
pub fn line_from_cells(cells: &EventCells<'_>) -> Result<(u64, EventLine)> {
    let seq = match cells.seq {
        Cell::Integer(seq) => seq.cast_unsigned(),
        _ => 0,
    };
    let text = |cell: Cell<'_>| match cell {
        Cell::Text(bytes) => String::from_utf8(bytes.to_vec()).map_err(|e| event_damaged(seq, e)),
        _ => Err(event_damaged(seq, "a text is missing")),
    };
    let record = text(cells.record)?;
    let part = |text: &str, salt: Cell<'_>| match salt {
        Cell::Blob(salt) => Ok(PartDisclosure::disclose(text, salt)),
        _ => Err(event_damaged(seq, "a salt is missing")),
    };
    let staff = part(&text(cells.staff)?, cells.staff_salt)?;
    let shopper = match cells.shopper {
        Cell::Null => {
            let texts = EventTexts {
                record: &record,
                customer_part: None,
                staff_part: staff.text().unwrap_or_default(),
            };
            let fields = RecordFields::new(texts).map_err(|e| event_damaged(seq, e))?;
            PartDisclosure::Withheld(fields.commitments()[0].to_owned())
        }
        other => part(&text(other)?, cells.shopper_salt)?,
    };
    let line =
        EventLine::new(&record, shopper, staff).ok_or_else(|| event_damaged(seq, "no record"))?;
    Ok((seq, line))
}
