//! What the log says of customers' consent, event by event: the one place that
//! knows what a removal ends and what a new id takes along. Logins, `doctor`
//! and `log verify` judge by it.

use std::collections::HashMap;

use super::consented::{Consented, Said, Until};
use crate::customer::Consent;
use crate::ids::CustomerId;
use crate::time::Timestamp;

/// A yes or a no that has not been replaced by a later one of the same id.
#[derive(Debug, Clone, Copy)]
struct Word {
    seq: u64,
    /// Under which id it was said.
    id: CustomerId,
    said: Said,
}

/// The words that count, while events are taken in order of seq.
#[derive(Debug, Clone, Default)]
pub struct ConsentLog {
    /// The newest one under each id.
    own: HashMap<CustomerId, Word>,
    /// Those that came with former ids, since the newest one under the id.
    brought: HashMap<CustomerId, Vec<Word>>,
    /// The newest removal of each id.
    removed: HashMap<CustomerId, u64>,
}

/// The words that count for one customer.
struct Words {
    certain: Vec<Word>,
    /// Of a former id whose renumbering no event told: they may be of a
    /// customer who was removed, or not be this one's yet.
    possible: Vec<Word>,
}

impl ConsentLog {
    /// Takes an event.
    pub fn take(&mut self, event: &Consented) {
        let id = event.customer;
        match event.said {
            Said::Yes(_) | Said::No => {
                let (seq, said) = (event.seq, event.said);
                self.own.insert(id, Word { seq, id, said });
                self.brought.remove(&id);
            }
            Said::Gone => {
                self.own.remove(&id);
                self.brought.remove(&id);
                self.removed.insert(id, event.seq);
            }
            Said::Renumbered(to) => {
                if let Some(word) = self.own.remove(&id) {
                    self.brought.entry(to).or_default().push(word);
                }
            }
            Said::Used { .. } => {}
        }
    }

    /// How a customer's row differs from the log; `None` where it does not.
    /// `former` are the ids that the customer had. Where the row says nothing,
    /// only words after `begun` count: earlier ones may be of somebody whose
    /// removal nobody recorded.
    pub fn difference(
        &self,
        id: CustomerId,
        former: &[CustomerId],
        consent: &Consent,
        begun: u64,
    ) -> Option<String> {
        let words = self.words_now(id, former);
        let Some(seq) = consent.seq else {
            if consent.granted {
                return Some("no event granted it".to_owned());
            }
            // A yes under a former id does not make a yes of a silence, when
            // two customers turn out to be one.
            let counts = |word: &&Word| word.id == id || word.said == Said::No;
            let last = words.certain.iter().filter(counts).map(|word| word.seq);
            let last = last.max().filter(|seq| *seq > begun);
            return last.map(|seq| format!("event {seq} changed it"));
        };
        let named = words.named(seq).map(|word| word.said);
        match (consent.granted, named) {
            (true, Some(Said::Yes(until))) if until.is(consent.until) => {}
            (false, Some(Said::No)) => return None,
            (granted, _) => {
                let did = if granted { "grant" } else { "revoke" };
                return Some(format!("event {seq} did not {did} it so"));
            }
        }
        let taken_back = words.taken_back(seq, consent.until);
        taken_back.map(|by| format!("event {by} took it back"))
    }

    /// What is wrong with a login at some time that stood on the yes of event
    /// `seq`; `None` where nothing is.
    pub fn misused(
        &self,
        id: CustomerId,
        former: &[CustomerId],
        seq: u64,
        at: Option<Timestamp>,
    ) -> Option<String> {
        let words = self.words(id, former);
        let Some(Said::Yes(until)) = words.named(seq).map(|word| word.said) else {
            return Some(format!(
                "it stood on event {seq}, which is no consent that customer {id} had given and not taken back"
            ));
        };
        let end = match until {
            Until::At(end) => Some(end),
            Until::Never => None,
            Until::Unknown => return None,
        };
        if let (Some(end), Some(at)) = (end, at)
            && at > end
        {
            return Some(format!(
                "it stood on the consent of event {seq}, which had ended"
            ));
        }
        words
            .taken_back(seq, end)
            .map(|by| format!("it stood on the consent of event {seq}, which event {by} took back"))
    }

    /// Some of them may be still under a former id: the event that gave the new
    /// one was not recorded, or what it said was erased, or is yet to come.
    fn words(&self, id: CustomerId, former: &[CustomerId]) -> Words {
        let own = self.own.get(&id).into_iter();
        let brought = self.brought.get(&id).into_iter().flatten();
        Words {
            certain: own.chain(brought).copied().collect(),
            possible: former
                .iter()
                .filter_map(|f| self.own.get(f))
                .copied()
                .collect(),
        }
    }

    /// Once all events were taken, so that nothing is yet to come.
    fn words_now(&self, id: CustomerId, former: &[CustomerId]) -> Words {
        let mut words = self.words(id, former);
        let removed = self.removed.get(&id).copied().unwrap_or(0);
        let theirs = words.possible.extract_if(.., |word| word.seq > removed);
        words.certain.extend(theirs);
        words
    }
}

impl Words {
    fn named(&self, seq: u64) -> Option<&Word> {
        let mut all = self.certain.iter().chain(&self.possible);
        all.find(|word| word.seq == seq)
    }

    /// The later word that ends a yes: of two customers who turned out to be
    /// one the shorter yes holds.
    fn taken_back(&self, seq: u64, until: Option<Timestamp>) -> Option<u64> {
        let ends = |word: &&Word| {
            let outlasts = matches!(word.said, Said::Yes(end) if end.is_no_sooner_than(until));
            word.seq > seq && !outlasts
        };
        self.certain.iter().filter(ends).map(|word| word.seq).max()
    }
}

#[cfg(test)]
#[path = "consent_log_tests.rs"]
mod tests;
