//! Checks a range of events one by one, in any thread. [`super::LogVerifier`]
//! takes the results in order and checks what spans ranges: tree, erasures,
//! state, consents.

use std::ops::ControlFlow;

use super::indexes::{IndexHashKey, IndexSums};
use super::row;
use crate::merkle::leaf_hash;
use crate::source::EventSource;
use lac_model::audit::{ConsentEvent, EventField, RecordFields};
use lac_model::bounded::{TextKind as _, TicketKind};
use lac_model::bytes::Hash;
use lac_model::ids::local_customer_number;
use lac_model::time::Timestamp;
use lac_store::{ArchiveRow, Cell, EventCells, Result, TreePart};

/// The result for one range.
#[derive(Debug, Default)]
pub(super) struct ChunkResult {
    /// First and last `seq`, inclusive.
    pub range: [u64; 2],
    /// One leaf for each `seq` of the range; zeros for a missing event.
    pub leaves: Vec<Hash>,
    /// Findings by `seq`.
    pub problems: Vec<(u64, String)>,
    /// Events whose ticket is not in the allowed form.
    pub malformed_tickets: Vec<u64>,
    /// Ranges of events without `shopper` part.
    pub erased: Vec<[u64; 2]>,
    /// Ranges that events of this chunk list as erased, each with the `seq` of
    /// the listing event.
    pub erasures: Vec<(u64, [u64; 2])>,
    /// Times of the first and the last event, in microseconds since 1970.
    pub times: Option<[i64; 2]>,
    /// For the indexes; `None` for archived events.
    pub index_sums: Option<IndexSums>,
    /// The largest N of the ids `local:N` in archived events.
    pub local_customers: u64,
    /// The newest recorded state, as JSON, and the `seq` of its event.
    pub state: Option<(u64, String)>,
    /// The first event with a recorded state.
    pub state_since: Option<u64>,
    /// Changes and uses of consents.
    pub consents: Vec<ConsentEvent>,
    /// How the events are stored; `None` if looking them up might not find
    /// them.
    pub tree_part: Option<TreePart>,
}

impl ChunkResult {
    fn reset(&mut self, range: [u64; 2]) {
        self.range = range;
        self.leaves.clear();
        self.problems.clear();
        self.malformed_tickets.clear();
        self.erased.clear();
        self.erasures.clear();
        self.times = None;
        self.index_sums = None;
        self.local_customers = 0;
        self.state = None;
        self.state_since = None;
        self.consents.clear();
        self.tree_part = None;
    }

    fn next_seq(&self) -> u64 {
        self.range[0] + self.leaves.len() as u64
    }

    fn add_problem(&mut self, seq: u64, problem: impl Into<String>) {
        self.problems.push((seq, problem.into()));
    }

    /// Reports the events before `seq` that are missing.
    fn fill_gap_before(&mut self, seq: u64) {
        while self.next_seq() < seq {
            self.add_problem(self.next_seq(), "it is missing");
            self.leaves.push([0; 32]);
        }
    }

    fn check_time(&mut self, seq: u64, time: i64) {
        match &mut self.times {
            None => self.times = Some([time, time]),
            Some([_, last]) => {
                let grows = time > *last;
                *last = time;
                if !grows {
                    self.add_problem(seq, "its time is not after that of the event before");
                }
            }
        }
    }

    /// The checks that archived and stored events share.
    fn check_event(&mut self, seq: u64, fields: &RecordFields<'_>, time: i64, is_erased: bool) {
        self.check_time(seq, time);
        if is_erased {
            match self.erased.last_mut() {
                Some([_, last]) if *last + 1 == seq => *last = seq,
                _ => self.erased.push([seq, seq]),
            }
        }
        self.consents.extend(ConsentEvent::from_record(fields));
        let is_ticket = |text: &str| TicketKind::RULE.matches(text);
        if fields.value(EventField::Ticket) != "null"
            && !fields
                .decoded_value(EventField::Ticket)
                .is_some_and(|text| is_ticket(&text))
        {
            self.malformed_tickets.push(seq);
        }
        if let Some(state) = fields.state_digests() {
            self.state_since.get_or_insert(seq);
            self.state = Some((seq, state.to_owned()));
        }
        if fields.erased_ranges() == "null" {
            return;
        }
        match serde_json::from_str::<Vec<[u64; 2]>>(fields.erased_ranges()) {
            Ok(ranges) => {
                let bad = |[first, last]: &[u64; 2]| *first == 0 || first > last || *last >= seq;
                if ranges.iter().any(bad) || fields.value(EventField::Action) != "\"erase\"" {
                    self.add_problem(seq, "its list of erased events is not valid");
                }
                self.erasures
                    .extend(ranges.into_iter().map(|range| (seq, range)));
            }
            Err(_) => self.add_problem(seq, "its list of erased events cannot be read"),
        }
    }
}

