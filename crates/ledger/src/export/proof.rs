//! The two proofs that an export can have.
//!
//! *Sparse*: the rows' events with the hashes that lead from them to a signed
//! checkpoint. *Range*: every record of a contiguous run, one event further at
//! either end so that the run can be seen to reach the bounds of the filter,
//! with the parts of those that fit.

use std::cell::RefCell;
use std::io::Write;
use std::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::archive::{Header, Line, PROOF, Part, ProofWriter, Written};
use crate::fault::damaged;
use crate::proof::multi;
use crate::source::Source;
use crate::tree::Tree;
use lac_model::audit::{Cut, Matcher, Texts};
use lac_model::fault::Fault;
use lac_store::{Cell, EventCells, EventQuery, Head, Result};

/// More events than this take a range.
const MOST: usize = 100_000;

/// The events that a sparse proof is for.
#[derive(Debug)]
pub struct Picked(Option<Vec<u64>>);

impl Picked {
    pub fn new(wanted: bool) -> Self {
        Self(wanted.then(Vec::new))
    }

    pub fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// # Errors
    /// `invalid_value` for too many.
    pub fn push(&mut self, seq: u64) -> Result<()> {
        let Some(seqs) = &mut self.0 else {
            return Ok(());
        };
        if seqs.len() == MOST {
            return Err(Fault::invalid(
                "--proof",
                format!("a sparse proof is for at most {MOST} events; --proof range has no limit"),
            ));
        }
        seqs.push(seq);
        Ok(())
    }
}

/// What a proof is made from.
pub struct Asked<'a> {
    pub source: Source<'a>,
    pub tree: &'a Tree<'a>,
    pub head: &'a Head,
    pub origin: &'a str,
    pub key: String,
    pub query: &'a EventQuery,
    pub window: Option<[u64; 2]>,
}

impl Asked<'_> {
    /// # Errors
    /// `log_tampered`, `archive_missing`, `io`.
    pub fn sparse(&self, picked: &Picked, out: &mut dyn Write) -> Result<Written> {
        let seqs = picked.0.as_deref().unwrap_or_default();
        let header = self.header(None, seqs.len() as u64, seqs.iter().copied())?;
        let mut writer = ProofWriter::new(out, &header)?;
        for run in seqs.chunk_by(|a, b| a + 1 == *b) {
            let [Some(first), Some(last)] = [run.first(), run.last()] else {
                continue;
            };
            lines(self.source, *first, *last, &mut |_, line| {
                writer.push(&line)
            })?;
        }
        writer.finish()
    }

    /// # Errors
    /// `log_tampered`, `archive_missing`, `io`.
    pub fn range(&self, out: &mut dyn Write) -> Result<Written> {
        // Nothing fits: the two events between which nothing is.
        let [first, last] = match self.window {
            Some([first, last]) => [first.saturating_sub(1).max(1), last + 1],
            None => self.gap()?,
        };
        let last = last.min(self.head.size);
        let header = self.header(Some((first, last)), last + 1 - first, first..=last)?;
        let mut writer = ProofWriter::new(out, &header)?;
        let matcher = Matcher::new(&self.query.select, None);
        lines(self.source, first, last, &mut |seq, line| {
            let whole = line.whole()?;
            let cut = Cut::new(whole.texts());
            let cut = cut.map_err(|e| damaged(seq, e))?;
            if matcher.fits(&cut) {
                return writer.push(&line);
            }
            let bare = |part: &Part| part.withheld().ok_or_else(|| damaged(seq, "its parts"));
            writer.push(&Line {
                shopper: bare(&line.shopper)?,
                staff: bare(&line.staff)?,
                record: line.record,
            })
        })?;
        writer.finish()
    }

    /// Where the filter's window would be if it held anything.
    fn gap(&self) -> Result<[u64; 2]> {
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
                self.source.events(&rest, &mut |event| {
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
            return Err(crate::fault::tampered(
                "the stored events do not add up to the signed checkpoint",
            ));
        }
        let hashes = RefCell::new(Vec::new());
        // Leaves count from 0, events from 1.
        multi(
            self.tree,
            seqs.map(|seq| seq - 1),
            self.head.size,
            &mut |hash| {
                hashes.borrow_mut().push(STANDARD.encode(hash));
            },
        )?;
        Ok(Header {
            format: PROOF.to_owned(),
            origin: self.origin.to_owned(),
            key: self.key.clone(),
            checkpoint: self.head.note.clone(),
            range,
            events,
            hashes: hashes.into_inner(),
        })
    }
}

/// The root that a head's note was signed for; the head was checked before.
fn signed_root(head: &Head) -> Result<lac_model::bytes::Hash> {
    let frontier = crate::merkle::Frontier::from_parts(head.size, &head.nodes);
    Ok(frontier.map_err(Fault::internal)?.root())
}

/// Gives the lines of a range of events to `each`, wherever they are kept.
///
/// # Errors
/// `log_tampered`, `row_damaged`, `archive_missing`, and `each`'s own.
pub fn lines(
    source: Source<'_>,
    first: u64,
    last: u64,
    each: &mut dyn FnMut(u64, Line) -> Result<()>,
) -> Result<()> {
    let mut next = first;
    for archive in source.read.audit_archives()? {
        source.walk(&archive, first, last, true, &mut |seq, line| {
            next = seq + 1;
            each(seq, line.clone())?;
            Ok(ControlFlow::Continue(()))
        })?;
    }
    if next > last {
        return Ok(());
    }
    source.read.audit_cells(next, last, &mut |cells| {
        let (seq, line) = line_of(cells)?;
        each(seq, line)
    })
}

/// A row as a line.
///
/// # Errors
/// `row_damaged`.
pub fn line_of(cells: &EventCells<'_>) -> Result<(u64, Line)> {
    let seq = match cells.seq {
        Cell::Integer(seq) => seq.cast_unsigned(),
        _ => 0,
    };
    let text = |cell: Cell<'_>| match cell {
        Cell::Text(bytes) => String::from_utf8(bytes.to_vec()).map_err(|e| damaged(seq, e)),
        _ => Err(damaged(seq, "a text is missing")),
    };
    let record = text(cells.record)?;
    let part = |text: &str, salt: Cell<'_>| match salt {
        Cell::Blob(salt) => Ok(Part::shown(text, salt)),
        _ => Err(damaged(seq, "a salt is missing")),
    };
    let staff = part(&text(cells.staff)?, cells.staff_salt)?;
    let shopper = match cells.shopper {
        Cell::Null => {
            let texts = Texts {
                record: &record,
                shopper: None,
                staff: staff.text().unwrap_or_default(),
            };
            let cut = Cut::new(texts).map_err(|e| damaged(seq, e))?;
            Part::Withheld(cut.commitments()[0].to_owned())
        }
        other => part(&text(other)?, cells.shopper_salt)?,
    };
    let line = Line::new(&record, shopper, staff).ok_or_else(|| damaged(seq, "no record"))?;
    Ok((seq, line))
}
