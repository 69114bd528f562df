//! An event as use cases write it, and as users see it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::action::Action;
use super::state::StateDigests;
use crate::bounded::{REASON_MAX, UserAgent};
use crate::consent::ConsentMode;
use crate::customer::{Consent, ConsentSource};
use crate::document::DocumentRef;
use crate::fault::Fault;
use crate::ids::{CustomerId, SessionId, Ticket};
use crate::session::Browser;
use crate::time::Timestamp;

/// Whether the act was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    Failure,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Success, Self::Failure]
            .into_iter()
            .find(|o| o.as_str() == name)
    }
}

/// The consent that a login relied on. Its serialised form is hashed, so
/// members that were added later are left out unless they are set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentBasis {
    /// `opt-in`, `opt-out` or `mandatory`; see [`ConsentMode`].
    pub mode: String,
    /// Who granted the consent; `None` if the login needed none.
    pub source: Option<ConsentSource>,
    /// The seq of the event that granted it.
    pub seq: Option<u64>,
    /// There was no consent, and the agent overrode that.
    #[serde(rename = "override", default, skip_serializing_if = "is_false")]
    pub is_override: bool,
    /// The admin user who granted it is the one who logs in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub self_granted: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_false(flag: &bool) -> bool {
    !flag
}

impl ConsentBasis {
    /// For a login on a website with this mode.
    pub fn new(mode: ConsentMode, consent: &Consent, is_override: bool) -> Self {
        let stands = consent.granted && !is_override && mode != ConsentMode::Mandatory;
        Self {
            mode: mode.as_str().to_owned(),
            source: consent.source.filter(|_| stands),
            seq: consent.seq.filter(|_| stands),
            is_override,
            self_granted: false,
        }
    }
}

/// An event to be appended. The log adds its time and seq.
#[derive(Debug, Clone)]
pub struct Event {
    pub action: Action,
    pub outcome: Outcome,
    /// Always the admin user who logs in as a customer, even when a storefront
    /// redeems the login URL.
    pub admin: Option<String>,
    pub admin_id: Option<i64>,
    pub role: Option<String>,
    pub session_id: Option<SessionId>,
    pub customer_id: Option<CustomerId>,
    pub website: Option<String>,
    pub store_view: Option<String>,
    pub consent: Option<ConsentBasis>,
    pub document: Option<DocumentRef>,
    pub ticket: Option<Ticket>,
    /// The ranges of seqs (first, last) whose personal data was erased.
    pub erased: Option<Vec<(u64, u64)>>,
    /// Filled in when the event is appended.
    pub state: Option<StateDigests>,
    pub customer_email: Option<String>,
    pub reason: Option<String>,
    pub details: Map<String, Value>,
    pub ip_address: Option<String>,
    pub os_account: Option<String>,
    pub login_uid: Option<u32>,
    /// Of the agent's browser, as a storefront reported it.
    pub user_agent: Option<UserAgent>,
}

