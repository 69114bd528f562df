//! An event as the use cases write it and as readers see it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::action::Action;
use crate::domain::consent::ConsentMode;
use crate::domain::customer::{Consent, ConsentSource};
use crate::domain::document::DocumentRef;
use crate::domain::fault::Fault;
use crate::domain::ids::{CustomerId, SessionId, Ticket};
use crate::domain::time::Timestamp;

/// Whether the act happened.
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

/// On what consent a login stood. Its serialised form is hashed: members that
/// came later are there only where they say something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentBasis {
    /// `opt-in`: the customer's own yes is needed; `opt-out`: a no was not
    /// said; `mandatory`: it was not asked.
    pub mode: String,
    /// Where the yes came from; `None` where it stood on none.
    pub source: Option<ConsentSource>,
    /// The event that granted it.
    pub seq: Option<u64>,
    /// There was no consent, and the agent went on without.
    #[serde(rename = "override", default, skip_serializing_if = "is_no")]
    pub is_override: bool,
    /// The admin user who granted it is the one who logs in.
    #[serde(default, skip_serializing_if = "is_no")]
    pub self_granted: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands it over so
fn is_no(flag: &bool) -> bool {
    !flag
}

impl ConsentBasis {
    /// What a login on a website of this mode stands on.
    pub fn of(mode: ConsentMode, consent: &Consent, is_override: bool) -> Self {
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

/// An event to be appended. Time and seq come from the log itself.
#[derive(Debug, Clone)]
pub struct Event {
    pub action: Action,
    pub outcome: Outcome,
    /// Always the impersonator, even where a storefront redeems.
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
    /// Ranges of seqs whose shopper part was removed (first, last).
    pub erased: Option<Vec<(u64, u64)>>,
    pub customer_email: Option<String>,
    pub reason: Option<String>,
    pub details: Map<String, Value>,
    pub ip_address: Option<String>,
    pub os_account: Option<String>,
    pub login_uid: Option<u32>,
}

impl Event {
    /// An empty, successful event.
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
            customer_email: None,
            reason: None,
            details: Map::new(),
            ip_address: None,
            os_account: None,
            login_uid: None,
        }
    }

    /// Adds one detail.
    pub fn detail(&mut self, key: &str, value: impl Into<Value>) {
        self.details.insert(key.to_owned(), value.into());
    }

    /// Says which document it is about: in the record, or in the details where
    /// the number is not plain.
    pub fn about_document(&mut self, document: &DocumentRef) {
        if document.is_plain() {
            self.document = Some(document.clone());
        } else {
            self.detail("document", document.to_string());
        }
    }

    /// Adds `before` and `after`.
    pub fn change(&mut self, before: impl Into<Value>, after: impl Into<Value>) {
        self.detail("before", before);
        self.detail("after", after);
    }

    /// Turns it into the record of a failed attempt.
    pub fn fail(&mut self, fault: &Fault) {
        self.outcome = Outcome::Failure;
        self.detail("code", fault.code());
        self.detail("message", fault.to_string());
    }
}

/// An event as readers see it: these fields, in this order, in every format.
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
