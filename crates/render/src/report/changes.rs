//! The section about changes of rights.

use super::{counts_table, name_or_unknown};
use crate::Style;
use crate::page::{Block, PageTable, Section, table_columns};
use crate::page_info::short_time;
use lac_ledger::report::AccessReport;
use lac_ledger::report::{AdminChange, Top};

pub(super) fn section(report: &AccessReport, style: &Style) -> Section {
    let mut by_action = Top {
        rows: report.changes_by_action.clone(),
        more: 0,
    };
    for row in &mut by_action.rows {
        row.name = row.name.take().map(|name| name.replace('_', " "));
    }
    let none = "nothing was changed";
    let row = |change: &AdminChange| {
        let value = |text: &Option<String>| text.clone().unwrap_or_default().into();
        vec![
            short_time(change.time, style.zone),
            name_or_unknown(change.admin.as_deref()),
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
    let latest = PageTable {
        caption: "The latest".to_owned(),
        columns: table_columns(&["time", "admin", "action", "what", "before", "after"]),
        rows: report.changes.rows.iter().map(row).collect(),
        bars: None,
        omitted_rows: report.changes.more,
        empty_text: none,
    };
    let counts = counts_table("By action".to_owned(), &by_action, "action", none);
    Section {
        title: "Changes of roles, admin users and config",
        blocks: vec![Block::Table(counts), Block::Table(latest)],
    }
}
