//! The report as a page: which tables and charts, and what they are called.

use chrono_tz::Tz;

use super::Look;
use super::list::{Text, Tone};
use super::paper::{Days, Grid, Heat, Paper, Part, Section, heads};
use crate::app::log::report::{Access, Change, Count, Outside, OwnConsent, Top, Visits};
use crate::app::log::{About, Limit, Reported};
use crate::domain::ids::CustomerId;
use crate::domain::time::{Timestamp, length};

/// The page of a report.
pub fn paper(report: &Reported, look: &Look) -> Paper {
    let mut about = about(&report.about, look);
    if let (Some(first), Some(last)) = (report.first, report.last) {
        let span = format!("{} – {}", shown(first, look), shown(last, look));
        about.push(("Events from – to", span));
    }
    let filter = filter(report);
    if !filter.is_empty() {
        about.push(("Only", filter));
    }
    Paper {
        store: report.about.store.clone(),
        title: "Who was in whose account".to_owned(),
        about,
        notices: notices(report),
        sections: vec![
            overview(report),
            when(report),
            pairs(report),
            second_look(report, look),
            refused(report),
            changes(report, look),
            reading(report),
        ],
    }
}

/// What every page about the log says of itself.
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
        Limit::Archived => "The oldest events have been moved to an archive and are not covered.",
    }
}

fn shown(time: Timestamp, look: &Look) -> String {
    time.letter_in(look.zone)
}

fn filter(report: &Reported) -> String {
    let filter = serde_json::to_value(&report.filter).unwrap_or_default();
    let named = filter.as_object().into_iter().flatten();
    let words = named.filter(|(name, _)| *name != "since" && *name != "until");
    let words = words.filter_map(|(name, value)| {
        let values: Vec<&str> = match value {
            serde_json::Value::String(one) => vec![one],
            serde_json::Value::Array(all) => all.iter().filter_map(|v| v.as_str()).collect(),
            _ => Vec::new(),
        };
        let name = name.replace('_', " ");
        (!values.is_empty()).then(|| format!("{name}: {}", values.join(", ")))
    });
    words.collect::<Vec<_>>().join(" · ")
}

fn notices(report: &Reported) -> Vec<String> {
    let limits = report.about.limits.iter();
    let mut notices: Vec<String> = limits.map(|one| limit(*one).to_owned()).collect();
    if report.erased > 0 {
        notices.push(format!(
            "The personal part of {} was erased on request: they count, but reasons and codes \
             are gone.",
            counted(report.erased, "event")
        ));
    }
    notices
}

fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn overview(report: &Reported) -> Section {
    let logins = &report.logins;
    let days = report.days.iter();
    let days = days.filter(|day| day.redeemed + day.failures > 0 || report.days.len() == 1);
    Section {
        title: "Overview",
        parts: vec![
            Part::Figures(vec![
                (logins.redeemed, "accounts opened"),
                (logins.issued, "login links made"),
                (logins.refused, "logins refused"),
                (logins.admins, "admin users in accounts"),
                (logins.customers, "customers visited"),
                (report.events, "events in this report"),
            ]),
            Part::Days(Days {
                caption: "Accounts opened".to_owned(),
                names: ["opened", "refused"],
                days: days
                    .map(|day| (day.date, [day.redeemed, day.failures]))
                    .collect(),
            }),
        ],
    }
}

fn when(report: &Reported) -> Section {
    let hours = report.hours.clone();
    let zone = &report.about.zone;
    Section {
        title: "When",
        parts: vec![Part::Heat(Heat {
            caption: format!("Accounts opened, by weekday and hour ({zone})"),
            hours,
        })],
    }
}

fn pairs(report: &Reported) -> Section {
    let rows = report.pairs.rows.iter().map(|pair| {
        vec![
            name(pair.admin.as_deref()),
            customer(pair.customer_id),
            pair.redeemed.to_string().into(),
            pair.issued.to_string().into(),
        ]
    });
    Section {
        title: "Who as whom",
        parts: vec![Part::Grid(Grid {
            caption: "Admin users and the customers they logged in as".to_owned(),
            columns: heads(&["admin", "customer#", "opened#", "links#"]),
            rows: rows.collect(),
            bars: Some(report.pairs.rows.iter().map(|pair| pair.redeemed).collect()),
            more: report.pairs.more,
            empty: "nobody logged in as a customer",
        })],
    }
}

fn second_look(report: &Reported, look: &Look) -> Section {
    let mut parts = vec![Part::Grid(own_consent(&report.own_consent, look))];
    if report.own_consent_unknown > 0 {
        parts.push(Part::Words(format!(
            "Of {} it cannot be told who gave the consent.",
            counted(report.own_consent_unknown, "further login")
        )));
    }
    let Outside {
        office_hours,
        office_days,
        visits,
    } = &report.outside;
    let outside = format!("Out of office hours (outside {office_hours}, {office_days})");
    parts.extend(visits_parts(
        &outside,
        visits,
        look,
        "all within office hours",
    ));
    let without = "Without a ticket";
    parts.extend(visits_parts(
        without,
        &report.without_ticket,
        look,
        "all have a ticket",
    ));
    let rows = report.longest.rows.iter().map(|long| {
        vec![
            length(long.seconds).into(),
            name(long.admin.as_deref()),
            customer(long.customer_id),
            short(long.time, look.zone),
            long.cause
                .clone()
                .unwrap_or_default()
                .replace('_', " ")
                .into(),
        ]
    });
    parts.push(Part::Grid(Grid {
        caption: "Longest sessions".to_owned(),
        columns: heads(&["length#", "admin", "customer#", "ended", "why"]),
        rows: rows.collect(),
        bars: None,
        more: report.longest.more,
        empty: "no session ended",
    }));
    Section {
        title: "Worth a second look",
        parts,
    }
}

