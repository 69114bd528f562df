//! Follows customers' consent through the events of the log. This is the only
//! place that knows what the removal of a customer ends and which consent moves
//! to a new id. Logins, `doctor` and `log verify` use it.

use std::collections::HashMap;

use super::consent_event::{ConsentAction, ConsentEvent, ConsentExpiry};
use crate::customer::Consent;
use crate::ids::CustomerId;
use crate::time::Timestamp;

/// A grant or refusal that no later one under the same id has replaced.
#[derive(Debug, Clone, Copy)]
struct ConsentEntry {
    seq: u64,
    /// The id that the event names.
    id: CustomerId,
    action: ConsentAction,
}

/// The entries that are valid after the events so far, which are applied in
/// order of seq.
#[derive(Debug, Clone, Default)]
pub struct ConsentLog {
    /// The newest entry under each id.
    direct: HashMap<CustomerId, ConsentEntry>,
    /// Entries that came with former ids since the newest one under the id
    /// itself.
    inherited: HashMap<CustomerId, Vec<ConsentEntry>>,
    /// The newest removal of each id.
    removed: HashMap<CustomerId, u64>,
}

/// The valid entries of one customer.
struct ConsentEntries {
    certain: Vec<ConsentEntry>,
    /// Entries under a former id whose replacement no event records. They may
    /// belong to a customer who was removed, or not to this one yet.
    possible: Vec<ConsentEntry>,
}

impl ConsentLog {
    /// Applies the next event.
    pub fn apply(&mut self, event: &ConsentEvent) {
        let id = event.customer;
        match event.action {
            ConsentAction::Granted(_) | ConsentAction::Revoked => {
                let (seq, change) = (event.seq, event.action);
                self.direct.insert(
                    id,
                    ConsentEntry {
                        seq,
                        id,
                        action: change,
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

    /// How a customer's row differs from the log; `None` if it does not.
    /// `former` are the customer's former ids. If the row has no consent, only
    /// entries after `begun` count: earlier ones may belong to a customer whose
    /// removal was not recorded.
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
            // When two customers become one, a grant under a former id does not
            // override a row without consent.
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

    /// What is wrong with a login at some time that relied on the consent of
    /// event `seq`; `None` if nothing is.
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
                "it stood on event {seq}, which is not a valid consent of customer {id}"
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

    /// The entries while events are still being applied. Some may still be
    /// under a former id, because the event that replaced it was not recorded,
    /// or was erased, or comes later.
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

    /// The entries after all events.
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

    /// The later entry that ends a grant. When two customers become one, the
    /// shorter grant is valid.
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
