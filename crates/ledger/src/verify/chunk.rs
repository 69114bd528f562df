//! A run of events, checked one by one. What spans several runs (order, tree,
//! erasures) is put together by whoever takes the results in order.

use std::ops::ControlFlow;

use super::indexes::{Key, Sums};
use super::row;
use crate::merkle::leaf_hash;
use crate::source::Source;
use lac_model::audit::{Consented, Cut, Field};
use lac_model::bytes::Hash;
use lac_model::form::{Form as _, TicketForm};
use lac_model::ids::local_number;
use lac_model::time::Timestamp;
use lac_store::{ArchiveRow, Cell, EventCells, Result};

/// What was found in one run.
#[derive(Debug, Default)]
pub struct Checked {
    pub range: [u64; 2],
    /// Leaf hashes, one for each seq of the range.
    pub leaves: Vec<Hash>,
    pub wrong: Vec<(u64, String)>,
    /// Events whose ticket is out of form.
    pub out_of_form: Vec<u64>,
    /// Events without a shopper part, as ranges.
    pub missing: Vec<[u64; 2]>,
    /// What the run's own events say was erased: by which event, from, to.
    pub erasures: Vec<(u64, [u64; 2])>,
    /// Times of the first and the last event.
    pub times: Option<[i64; 2]>,
    pub sums: Option<Sums>,
    /// The greatest N of any `local:N`, of archived events.
    pub local_customers: u64,
    /// The newest state that one of the events holds: which, and what.
    pub state: Option<(u64, String)>,
    /// The first event that holds one.
    pub state_since: Option<u64>,
    /// What they changed of anybody's consent.
    pub consents: Vec<Consented>,
}

impl Checked {
    fn begin(&mut self, range: [u64; 2]) {
        self.range = range;
        self.leaves.clear();
        self.wrong.clear();
        self.out_of_form.clear();
        self.missing.clear();
        self.erasures.clear();
        self.times = None;
        self.sums = None;
        self.local_customers = 0;
        self.state = None;
        self.state_since = None;
        self.consents.clear();
    }

    fn next(&self) -> u64 {
        self.range[0] + self.leaves.len() as u64
    }

    fn wrong(&mut self, seq: u64, problem: impl Into<String>) {
        self.wrong.push((seq, problem.into()));
    }

    /// Events up to `seq` that are not there.
    fn gap_before(&mut self, seq: u64) {
        while self.next() < seq {
            self.wrong(self.next(), "it is missing");
            self.leaves.push([0; 32]);
        }
    }

    fn time(&mut self, seq: u64, time: i64) {
        match &mut self.times {
            None => self.times = Some([time, time]),
            Some([_, last]) => {
                let grows = time > *last;
                *last = time;
                if !grows {
                    self.wrong(seq, "its time is not after that of the event before");
                }
            }
        }
    }

    /// Order, erasures and version: what archived and stored events share.
    fn event(&mut self, seq: u64, cut: &Cut<'_>, time: i64, is_erased: bool) {
        self.time(seq, time);
        if is_erased {
            match self.missing.last_mut() {
                Some([_, last]) if *last + 1 == seq => *last = seq,
                _ => self.missing.push([seq, seq]),
            }
        }
        self.consents.extend(Consented::of(cut));
        let is_ticket = |text: &str| TicketForm::RULE.fits(text);
        if cut.value(Field::Ticket) != "null"
            && !cut.text(Field::Ticket).is_some_and(|text| is_ticket(&text))
        {
            self.out_of_form.push(seq);
        }
        if let Some(state) = cut.state() {
            self.state_since.get_or_insert(seq);
            self.state = Some((seq, state.to_owned()));
        }
        if cut.erased() == "null" {
            return;
        }
        match serde_json::from_str::<Vec<[u64; 2]>>(cut.erased()) {
            Ok(ranges) => {
                let bad = |[first, last]: &[u64; 2]| *first == 0 || first > last || *last >= seq;
                if ranges.iter().any(bad) || cut.value(Field::Action) != "\"erase\"" {
                    self.wrong(seq, "what it says was erased cannot be");
                }
                self.erasures
                    .extend(ranges.into_iter().map(|range| (seq, range)));
            }
            Err(_) => self.wrong(seq, "what it says was erased cannot be read"),
        }
    }
}

