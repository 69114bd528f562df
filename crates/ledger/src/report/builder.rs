//! Counts events for a report.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::access_report::{
    AccessReport, AccessSummary, AccountAccess, AdminChange, AdminCustomerPair, ConsentGrant,
    ConsentOverride, LoginCounts, LongSession, OutOfHoursAccess, PlacedOrder, QUICK_CONSENT,
    QuickConsent, ReportDay, SelfGrantedConsent,
};
use super::changes;
use super::top::{Largest, Latest, NameCounts, Top};
use crate::report_summary::SummaryEvent;
use crate::report_summary::SummaryInfo;
use lac_model::audit::Filter;
use lac_model::audit::{Action, ActionGroup, EventView, Outcome};
use lac_model::customer::ConsentSource;
use lac_model::fault::FaultKind;
use lac_model::ids::CustomerId;
use lac_model::report::ReportedKind;
use lac_model::time::{OfficeHours, Timestamp};

/// Collects the events of a report.
pub struct ReportBuilder {
    zone: Tz,
    office_hours: OfficeHours,
    limit: usize,
    events: u64,
    erased: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    groups: NameCounts,
    logins: LoginCounts,
    pairs: HashMap<(Option<String>, Option<CustomerId>), AdminCustomerPair>,
    failures: u64,
    failures_by_kind: NameCounts,
    failures_by: [NameCounts; 3],
    hours: Vec<[u64; 24]>,
    without_ticket: AccessCollector,
    outside: AccessCollector,
    longest: Largest<LongSession>,
    done_by_action: NameCounts,
    orders: Latest<PlacedOrder>,
    own_consent: Latest<SelfGrantedConsent>,
    quick_consent: Latest<QuickConsent>,
    overridden: Latest<ConsentOverride>,
    changes_by_action: NameCounts,
    changes: Latest<AdminChange>,
    days: BTreeMap<NaiveDate, ReportDay>,
}

/// Collects accesses of one kind.
struct AccessCollector {
    by_admin: NameCounts,
    latest: Latest<AccountAccess>,
}

impl AccessCollector {
    fn new(most: usize) -> Self {
        Self {
            by_admin: NameCounts::default(),
            latest: Latest::new(most),
        }
    }

    fn add(&mut self, event: &EventView) {
        self.by_admin.add(event.admin.as_deref());
        self.latest.add(AccountAccess::from_event(event));
    }

    fn finish(self, most: usize) -> AccessSummary {
        AccessSummary {
            count: self.latest.count,
            by_admin: self.by_admin.top(most),
            latest: self.latest.finish(),
        }
    }
}

impl ReportBuilder {
    /// `most` is the maximum length of a list.
    pub fn new(zone: Tz, office: OfficeHours, most: usize) -> Self {
        Self {
            zone,
            office_hours: office,
            limit: most,
            events: 0,
            erased: 0,
            first: None,
            last: None,
            groups: NameCounts::default(),
            logins: LoginCounts::default(),
            pairs: HashMap::new(),
            failures: 0,
            failures_by_kind: NameCounts::default(),
            failures_by: Default::default(),
            hours: vec![[0; 24]; 7],
            without_ticket: AccessCollector::new(most),
            outside: AccessCollector::new(most),
            longest: Largest::new(most),
            done_by_action: NameCounts::default(),
            orders: Latest::new(most),
            own_consent: Latest::new(most),
            quick_consent: Latest::new(most),
            overridden: Latest::new(most),
            changes_by_action: NameCounts::default(),
            changes: Latest::new(most),
            days: BTreeMap::new(),
        }
    }

