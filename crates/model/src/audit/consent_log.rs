//! What the log says of customers' consent, event by event: the one place that
//! knows what a removal ends and what a new id takes along. Logins, `doctor`
//! and `log verify` judge by it.

use std::collections::HashMap;

use super::consent_event::{ConsentAction, ConsentEvent, ConsentExpiry};
use crate::customer::Consent;
use crate::ids::CustomerId;
use crate::time::Timestamp;

/// A yes or a no that has not been replaced by a later one of the same id.
#[derive(Debug, Clone, Copy)]
struct ConsentEntry {
    seq: u64,
    /// Under which id it was said.
    id: CustomerId,
    action: ConsentAction,
}

/// The words that count, while events are taken in order of seq.
#[derive(Debug, Clone, Default)]
pub struct ConsentLog {
    /// The newest one under each id.
    direct: HashMap<CustomerId, ConsentEntry>,
    /// Those that came with former ids, since the newest one under the id.
    inherited: HashMap<CustomerId, Vec<ConsentEntry>>,
    /// The newest removal of each id.
    removed: HashMap<CustomerId, u64>,
}

/// The words that count for one customer.
struct ConsentEntries {
    certain: Vec<ConsentEntry>,
    /// Of a former id whose renumbering no event told: they may be of a
    /// customer who was removed, or not be this one's yet.
    possible: Vec<ConsentEntry>,
}

impl ConsentLog {
    /// Takes an event.
    pub fn apply(&mut self, event: &ConsentEvent) {
        let id = event.customer;
        match event.action {
            ConsentAction::Granted(_) | ConsentAction::Revoked => {
                let (seq, said) = (event.seq, event.action);
                self.direct.insert(
                    id,
                    ConsentEntry {
                        seq,
                        id,
                        action: said,
                    },
                );
                self.inherited.remove(&id);
            }
            ConsentAction::CustomerRemoved => {
                self.direct.remove(&id);
                self.inherited.remove(&id);
                self.removed.insert(id, event.seq);
            }
            ConsentAction::Renumbered(to) => {
                if let Some(word) = self.direct.remove(&id) {
                    self.inherited.entry(to).or_default().push(word);
                }
            }
            ConsentAction::UsedByLogin { .. } => {}
        }
    }

    /// How a customer's row differs from the log; `None` where it does not.
    /// `former` are the ids that the customer had. Where the row says nothing,
    /// only words after `begun` count: earlier ones may be of somebody whose
    /// removal nobody recorded.
    pub fn find_difference(
        &self,
        id: CustomerId,
        former: &[CustomerId],
        consent: &Consent,
        begun: u64,
    ) -> Option<String> {
        let words = self.final_entries(id, former);
        let Some(seq) = consent.seq else {
            if consent.granted {
                return Some("no event granted it".to_owned());
            }
            // A yes under a former id does not make a yes of a silence, when
            // two customers turn out to be one.
            let counts =
                |word: &&ConsentEntry| word.id == id || word.action == ConsentAction::Revoked;
            let last = words.certain.iter().filter(counts).map(|word| word.seq);
            let last = last.max().filter(|seq| *seq > begun);
            return last.map(|seq| format!("event {seq} changed it"));
        };
        let named = words.find(seq).map(|word| word.action);
        match (consent.granted, named) {
            (true, Some(ConsentAction::Granted(until))) if until.matches(consent.until) => {}
            (false, Some(ConsentAction::Revoked)) => return None,
            (granted, _) => {
                let did = if granted { "grant" } else { "revoke" };
                return Some(format!("event {seq} did not {did} it so"));
            }
        }
        let taken_back = words.find_revocation(seq, consent.until);
        taken_back.map(|by| format!("event {by} took it back"))
    }

    /// What is wrong with a login at some time that stood on the yes of event
    /// `seq`; `None` where nothing is.
    pub fn find_misuse(
        &self,
        id: CustomerId,
        former: &[CustomerId],
        seq: u64,
        at: Option<Timestamp>,
    ) -> Option<String> {
        let words = self.entries(id, former);
        let Some(ConsentAction::Granted(until)) = words.find(seq).map(|word| word.action) else {
            return Some(format!(
                "it stood on event {seq}, which is no consent that customer {id} had given and not taken back"
            ));
        };
        let end = match until {
            ConsentExpiry::At(end) => Some(end),
            ConsentExpiry::Never => None,
            ConsentExpiry::Unknown => return None,
        };
        if let (Some(end), Some(at)) = (end, at)
            && at > end
        {
            return Some(format!(
                "it stood on the consent of event {seq}, which had ended"
            ));
        }
        words
            .find_revocation(seq, end)
            .map(|by| format!("it stood on the consent of event {seq}, which event {by} took back"))
    }

    /// Some of them may be still under a former id: the event that gave the new
    /// one was not recorded, or what it said was erased, or is yet to come.
    fn entries(&self, id: CustomerId, former: &[CustomerId]) -> ConsentEntries {
        let own = self.direct.get(&id).into_iter();
        let brought = self.inherited.get(&id).into_iter().flatten();
        ConsentEntries {
            certain: own.chain(brought).copied().collect(),
            possible: former
                .iter()
                .filter_map(|f| self.direct.get(f))
                .copied()
                .collect(),
        }
    }

    /// Once all events were taken, so that nothing is yet to come.
    fn final_entries(&self, id: CustomerId, former: &[CustomerId]) -> ConsentEntries {
        let mut words = self.entries(id, former);
        let removed = self.removed.get(&id).copied().unwrap_or(0);
        let theirs = words.possible.extract_if(.., |word| word.seq > removed);
        words.certain.extend(theirs);
        words
    }
}

impl ConsentEntries {
    fn find(&self, seq: u64) -> Option<&ConsentEntry> {
        let mut all = self.certain.iter().chain(&self.possible);
        all.find(|word| word.seq == seq)
    }

    /// The later word that ends a yes: of two customers who turned out to be
    /// one the shorter yes holds.
    fn find_revocation(&self, seq: u64, until: Option<Timestamp>) -> Option<u64> {
        let ends = |word: &&ConsentEntry| {
            let outlasts =
                matches!(word.action, ConsentAction::Granted(end) if end.is_not_before(until));
            word.seq > seq && !outlasts
        };
        self.certain.iter().filter(ends).map(|word| word.seq).max()
    }
}

#[cfg(test)]
#[path = "consent_log_tests.rs"]
mod tests;
