//! Finds the events that contain a removed customer's personal data: events
//! about the customer, and other events that contain their address.

use serde_json::Value;

use crate::ReadView;
use crate::core::find;
use lac_model::audit::{EventField, RecordFields};
use lac_model::customer::email_key;
use lac_model::ids::CustomerId;
use lac_store::{EventHints, EventQuery, Result};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ErasableEvents {
    /// The seqs to erase: first and last of each run.
    pub ranges: Vec<(u64, u64)>,
    /// Addresses that no customer has, in every spelling a file may contain, in
    /// ASCII lower case. No copy of them may be left on disk.
    pub unique: Vec<String>,
    /// Whether `unique` contains all addresses.
    pub are_all_unique: bool,
    /// The number of events that contain an address but belong to another
    /// customer.
    pub kept: u64,
    /// Whether an event records an earlier erasure.
    pub was_erased_before: bool,
    addresses: Vec<Address>,
    /// The last seq that was searched.
    last_seq: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    lowercase: String,
    /// Its spellings, as plain text and JSON-escaped.
    spellings: Vec<String>,
}

impl ErasableEvents {
    fn add(&mut self, seq: u64) {
        match self.ranges.last_mut() {
            Some((_, last)) if *last + 1 == seq => *last = seq,
            _ => self.ranges.push((seq, seq)),
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.ranges
            .iter()
            .map(|(first, last)| last + 1 - first)
            .sum()
    }

    pub(super) fn contains(&self, seq: u64) -> bool {
        self.overlaps(seq, seq)
    }

    /// Whether any event to erase is in a range, both ends included.
    pub(super) fn overlaps(&self, first: u64, last: u64) -> bool {
        let at = self.ranges.partition_point(|(_, end)| *end < first);
        self.ranges.get(at).is_some_and(|(start, _)| *start <= last)
    }
}

/// What to erase: a removed customer by id, addresses that no customer has any
/// more, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ErasureSubject {
    pub id: Option<CustomerId>,
    pub addresses: Vec<String>,
}

/// Searches the whole log, archives included, twice: first for the addresses
/// that the customer had, then for events about the customer and events that
/// contain an address. An event about a search that found nobody has no
/// customer id, so only the address finds it.
pub(super) fn find_erasable(
    view: &ReadView<'_>,
    subject: &ErasureSubject,
    at: &mut dyn FnMut(u64, u64),
) -> Result<ErasableEvents> {
    let mut found = ErasableEvents::default();
    for address in &subject.addresses {
        found.add_address(address);
    }
    if let Some(id) = subject.id {
        for address in view.read.document_emails(id)? {
            found.add_address(&address);
        }
    }
    extend(view, subject, &mut found, at)?;
    Ok(found)
}

/// Searches the events recorded since the last search.
pub(super) fn extend(
    view: &ReadView<'_>,
    subject: &ErasureSubject,
    found: &mut ErasableEvents,
    at: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let ids = subject
        .id
        .map(|id| find::customer_ids_in_log(view, id))
        .transpose()?;
    let ids = ids.unwrap_or_default();
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let is_about = |event: &RecordFields<'_>| {
        ids.iter()
            .any(|id| event.value(EventField::CustomerId) == id)
    };
    let rest = EventQuery {
        ascending: true,
        hints: EventHints {
            first: Some(found.last_seq + 1),
            ..EventHints::default()
        },
        ..EventQuery::default()
    };
    let last = view.read.audit_last_seq()?;
    view.log_source().for_each_event(&rest, &mut |event| {
        at(event.seq().unwrap_or(0), 2 * last);
        if is_about(event) {
            found.was_erased_before |= is_erasure_event(event) && event.erased_ranges() != "null";
            if let Some(email) = event.decoded_value(EventField::CustomerEmail) {
                found.add_address(&email);
            }
            found.add_changed_addresses(event);
        }
        Ok(())
    })?;
    found.select_unique_addresses(view)?;
    let mut present = CustomerCache::default();
    view.log_source().for_each_event(&rest, &mut |event| {
        let seq = event.seq().unwrap_or(0);
        at(last + seq, 2 * last);
        let Some(shopper) = event.texts.customer_part else {
            return Ok(());
        };
        // The event of an erasure is about the customer too. It contains no
        // personal data, and must remain as the list of what was erased.
        if is_about(event) && !is_erasure_event(event) {
            found.add(seq);
        } else if found.is_named_in_part(shopper) {
            if present.exists(view, event)? {
                found.kept += 1;
            } else {
                found.add(seq);
            }
        }
        Ok(())
    })?;
    if found.kept > 0 {
        // Other customers' events still contain the address, so it must not be
        // scrubbed everywhere.
        found.unique.clear();
        found.are_all_unique = false;
    }
    found.last_seq = last;
    Ok(())
}

fn is_erasure_event(event: &RecordFields<'_>) -> bool {
    event.value(EventField::Action) == "\"erase\""
}

