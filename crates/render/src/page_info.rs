//! The lines and notices that all pages about the log have.

use chrono_tz::Tz;

use super::Style;
use super::styled_text::StyledText;
use lac_ledger::report_summary::{SummaryInfo, VisibilityLimit};
use lac_model::time::Timestamp;

/// Period, time zone, and when and by whom the page was made.
pub(super) fn info_lines(about: &SummaryInfo, style: &Style) -> Vec<(&'static str, String)> {
    let edge = |time: Option<Timestamp>, open: &str| {
        time.map_or_else(|| open.to_owned(), |time| long_time(time, style))
    };
    let period = match (about.since, about.until) {
        (None, None) => "the whole log".to_owned(),
        (since, until) => {
            let (from, to) = (edge(since, "the beginning"), edge(until, "now"));
            format!("{from} – {to}")
        }
    };
    vec![
        ("Period", period),
        ("Times in", about.zone.clone()),
        (
            "Made",
            format!("{} by {}", long_time(about.made_at, style), about.made_by),
        ),
    ]
}

/// The notice for a limit of what the page shows.
pub(super) fn limit_notice(limit: VisibilityLimit) -> &'static str {
    match limit {
        VisibilityLimit::Websites => {
            "Whoever made this sees only some of the websites, so it covers only these."
        }
        VisibilityLimit::ActionGroups => {
            "Whoever made this may read the logins only, not the rest of the log (consent, roles, \
             config), so it covers only these."
        }
    }
}

/// A time with the month's name, for running text.
pub(super) fn long_time(time: Timestamp, style: &Style) -> String {
    time.format_long_in(style.zone)
}

/// A time for a table's column, without seconds and time zone: the page names
/// the zone once.
pub(super) fn short_time(time: Timestamp, zone: Tz) -> StyledText {
    let shown = time.format_in(zone);
    shown.get(..16).unwrap_or(&shown).into()
}

/// `1 event`, `2 events`.
pub(super) fn pluralized(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
