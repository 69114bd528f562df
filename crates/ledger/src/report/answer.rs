//! What a report says: this is its JSON, field by field.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::top::{Count, Top};
use crate::summary::About;
use lac_model::audit::EventView;
use lac_model::audit::Filter;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;

/// The summary. Times are UTC; hours, weekdays and dates are those of `zone`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    #[serde(flatten)]
    pub about: About,
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
    pub groups: Vec<Count>,
    pub logins: Logins,
    /// Who logged in as whom, most accesses first.
    pub pairs: Top<Pair>,
    /// Every act in the filter that failed, of whatever kind: refused, denied or
    /// not found.
    pub failures: u64,
    /// The same, by what the code means (`refused`, `denied`, `not_found`; see
    /// the exit codes) and by code; `null` where the code was erased.
    pub failures_by_kind: Vec<Count>,
    pub failures_by_code: Top<Count>,
    pub failures_by_admin: Top<Count>,
    pub failures_by_website: Top<Count>,
    /// Accesses by weekday (seven rows, Monday first) and hour (24 columns).
    pub hours: Vec<[u64; 24]>,
    pub without_ticket: Visits,
    pub outside: Outside,
    /// Sessions that ended within the period, longest first.
    pub longest: Top<Long>,
    /// Login URLs on a consent that the same admin user had granted: the login
    /// itself found so (`consent.self_granted` of its event).
    pub own_consent: Top<OwnConsent>,
    /// Login URLs made without consent (`consent.override` of its event).
    pub overridden: Top<Overridden>,
    /// Changes of config, roles and admin users, by action.
    pub changes_by_action: Vec<Count>,
    /// The latest of them, newest first.
    pub changes: Top<Change>,
    /// Days with events, oldest first.
    pub days: Vec<Day>,
}

/// Logins as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Logins {
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
pub struct Pair {
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub issued: u64,
    pub redeemed: u64,
    /// The latest login or access.
    pub last: Timestamp,
}

/// One access to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub seq: u64,
    pub time: Timestamp,
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub website: Option<String>,
    pub session_id: Option<SessionId>,
    pub ticket: Option<String>,
}

impl Access {
    pub(super) fn of(event: &EventView) -> Self {
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
pub struct Visits {
    pub count: u64,
    pub by_admin: Top<Count>,
    pub latest: Top<Access>,
}

/// Accesses out of office hours.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outside {
    pub office_hours: String,
    pub office_days: String,
    #[serde(flatten)]
    pub visits: Visits,
}

/// How long a session was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Long {
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
pub struct OwnConsent {
    #[serde(flatten)]
    pub login: Access,
    /// Whether the login URL was opened.
    pub opened: bool,
    pub granted_seq: Option<u64>,
    /// `null` where the reader may not read the event that granted it.
    pub granted_at: Option<Timestamp>,
}

/// A login without consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overridden {
    #[serde(flatten)]
    pub login: Access,
    /// Whether the login URL was opened.
    pub opened: bool,
}

/// A change of who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
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
pub struct Day {
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