    /// Adds one event; the caller goes from oldest to newest. `grant` is
    /// what the consent of a login came from: needed for what the agent granted
    /// and for what the customer granted within [`QUICK_CONSENT`], `None` if
    /// the reader may not know.
    pub fn add_event(&mut self, summary: &SummaryEvent, grant: Option<ConsentGrant>) {
        let event = &summary.event;
        self.events += 1;
        self.erased += u64::from(summary.erased);
        self.first = self.first.or(Some(event.time));
        self.last = Some(event.time);
        self.groups.add(Some(&event.action_group));
        let date = event.time.to_local(self.zone).date;
        let day = self
            .days
            .entry(date)
            .or_insert_with(|| ReportDay::new(date));
        day.events += 1;
        if event.result == Outcome::Failure {
            day.failures += 1;
            let kind = failure_kind(event);
            day.refused += u64::from(is_login_attempt(event) && kind == Some(FaultKind::Refused));
            self.add_failure(event, kind);
            return;
        }
        let is_login = event.action_group == ActionGroup::LoginAsCustomer.as_str();
        match Some(event.action.as_str()).filter(|_| is_login) {
            Some(name) if name == Action::LoginIssue.name() => {
                day.issued += 1;
                self.add_issued(event, grant);
            }
            Some(name) if name == Action::LoginRedeem.name() => {
                day.redeemed += 1;
                self.add_access(event);
            }
            Some(_) => match ReportedKind::from_event(event) {
                Some(kind) => self.add_done(event, kind),
                None => self.add_ended(event),
            },
            None => {}
        }
        if changes::is_admin_change(event) {
            let name = format!("{} {}", event.action_group, event.action);
            self.changes_by_action.add(Some(&name));
            self.changes.add(changes::admin_change(event));
        }
    }

    fn add_failure(&mut self, event: &EventView, kind: Option<FaultKind>) {
        self.failures += 1;
        self.failures_by_kind.add(kind.map(kind_name));
        let names = [
            failure_code(event),
            event.admin.as_deref(),
            event.website.as_deref(),
        ];
        for (counts, name) in self.failures_by.iter_mut().zip(names) {
            counts.add(name);
        }
        if is_login_attempt(event) {
            let logins = &mut self.logins;
            *match kind {
                Some(FaultKind::Refused) => &mut logins.refused,
                Some(FaultKind::Denied) => &mut logins.denied,
                Some(FaultKind::NotFound) => &mut logins.not_found,
                _ => &mut logins.unknown,
            } += 1;
        }
    }

    fn pair_mut(&mut self, event: &EventView) -> &mut AdminCustomerPair {
        let (admin, customer_id) = (event.admin.clone(), event.customer_id);
        let pair = self.pairs.entry((admin, customer_id));
        let pair = pair.or_insert_with(|| AdminCustomerPair {
            admin: event.admin.clone(),
            customer_id,
            issued: 0,
            redeemed: 0,
            last: event.time,
        });
        pair.last = event.time;
        pair
    }

    /// A login URL was created.
    fn add_issued(&mut self, event: &EventView, grant: Option<ConsentGrant>) {
        self.logins.issued += 1;
        self.pair_mut(event).issued += 1;
        let Some(basis) = &event.consent else {
            return;
        };
        if basis.is_override {
            self.logins.overridden += 1;
            self.overridden.add(ConsentOverride {
                login: AccountAccess::from_event(event),
                opened: false,
            });
        }
        if basis.self_granted {
            self.own_consent.add(SelfGrantedConsent {
                login: AccountAccess::from_event(event),
                opened: false,
                granted_seq: basis.seq,
                granted_at: grant.as_ref().map(|grant| grant.time),
            });
        }
        if basis.source == Some(ConsentSource::Customer)
            && let Some(grant) = grant
        {
            self.add_own_grant(event, grant);
        }
    }

    /// A login URL was created that is based on the customer's own grant.
    fn add_own_grant(&mut self, event: &EventView, grant: ConsentGrant) {
        let between = event.time.duration_since(grant.time);
        if between <= QUICK_CONSENT {
            self.quick_consent.add(QuickConsent {
                login: AccountAccess::from_event(event),
                opened: false,
                granted_seq: grant.seq,
                granted_at: grant.time,
                storefront: grant.storefront,
                seconds: between.as_secs(),
            });
        }
    }

    /// A login URL was opened.
    fn add_access(&mut self, event: &EventView) {
        self.logins.redeemed += 1;
        self.pair_mut(event).redeemed += 1;
        let at = event.time.to_local(self.zone);
        self.hours[at.weekday][usize::from(at.hour)] += 1;
        if event.ticket.is_none() {
            self.without_ticket.add(event);
        }
        if !self.office_hours.contains(at) {
            self.outside.add(event);
        }
        for own in &mut self.own_consent.items {
            own.opened |= own.login.session_id == event.session_id;
        }
        for quick in &mut self.quick_consent.items {
            quick.opened |= quick.login.session_id == event.session_id;
        }
        for one in &mut self.overridden.items {
            one.opened |= one.login.session_id == event.session_id;
        }
    }

