//! Counting, event by event.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::answer::{
    Access, Change, Day, Logins, Long, Outside, Overridden, OwnConsent, Pair, Reported, Visits,
};
use super::changes;
use super::top::{Counts, Greatest, Latest, Top};
use crate::summary::About;
use crate::summary::Seen;
use lac_model::audit::Filter;
use lac_model::audit::{Action, ActionGroup, EventView, Outcome};
use lac_model::fault::Kind;
use lac_model::ids::CustomerId;
use lac_model::time::{Office, Timestamp};

/// What has been counted so far.
pub struct Tally {
    zone: Tz,
    office: Office,
    most: usize,
    events: u64,
    erased: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    groups: Counts,
    logins: Logins,
    pairs: HashMap<(Option<String>, Option<CustomerId>), Pair>,
    failures: u64,
    failures_by_kind: Counts,
    failures_by: [Counts; 3],
    hours: Vec<[u64; 24]>,
    without_ticket: Picked,
    outside: Picked,
    longest: Greatest<Long>,
    own_consent: Latest<OwnConsent>,
    overridden: Latest<Overridden>,
    changes_by_action: Counts,
    changes: Latest<Change>,
    days: BTreeMap<NaiveDate, Day>,
}

/// Accesses that something sets apart.
struct Picked {
    by_admin: Counts,
    latest: Latest<Access>,
}

impl Picked {
    fn new(most: usize) -> Self {
        Self {
            by_admin: Counts::default(),
            latest: Latest::new(most),
        }
    }

    fn add(&mut self, event: &EventView) {
        self.by_admin.add(event.admin.as_deref());
        self.latest.add(Access::of(event));
    }

    fn finish(self, most: usize) -> Visits {
        Visits {
            count: self.latest.count,
            by_admin: self.by_admin.top(most),
            latest: self.latest.finish(),
        }
    }
}

impl Tally {
    /// `most` is the number of rows of a list.
    pub fn new(zone: Tz, office: Office, most: usize) -> Self {
        Self {
            zone,
            office,
            most,
            events: 0,
            erased: 0,
            first: None,
            last: None,
            groups: Counts::default(),
            logins: Logins::default(),
            pairs: HashMap::new(),
            failures: 0,
            failures_by_kind: Counts::default(),
            failures_by: Default::default(),
            hours: vec![[0; 24]; 7],
            without_ticket: Picked::new(most),
            outside: Picked::new(most),
            longest: Greatest::new(most),
            own_consent: Latest::new(most),
            overridden: Latest::new(most),
            changes_by_action: Counts::default(),
            changes: Latest::new(most),
            days: BTreeMap::new(),
        }
    }

    /// Counts one event, oldest first; `granted_at` is when the consent that a
    /// login stands on was given, as far as the reader may know.
    pub fn take(&mut self, seen: &Seen, granted_at: Option<Timestamp>) {
        let event = &seen.event;
        self.events += 1;
        self.erased += u64::from(seen.erased);
        self.first = self.first.or(Some(event.time));
        self.last = Some(event.time);
        self.groups.add(Some(&event.action_group));
        let date = event.time.local(self.zone).date;
        let day = self.days.entry(date).or_insert_with(|| Day::new(date));
        day.events += 1;
        if event.result == Outcome::Failure {
            day.failures += 1;
            let kind = kind(event);
            day.refused += u64::from(is_attempt(event) && kind == Some(Kind::Refused));
            self.failure(event, kind);
            return;
        }
        let is_login = event.action_group == ActionGroup::LoginAsCustomer.as_str();
        match Some(event.action.as_str()).filter(|_| is_login) {
            Some(name) if name == Action::LoginIssue.name() => {
                day.issued += 1;
                self.issue(event, granted_at);
            }
            Some(name) if name == Action::LoginRedeem.name() => {
                day.redeemed += 1;
                self.access(event);
            }
            Some(_) => self.end(event),
            None => {}
        }
        if changes::is_one(event) {
            let name = format!("{} {}", event.action_group, event.action);
            self.changes_by_action.add(Some(&name));
            self.changes.add(changes::change(event));
        }
    }

    fn failure(&mut self, event: &EventView, kind: Option<Kind>) {
        self.failures += 1;
        self.failures_by_kind.add(kind.map(word));
        let names = [
            code(event),
            event.admin.as_deref(),
            event.website.as_deref(),
        ];
        for (counts, name) in self.failures_by.iter_mut().zip(names) {
            counts.add(name);
        }
        if is_attempt(event) {
            let logins = &mut self.logins;
            *match kind {
                Some(Kind::Refused) => &mut logins.refused,
                Some(Kind::Denied) => &mut logins.denied,
                Some(Kind::NotFound) => &mut logins.not_found,
                _ => &mut logins.unknown,
            } += 1;
        }
    }