/// Checks events of the database; `sums` are for the indexes.
///
/// # Errors
/// What reading fails with.
pub fn stored(
    source: Source<'_>,
    range: [u64; 2],
    mut checked: Checked,
    key: Key,
    of: [u64; 2],
) -> Result<Checked> {
    checked.begin(range);
    let mut sums = Sums::new(key, of);
    source.read.audit_cells(range[0], range[1], &mut |cells| {
        one(&mut checked, &mut sums, cells);
        Ok(())
    })?;
    checked.gap_before(range[1] + 1);
    checked.sums = Some(sums);
    Ok(checked)
}

fn one(checked: &mut Checked, sums: &mut Sums, cells: &EventCells<'_>) {
    let Cell::Integer(seq) = cells.seq else {
        return;
    };
    let seq = seq.cast_unsigned();
    checked.gap_before(seq);
    sums.add_row(seq, cells);
    match row::check(seq, cells) {
        Ok(sound) => {
            checked.leaves.push(sound.leaf);
            checked.event(seq, &sound.cut, sound.time, sound.is_erased);
        }
        Err(problem) => {
            checked.wrong(seq, problem);
            checked.leaves.push(match cells.record {
                Cell::Text(record) => leaf_hash(record),
                _ => [0; 32],
            });
        }
    }
}

/// Checks events of an archive.
///
/// # Errors
/// What reading fails with.
pub fn archived(
    source: Source<'_>,
    archive: &ArchiveRow,
    range: [u64; 2],
    mut checked: Checked,
) -> Result<Checked> {
    checked.begin(range);
    source.walk(archive, range[0], range[1], true, &mut |seq, line| {
        checked.gap_before(seq);
        let whole = line.whole()?;
        checked.leaves.push(whole.leaf());
        let problem = match Cut::new(whole.texts()) {
            Err(problem) => Some(problem.to_string()),
            Ok(cut) if cut.seq() != Some(seq) => Some("it has another number".to_owned()),
            Ok(_) if whole.staff.is_none() => Some("its staff part is gone".to_owned()),
            Ok(cut) => match cut
                .text(Field::Time)
                .and_then(|t| t.parse::<Timestamp>().ok())
            {
                None => Some("its time is none".to_owned()),
                Some(time) => {
                    let id = cut.text(Field::CustomerId);
                    checked.local_customers =
                        checked.local_customers.max(local_number(id.as_deref()));
                    checked.event(seq, &cut, time.micros(), whole.shopper.is_none());
                    None
                }
            },
        };
        if let Some(problem) = problem {
            checked.wrong(seq, problem);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    checked.gap_before(range[1] + 1);
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::seal;
    use lac_model::audit::{Action, Event, StoredEvent};

    /// What an older program signed is as it was signed, and named nonetheless.
    #[test]
    fn a_ticket_out_of_form_is_named_and_no_difference() {
        let mut event = Event::new(Action::LoginIssue);
        event.ticket = "ZD-1".parse().ok();
        let sealed = seal(&event, 1, Timestamp::from_seconds(1), None, [[1; 32]; 2]);
        let sealed = sealed.expect("sealed");
        let of = |ticket: &str| {
            let stored = StoredEvent {
                seq: 1,
                record: sealed.record.replace("\"ZD-1\"", ticket),
                shopper: None,
                staff: sealed.parts.staff.0.clone(),
            };
            let mut checked = Checked::default();
            checked.begin([1, 1]);
            let cut = Cut::new(stored.texts()).expect("a record");
            checked.event(1, &cut, 1_000_000, false);
            (checked.out_of_form, checked.wrong)
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
