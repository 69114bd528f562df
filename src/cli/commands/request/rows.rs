//! How requests are printed.

use crate::cli::change_notes::mark_unchanged;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::login::ApprovalAsked;
use lac_app::login::requests::{RequestChanged, RequestView};
use lac_model::approval::RequestState;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};

fn state_text(state: RequestState) -> StyledText {
    let emphasis = match state {
        RequestState::Pending => Emphasis::Warning,
        RequestState::Approved => Emphasis::Good,
        RequestState::Denied => Emphasis::Bad,
        RequestState::Cancelled | RequestState::Used | RequestState::Expired => Emphasis::Dim,
    };
    StyledText::with_emphasis(state.as_str(), emphasis)
}

/// The id, shortened on a terminal.
fn short_id(request: &RequestView, style: &Style) -> StyledText {
    let whole = request.id.as_str();
    match style.width {
        Some(_) => whole.get(..8).unwrap_or(whole).into(),
        None => whole.into(),
    }
}

fn customer_label(request: &RequestView) -> String {
    let email = request.customer_email.clone();
    email.unwrap_or_else(|| request.customer_id.to_string())
}

fn asked_text(request: &RequestView, style: &Style) -> String {
    match style.width {
        Some(_) => request.requested_at.format_relative(style.now),
        None => style.short_time(request.requested_at),
    }
}

impl TableRow for RequestView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "request", short_id),
        Column::new("state", "state", |row, _| state_text(row.state)),
        Column::new("admin", "by", |row, _| (&row.admin).into()),
        Column::hidden("customer_id"),
        Column::new("customer_email", "customer", |row, _| {
            customer_label(row).into()
        }),
        Column::hidden("website"),
        Column::hidden("store_view"),
        Column::hidden("document"),
        Column::new("reason", "reason", |row, _| (&row.reason).into()),
        Column::new("ticket", "ticket", |row, _| (&row.ticket).into()),
        Column::hidden("causes"),
        Column::new("requested_at", "asked", |row, style| {
            asked_text(row, style).into()
        }),
        Column::hidden("expires_at"),
        Column::hidden("decided_at"),
        Column::new("decided_by", "decided by", |row, _| {
            (&row.decided_by).into()
        }),
        Column::hidden("decision_reason"),
        Column::hidden("session_id"),
    ];
}

impl TableRow for RequestChanged {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "request", |row, style| short_id(&row.request, style)),
        Column::new("state", "state", |row, _| state_text(row.request.state)),
        Column::new("admin", "by", |row, _| (&row.request.admin).into()),
        Column::hidden("customer_id"),
        Column::new("customer_email", "customer", |row, _| {
            customer_label(&row.request).into()
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
        Column::new("expires_at", "until", |row, style| {
            style.short_time(row.request.expires_at).into()
        }),
        Column::hidden("decided_at"),
        Column::hidden("decided_by"),
        Column::hidden("decision_reason"),
        Column::hidden("session_id"),
        Column::hidden("changed"),
    ];
}

pub(crate) fn request_lines(request: &RequestView, style: &Style) -> KeyValues {
    let causes: Vec<&str> = request.causes.iter().map(|cause| cause.as_str()).collect();
    let email = request.customer_email.as_deref().unwrap_or_default();
    let until = match request.state {
        RequestState::Pending | RequestState::Approved | RequestState::Expired => {
            Some(style.time(request.expires_at))
        }
        RequestState::Denied | RequestState::Cancelled | RequestState::Used => None,
    };
    KeyValues::new()
        .add("request", request.id.to_string())
        .add("state", state_text(request.state))
        .add("by", &request.admin)
        .add("customer", format!("{} {email}", request.customer_id))
        .add("website", &request.website)
        .add("store view", &request.store_view)
        .add_some("document", &request.document)
        .add_some("reason", &request.reason)
        .add_some("ticket", &request.ticket)
        .add_some(
            "reason for approval",
            (!causes.is_empty()).then(|| causes.join(", ")),
        )
        .add("asked", style.time(request.requested_at))
        .add_some("until", until)
        .add_some("decided by", &request.decided_by)
        .add_some("decided", request.decided_at.map(|time| style.time(time)))
        .add_some("remark", &request.decision_reason)
        .add_some(
            "session",
            request.session_id.as_ref().map(ToString::to_string),
        )
}

impl KeyValueView for RequestView {
    fn lines(&self, style: &Style) -> KeyValues {
        request_lines(self, style)
    }
}

impl KeyValueView for RequestChanged {
    fn lines(&self, style: &Style) -> KeyValues {
        mark_unchanged(request_lines(&self.request, style), self.changed)
    }
}

impl KeyValueView for ApprovalAsked {
    fn lines(&self, style: &Style) -> KeyValues {
        mark_unchanged(request_lines(&self.request, style), self.changed)
    }
}