    fn pair(&mut self, event: &EventView) -> &mut Pair {
        let (admin, customer_id) = (event.admin.clone(), event.customer_id);
        let pair = self.pairs.entry((admin, customer_id));
        let pair = pair.or_insert_with(|| Pair {
            admin: event.admin.clone(),
            customer_id,
            issued: 0,
            redeemed: 0,
            last: event.time,
        });
        pair.last = event.time;
        pair
    }

    /// A login URL was made. What it stood on is what the login itself found.
    fn issue(&mut self, event: &EventView, granted_at: Option<Timestamp>) {
        self.logins.issued += 1;
        self.pair(event).issued += 1;
        let Some(basis) = &event.consent else {
            return;
        };
        if basis.is_override {
            self.logins.overridden += 1;
            self.overridden.add(Overridden {
                login: Access::of(event),
                opened: false,
            });
        }
        if basis.self_granted {
            self.own_consent.add(OwnConsent {
                login: Access::of(event),
                opened: false,
                granted_seq: basis.seq,
                granted_at,
            });
        }
    }

    /// A login URL was opened: somebody was in an account.
    fn access(&mut self, event: &EventView) {
        self.logins.redeemed += 1;
        self.pair(event).redeemed += 1;
        let at = event.time.local(self.zone);
        self.hours[at.weekday][usize::from(at.hour)] += 1;
        if event.ticket.is_none() {
            self.without_ticket.add(event);
        }
        if !self.office.is_open(at) {
            self.outside.add(event);
        }
        for own in &mut self.own_consent.kept {
            own.opened |= own.login.session_id == event.session_id;
        }
        for one in &mut self.overridden.kept {
            one.opened |= one.login.session_id == event.session_id;
        }
    }

    fn end(&mut self, event: &EventView) {
        let detail = |key: &str| event.details.as_ref()?.get(key);
        let Some(seconds) = detail("duration_seconds").and_then(serde_json::Value::as_u64) else {
            return;
        };
        self.longest.add(seconds, || Long {
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

    /// The sums.
    pub fn finish(self, about: About) -> Reported {
        let most = self.most;
        let mut logins = self.logins;
        let mut pairs: Vec<Pair> = self.pairs.into_values().collect();
        let opened = || pairs.iter().filter(|pair| pair.redeemed > 0);
        logins.admins = opened().map(|p| &p.admin).collect::<HashSet<_>>().len() as u64;
        logins.customers = opened()
            .map(|p| p.customer_id)
            .collect::<HashSet<_>>()
            .len() as u64;
        pairs.sort_by(|a, b| {
            let often = |pair: &Pair| (pair.redeemed, pair.issued);
            let name = |pair: &Pair| (pair.admin.clone(), pair.customer_id);
            often(b).cmp(&often(a)).then_with(|| name(a).cmp(&name(b)))
        });
        let [by_code, by_admin, by_website] = self.failures_by;
        Reported {
            about,
            filter: Filter::default(),
            events: self.events,
            first: self.first,
            last: self.last,
            erased: self.erased,
            groups: self.groups.finish(),
            logins,
            pairs: Top::cut(pairs, most),
            failures: self.failures,
            failures_by_kind: self.failures_by_kind.finish(),
            failures_by_code: by_code.top(most),
            failures_by_admin: by_admin.top(most),
            failures_by_website: by_website.top(most),
            hours: self.hours,
            without_ticket: self.without_ticket.finish(most),
            outside: Outside {
                visits: self.outside.finish(most),
                ..Outside::default()
            },
            longest: self.longest.finish(),
            own_consent: self.own_consent.finish(),
            overridden: self.overridden.finish(),
            changes_by_action: self.changes_by_action.finish(),
            changes: self.changes.finish(),
            days: self.days.into_values().collect(),
        }
    }
}

fn code(event: &EventView) -> Option<&str> {
    event.details.as_ref()?.get("code")?.as_str()
}

fn kind(event: &EventView) -> Option<Kind> {
    Kind::of_recorded(code(event)?)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Denied => "denied",
        Kind::NotFound => "not_found",
        _ => "refused",
    }
}

/// Whether it is about making or opening a login URL.
fn is_attempt(event: &EventView) -> bool {
    event.action_group == ActionGroup::LoginAsCustomer.as_str()
        && [Action::LoginIssue.name(), Action::LoginRedeem.name()].contains(&event.action.as_str())
}

impl Day {
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