/// Checks a range of events in the database. `of` is the range of all events in
/// the database, for the index sums.
pub(super) fn check_stored(
    source: EventSource<'_>,
    range: [u64; 2],
    mut checked: ChunkResult,
    key: IndexHashKey,
    of: [u64; 2],
) -> Result<ChunkResult> {
    checked.reset(range);
    let mut sums = IndexSums::new(key, of);
    let part = source.tx.audit_cells(range[0], range[1], &mut |cells| {
        check_stored_row(&mut checked, &mut sums, cells);
        Ok(())
    })?;
    checked.tree_part = part;
    checked.fill_gap_before(range[1] + 1);
    checked.index_sums = Some(sums);
    Ok(checked)
}

fn check_stored_row(checked: &mut ChunkResult, sums: &mut IndexSums, cells: &EventCells<'_>) {
    let Cell::Integer(seq) = cells.seq else {
        return;
    };
    let seq = seq.cast_unsigned();
    checked.fill_gap_before(seq);
    sums.add_row(seq, cells);
    match row::check_row(seq, cells) {
        Ok(sound) => {
            checked.leaves.push(sound.leaf);
            checked.check_event(seq, &sound.record, sound.time, sound.is_erased);
        }
        Err(problem) => {
            checked.add_problem(seq, problem);
            checked.leaves.push(match cells.record {
                Cell::Text(record) => leaf_hash(record),
                _ => [0; 32],
            });
        }
    }
}

/// Checks a range of events of one archive.
pub(super) fn check_archived(
    source: EventSource<'_>,
    archive: &ArchiveRow,
    range: [u64; 2],
    mut checked: ChunkResult,
) -> Result<ChunkResult> {
    checked.reset(range);
    source.for_each_archived(archive, range[0], range[1], true, &mut |seq, line| {
        checked.fill_gap_before(seq);
        let whole = line.restore()?;
        checked.leaves.push(whole.leaf());
        let problem = match RecordFields::new(whole.texts()) {
            Err(problem) => Some(problem.to_string()),
            Ok(fields) if fields.seq() != Some(seq) => Some("it has another number".to_owned()),
            Ok(_) if whole.staff.is_none() => Some("its staff part is gone".to_owned()),
            Ok(fields) => match fields
                .decoded_value(EventField::Time)
                .and_then(|t| t.parse::<Timestamp>().ok())
            {
                None => Some("its time is not valid".to_owned()),
                Some(time) => {
                    let id = fields.decoded_value(EventField::CustomerId);
                    checked.local_customers = checked
                        .local_customers
                        .max(local_customer_number(id.as_deref()));
                    checked.check_event(seq, &fields, time.micros(), whole.shopper.is_none());
                    None
                }
            },
        };
        if let Some(problem) = problem {
            checked.add_problem(seq, problem);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    checked.fill_gap_before(range[1] + 1);
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::seal_event;
    use lac_model::audit::{Action, Event, StoredEvent};

    /// An older version may have signed a ticket that is not allowed today.
    #[test]
    fn malformed_ticket_is_noted_but_no_difference() {
        let mut event = Event::new(Action::LoginIssue);
        event.ticket = "ZD-1".parse().ok();
        let sealed = seal_event(&event, 1, Timestamp::from_seconds(1), None, [[1; 32]; 2]);
        let sealed = sealed.expect("sealed");
        let of = |ticket: &str| {
            let stored = StoredEvent {
                seq: 1,
                record: sealed.record.replace("\"ZD-1\"", ticket),
                customer_part: None,
                staff_part: sealed.parts.staff_part.0.clone(),
            };
            let mut checked = ChunkResult::default();
            checked.reset([1, 1]);
            let fields = RecordFields::new(stored.texts()).expect("a record");
            checked.check_event(1, &fields, 1_000_000, false);
            (checked.malformed_tickets, checked.problems)
        };
        for sound in ["\"ZD-1\"", "null"] {
            assert_eq!(of(sound), (vec![], vec![]), "{sound}");
        }
        let long = format!("\"{}\"", "x".repeat(1 << 20));
        for odd in [long.as_str(), "\"a b\"", "\"\"", "\"a\\u0000\""] {
            assert_eq!(of(odd), (vec![1], vec![]));
        }
    }
}
