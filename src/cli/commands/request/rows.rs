//! What requests look like.

use crate::app::login::Asked;
use crate::app::requests::{Decided, RequestRow};
use crate::cli::commands::changes::mark;
use crate::domain::request::RequestState;
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;

fn state(state: RequestState) -> Text {
    let tone = match state {
        RequestState::Pending => Tone::Warning,
        RequestState::Approved => Tone::Good,
        RequestState::Denied => Tone::Bad,
        RequestState::Cancelled | RequestState::Used | RequestState::Expired => Tone::Dim,
    };
    Text::toned(state.as_str(), tone)
}

macro_rules! columns {
    ($($field:literal $title:literal)*) => {
        &[$(Column { field: $field, title: $title }),*]
    };
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

impl Row for RequestRow {
    const COLUMNS: &'static [Column] = columns! {
        "id" "request"
        "state" "state"
        "admin" "by"
        "customer_id" ""
        "customer_email" "customer"
        "website" ""
        "store_view" ""
        "document" ""
        "reason" "reason"
        "ticket" "ticket"
        "causes" ""
        "requested_at" "asked"
        "expires_at" ""
        "decided_at" ""
        "decided_by" "decided by"
        "decision_reason" ""
        "session_id" ""
    };

    fn cells(&self, look: &Look) -> Vec<Text> {
        let asked = match look.width {
            Some(_) => self.requested_at.relative(look.now),
            None => look.short_time(self.requested_at),
        };
        vec![
            id(self, look),
            state(self.state),
            self.admin.clone().into(),
            customer(self).into(),
            self.reason.clone().unwrap_or_default().into(),
            self.ticket.clone().unwrap_or_default().into(),
            asked.into(),
            self.decided_by.clone().unwrap_or_default().into(),
        ]
    }
}

impl Row for Decided {
    const COLUMNS: &'static [Column] = columns! {
        "id" "request"
        "state" "state"
        "admin" "by"
        "customer_id" ""
        "customer_email" "customer"
        "website" ""
        "store_view" "store view"
        "document" ""
        "reason" ""
        "ticket" ""
        "causes" ""
        "requested_at" ""
        "expires_at" "until"
        "decided_at" ""
        "decided_by" ""
        "decision_reason" ""
        "session_id" ""
        "changed" ""
    };

    fn cells(&self, look: &Look) -> Vec<Text> {
        let request = &self.request;
        vec![
            id(request, look),
            state(request.state),
            request.admin.clone().into(),
            customer(request).into(),
            request.store_view.clone().into(),
            look.short_time(request.expires_at).into(),
        ]
    }
}

/// One request, whole.
pub fn lines(request: &RequestRow, look: &Look) -> Vec<(&'static str, Text)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |time: Option<_>| time.map(|t| look.time(t)).unwrap_or_default();
    let causes: Vec<&str> = request.causes.iter().map(|cause| cause.as_str()).collect();
    let until = match request.state {
        RequestState::Pending | RequestState::Approved | RequestState::Expired => {
            look.time(request.expires_at)
        }
        RequestState::Denied | RequestState::Cancelled | RequestState::Used => String::new(),
    };
    let mut lines: Vec<(&'static str, Text)> = vec![
        ("request", request.id.to_string().into()),
        ("state", state(request.state)),
        ("by", request.admin.clone().into()),
        (
            "customer",
            format!("{} {}", request.customer_id, text(&request.customer_email)).into(),
        ),
        ("website", text(&request.website).into()),
        ("store view", request.store_view.clone().into()),
    ];
    let further = [
        ("document", text(&request.document)),
        ("reason", text(&request.reason)),
        ("ticket", text(&request.ticket)),
        ("because of", causes.join(", ")),
        ("asked", look.time(request.requested_at)),
        ("until", until),
        ("decided by", text(&request.decided_by)),
        ("decided", time(request.decided_at)),
        ("remark", text(&request.decision_reason)),
        (
            "session",
            request
                .session_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
    ];
    let known = further.into_iter().filter(|(_, value)| !value.is_empty());
    lines.extend(known.map(|(label, value)| (label, Text::from(value))));
    lines
}

impl Card for RequestRow {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        lines(self, look)
    }
}

impl Card for Decided {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        mark(lines(&self.request, look), self.changed)
    }
}

impl Card for Asked {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        mark(lines(&self.request, look), self.changed)
    }
}