impl Event {
    /// A successful event without any details.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            outcome: Outcome::Success,
            admin: None,
            admin_id: None,
            role: None,
            session_id: None,
            customer_id: None,
            website: None,
            store_view: None,
            consent: None,
            document: None,
            ticket: None,
            erased: None,
            state: None,
            customer_email: None,
            reason: None,
            details: Map::new(),
            ip_address: None,
            os_account: None,
            login_uid: None,
            user_agent: None,
        }
    }

    /// Fills in the agent's browser, as a storefront described it. Without an
    /// address, the event keeps its caller's.
    pub fn set_browser(&mut self, browser: &Browser) {
        if let Some(ip) = browser.ip {
            self.ip_address = Some(ip.to_string());
            self.add_detail("ip_source", "storefront");
        }
        self.user_agent.clone_from(&browser.user_agent);
    }

    pub fn add_detail(&mut self, key: &str, value: impl Into<Value>) {
        self.details.insert(key.to_owned(), value.into());
    }

    /// Sets the document that the event is about. A number of an unusual form
    /// is put into the details, not into the record.
    pub fn set_document(&mut self, document: &DocumentRef) {
        if document.has_valid_number() {
            self.document = Some(document.clone());
        } else {
            self.add_detail("document", document.to_string());
        }
    }

    /// Adds the details `before` and `after`.
    pub fn add_change(&mut self, before: impl Into<Value>, after: impl Into<Value>) {
        self.add_detail("before", before);
        self.add_detail("after", after);
    }

    /// The texts of the record whose types have no limit: their names, and how
    /// many characters each may have.
    fn bounded_fields(&mut self) -> [(&'static str, Option<&mut String>, usize); 4] {
        [
            ("admin", self.admin.as_mut(), NAME_MAX),
            ("role", self.role.as_mut(), NAME_MAX),
            ("website", self.website.as_mut(), NAME_MAX),
            ("store_view", self.store_view.as_mut(), NAME_MAX),
        ]
    }

    /// Checks the limits of all fields of the record, because a record is never
    /// erased. Ids, tickets and numbers of documents are limited by their
    /// types.
    pub fn check_bounds(&self) -> Result<(), RecordTooLarge> {
        let texts = [
            ("admin", self.admin.as_ref()),
            ("role", self.role.as_ref()),
            ("website", self.website.as_ref()),
            ("store_view", self.store_view.as_ref()),
        ];
        let is_long = |text: &String| text.chars().count() > NAME_MAX;
        if let Some((what, _)) = texts.into_iter().find(|(_, t)| t.is_some_and(is_long)) {
            return Err(RecordTooLarge(what));
        }
        if self
            .document
            .as_ref()
            .is_some_and(|d| !d.has_valid_number())
        {
            return Err(RecordTooLarge("document"));
        }
        let mode = self.consent.as_ref().map(|consent| consent.mode.len());
        if mode.is_some_and(|length| length > NAME_MAX) {
            return Err(RecordTooLarge("consent"));
        }
        if self.erased.as_ref().is_some_and(|e| e.len() > RANGES_MAX) {
            return Err(RecordTooLarge("erased"));
        }
        Ok(())
    }

    /// Makes this the event of a failed attempt. Anybody may have asked for
    /// anything, and the log cannot shrink, so only the beginning of long texts
    /// and lists is kept.
    pub fn mark_failed(&mut self, fault: &Fault) {
        self.outcome = Outcome::Failure;
        self.add_detail("code", fault.code());
        self.add_detail("message", fault.to_string());
        self.details.values_mut().for_each(truncate_value);
        // These may come from rows that another program wrote.
        for (_, text, max) in self.bounded_fields() {
            if let Some(text) = text
                && text.chars().count() > max
            {
                truncate_text(text, max - 1);
            }
        }
        for text in [&mut self.reason, &mut self.customer_email]
            .into_iter()
            .flatten()
        {
            truncate_text(text, REASON_MAX);
        }
    }
}

/// A record would contain more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is longer than a record may hold")]
pub struct RecordTooLarge(pub &'static str);

/// The longest name of an admin user or role, and the longest code of a website
/// or store view, in a record. Names and codes made here have at most 64 and 32
/// characters; merchants' files may contain longer codes.
const NAME_MAX: usize = 255;
/// The largest number of erased ranges in one record. An archive must be able
/// to hold the record in one line.
const RANGES_MAX: usize = 1_000_000;

/// How many characters of each text, and how many items of each list, the event
/// of a failed attempt keeps.
const FAILED_TEXT_MAX: usize = 500;
const FAILED_ITEMS_MAX: usize = 50;

fn truncate_value(value: &mut Value) {
    match value {
        Value::String(text) => truncate_text(text, FAILED_TEXT_MAX),
        Value::Array(items) => {
            items.truncate(FAILED_ITEMS_MAX);
            items.iter_mut().for_each(truncate_value);
        }
        Value::Object(fields) => fields.values_mut().for_each(truncate_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn truncate_text(text: &mut String, max: usize) {
    if let Some((end, _)) = text.char_indices().nth(max) {
        text.truncate(end);
        text.push('…');
    }
}

/// An event as users see it: these fields, in this order, in every format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    pub seq: u64,
    pub time: Timestamp,
    pub action_group: String,
    pub action: String,
    pub full_action_name: String,
    pub result: Outcome,
    pub admin: Option<String>,
    pub admin_id: Option<i64>,
    pub role: Option<String>,
    pub ip_address: Option<String>,
    pub os_account: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub customer_email: Option<String>,
    pub website: Option<String>,
    pub store_view: Option<String>,
    pub session_id: Option<SessionId>,
    pub consent: Option<ConsentBasis>,
    pub document: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    pub details: Option<Map<String, Value>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_failed_attempt_keeps_only_the_beginning_of_long_texts() {
        let mut event = Event::new(Action::LoginIssue);
        let long = "é".repeat(1_000_000);
        event.reason = Some(long.clone());
        event.add_detail("customer", long.clone());
        event.add_detail("websites", vec![long.clone(); 1000]);
        event.add_detail("before", json!({ "name": long.clone(), "n": 1 }));
        event.add_detail("ticket", "ZD-4711");
        event.mark_failed(&Fault::CustomerNotFound { customer: long });
        let bytes = serde_json::to_vec(&event.details).unwrap().len();
        assert!(bytes < 64 * 1024, "{bytes}");
        assert_eq!(event.reason.unwrap().chars().count(), REASON_MAX + 1);
        assert_eq!(event.details["ticket"], "ZD-4711");
        let named = event.details["customer"].as_str().unwrap();
        assert_eq!(named.chars().count(), FAILED_TEXT_MAX + 1);
        assert!(named.ends_with('…'));
    }
}
