//! What a report says: this is its JSON, field by field.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::top::{NamedCount, Top};
use crate::report_summary::SummaryInfo;
use lac_model::audit::EventView;
use lac_model::audit::Filter;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;

/// The summary. Times are UTC; hours, weekdays and dates are those of `zone`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessReport {
    #[serde(flatten)]
    pub about: SummaryInfo,
    /// The filter as it was written.
    pub filter: Filter,
    /// Events that were summed up.
    pub events: u64,
    /// Times of the first and the last of them.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// Those of them whose shopper part was erased.
    pub erased: u64,
    /// Events by action group.
    pub groups: Vec<NamedCount>,
    pub logins: LoginCounts,
    /// Who logged in as whom, most accesses first.
    pub pairs: Top<AdminCustomerPair>,
    /// Every act in the filter that failed, of whatever kind: refused, denied or
    /// not found.
    pub failures: u64,
    /// The same, by what the code means (`refused`, `denied`, `not_found`; see
    /// the exit codes) and by code; `null` where the code was erased.
    pub failures_by_kind: Vec<NamedCount>,
    pub failures_by_code: Top<NamedCount>,
    pub failures_by_admin: Top<NamedCount>,
    pub failures_by_website: Top<NamedCount>,
    /// Accesses by weekday (seven rows, Monday first) and hour (24 columns).
    pub hours: Vec<[u64; 24]>,
    pub without_ticket: AccessSummary,
    pub outside: OutOfHoursAccess,
    /// Sessions that ended within the period, longest first.
    pub longest: Top<LongSession>,
    /// Login URLs on a consent that the same admin user had granted: the login
    /// itself found so (`consent.self_granted` of its event).
    pub own_consent: Top<SelfGrantedConsent>,
    /// Login URLs made without consent (`consent.override` of its event).
    pub overridden: Top<ConsentOverride>,
    /// Changes of config, roles and admin users, by action.
    pub changes_by_action: Vec<NamedCount>,
    /// The latest of them, newest first.
    pub changes: Top<AdminChange>,
    /// Days with events, oldest first.
    pub days: Vec<ReportDay>,
}

/// Logins as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LoginCounts {
    /// Login URLs that were made.
    pub issued: u64,
    /// Login URLs that were opened: real accesses.
    pub redeemed: u64,
    /// Login URLs among those made that stood on no consent: it was overridden.
    #[serde(default)]
    pub overridden: u64,
    /// Attempts to make or to open a login URL that failed: the rules refused
    /// them, who asked may not, nobody was found, and those whose code was erased.
    pub refused: u64,
    #[serde(default)]
    pub denied: u64,
    #[serde(default)]
    pub not_found: u64,
    #[serde(default)]
    pub unknown: u64,
    /// Different admin users and customers among the accesses.
    pub admins: u64,
    pub customers: u64,
}

/// One admin user with one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminCustomerPair {
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub issued: u64,
    pub redeemed: u64,
    /// The latest login or access.
    pub last: Timestamp,
}

/// One access to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAccess {
    pub seq: u64,
    pub time: Timestamp,
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub website: Option<String>,
    pub session_id: Option<SessionId>,
    pub ticket: Option<String>,
}

impl AccountAccess {
    pub(super) fn from_event(event: &EventView) -> Self {
        Self {
            seq: event.seq,
            time: event.time,
            admin: event.admin.clone(),
            customer_id: event.customer_id,
            website: event.website.clone(),
            session_id: event.session_id.clone(),
            ticket: event.ticket.clone(),
        }
    }
}

/// How many, by whom, and the latest of them, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccessSummary {
    pub count: u64,
    pub by_admin: Top<NamedCount>,
    pub latest: Top<AccountAccess>,
}

/// Accesses out of office hours.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutOfHoursAccess {
    pub office_hours: String,
    pub office_days: String,
    #[serde(flatten)]
    pub summary: AccessSummary,
}

/// How long a session was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongSession {
    pub seconds: u64,
    pub seq: u64,
    /// When its end was recorded.
    pub time: Timestamp,
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub session_id: Option<SessionId>,
    /// Why it ended.
    pub cause: Option<String>,
}

/// A consent given and used by one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfGrantedConsent {
    #[serde(flatten)]
    pub login: AccountAccess,
    /// Whether the login URL was opened.
    pub opened: bool,
    pub granted_seq: Option<u64>,
    /// `null` where the reader may not read the event that granted it.
    pub granted_at: Option<Timestamp>,
}

/// A login without consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentOverride {
    #[serde(flatten)]
    pub login: AccountAccess,
    /// Whether the login URL was opened.
    pub opened: bool,
}

/// A change of who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminChange {
    pub seq: u64,
    pub time: Timestamp,
    pub admin: Option<String>,
    pub action_group: String,
    pub action: String,
    /// Which path, role or admin user; `null` if that was erased.
    pub what: Option<String>,
    /// As text, cut after 120 characters, of several fields those that differ;
    /// `null` for none.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One day of `zone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDay {
    pub date: NaiveDate,
    pub events: u64,
    pub issued: u64,
    pub redeemed: u64,
    /// As [`Logins::refused`].
    #[serde(default)]
    pub refused: u64,
    /// As [`Reported::failures`].
    pub failures: u64,
}
