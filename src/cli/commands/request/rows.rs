//! What requests look like.

use crate::cli::commands::changes::mark;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::login::Asked;
use lac_app::requests::{Decided, RequestRow};
use lac_model::request::RequestState;
use lac_render::Look;
use lac_render::column::Column;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;

fn state(state: RequestState) -> Text {
    let tone = match state {
        RequestState::Pending => Tone::Warning,
        RequestState::Approved => Tone::Good,
        RequestState::Denied => Tone::Bad,
        RequestState::Cancelled | RequestState::Used | RequestState::Expired => Tone::Dim,
    };
    Text::toned(state.as_str(), tone)
}

/// The beginning of an id, where one can read and type it; a pipe gets all of
/// it.
fn id(request: &RequestRow, look: &Look) -> Text {
    let whole = request.id.as_str();
    match look.width {
        Some(_) => whole.get(..8).unwrap_or(whole).into(),
        None => whole.into(),
    }
}

fn customer(request: &RequestRow) -> String {
    let email = request.customer_email.clone();
    email.unwrap_or_else(|| request.customer_id.to_string())
}

fn asked(request: &RequestRow, look: &Look) -> String {
    match look.width {
        Some(_) => request.requested_at.relative(look.now),
        None => look.short_time(request.requested_at),
    }
}

impl Tabled for RequestRow {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "request", id),
        Column::new("state", "state", |row, _| state(row.state)),
        Column::new("admin", "by", |row, _| (&row.admin).into()),
        Column::hidden("customer_id"),
        Column::new("customer_email", "customer", |row, _| customer(row).into()),
        Column::hidden("website"),
        Column::hidden("store_view"),
        Column::hidden("document"),
        Column::new("reason", "reason", |row, _| (&row.reason).into()),
        Column::new("ticket", "ticket", |row, _| (&row.ticket).into()),
        Column::hidden("causes"),
        Column::new("requested_at", "asked", |row, look| asked(row, look).into()),
        Column::hidden("expires_at"),
        Column::hidden("decided_at"),
        Column::new("decided_by", "decided by", |row, _| {
            (&row.decided_by).into()
        }),
        Column::hidden("decision_reason"),
        Column::hidden("session_id"),
    ];
}

impl Tabled for Decided {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "request", |row, look| id(&row.request, look)),
        Column::new("state", "state", |row, _| state(row.request.state)),
        Column::new("admin", "by", |row, _| (&row.request.admin).into()),
        Column::hidden("customer_id"),
        Column::new("customer_email", "customer", |row, _| {
            customer(&row.request).into()
        }),
        Column::hidden("website"),
        Column::new("store_view", "store view", |row, _| {
            (&row.request.store_view).into()
        }),
        Column::hidden("document"),
        Column::hidden("reason"),
        Column::hidden("ticket"),
        Column::hidden("causes"),
        Column::hidden("requested_at"),
        Column::new("expires_at", "until", |row, look| {
            look.short_time(row.request.expires_at).into()
        }),
        Column::hidden("decided_at"),
        Column::hidden("decided_by"),
        Column::hidden("decision_reason"),
        Column::hidden("session_id"),
        Column::hidden("changed"),
    ];
}

/// One request, whole.
pub fn lines(request: &RequestRow, look: &Look) -> KeyValues {
    let causes: Vec<&str> = request.causes.iter().map(|cause| cause.as_str()).collect();
    let email = request.customer_email.as_deref().unwrap_or_default();
    let until = match request.state {
        RequestState::Pending | RequestState::Approved | RequestState::Expired => {
            Some(look.time(request.expires_at))
        }
        RequestState::Denied | RequestState::Cancelled | RequestState::Used => None,
    };
    KeyValues::new()
        .add("request", request.id.to_string())
        .add("state", state(request.state))
        .add("by", &request.admin)
        .add("customer", format!("{} {email}", request.customer_id))
        .add("website", &request.website)
        .add("store view", &request.store_view)
        .add_some("document", &request.document)
        .add_some("reason", &request.reason)
        .add_some("ticket", &request.ticket)
        .add_some(
            "because of",
            (!causes.is_empty()).then(|| causes.join(", ")),
        )
        .add("asked", look.time(request.requested_at))
        .add_some("until", until)
        .add_some("decided by", &request.decided_by)
        .add_some("decided", request.decided_at.map(|time| look.time(time)))
        .add_some("remark", &request.decision_reason)
        .add_some(
            "session",
            request.session_id.as_ref().map(ToString::to_string),
        )
}

impl KeyValueView for RequestRow {
    fn lines(&self, look: &Look) -> KeyValues {
        lines(self, look)
    }
}

impl KeyValueView for Decided {
    fn lines(&self, look: &Look) -> KeyValues {
        mark(lines(&self.request, look), self.changed)
    }
}

impl KeyValueView for Asked {
    fn lines(&self, look: &Look) -> KeyValues {
        mark(lines(&self.request, look), self.changed)
    }
}
