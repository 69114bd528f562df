//! The JSON of a report.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::top::{NamedCount, Top};
use crate::report_summary::SummaryInfo;
use lac_model::audit::EventView;
use lac_model::audit::Filter;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;

/// A login at most this long after the customer's own grant is listed in
/// [`AccessReport::quick_consent`].
pub const QUICK_CONSENT: Duration = Duration::from_secs(10 * 60);

/// A summary of the events of a filter. Times are UTC; hours, weekdays and
/// dates are those of `zone`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessReport {
    #[serde(flatten)]
    pub about: SummaryInfo,
    /// The filter as the caller wrote it.
    pub filter: Filter,
    /// Number of events that match.
    pub events: u64,
    /// Time of the first of them.
    pub first: Option<Timestamp>,
    /// Time of the last of them.
    pub last: Option<Timestamp>,
    /// How many of them have their `shopper` part erased.
    pub erased: u64,
    /// Number of events by action group.
    pub groups: Vec<NamedCount>,
    pub logins: LoginCounts,
    /// Who accessed whose account, most accesses first.
    pub pairs: Top<AdminCustomerPair>,
    /// Number of events with result `failure`, logins included.
    pub failures: u64,
    /// The same by kind: `refused`, `denied`, `not_found` (see
    /// `docs/exit-codes.md`); `null` if the code was erased.
    pub failures_by_kind: Vec<NamedCount>,
    /// The same by error code; `null` if it was erased.
    pub failures_by_code: Top<NamedCount>,
    /// The most frequent admin users, by name; `null` for events without one.
    pub failures_by_admin: Top<NamedCount>,
    pub failures_by_website: Top<NamedCount>,
    /// Accesses by weekday (seven rows, Monday first) and hour (24 columns).
    pub hours: Vec<[u64; 24]>,
    /// Accesses without a ticket.
    pub without_ticket: AccessSummary,
    /// Accesses outside of office hours.
    pub outside: OutOfHoursAccess,
    /// Sessions that ended in the period, longest first.
    pub longest: Top<LongSession>,
    /// What was done in customers' accounts, by action.
    #[serde(default)]
    pub done_by_action: Vec<NamedCount>,
    /// The latest orders placed in sessions, newest first.
    #[serde(default)]
    pub orders: Top<PlacedOrder>,
    /// Login URLs based on a consent that the same admin user had granted
    /// (`consent.self_granted` in the event of the login).
    pub own_consent: Top<SelfGrantedConsent>,
    /// Login URLs that were created within [`QUICK_CONSENT`] of the grant that
    /// they are based on, if the customer gave it through a storefront
    /// (`consent.source` is `customer`).
    #[serde(default)]
    pub quick_consent: Top<QuickConsent>,
    /// Login URLs without consent (`consent.override` in the event of the
    /// login).
    pub overridden: Top<ConsentOverride>,
    /// Changes of config, roles and admin users, by action.
    pub changes_by_action: Vec<NamedCount>,
    /// The latest of these changes, newest first.
    pub changes: Top<AdminChange>,
    /// Days with events, oldest first.
    pub days: Vec<ReportDay>,
}

/// Numbers of logins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LoginCounts {
    /// Login URLs that were created.
    pub issued: u64,
    /// Login URLs that were opened: accesses.
    pub redeemed: u64,
    /// Login URLs that were created without consent.
    #[serde(default)]
    pub overridden: u64,
    /// Failed attempts to create or open a login URL: refused by a rule.
    pub refused: u64,
    /// Failed attempts: no permission.
    #[serde(default)]
    pub denied: u64,
    /// Failed attempts: something was not found.
    #[serde(default)]
    pub not_found: u64,
    /// Failed attempts whose error code was erased.
    #[serde(default)]
    pub unknown: u64,
    /// Different admin users among the accesses.
    pub admins: u64,
    /// Different customers among the accesses.
    pub customers: u64,
}

/// One admin user and one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminCustomerPair {
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub issued: u64,
    pub redeemed: u64,
    /// The latest login or access.
    pub last: Timestamp,
}

/// An access to a customer's account.
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

/// Number of accesses, by admin user, and the latest ones, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccessSummary {
    pub count: u64,
    pub by_admin: Top<NamedCount>,
    pub latest: Top<AccountAccess>,
}

/// Accesses outside of office hours.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutOfHoursAccess {
    /// The hours that count as office hours, in `zone`.
    pub office_hours: String,
    /// The days that do.
    pub office_days: String,
    #[serde(flatten)]
    pub summary: AccessSummary,
}

/// A long session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongSession {
    /// From opening the link to the end of the session.
    pub seconds: u64,
    pub seq: u64,
    /// Time of the event that ended it.
    pub time: Timestamp,
    pub admin: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub session_id: Option<SessionId>,
    /// Code of why it ended.
    pub cause: Option<String>,
}

/// An order that was placed in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    #[serde(flatten)]
    pub access: AccountAccess,
    /// Such as `order:000000001`; `null` if the storefront did not name it.
    pub document: Option<String>,
}

/// A login with a consent that the same admin user had granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfGrantedConsent {
    #[serde(flatten)]
    pub login: AccountAccess,
    /// Whether the login URL was opened.
    pub opened: bool,
    /// The event that granted the consent.
    pub granted_seq: Option<u64>,
    /// `null` if the reader may not read the event that granted it.
    pub granted_at: Option<Timestamp>,
}

/// The event that granted the consent of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentGrant {
    pub seq: u64,
    pub time: Timestamp,
    /// The storefront that passed it on; `None` for an admin user's grant, and
    /// if the event was erased.
    pub storefront: Option<String>,
}

/// A login soon after the customer's own grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickConsent {
    #[serde(flatten)]
    pub login: AccountAccess,
    /// Whether the login URL was opened.
    pub opened: bool,
    /// The event that granted the consent.
    pub granted_seq: u64,
    pub granted_at: Timestamp,
    /// The storefront that passed the grant on; `null` if its event was
    /// erased.
    pub storefront: Option<String>,
    /// Whole seconds from the grant to the login.
    pub seconds: u64,
}

/// A login without consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentOverride {
    #[serde(flatten)]
    pub login: AccountAccess,
    /// Whether the login URL was opened.
    pub opened: bool,
}

/// A change of config, roles or admin users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminChange {
    pub seq: u64,
    pub time: Timestamp,
    pub admin: Option<String>,
    pub action_group: String,
    pub action: String,
    /// Config path, role or admin user; `null` if erased.
    pub what: Option<String>,
    /// The old value as text of at most 120 characters; of several fields only
    /// those that changed; `null` for none.
    pub before: Option<String>,
    /// The new value, in the same form.
    pub after: Option<String>,
}

/// One day in `zone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDay {
    pub date: NaiveDate,
    pub events: u64,
    pub issued: u64,
    pub redeemed: u64,
    /// See [`LoginCounts::refused`].
    #[serde(default)]
    pub refused: u64,
    /// See [`AccessReport::failures`].
    pub failures: u64,
}
