//! The report as a page: which tables and charts, and what they are called.

mod changes;
mod second_look;

use super::Look;
use super::frame::{self, counted, shown};
use super::list::{Text, Tone};
use super::paper::{Days, Grid, Heat, Paper, Part, Section, heads};
use lac_ledger::report::Reported;
use lac_ledger::report::{Count, Top};
use lac_model::ids::CustomerId;

/// The page of a report.
pub fn paper(report: &Reported, look: &Look) -> Paper {
    let mut about = frame::about(&report.about, look);
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
            second_look::section(report, look),
            refused(report),
            changes::section(report, look),
            reading(report),
        ],
    }
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
    let mut notices: Vec<String> = limits.map(|one| frame::limit(*one).to_owned()).collect();
    if report.erased > 0 {
        notices.push(format!(
            "The personal part of {} was erased on request: they count, but reasons and codes \
             are gone.",
            counted(report.erased, "event")
        ));
    }
    notices
}

fn overview(report: &Reported) -> Section {
    let logins = &report.logins;
    let days = report.days.iter();
    let days = days.filter(|day| day.redeemed + day.refused > 0 || report.days.len() == 1);
    Section {
        title: "Overview",
        parts: vec![
            Part::Figures(vec![
                (logins.redeemed, "accounts opened"),
                (logins.issued, "login links made"),
                (logins.overridden, "of them without consent"),
                (logins.refused, "logins refused"),
                (logins.denied, "logins denied"),
                (logins.not_found, "customers not found"),
                (logins.admins, "admin users in accounts"),
                (logins.customers, "customers visited"),
                (report.events, "events in this report"),
            ]),
            Part::Days(Days {
                caption: "Accounts opened".to_owned(),
                names: ["opened", "refused"],
                days: days
                    .map(|day| (day.date, [day.redeemed, day.refused]))
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
            columns: heads(&["admin", "customer", "opened#", "links#"]),
            rows: rows.collect(),
            bars: Some(report.pairs.rows.iter().map(|pair| pair.redeemed).collect()),
            more: report.pairs.more,
            empty: "nobody logged in as a customer",
        })],
    }
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
    let none = "nothing failed";
    let mut kinds = Top {
        rows: report.failures_by_kind.clone(),
        more: 0,
    };
    for row in &mut kinds.rows {
        row.name = row.name.take().map(|name| name.replace('_', " "));
    }
    let grid =
        |caption: &str, list, title| Part::Grid(counts(caption.to_owned(), list, title, none));
    Section {
        title: "Acts of every kind that failed",
        parts: vec![
            grid("By kind", &kinds, "kind"),
            grid("By reason", &report.failures_by_code, "code"),
            grid("By admin user", &report.failures_by_admin, "admin"),
            grid("By website", &report.failures_by_website, "website"),
        ],
    }
}

fn reading(report: &Reported) -> Section {
    Section {
        title: "How to read this",
        parts: vec![
            Part::Words(
                "A link that was made is not yet an access: an account was opened when the \
                 storefront accepted the link. Logins refused, denied and not found are attempts \
                 to make or to open a link: the rules did not allow it, whoever asked may not, or \
                 nobody was there. Acts that failed are those of every kind, logins among them. \
                 Customers are named by id, so that this page can be passed around."
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

#[cfg(test)]
mod tests;