fn own_consent(list: &Top<OwnConsent>, look: &Look) -> Grid {
    let rows = list.rows.iter().map(|own| {
        let opened = if own.opened {
            Text::toned("opened", Tone::Bad)
        } else {
            Text::toned("not opened", Tone::Dim)
        };
        vec![
            short(own.login.time, look.zone),
            name(own.login.admin.as_deref()),
            customer(own.login.customer_id),
            opened,
            short(own.granted_at, look.zone),
        ]
    });
    Grid {
        caption: format!(
            "Consent given and used by the same person ({})",
            list.total()
        ),
        columns: heads(&["login", "admin", "customer#", "link", "consent given"]),
        rows: rows.collect(),
        bars: None,
        more: list.more,
        empty: "none",
    }
}

fn visits_parts(caption: &str, visits: &Visits, look: &Look, none: &'static str) -> Vec<Part> {
    let caption = format!("{caption}: {}", visits.count);
    if visits.count == 0 {
        return vec![Part::Grid(Grid {
            caption,
            empty: none,
            ..Grid::default()
        })];
    }
    let row = |access: &Access| {
        vec![
            short(access.time, look.zone),
            name(access.admin.as_deref()),
            customer(access.customer_id),
            name(access.website.as_deref()),
            access.ticket.clone().unwrap_or_default().into(),
        ]
    };
    let latest = Grid {
        caption: "The latest of them".to_owned(),
        columns: heads(&["opened", "admin", "customer#", "website", "ticket"]),
        rows: visits.latest.rows.iter().map(row).collect(),
        bars: None,
        more: visits.latest.more,
        empty: none,
    };
    vec![
        Part::Grid(counts(caption, &visits.by_admin, "admin", none)),
        Part::Grid(latest),
    ]
}

fn counts(caption: String, counts: &Top<Count>, title: &'static str, none: &'static str) -> Grid {
    let rows = counts.rows.iter();
    let row = |row: &Count| vec![name(row.name.as_deref()), row.count.to_string().into()];
    Grid {
        caption,
        columns: heads(&[title, "times#"]),
        rows: rows.clone().map(row).collect(),
        bars: Some(rows.map(|row| row.count).collect()),
        more: counts.more,
        empty: none,
    }
}

fn refused(report: &Reported) -> Section {
    let none = "nothing was refused";
    let grid =
        |caption: &str, list, title| Part::Grid(counts(caption.to_owned(), list, title, none));
    Section {
        title: "What was refused or denied",
        parts: vec![
            grid("By reason", &report.failures_by_code, "code"),
            grid("By admin user", &report.failures_by_admin, "admin"),
            grid("By website", &report.failures_by_website, "website"),
        ],
    }
}

fn changes(report: &Reported, look: &Look) -> Section {
    let by_action = Top {
        rows: report.changes_by_action.clone(),
        more: 0,
    };
    let none = "nothing was changed";
    let row = |change: &Change| {
        let value = |text: &Option<String>| text.clone().unwrap_or_default().into();
        vec![
            short(change.time, look.zone),
            name(change.admin.as_deref()),
            format!(
                "{} {}",
                change.action_group.replace('_', " "),
                change.action
            )
            .into(),
            value(&change.what),
            value(&change.before),
            value(&change.after),
        ]
    };
    let latest = Grid {
        caption: "The latest".to_owned(),
        columns: heads(&["time", "admin", "action", "what", "before", "after"]),
        rows: report.changes.rows.iter().map(row).collect(),
        bars: None,
        more: report.changes.more,
        empty: none,
    };
    let counts = counts("By action".to_owned(), &by_action, "action", none);
    Section {
        title: "Changes of roles, admin users and config",
        parts: vec![Part::Grid(counts), Part::Grid(latest)],
    }
}

fn reading(report: &Reported) -> Section {
    Section {
        title: "How to read this",
        parts: vec![
            Part::Words(
                "A link that was made is not yet an access: an account was opened when the \
                 storefront accepted the link. Refused and denied count every failed act in the \
                 log, not logins alone. Customers are named by id, so that this page can be \
                 passed around."
                    .to_owned(),
            ),
            Part::Words(format!(
                "Summed up from {} of {} in the log. What lies behind a number is listed by:",
                counted(report.events, "event"),
                report.about.log_size
            )),
            Part::Command("lac log list --customer ID".to_owned()),
        ],
    }
}

fn name(name: Option<&str>) -> Text {
    match name {
        Some(name) => name.into(),
        None => Text::toned("unknown", Tone::Dim),
    }
}

fn customer(id: Option<CustomerId>) -> Text {
    id.map_or_else(
        || Text::toned("unknown", Tone::Dim),
        |id| id.to_string().into(),
    )
}

/// A time in a column: the zone is named once.
pub(super) fn short(time: Timestamp, zone: Tz) -> Text {
    let shown = time.format_in(zone);
    // Minutes are enough, and the zone's name is at the end.
    shown.get(..16).unwrap_or(&shown).into()
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
