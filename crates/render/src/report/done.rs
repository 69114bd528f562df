//! The section about what was done in customers' accounts.

use super::{counts_table, customer_or_unknown, name_or_unknown};
use crate::Style;
use crate::page::{Block, PageTable, Section, table_columns};
use crate::page_info::short_time;
use lac_ledger::report::{AccessReport, Top};

pub(super) fn section(report: &AccessReport, style: &Style) -> Section {
    let mut counts = Top {
        rows: report.done_by_action.clone(),
        more: 0,
    };
    for row in &mut counts.rows {
        row.name = row.name.take().map(|name| name.replace('_', " "));
    }
    let none = "no storefront reported anything";
    let by_action = counts_table("By kind".to_owned(), &counts, "what", none);
    let orders = report.orders.rows.iter().map(|order| {
        vec![
            short_time(order.access.time, style.zone),
            name_or_unknown(order.access.admin.as_deref()),
            customer_or_unknown(order.access.customer_id),
            order.document.clone().unwrap_or_default().into(),
            order.access.ticket.clone().unwrap_or_default().into(),
        ]
    });
    Section {
        title: "What was done",
        blocks: vec![
            Block::Paragraph("As the storefronts reported it.".to_owned()),
            Block::Table(by_action),
            Block::Table(PageTable {
                caption: "Orders placed, newest first".to_owned(),
                columns: table_columns(&["when", "admin", "customer", "order", "ticket"]),
                rows: orders.collect(),
                bars: None,
                omitted_rows: report.orders.more,
                empty_text: "no order was placed",
            }),
        ],
    }
}
