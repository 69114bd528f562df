//! What every page about the log says of itself.

use chrono_tz::Tz;

use super::Look;
use super::list::Text;
use lac_ledger::summary::{About, Limit};
use lac_model::time::Timestamp;

/// Period, zone and maker.
pub(super) fn about(about: &About, look: &Look) -> Vec<(&'static str, String)> {
    let edge = |time: Option<Timestamp>, open: &str| {
        time.map_or_else(|| open.to_owned(), |time| shown(time, look))
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
            format!("{} by {}", shown(about.made_at, look), about.made_by),
        ),
    ]
}

/// Why a page may not show everything, in words.
pub(super) fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Websites => {
            "Whoever made this sees only some of the websites, so it covers only these."
        }
        Limit::ActionGroups => {
            "Whoever made this may read the logins only, not the rest of the log (consent, roles, \
             config), so it covers only these."
        }
    }
}

/// As in a letter.
pub(super) fn shown(time: Timestamp, look: &Look) -> String {
    time.letter_in(look.zone)
}

/// A time in a column: the zone is named once.
pub(super) fn short(time: Timestamp, zone: Tz) -> Text {
    let shown = time.format_in(zone);
    // Minutes are enough, and the zone's name is at the end.
    shown.get(..16).unwrap_or(&shown).into()
}

/// `1 event`, `2 events`.
pub(super) fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
