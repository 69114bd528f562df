//! Changes of who may do what.

use super::{counts, name};
use crate::Look;
use crate::frame::short;
use crate::paper::{Grid, Part, Section, heads};
use lac_ledger::report::Reported;
use lac_ledger::report::{Change, Top};

pub(super) fn section(report: &Reported, look: &Look) -> Section {
    let mut by_action = Top {
        rows: report.changes_by_action.clone(),
        more: 0,
    };
    for row in &mut by_action.rows {
        row.name = row.name.take().map(|name| name.replace('_', " "));
    }
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
