//! What sessions look like.

use serde::Serialize;

use crate::app::sessions::{Ended, SessionRow};
use crate::domain::ids::SessionId;
use crate::domain::session::SessionState;
use crate::domain::time::{Timestamp, length};
use crate::render::Look;
use crate::render::list::{Column, Row, Text, Tone};
use crate::render::one::Card;

fn state_text(state: SessionState) -> Text {
    let tone = match state {
        SessionState::Issued => Tone::Warning,
        SessionState::Active => Tone::Good,
        SessionState::Ended | SessionState::Expired => Tone::Dim,
    };
    Text::toned(state.as_str(), tone)
}

const fn column(field: &'static str, title: &'static str) -> Column {
    Column { field, title }
}

/// As the log shortens it on a terminal, where one can read and type it; a
/// pipe gets all of it.
fn id(id: &SessionId, look: &Look) -> Text {
    match look.width {
        Some(_) => id.short().into(),
        None => id.as_str().into(),
    }
}

fn issued(time: Timestamp, look: &Look) -> Text {
    match look.width {
        Some(_) => time.relative(look.now).into(),
        None => look.short_time(time).into(),
    }
}

/// A length of time in a narrow column.
fn short(seconds: Option<u64>) -> Text {
    let Some(seconds) = seconds else {
        return Text::default();
    };
    let (unit, name) = match seconds {
        0..60 => (1, "s"),
        60..3600 => (60, "min"),
        3600..86_400 => (3600, "h"),
        _ => (86_400, "d"),
    };
    format!("{} {name}", seconds / unit).into()
}

impl Row for SessionRow {
    const COLUMNS: &'static [Column] = &[
        column("id", "session"),
        column("state", "state"),
        column("admin", "admin"),
        column("customer_id", "customer"),
        column("customer_email", "e-mail"),
        column("website", ""),
        column("store_view", "store view"),
        column("issued_at", "issued"),
        column("redeemed_at", ""),
        column("ended_at", ""),
        column("expires_at", ""),
        column("ends_at", ""),
        column("end_cause", ""),
        column("age_seconds", "age"),
        column("left_seconds", "left"),
        column("overrides_consent", ""),
        column("document", ""),
        column("ticket", "ticket"),
        column("redeemed_by", ""),
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            id(&self.id, look),
            state_text(self.state),
            self.admin.clone().into(),
            self.customer_id.to_string().into(),
            self.customer_email.clone().unwrap_or_default().into(),
            self.store_view.clone().unwrap_or_default().into(),
            issued(self.issued_at, look),
            short(Some(self.age_seconds)),
            short(self.left_seconds),
            self.ticket.clone().unwrap_or_default().into(),
        ]
    }
}

/// The same session where there is room for less.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Narrow(pub SessionRow);

impl Row for Narrow {
    const COLUMNS: &'static [Column] = &[
        column("id", "session"),
        column("state", "state"),
        column("admin", "admin"),
        column("customer_email", "customer"),
        column("age_seconds", "age"),
        column("left_seconds", "left"),
        column("ticket", "ticket"),
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        let session = &self.0;
        let customer = session.customer_email.clone();
        vec![
            id(&session.id, look),
            state_text(session.state),
            session.admin.clone().into(),
            customer
                .unwrap_or_else(|| session.customer_id.to_string())
                .into(),
            short(Some(session.age_seconds)),
            short(session.left_seconds),
            session.ticket.clone().unwrap_or_default().into(),
        ]
    }
}

impl Card for SessionRow {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let time = |time: Option<_>| time.map(|t| look.time(t)).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("session", self.id.to_string().into()),
            ("state", state_text(self.state)),
            ("admin user", self.admin.clone().into()),
            (
                "customer",
                format!("{} {}", self.customer_id, text(&self.customer_email)).into(),
            ),
            ("website", text(&self.website).into()),
            ("store view", text(&self.store_view).into()),
            ("issued", look.time(self.issued_at).into()),
            ("link until", look.time(self.expires_at).into()),
        ];
        let further = [
            ("redeemed", time(self.redeemed_at)),
            ("redeemed by", text(&self.redeemed_by)),
            ("ends", time(self.ends_at)),
            ("ended", time(self.ended_at)),
            (
                "because",
                self.end_cause
                    .map(|c| c.as_str().replace('_', " "))
                    .unwrap_or_default(),
            ),
            (
                "time left",
                self.left_seconds.map(length).unwrap_or_default(),
            ),
            (
                "consent",
                if self.overrides_consent {
                    "overridden".to_owned()
                } else {
                    String::new()
                },
            ),
            ("document", text(&self.document)),
            ("ticket", text(&self.ticket)),
        ];
        let known = further.into_iter().filter(|(_, value)| !value.is_empty());
        lines.extend(known.map(|(label, value)| (label, Text::from(value))));
        lines
    }
}

impl Row for Ended {
    const COLUMNS: &'static [Column] = &[
        column("id", "session"),
        column("state", "state"),
        column("admin", "admin"),
        column("customer_id", "customer"),
        column("changed", "ended now"),
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            id(&self.id, look),
            state_text(self.state),
            self.admin.clone().into(),
            self.customer_id.to_string().into(),
            Text::yes_no(self.changed),
        ]
    }
}
