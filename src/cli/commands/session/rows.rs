//! How sessions are printed.

use crate::cli::view::{KeyValueView, TableRow};
use lac_app::login::sessions::{SessionChecked, SessionEnded, SessionReported, SessionView};
use lac_model::ids::SessionId;
use lac_model::report::DoneAction;
use lac_model::session::SessionState;
use lac_model::time::{Timestamp, format_duration};
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};

fn state_text(state: SessionState) -> StyledText {
    let emphasis = match state {
        SessionState::Issued => Emphasis::Warning,
        SessionState::Active => Emphasis::Good,
        SessionState::Ended | SessionState::Expired => Emphasis::Dim,
    };
    StyledText::with_emphasis(state.as_str(), emphasis)
}

/// The id, shortened on a terminal as in the log.
fn short_id(id: &SessionId, style: &Style) -> StyledText {
    match style.width {
        Some(_) => id.short_prefix().into(),
        None => id.as_str().into(),
    }
}

fn issued_text(time: Timestamp, style: &Style) -> StyledText {
    match style.width {
        Some(_) => time.format_relative(style.now).into(),
        None => style.short_time(time).into(),
    }
}

/// The agent's browser, as the storefront described it.
fn browser_text(session: &SessionView) -> Option<String> {
    let ip = session.client_ip.map(|ip| ip.to_string());
    let name = session.user_agent.as_deref().map(str::to_owned);
    match (ip, name) {
        (Some(ip), Some(name)) => Some(format!("{ip}, {name}")),
        (one, other) => one.or(other),
    }
}

fn done_text(done: &DoneAction, style: &Style) -> String {
    let what = done.action.action().name().replace('_', " ");
    let mut text = format!("{}: {what}", style.short_time(done.at));
    for more in [&done.document, &done.summary].into_iter().flatten() {
        text += &format!(", {more}");
    }
    if done.after_end {
        text += " (reported after the end)";
    }
    text
}

/// A duration for a narrow column.
fn short_duration(seconds: u64) -> String {
    let (unit, name) = match seconds {
        0..60 => (1, "s"),
        60..3600 => (60, "min"),
        3600..86_400 => (3600, "h"),
        _ => (86_400, "d"),
    };
    format!("{} {name}", seconds / unit)
}

const ID: Column<SessionView> = Column::new("id", "session", |row, style| short_id(&row.id, style));
const STATE: Column<SessionView> = Column::new("state", "state", |row, _| state_text(row.state));
const ADMIN: Column<SessionView> = Column::new("admin", "admin", |row, _| (&row.admin).into());
const AGE: Column<SessionView> = Column::new("age_seconds", "age", |row, _| {
    short_duration(row.age_seconds).into()
});
const LEFT: Column<SessionView> = Column::new("left_seconds", "left", |row, _| {
    row.left_seconds.map(short_duration).into()
});
const TICKET: Column<SessionView> = Column::new("ticket", "ticket", |row, _| (&row.ticket).into());

impl TableRow for SessionView {
    const COLUMNS: &'static [Column<Self>] = &[
        ID,
        STATE,
        ADMIN,
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::new("customer_email", "e-mail", |row, _| {
            (&row.customer_email).into()
        }),
        Column::hidden("website"),
        Column::new("store_view", "store view", |row, _| {
            (&row.store_view).into()
        }),
        Column::new("issued_at", "issued", |row, style| {
            issued_text(row.issued_at, style)
        }),
        Column::hidden("redeemed_at"),
        Column::hidden("ended_at"),
        Column::hidden("expires_at"),
        Column::hidden("ends_at"),
        Column::hidden("end_cause"),
        AGE,
        LEFT,
        Column::hidden("overrides_consent"),
        Column::hidden("document"),
        TICKET,
        Column::hidden("redeemed_by"),
        Column::hidden("read_only"),
        Column::hidden("idle_timeout"),
        Column::hidden("seen_at"),
        Column::hidden("client_ip"),
        Column::hidden("user_agent"),
    ];
}

/// The columns of a narrow table.
pub(super) const NARROW: &[Column<SessionView>] = &[
    ID,
    STATE,
    ADMIN,
    Column::new("customer_email", "customer", |row, _| {
        let email = row.customer_email.clone();
        email.unwrap_or_else(|| row.customer_id.to_string()).into()
    }),
    AGE,
    LEFT,
    TICKET,
];

impl KeyValueView for SessionView {
    fn lines(&self, style: &Style) -> KeyValues {
        let time = |time: Option<Timestamp>| time.map(|time| style.time(time));
        let email = self.customer_email.as_deref().unwrap_or_default();
        let cause = self.end_cause.map(|cause| cause.as_str().replace('_', " "));
        let lines = KeyValues::new()
            .add("session", self.id.to_string())
            .add("state", state_text(self.state))
            .add("admin user", &self.admin)
            .add("customer", format!("{} {email}", self.customer_id))
            .add("website", &self.website)
            .add("store view", &self.store_view)
            .add("issued", style.time(self.issued_at))
            .add("link until", style.time(self.expires_at))
            .add_some("redeemed", time(self.redeemed_at))
            .add_some("redeemed by", &self.redeemed_by)
            .add_some("ends", time(self.ends_at))
            .add_some("ended", time(self.ended_at))
            .add_some("because", cause)
            .add_some("time left", self.left_seconds.map(format_duration))
            .add_some("access", self.read_only.then_some("read-only"))
            .add_some(
                "idle time-out",
                self.idle_timeout
                    .map(|seconds| format_duration(seconds.into())),
            )
            .add_some("last seen", time(self.seen_at))
            .add_some("browser", browser_text(self))
            .add_some("consent", self.overrides_consent.then_some("overridden"))
            .add_some("document", &self.document)
            .add_some("ticket", &self.ticket);
        let actions = self.actions.iter().flatten();
        actions.fold(lines, |lines, done| {
            lines.add("done", done_text(done, style))
        })
    }
}

impl TableRow for SessionEnded {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "session", |row, style| short_id(&row.id, style)),
        Column::new("state", "state", |row, _| state_text(row.state)),
        Column::new("admin", "admin", |row, _| (&row.admin).into()),
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::new("changed", "ended now", |row, _| {
            StyledText::yes_no(row.changed)
        }),
        Column::hidden("end_cause"),
        Column::hidden("ended_at"),
    ];
}

impl KeyValueView for SessionChecked {
    fn lines(&self, style: &Style) -> KeyValues {
        let access = if self.read_only {
            "read-only"
        } else {
            "read and write"
        };
        let cause = self.end_cause.map(|cause| cause.as_str().replace('_', " "));
        KeyValues::new()
            .add("session", self.session_id.to_string())
            .add("state", state_text(self.state))
            .add("access", access)
            .add("ends", style.time(self.ends_at))
            .add_some("because", cause)
    }
}

impl KeyValueView for SessionReported {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("recorded", self.recorded.to_string())
            .add("known already", self.known.to_string())
    }
}
