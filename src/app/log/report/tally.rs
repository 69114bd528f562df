//! Counting, event by event.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::answer::{
    Access, Change, Day, Logins, Long, Outside, OwnConsent, Pair, Reported, Visits,
};
use super::changes;
use super::consent::Grant;
use super::top::{Counts, Greatest, Latest, Top};
use crate::app::log::summary::Seen;
use crate::app::log::{About, Filter};
use crate::domain::audit::{Action, ActionGroup, EventView, Outcome};
use crate::domain::ids::CustomerId;
use crate::domain::time::{Office, Timestamp};

/// What has been counted so far.
pub(super) struct Tally {
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
    failures_by: [Counts; 3],
    hours: Vec<[u64; 24]>,
    without_ticket: Picked,
    outside: Picked,
    longest: Greatest<Long>,
    own_consent: Latest<OwnConsent>,
    own_consent_unknown: u64,
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
            failures_by: Default::default(),
            hours: vec![[0; 24]; 7],
            without_ticket: Picked::new(most),
            outside: Picked::new(most),
            longest: Greatest::new(most),
            own_consent: Latest::new(most),
            own_consent_unknown: 0,
            changes_by_action: Counts::default(),
            changes: Latest::new(most),
            days: BTreeMap::new(),
        }
    }

    /// Counts one event, oldest first.
    pub fn take(&mut self, seen: &Seen, grant: Grant) {
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
            self.failure(event);
            return;
        }
        let is_login = event.action_group == ActionGroup::LoginAsCustomer.as_str();
        match Some(event.action.as_str()).filter(|_| is_login) {
            Some(name) if name == Action::LoginIssue.name() => {
                day.issued += 1;
                self.issue(event, grant);
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

    fn failure(&mut self, event: &EventView) {
        self.failures += 1;
        let code = event
            .details
            .as_ref()
            .and_then(|details| details.get("code"));
        let names = [
            code.and_then(|code| code.as_str()),
            event.admin.as_deref(),
            event.website.as_deref(),
        ];
        for (counts, name) in self.failures_by.iter_mut().zip(names) {
            counts.add(name);
        }
        let is_login = event.action_group == ActionGroup::LoginAsCustomer.as_str();
        let names = [Action::LoginIssue.name(), Action::LoginRedeem.name()];
        self.logins.refused += u64::from(is_login && names.contains(&event.action.as_str()));
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

    fn issue(&mut self, event: &EventView, grant: Grant) {
        self.logins.issued += 1;
        self.pair(event).issued += 1;
        match grant {
            Grant::Other => {}
            Grant::Unknown => self.own_consent_unknown += 1,
            Grant::Own { seq, at } => self.own_consent.add(OwnConsent {
                login: Access::of(event),
                opened: false,
                granted_seq: seq,
                granted_at: at,
            }),
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
        let opened = |own: &&mut OwnConsent| own.login.session_id == event.session_id;
        if let Some(own) = self.own_consent.kept.iter_mut().rev().find(opened) {
            own.opened = true;
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
            own_consent_unknown: self.own_consent_unknown,
            changes_by_action: self.changes_by_action.finish(),
            changes: self.changes.finish(),
            days: self.days.into_values().collect(),
        }
    }
}

impl Day {
    fn new(date: NaiveDate) -> Self {
        Self {
            date,
            events: 0,
            issued: 0,
            redeemed: 0,
            failures: 0,
        }
    }
}
