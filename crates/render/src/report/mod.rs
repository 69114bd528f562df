//! The access report as a page.

mod changes;
mod done;
mod review;

use super::Style;
use super::page::{Block, DaySeries, Heatmap, PageTable, ReportPage, Section, table_columns};
use super::page_info::{self, long_time, pluralized};
use super::styled_text::{Emphasis, StyledText};
use lac_ledger::report::AccessReport;
use lac_ledger::report::{NamedCount, Top};
use lac_model::ids::CustomerId;

pub fn report_page(report: &AccessReport, style: &Style) -> ReportPage {
    let mut about = page_info::info_lines(&report.about, style);
    if let (Some(first), Some(last)) = (report.first, report.last) {
        let span = format!("{} – {}", long_time(first, style), long_time(last, style));
        about.push(("Events from – to", span));
    }
    let filter = filter_text(report);
    if !filter.is_empty() {
        about.push(("Only", filter));
    }
    ReportPage {
        store: report.about.store.clone(),
        title: "Who was in whose account".to_owned(),
        about,
        notices: notices(report),
        sections: vec![
            overview_section(report),
            hours_section(report),
            pairs_section(report),
            done::section(report, style),
            review::section(report, style),
            failures_section(report),
            changes::section(report, style),
            help_section(report),
        ],
    }
}

fn filter_text(report: &AccessReport) -> String {
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

fn notices(report: &AccessReport) -> Vec<String> {
    let limits = report.about.limits.iter();
    let mut notices: Vec<String> = limits
        .map(|one| page_info::limit_notice(*one).to_owned())
        .collect();
    if report.erased > 0 {
        notices.push(format!(
            "The personal part of {} was erased on request: they count, but reasons and codes \
             are gone.",
            pluralized(report.erased, "event")
        ));
    }
    notices
}

fn overview_section(report: &AccessReport) -> Section {
    let logins = &report.logins;
    let days = report.days.iter();
    let days = days.filter(|day| day.redeemed + day.refused > 0 || report.days.len() == 1);
    Section {
        title: "Overview",
        blocks: vec![
            Block::Figures(vec![
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
            Block::DayChart(DaySeries {
                caption: "Accounts opened".to_owned(),
                names: ["opened", "refused"],
                days: days
                    .map(|day| (day.date, [day.redeemed, day.refused]))
                    .collect(),
            }),
        ],
    }
}

fn hours_section(report: &AccessReport) -> Section {
    let hours = report.hours.clone();
    let zone = &report.about.zone;
    Section {
        title: "When",
        blocks: vec![Block::Heatmap(Heatmap {
            caption: format!("Accounts opened, by weekday and hour ({zone})"),
            hours,
        })],
    }
}

fn pairs_section(report: &AccessReport) -> Section {
    let rows = report.pairs.rows.iter().map(|pair| {
        vec![
            name_or_unknown(pair.admin.as_deref()),
            customer_or_unknown(pair.customer_id),
            pair.redeemed.to_string().into(),
            pair.issued.to_string().into(),
        ]
    });
    Section {
        title: "Who as whom",
        blocks: vec![Block::Table(PageTable {
            caption: "Admin users and the customers they logged in as".to_owned(),
            columns: table_columns(&["admin", "customer", "opened#", "links#"]),
            rows: rows.collect(),
            bars: Some(report.pairs.rows.iter().map(|pair| pair.redeemed).collect()),
            omitted_rows: report.pairs.more,
            empty_text: "nobody logged in as a customer",
        })],
    }
}

fn counts_table(
    caption: String,
    counts: &Top<NamedCount>,
    title: &'static str,
    none: &'static str,
) -> PageTable {
    let rows = counts.rows.iter();
    let row = |row: &NamedCount| {
        vec![
            name_or_unknown(row.name.as_deref()),
            row.count.to_string().into(),
        ]
    };
    PageTable {
        caption,
        columns: table_columns(&[title, "times#"]),
        rows: rows.clone().map(row).collect(),
        bars: Some(rows.map(|row| row.count).collect()),
        omitted_rows: counts.more,
        empty_text: none,
    }
}

fn failures_section(report: &AccessReport) -> Section {
    let none = "nothing failed";
    let mut kinds = Top {
        rows: report.failures_by_kind.clone(),
        more: 0,
    };
    for row in &mut kinds.rows {
        row.name = row.name.take().map(|name| name.replace('_', " "));
    }
    let grid = |caption: &str, list, title| {
        Block::Table(counts_table(caption.to_owned(), list, title, none))
    };
    Section {
        title: "Failed actions of every kind",
        blocks: vec![
            grid("By kind", &kinds, "kind"),
            grid("By reason", &report.failures_by_code, "code"),
            grid("By admin user", &report.failures_by_admin, "admin"),
            grid("By website", &report.failures_by_website, "website"),
        ],
    }
}

fn help_section(report: &AccessReport) -> Section {
    Section {
        title: "How to read this",
        blocks: vec![
            Block::Paragraph(
                "Making a link is not yet an access: an account is opened when the storefront \
                 accepts the link. Logins refused, denied and not found are attempts to make or to \
                 open a link: the rules did not allow it, the person had no right to do it, or the \
                 customer was not found. Failed actions are of every kind, including logins. \
                 Customers are named by id, so that you can pass this page on."
                    .to_owned(),
            ),
            Block::Paragraph(format!(
                "Based on {} of {} in the log. To list the events behind a number:",
                pluralized(report.events, "event"),
                report.about.log_size
            )),
            Block::Command("lac log list --customer ID".to_owned()),
        ],
    }
}

fn name_or_unknown(name: Option<&str>) -> StyledText {
    match name {
        Some(name) => name.into(),
        None => StyledText::with_emphasis("unknown", Emphasis::Dim),
    }
}

fn customer_or_unknown(id: Option<CustomerId>) -> StyledText {
    id.map_or_else(
        || StyledText::with_emphasis("unknown", Emphasis::Dim),
        |id| id.to_string().into(),
    )
}

#[cfg(test)]
mod tests;