    /// Something was done in an account.
    fn add_done(&mut self, event: &EventView, kind: ReportedKind) {
        self.done_by_action.add(Some(&event.action));
        if kind == ReportedKind::OrderPlaced {
            self.orders.add(PlacedOrder {
                access: AccountAccess::from_event(event),
                document: event.document.clone(),
            });
        }
    }

    fn add_ended(&mut self, event: &EventView) {
        let detail = |key: &str| event.details.as_ref()?.get(key);
        let Some(seconds) = detail("duration_seconds").and_then(serde_json::Value::as_u64) else {
            return;
        };
        self.longest.add(seconds, || LongSession {
            seconds,
            seq: event.seq,
            time: event.time,
            admin: event.admin.clone(),
            customer_id: event.customer_id,
            session_id: event.session_id.clone(),
            cause: detail("cause")
                .and_then(|cause| cause.as_str())
                .map(str::to_owned),
        });
    }

    /// The report. `about` becomes a part of it.
    pub fn finish(self, about: SummaryInfo) -> AccessReport {
        let most = self.limit;
        let mut logins = self.logins;
        let mut pairs: Vec<AdminCustomerPair> = self.pairs.into_values().collect();
        let opened = || pairs.iter().filter(|pair| pair.redeemed > 0);
        logins.admins = opened().map(|p| &p.admin).collect::<HashSet<_>>().len() as u64;
        logins.customers = opened()
            .map(|p| p.customer_id)
            .collect::<HashSet<_>>()
            .len() as u64;
        pairs.sort_by(|a, b| {
            let frequency = |pair: &AdminCustomerPair| (pair.redeemed, pair.issued);
            let name = |pair: &AdminCustomerPair| (pair.admin.clone(), pair.customer_id);
            frequency(b)
                .cmp(&frequency(a))
                .then_with(|| name(a).cmp(&name(b)))
        });
        let [by_code, by_admin, by_website] = self.failures_by;
        AccessReport {
            about,
            filter: Filter::default(),
            events: self.events,
            first: self.first,
            last: self.last,
            erased: self.erased,
            groups: self.groups.finish(),
            logins,
            pairs: Top::from_rows(pairs, most),
            failures: self.failures,
            failures_by_kind: self.failures_by_kind.finish(),
            failures_by_code: by_code.top(most),
            failures_by_admin: by_admin.top(most),
            failures_by_website: by_website.top(most),
            hours: self.hours,
            without_ticket: self.without_ticket.finish(most),
            outside: OutOfHoursAccess {
                summary: self.outside.finish(most),
                ..OutOfHoursAccess::default()
            },
            longest: self.longest.finish(),
            done_by_action: self.done_by_action.finish(),
            orders: self.orders.finish(),
            own_consent: self.own_consent.finish(),
            quick_consent: self.quick_consent.finish(),
            overridden: self.overridden.finish(),
            changes_by_action: self.changes_by_action.finish(),
            changes: self.changes.finish(),
            days: self.days.into_values().collect(),
        }
    }
}

fn failure_code(event: &EventView) -> Option<&str> {
    event.details.as_ref()?.get("code")?.as_str()
}

fn failure_kind(event: &EventView) -> Option<FaultKind> {
    FaultKind::from_recorded_code(failure_code(event)?)
}

fn kind_name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Denied => "denied",
        FaultKind::NotFound => "not_found",
        _ => "refused",
    }
}

/// Whether the event is about creating or opening a login URL.
fn is_login_attempt(event: &EventView) -> bool {
    event.action_group == ActionGroup::LoginAsCustomer.as_str()
        && [Action::LoginIssue.name(), Action::LoginRedeem.name()].contains(&event.action.as_str())
}

impl ReportDay {
    fn new(date: NaiveDate) -> Self {
        Self {
            date,
            events: 0,
            issued: 0,
            redeemed: 0,
            refused: 0,
            failures: 0,
        }
    }
}