impl ErasableEvents {
    fn add_address(&mut self, email: &str) {
        let small = email.to_lowercase();
        if small.is_empty() {
            return;
        }
        let at = self.addresses.iter().position(|a| a.lowercase == small);
        let at = at.unwrap_or_else(|| {
            self.addresses.push(Address {
                lowercase: small.clone(),
                spellings: Vec::new(),
            });
            self.addresses.len() - 1
        });
        let forms = &mut self.addresses[at].spellings;
        for text in [&small, email] {
            for form in [
                text.to_ascii_lowercase(),
                json_escaped(text).to_ascii_lowercase(),
            ] {
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
    }

    /// Adds the addresses in a change of the customer: the old one, and the new
    /// one, because possibly no later event contains it.
    fn add_changed_addresses(&mut self, event: &RecordFields<'_>) {
        let details = event.value(EventField::Details);
        if !details.contains("\"email\"") {
            return;
        }
        let details: Value = serde_json::from_str(details).unwrap_or_default();
        for when in ["/before/email", "/after/email"] {
            if let Some(email) = details.pointer(when).and_then(Value::as_str) {
                self.add_address(email);
            }
        }
    }

    /// Selects the addresses that no customer has now.
    fn select_unique_addresses(&mut self, view: &ReadView<'_>) -> Result<()> {
        self.unique.clear();
        self.are_all_unique = true;
        for address in &self.addresses {
            let key = email_key(&address.lowercase);
            if view.read.customers_by_email(&key)?.is_empty() {
                self.unique.extend(address.spellings.iter().cloned());
            } else {
                self.are_all_unique = false;
            }
        }
        Ok(())
    }

    /// Whether the `shopper` text contains one of the addresses in any string.
    fn is_named_in_part(&self, shopper: &str) -> bool {
        if self.addresses.is_empty() {
            return false;
        }
        let small = shopper.to_lowercase();
        let may = |address: &Address| small.contains(&json_escaped(&address.lowercase));
        if !self.addresses.iter().any(may) {
            return false;
        }
        let Ok(value) = serde_json::from_str::<Value>(shopper) else {
            return true;
        };
        self.is_named_in_value(&value)
    }

    fn is_named_in_value(&self, value: &Value) -> bool {
        let text = |text: &str| {
            let small = text.to_lowercase();
            self.addresses
                .iter()
                .any(|a| names_address(&small, &a.lowercase))
        };
        match value {
            Value::String(string) => text(string),
            Value::Array(values) => values.iter().any(|value| self.is_named_in_value(value)),
            Value::Object(members) => members
                .iter()
                .any(|(name, value)| text(name) || self.is_named_in_value(value)),
            _ => false,
        }
    }
}

/// A string as JSON escapes it, without the quotes.
fn json_escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// Whether a text contains this address, not as a part of a longer one:
/// `bada@shop.example` does not contain `ada@shop.example`.
fn names_address(text: &str, address: &str) -> bool {
    text.match_indices(address).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + address.len()..].chars();
        let ends = match after.next() {
            None => true,
            Some('.') => !after.next().is_some_and(char::is_alphanumeric),
            Some(c) => !(c.is_alphanumeric() || matches!(c, '-' | '_')),
        };
        ends && !before.is_some_and(|c| c.is_alphanumeric() || "._-+%".contains(c))
    })
}

/// Whether the customers of events still exist, looked up once each.
#[derive(Debug, Default)]
struct CustomerCache(std::collections::HashMap<String, bool>);

impl CustomerCache {
    fn exists(&mut self, view: &ReadView<'_>, event: &RecordFields<'_>) -> Result<bool> {
        let Some(id) = event.decoded_value(EventField::CustomerId) else {
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
    fn seqs_are_grouped_into_ranges() {
        let mut found = ErasableEvents::default();
        for seq in [3, 4, 5, 9] {
            found.add(seq);
        }
        assert_eq!(found.ranges, [(3, 5), (9, 9)]);
        assert_eq!(found.count(), 4);
        assert!(found.contains(4) && found.contains(9) && !found.contains(6));
        assert!(found.overlaps(6, 9) && !found.overlaps(6, 8) && !found.overlaps(10, 99));
    }

    #[test]
    fn address_is_not_found_in_a_longer_one() {
        let ada = "ada@shop.example";
        for text in [
            ada,
            "<ada@shop.example>",
            "wrote from ada@shop.example.",
            "mailto:ada@shop.example?subject=x",
            "line\nada@shop.example, and so on",
            "bada@shop.example, ada@shop.example",
        ] {
            assert!(names_address(text, ada), "{text}");
        }
        for text in [
            "bada@shop.example",
            "a.ada@shop.example",
            "x+ada@shop.example",
            "ada@shop.example.net",
            "ada@shop.example-shop",
            "ada@shop",
        ] {
            assert!(!names_address(text, ada), "{text}");
        }
    }

    #[test]
    fn address_is_found_in_json_in_any_spelling() {
        let mut found = ErasableEvents::default();
        found.add_address("J\u{d6}rg@Shop.Example");
        for part in [
            r#"{"customer_email":null,"reason":"said\nJÖRG@shop.example","details":{}}"#,
            r#"{"customer_email":null,"reason":null,"details":{"list":[{"jörg@shop.example":1}]}}"#,
        ] {
            assert!(found.is_named_in_part(part), "{part}");
        }
        let other = r#"{"customer_email":"björg@shop.example","reason":null,"details":{}}"#;
        assert!(!found.is_named_in_part(other));
        assert!(
            found.addresses[0]
                .spellings
                .contains(&"jÖrg@shop.example".to_owned())
        );
    }
}
