//! What every page about the log says of itself.

use chrono_tz::Tz;

use super::Style;
use super::styled_text::StyledText;
use lac_ledger::report_summary::{SummaryInfo, VisibilityLimit};
use lac_model::time::Timestamp;

/// Period, zone and maker.
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

/// Why a page may not show everything, in words.
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

/// As in a letter.
pub(super) fn long_time(time: Timestamp, style: &Style) -> String {
    time.format_long_in(style.zone)
}

/// A time in a column: the zone is named once.
pub(super) fn short_time(time: Timestamp, zone: Tz) -> StyledText {
    let shown = time.format_in(zone);
    // Minutes are enough, and the zone's name is at the end.
    shown.get(..16).unwrap_or(&shown).into()
}

/// `1 event`, `2 events`.
pub(super) fn pluralized(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
