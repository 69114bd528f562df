//! What each filter means for one event: a second, simple implementation.

use chrono::{DateTime, Days, NaiveDate, TimeZone as _, Utc};
use chrono_tz::Europe::Berlin;
use serde_json::Value;

use super::busy::{CUSTOMERS, REMOVED};

/// How values of a flag are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// The field equals one of the values.
    Is(&'static str),
    /// The same; the name as a whole, or split at its commas.
    Named(&'static str),
    Customer,
    Session,
    Document,
    /// In this release no event has an address: `select_tests` covers networks.
    Address,
    /// The field contains one of the values, ignoring case.
    Contains(&'static str),
    /// The same for fields that are text or JSON.
    ContainsJson,
    Since,
    Until,
}

/// All filter flags. All but the last five have a `--not-…` form.
pub(super) const FLAGS: [(&str, Comparison); 17] = [
    ("action-group", Comparison::Is("action_group")),
    ("action", Comparison::Is("action")),
    ("result", Comparison::Is("result")),
    ("admin", Comparison::Named("admin")),
    ("role", Comparison::Named("role")),
    ("customer", Comparison::Customer),
    ("website", Comparison::Is("website")),
    ("store-view", Comparison::Is("store_view")),
    ("session", Comparison::Session),
    ("ticket", Comparison::Is("ticket")),
    ("document", Comparison::Document),
    ("ip", Comparison::Address),
    ("full-action-name", Comparison::Contains("full_action_name")),
    ("reason", Comparison::Contains("reason")),
    ("details", Comparison::ContainsJson),
    ("since", Comparison::Since),
    ("until", Comparison::Until),
];

/// One filter with its values.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub flag: &'static str,
    pub comparison: Comparison,
    pub not: bool,
    pub values: Vec<String>,
}

impl Clause {
    /// As arguments: a flag for each value, or comma-separated values if none
    /// contains a comma.
    pub(super) fn args(&self) -> Vec<String> {
        let not = if self.not { "not-" } else { "" };
        let flag = format!("--{not}{}", self.flag);
        let texts = matches!(
            self.comparison,
            Comparison::Contains(_) | Comparison::ContainsJson
        );
        if texts || self.values.len() % 2 == 1 || self.values.iter().any(|v| v.contains(',')) {
            let one = |value: &String| format!("{flag}={value}");
            return self.values.iter().map(one).collect();
        }
        vec![flag, self.values.join(",")]
    }

    /// An event fits if it has any of the values; with `--not-…`, if it has
    /// none.
    pub(super) fn fits(&self, event: &Value) -> bool {
        let any = self.values.iter().any(|value| self.one(value, event));
        any != self.not
    }

    fn one(&self, value: &str, event: &Value) -> bool {
        let text = |field: &str| event[field].as_str();
        match self.comparison {
            Comparison::Is(field) => text(field) == Some(value),
            Comparison::Named(field) => text(field).is_some_and(|name| {
                name == value || value.split(',').any(|part| part.trim() == name)
            }),
            Comparison::Customer => is_customer(value, event),
            Comparison::Session => {
                let id = value.to_lowercase();
                text("session_id").is_some_and(|session| session.starts_with(&id))
            }
            Comparison::Document => text("document").is_some_and(|document| {
                let (_, number) = document.split_once(':').expect("kind:number");
                document == value.replace('-', "_") || number == value
            }),
            // Callers of the broker have no network address.
            Comparison::Address => {
                let address = event["ip_address"].as_str();
                address.is_some_and(|address| !address.starts_with("unix:"))
            }
            Comparison::Contains(field) => {
                text(field).is_some_and(|t| t.to_lowercase().contains(&value.to_lowercase()))
            }
            Comparison::ContainsJson => {
                let written = event["details"].to_string().to_lowercase();
                let escaped = Value::from(value.to_lowercase()).to_string();
                let escaped = &escaped[1..escaped.len() - 1];
                event["details"].is_object()
                    && (written.contains(&value.to_lowercase()) || written.contains(escaped))
            }
            Comparison::Since => time(event) >= bound(value, false),
            Comparison::Until => time(event) < bound(value, true),
        }
    }
}

fn is_customer(value: &str, event: &Value) -> bool {
    let by_id = CUSTOMERS.iter().find(|(name, _)| *name == value);
    match by_id {
        Some((_, ids)) => ids.iter().any(|id| event["customer_id"] == *id),
        None => value.eq_ignore_ascii_case(REMOVED) && event["customer_email"] == REMOVED,
    }
}

pub(super) fn time(event: &Value) -> DateTime<Utc> {
    let time = event["time"].as_str().expect("a time");
    time.parse().expect("RFC 3339")
}

/// A day in Berlin, or an instant in microseconds. An end includes the given
/// day or instant.
fn bound(text: &str, is_end: bool) -> DateTime<Utc> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return midnight(day + Days::new(u64::from(is_end)));
    }
    let at: DateTime<Utc> = text.parse().expect("an instant");
    at + chrono::TimeDelta::microseconds(i64::from(is_end))
}

