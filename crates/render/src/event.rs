//! Audit events: the columns of lists, and all fields of a single event.

use serde_json::Value;

use super::Style;
use super::column::Column;
use super::one::KeyValues;
use super::styled_text::{Emphasis, StyledText};
use lac_model::audit::{ConsentBasis, EventView, Outcome};
use lac_model::ids::SessionId;
use lac_model::time::Timestamp;

/// On a terminal of at least this width, tables have all the columns of
/// [`EVENT`].
const WIDE_COLUMNS: u16 = 110;

/// Whether to use the columns of [`NARROW`] instead of [`EVENT`].
pub fn prefers_narrow_table(style: &Style) -> bool {
    style.width.is_some_and(|width| width < WIDE_COLUMNS)
}

/// All fields of an event for programs, and the columns of a wide table.
pub const EVENT: &[Column<EventView>] = &[
    SEQ,
    TIME,
    Column::hidden("action_group"),
    ACTION,
    Column::hidden("full_action_name"),
    Column::new("result", "result", |event, _| result_cell(event.result)),
    ADMIN,
    Column::hidden("admin_id"),
    Column::hidden("role"),
    Column::hidden("ip_address"),
    Column::hidden("os_account"),
    CUSTOMER,
    Column::hidden("customer_email"),
    Column::new("website", "website", |event, _| {
        website_and_store_view(event).into()
    }),
    Column::hidden("store_view"),
    Column::new("session_id", "session", |event, _| {
        event
            .session_id
            .as_ref()
            .map(SessionId::short_prefix)
            .into()
    }),
    Column::hidden("consent"),
    Column::hidden("document"),
    Column::hidden("reason"),
    Column::new("ticket", "ticket", |event, _| (&event.ticket).into()),
    Column::new("details", "remark", |event, _| remark(event).into()),
];

/// The columns of a table for a narrow terminal.
pub const NARROW: &[Column<EventView>] = &[
    SEQ,
    TIME,
    ACTION,
    ADMIN,
    CUSTOMER,
    Column::new("result", "result", |event, _| outcome_cell(event)),
];

const SEQ: Column<EventView> = Column::new("seq", "seq", |event, _| event.seq.to_string().into());
const TIME: Column<EventView> = Column::new("time", "time", |event, style| {
    time_cell(event.time, style).into()
});
const ACTION: Column<EventView> = Column::new("action", "action", |event, _| {
    format!("{} {}", event.action_group, event.action).into()
});
const ADMIN: Column<EventView> = Column::new("admin", "admin", |event, _| (&event.admin).into());
const CUSTOMER: Column<EventView> = Column::new("customer_id", "customer", |event, _| {
    event.customer_id.map(|id| id.to_string()).into()
});

/// Result and remark in one cell. The no-break space keeps the mark on the same
/// line as the first word.
fn outcome_cell(event: &EventView) -> StyledText {
    let StyledText { text, emphasis } = result_cell(event.result);
    let mark = if emphasis == Emphasis::Good {
        "✓"
    } else {
        "✗"
    };
    match remark(event) {
        empty if empty.is_empty() => {
            StyledText::with_emphasis(format!("{mark}\u{a0}{text}"), emphasis)
        }
        remark => StyledText::with_emphasis(format!("{mark}\u{a0}{remark}"), emphasis),
    }
}

/// On a terminal the cell has no time zone: it is named once, beside the table.
fn time_cell(time: Timestamp, style: &Style) -> String {
    let shown = style.short_time(time);
    match style.width {
        Some(_) => shown
            .rsplit_once(' ')
            .map_or(shown.clone(), |(local, _)| local.to_owned()),
        None => shown,
    }
}

fn result_cell(outcome: Outcome) -> StyledText {
    match outcome {
        Outcome::Success => StyledText::with_emphasis(outcome.as_str(), Emphasis::Good),
        Outcome::Failure => StyledText::with_emphasis(outcome.as_str(), Emphasis::Bad),
    }
}

fn website_and_store_view(event: &EventView) -> String {
    match (&event.website, &event.store_view) {
        (Some(website), Some(view)) => format!("{website}/{view}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    }
}

/// For a failed event, the error code; for others, what was changed and the
/// reason.
fn remark(event: &EventView) -> String {
    let detail = |key: &str| Some(detail_text(event.details.as_ref()?.get(key)?));
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

fn detail_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

/// All fields of one event, for people.
pub fn lines(event: &EventView, style: &Style) -> KeyValues {
    let action = format!(
        "{} {} ({})",
        event.action_group, event.action, event.full_action_name
    );
    let admin = event.admin.as_ref().map(|name| match event.admin_id {
        Some(id) => format!("{name} (id {id})"),
        None => name.clone(),
    });
    let details = event.details.iter().flatten().flat_map(|(key, value)| {
        let Value::Object(fields) = value else {
            return vec![format!("{key}: {}", detail_text(value))];
        };
        let part = |(field, value)| format!("{key}.{field}: {}", detail_text(value));
        fields.iter().map(part).collect()
    });
    KeyValues::new()
        .add("seq", event.seq.to_string())
        .add("time", style.time(event.time))
        .add("action", action)
        .add("result", result_cell(event.result))
        .add_some("admin", admin)
        .add_some("role", &event.role)
        .add_some("IP address", &event.ip_address)
        .add_some("account", &event.os_account)
        .add_some("customer", event.customer_id.map(|id| id.to_string()))
        .add_some("e-mail", &event.customer_email)
        .add_some("website", &event.website)
        .add_some("store view", &event.store_view)
        .add_some("session", event.session_id.as_ref().map(SessionId::as_str))
        .add_some("consent", event.consent.as_ref().map(consent_text))
        .add_some("document", &event.document)
        .add_some("reason", &event.reason)
        .add_some("ticket", &event.ticket)
        .add_some("details", details)
}

fn consent_text(basis: &ConsentBasis) -> String {
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
