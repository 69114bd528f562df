//! Audit events: one row each for lists, all their fields for one.

use serde::Serialize;
use serde_json::Value;

use super::Look;
use super::list::{Column, Row, Text, Tone};
use super::one::Card;
use crate::domain::audit::{ConsentBasis, EventView, Outcome};
use crate::domain::time::Timestamp;

/// From this many columns on a terminal shows all of a row.
const WIDE: u16 = 110;

/// Whether a table of [`Narrow`] rows suits this output better.
pub fn is_narrow(look: &Look) -> bool {
    look.width.is_some_and(|width| width < WIDE)
}

macro_rules! columns {
    ($($field:literal $title:literal)*) => {
        &[$(Column { field: $field, title: $title }),*]
    };
}

impl Row for EventView {
    const COLUMNS: &'static [Column] = columns! {
        "seq" "seq"
        "time" "time"
        "action_group" ""
        "action" "action"
        "full_action_name" ""
        "result" "result"
        "admin" "admin"
        "admin_id" ""
        "role" ""
        "ip_address" ""
        "os_account" ""
        "customer_id" "customer"
        "customer_email" ""
        "website" "website"
        "store_view" ""
        "session_id" "session"
        "consent" ""
        "document" ""
        "reason" ""
        "ticket" "ticket"
        "details" "remark"
    };

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.seq.to_string().into(),
            time(self.time, look).into(),
            format!("{} {}", self.action_group, self.action).into(),
            result(self.result),
            self.admin.clone().unwrap_or_default().into(),
            self.customer_id
                .map(|id| id.to_string())
                .unwrap_or_default()
                .into(),
            place(self).into(),
            self.session_id
                .as_ref()
                .map(|id| id.short().to_owned())
                .unwrap_or_default()
                .into(),
            self.ticket.clone().unwrap_or_default().into(),
            remark(self).into(),
        ]
    }
}

/// The same event where there is room for less.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Narrow(pub EventView);

impl Row for Narrow {
    const COLUMNS: &'static [Column] = columns! {
        "seq" "seq"
        "time" "time"
        "action" "action"
        "admin" "admin"
        "customer_id" "customer"
        "result" "result"
    };

    fn cells(&self, look: &Look) -> Vec<Text> {
        let event = &self.0;
        vec![
            event.seq.to_string().into(),
            time(event.time, look).into(),
            format!("{} {}", event.action_group, event.action).into(),
            event.admin.clone().unwrap_or_default().into(),
            event
                .customer_id
                .map(|id| id.to_string())
                .unwrap_or_default()
                .into(),
            outcome(event),
        ]
    }
}

/// Result and remark in one; the mark stays beside what it marks.
fn outcome(event: &EventView) -> Text {
    let Text { text, tone } = result(event.result);
    let mark = if tone == Tone::Good { "✓" } else { "✗" };
    match remark(event) {
        empty if empty.is_empty() => Text::toned(format!("{mark}\u{a0}{text}"), tone),
        remark => Text::toned(format!("{mark}\u{a0}{remark}"), tone),
    }
}

/// A terminal's narrow column leaves the zone out: it is named once, beside
/// the table.
fn time(time: Timestamp, look: &Look) -> String {
    let shown = look.short_time(time);
    match look.width {
        Some(_) => shown
            .rsplit_once(' ')
            .map_or(shown.clone(), |(local, _)| local.to_owned()),
        None => shown,
    }
}

fn result(outcome: Outcome) -> Text {
    match outcome {
        Outcome::Success => Text::toned(outcome.as_str(), Tone::Good),
        Outcome::Failure => Text::toned(outcome.as_str(), Tone::Bad),
    }
}

fn place(event: &EventView) -> String {
    match (&event.website, &event.store_view) {
        (Some(website), Some(view)) => format!("{website}/{view}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    }
}

/// Why it failed, else what was changed and why.
fn remark(event: &EventView) -> String {
    let detail = |key: &str| Some(plain(event.details.as_ref()?.get(key)?));
    if let Some(code) = detail("code").filter(|_| event.result == Outcome::Failure) {
        return code;
    }
    let what = [
        "path",
        "what",
        "admin_user",
        "role",
        "file",
        "code",
        "cause",
        "purpose",
    ];
    let what = what.into_iter().find_map(detail);
    let words: Vec<String> = event
        .document
        .iter()
        .chain(&what)
        .chain(&event.reason)
        .cloned()
        .collect();
    words.join(" · ")
}

/// Text as it is, everything else as compact JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

impl Card for EventView {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("seq", self.seq.to_string().into()),
            ("time", look.time(self.time).into()),
            (
                "action",
                format!(
                    "{} {} ({})",
                    self.action_group, self.action, self.full_action_name
                )
                .into(),
            ),
            ("result", result(self.result)),
        ];
        let mut add = |label, text: Option<String>| {
            if let Some(text) = text {
                lines.push((label, text.into()));
            }
        };
        let admin = self.admin.as_ref().map(|name| match self.admin_id {
            Some(id) => format!("{name} (id {id})"),
            None => name.clone(),
        });
        add("admin", admin);
        add("role", self.role.clone());
        add("IP address", self.ip_address.clone());
        add("account", self.os_account.clone());
        add("customer", self.customer_id.map(|id| id.to_string()));
        add("e-mail", self.customer_email.clone());
        add("website", self.website.clone());
        add("store view", self.store_view.clone());
        add("session", self.session_id.as_ref().map(ToString::to_string));
        add("consent", self.consent.as_ref().map(basis));
        add("document", self.document.clone());
        add("reason", self.reason.clone());
        add("ticket", self.ticket.clone());
        let mut label = "details";
        for (key, value) in self.details.iter().flatten() {
            let parts = match value {
                Value::Object(fields) => fields
                    .iter()
                    .map(|(field, value)| format!("{key}.{field}: {}", plain(value)))
                    .collect(),
                value => vec![format!("{key}: {}", plain(value))],
            };
            for part in parts {
                add(label, Some(part));
                label = "";
            }
        }
        lines
    }
}

fn basis(basis: &ConsentBasis) -> String {
    let source = basis
        .source
        .map(|source| format!(", given by {}", source.as_str()))
        .unwrap_or_default();
    let seq = basis
        .seq
        .map(|seq| format!(", event {seq}"))
        .unwrap_or_default();
    let without = if basis.is_override {
        ", overridden"
    } else {
        ""
    };
    let own = if basis.self_granted {
        ", by the same person"
    } else {
        ""
    };
    format!("{}{without}{source}{seq}{own}", basis.mode)
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
