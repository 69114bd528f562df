//! The JSON of a statement: who was in one customer's account.

use serde::{Deserialize, Serialize};

use crate::report_summary::SummaryInfo;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::report::DoneAction;
use lac_model::time::Timestamp;

/// Who was in a customer's account. Lists are oldest first; times are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatement {
    #[serde(flatten)]
    pub about: SummaryInfo,
    /// Whether this contains everything that the log has about the customer in
    /// the period; if not, `limits` says why.
    pub complete: bool,
    /// Time of the first event in the log; `null` if it is archived.
    pub log_began: Option<Timestamp>,
    pub customer: StatementCustomer,
    /// Number of events about the customer.
    pub events: u64,
    /// How many of them have their `shopper` part erased.
    pub erased: u64,
    /// Sessions and login links.
    pub visits: Vec<Visit>,
    /// Refused logins.
    pub attempts: Vec<RefusedAttempt>,
    /// When consent was given or withdrawn.
    pub consents: Vec<ConsentChange>,
    /// What to check the statement against.
    pub proof: StatementCheckpoint,
}

/// The customer that the statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCustomer {
    pub id: CustomerId,
    /// The current address; if there is none, the latest one in the log.
    pub email: Option<String>,
    pub website: Option<String>,
    /// Whether the customer exists now.
    pub known: bool,
    /// Earlier ids of the customer in the log.
    pub former_ids: Vec<CustomerId>,
}

/// How far a visit got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// The login link was created and can still be opened.
    Waiting,
    /// The link was not opened and no longer can be: nobody was in the account.
    NotOpened,
    /// Somebody is in the account now.
    Open,
    Ended,
    /// The link was opened; the reader cannot see an event that ended the
    /// session.
    EndUnknown,
}

/// One session: all events with one session id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub session_id: SessionId,
    pub state: VisitState,
    pub admin: Option<String>,
    pub role: Option<String>,
    pub website: Option<String>,
    pub store_view: Option<String>,
    /// When the login link was created.
    pub link_made: Option<Timestamp>,
    /// When the storefront accepted the link.
    pub opened: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// From `opened` to `ended`.
    pub seconds: Option<u64>,
    /// Code of why it ended.
    pub cause: Option<String>,
    /// Who ended it, if it was not the admin user of the session.
    pub ended_by: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    /// What the login was started from: `order:000000001`.
    pub document: Option<String>,
    pub consent: Option<VisitConsent>,
    /// What was done in the account, as the storefront reported it.
    #[serde(default)]
    pub actions: Vec<DoneAction>,
    /// Whether reason and details were erased.
    pub erased: bool,
}

/// The consent on which a login was based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitConsent {
    /// `opt-in`: the customer gave consent.
    pub mode: String,
    /// There was no consent; the admin user overrode this.
    #[serde(rename = "override", default)]
    pub is_override: bool,
    /// `storefront`, `admin` or `import`.
    pub source: Option<String>,
    /// The event that granted it.
    pub seq: Option<u64>,
    /// `null` if the reader may not read that event.
    pub given_at: Option<Timestamp>,
    /// The admin user or storefront.
    pub given_by: Option<String>,
}

/// A refused login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedAttempt {
    pub seq: u64,
    pub time: Timestamp,
    /// `issue` for a login, `redeem` for opening a link.
    pub action: String,
    pub admin: Option<String>,
    /// The error code; `null` if erased.
    pub code: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    pub session_id: Option<SessionId>,
    pub erased: bool,
}

/// A change of the customer's consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentChange {
    pub seq: u64,
    pub time: Timestamp,
    pub granted: bool,
    /// `storefront`, `admin` or `import`.
    pub source: Option<String>,
    /// The admin user or storefront.
    pub by: Option<String>,
    pub reason: Option<String>,
    pub erased: bool,
}

/// The newest signed checkpoint, to check the statement against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCheckpoint {
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// Time of the newest event.
    pub time: Timestamp,
    /// The public key, `NAME+ID+KEY` (C2SP signed-note).
    pub key: String,
}