/// The start of a day in Berlin.
pub(super) fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_hms_opt(0, 0, 0).expect("midnight");
    let at = Berlin.from_local_datetime(&local).earliest();
    at.expect("no gap at midnight").to_utc()
}

/// Values for a flag: some that occur in the log and some that do not.
pub(super) fn values(comparison: Comparison, log: &[Value]) -> Vec<String> {
    let field = |name: &str| {
        let mut values: Vec<String> = log
            .iter()
            .filter_map(|event| event[name].as_str())
            .map(str::to_owned)
            .collect();
        values.sort();
        values.dedup();
        values
    };
    let strangers = |name: &'static str| -> Vec<&'static str> {
        match name {
            "action_group" => vec!["keys"],
            "action" => vec!["recover"],
            "result" => vec![],
            "admin" | "role" => vec!["nobody", "bea, alice", "beas,Administrators"],
            "reason" => vec!["HELP", "\"NO\"", "ÄSSE", "ä, 😀", "\n", "%"],
            "full_action_name" => vec!["LOGIN_login", "ustomer_", "%", "nothing"],
            _ => vec!["nothing"],
        }
    };
    match comparison {
        Comparison::Is(name) | Comparison::Named(name) => {
            let mut values = field(name);
            values.extend(strangers(name).into_iter().map(str::to_owned));
            values
        }
        Comparison::Customer => {
            let names = CUSTOMERS.iter().map(|(name, _)| *name);
            let removed = [REMOVED, "Dan@Example.COM"];
            names.chain(removed).map(str::to_owned).collect()
        }
        Comparison::Session => {
            let ids = field("session_id");
            let begins = ids.iter().map(|id| id[..8].to_uppercase());
            let some = ids.iter().map(|id| id[..21].to_owned());
            let stranger = ["0".repeat(32), "deadbeef".to_owned()];
            begins
                .chain(some)
                .chain(ids.clone())
                .chain(stranger)
                .collect()
        }
        Comparison::Document => {
            let all = [
                "order:100000001",
                "100000001",
                "200000001",
                "credit-memo:200000001",
            ];
            all.iter()
                .chain(&["order:7", "8"])
                .map(|v| (*v).to_owned())
                .collect()
        }
        Comparison::Address => vec!["192.0.2.7".to_owned(), "::/0".to_owned()],
        Comparison::Contains(name) => {
            let mut values: Vec<String> = field(name);
            values.extend(strangers(name).into_iter().map(str::to_owned));
            values
        }
        Comparison::ContainsJson => {
            let typed = [
                "EUROPE/berlin",
                "\"code\":",
                "says \"NO\"",
                "\\\"",
                "null",
                "file",
                "%",
            ];
            typed.map(str::to_owned).to_vec()
        }
        Comparison::Since | Comparison::Until => {
            let days = (22..=28).map(|day| format!("2026-10-{day}"));
            let instants = log.iter().step_by(7).filter_map(|e| e["time"].as_str());
            days.chain(instants.map(str::to_owned)).collect()
        }
    }
}
