//! What a statement says: this is its JSON, field by field.

use serde::{Deserialize, Serialize};

use crate::report_summary::SummaryInfo;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;

/// Who was in a shopper's account. Lists are oldest first; times are UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatement {
    #[serde(flatten)]
    pub about: SummaryInfo,
    /// Whether everything the log holds about the shopper in the period is
    /// here; if not, `limits` says why.
    pub complete: bool,
    /// The first event of the log; `null` once that is archived.
    pub log_began: Option<Timestamp>,
    pub customer: StatementCustomer,
    /// Events about the shopper that this was made from.
    pub events: u64,
    /// Those of them whose personal part was erased.
    pub erased: u64,
    pub visits: Vec<Visit>,
    /// What was refused.
    pub attempts: Vec<RefusedAttempt>,
    /// When consent was given and taken back.
    pub consents: Vec<ConsentChange>,
    pub proof: StatementCheckpoint,
}

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCustomer {
    pub id: CustomerId,
    /// The address now, else the latest that the log names.
    pub email: Option<String>,
    pub website: Option<String>,
    /// Whether there is such a customer now.
    pub known: bool,
    /// Other ids under which events name the shopper.
    pub former_ids: Vec<CustomerId>,
}

/// How far a visit went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// The link was made and may still be opened.
    Waiting,
    /// The link was never opened: nobody was in the account.
    NotOpened,
    /// Somebody is in the account now.
    Open,
    Ended,
    /// It was opened; its end is not in what can be read.
    EndUnknown,
}

/// One session: everything that happened under one id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub session_id: SessionId,
    pub state: VisitState,
    pub admin: Option<String>,
    pub role: Option<String>,
    pub website: Option<String>,
    pub store_view: Option<String>,
    pub link_made: Option<Timestamp>,
    pub opened: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// From opening to end.
    pub seconds: Option<u64>,
    /// Why it ended: a code.
    pub cause: Option<String>,
    /// Who ended it, where that was somebody else.
    pub ended_by: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    /// What the login was started from: `order:000000001`.
    pub document: Option<String>,
    pub consent: Option<VisitConsent>,
    /// Whether reason and other details were erased.
    pub erased: bool,
}

/// On what consent a login stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitConsent {
    /// `opt-in`: the shopper's own yes.
    pub mode: String,
    /// There was no consent, and they went on without.
    #[serde(rename = "override", default)]
    pub is_override: bool,
    /// `storefront`, `admin` or `import`.
    pub source: Option<String>,
    /// The event that granted it.
    pub seq: Option<u64>,
    /// `null` where that event may not be read.
    pub given_at: Option<Timestamp>,
    /// The admin user or storefront.
    pub given_by: Option<String>,
}

/// A login that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedAttempt {
    pub seq: u64,
    pub time: Timestamp,
    /// `issue` for a login, `redeem` for the opening of a link.
    pub action: String,
    pub admin: Option<String>,
    /// Why: an error code; `null` once erased.
    pub code: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    pub session_id: Option<SessionId>,
    pub erased: bool,
}

/// A change of the shopper's consent.
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

/// The newest signed checkpoint: what the list can be checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCheckpoint {
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// The newest event's time.
    pub time: Timestamp,
    /// The public key, as C2SP tools take it.
    pub key: String,
}
