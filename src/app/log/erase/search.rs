//! Where a removed shopper is named: events about them, and other events that
//! hold their address.

use crate::app::log::source::Source;
use crate::app::{View, find};
use crate::domain::audit::{Cut, Field};
use crate::domain::customer::email_key;
use crate::domain::ids::CustomerId;
use crate::store::{EventQuery, Result};

/// What there is to erase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Seqs whose shopper parts go, first and last of each run.
    pub ranges: Vec<(u64, u64)>,
    /// Addresses that nobody else has, in small letters: nothing of them may
    /// be left anywhere.
    pub unique: Vec<String>,
    /// Events that hold an address and belong to another customer who has it.
    pub kept: u64,
}

impl Found {
    fn add(&mut self, seq: u64) {
        match self.ranges.last_mut() {
            Some((_, last)) if *last + 1 == seq => *last = seq,
            _ => self.ranges.push((seq, seq)),
        }
    }

    pub fn count(&self) -> u64 {
        self.ranges
            .iter()
            .map(|(first, last)| last + 1 - first)
            .sum()
    }

    /// Whether an event is among them.
    pub fn holds(&self, seq: u64) -> bool {
        self.any_within(seq, seq)
    }

    /// Whether any is within a range, both ends included.
    pub fn any_within(&self, first: u64, last: u64) -> bool {
        let at = self.ranges.partition_point(|(_, end)| *end < first);
        self.ranges.get(at).is_some_and(|(start, _)| *start <= last)
    }
}

/// Searches the whole log, archives included, twice: for the addresses that
/// the customer had, and for everything that names them.
///
/// # Errors
/// `archive_missing`, `row_damaged`.
pub fn of(view: &View<'_>, id: CustomerId, at: &mut dyn FnMut(u64, u64)) -> Result<Found> {
    let ids: Vec<String> = find::ids_in_log(view, id)?
        .iter()
        .map(|id| format!("\"{id}\""))
        .collect();
    // An erasure is about them too, and says nothing personal: what it erased
    // must stay told.
    let is_theirs = |event: &Cut<'_>| {
        ids.iter().any(|id| event.value(Field::CustomerId) == id)
            && event.value(Field::Action) != "\"erase\""
    };
    let everything = EventQuery {
        ascending: true,
        ..EventQuery::default()
    };
    let total = 2 * view.read.audit_last_seq()?;
    let mut addresses: Vec<String> = Vec::new();
    Source::of(view).events(&everything, &mut |event| {
        at(event.seq().unwrap_or(0), total);
        if is_theirs(event)
            && let Some(email) = event.text(Field::CustomerEmail)
        {
            let small = email.to_lowercase();
            if !small.is_empty() && !addresses.contains(&small) {
                addresses.push(small);
            }
        }
        Ok(())
    })?;
    let mut found = Found::default();
    for address in &addresses {
        if view
            .read
            .customers_by_email(&email_key(address))?
            .is_empty()
        {
            found.unique.push(address.clone());
        }
    }
    let needles = needles(&addresses);
    let mut present = Known::default();
    Source::of(view).events(&everything, &mut |event| {
        let seq = event.seq().unwrap_or(0);
        at(total / 2 + seq, total);
        let Some(shopper) = event.texts.shopper else {
            return Ok(());
        };
        if is_theirs(event) {
            found.add(seq);
            return Ok(());
        }
        if needles.is_empty() {
            return Ok(());
        }
        let small = shopper.to_lowercase();
        if needles.iter().any(|needle| small.contains(needle.as_str())) {
            if present.exists(view, event)? {
                found.kept += 1;
            } else {
                found.add(seq);
            }
        }
        Ok(())
    })?;
    if found.kept > 0 {
        // Somebody else's events go on holding it.
        found.unique.clear();
    }
    Ok(found)
}

/// Addresses as they stand in JSON.
fn needles(addresses: &[String]) -> Vec<String> {
    let quoted = |address: &String| {
        let text = serde_json::to_string(address).unwrap_or_default();
        text.trim_matches('"').to_owned()
    };
    addresses.iter().map(quoted).collect()
}

/// Whether the customers that events are about still exist, asked once each.
#[derive(Debug, Default)]
struct Known(std::collections::HashMap<String, bool>);

impl Known {
    fn exists(&mut self, view: &View<'_>, event: &Cut<'_>) -> Result<bool> {
        let Some(id) = event.text(Field::CustomerId) else {
            return Ok(false);
        };
        if let Some(known) = self.0.get(id.as_ref()) {
            return Ok(*known);
        }
        let exists = match id.parse::<CustomerId>() {
            Ok(id) => view.read.customer(id)?.is_some(),
            Err(_) => false,
        };
        self.0.insert(id.into_owned(), exists);
        Ok(exists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_seqs() {
        let mut found = Found::default();
        for seq in [3, 4, 5, 9] {
            found.add(seq);
        }
        assert_eq!(found.ranges, [(3, 5), (9, 9)]);
        assert_eq!(found.count(), 4);
        assert!(found.holds(4) && found.holds(9) && !found.holds(6));
        assert!(found.any_within(6, 9) && !found.any_within(6, 8) && !found.any_within(10, 99));
    }
}
