//! The section about accesses that should be reviewed.

use super::{counts_table, customer_or_unknown, name_or_unknown};
use crate::Style;
use crate::page::{Block, PageTable, Section, table_columns};
use crate::page_info::short_time;
use crate::styled_text::{Emphasis, StyledText};
use lac_ledger::report::AccessReport;
use lac_ledger::report::{
    AccessSummary, AccountAccess, ConsentOverride, OutOfHoursAccess, QUICK_CONSENT, QuickConsent,
    SelfGrantedConsent, Top,
};
use lac_model::time::format_duration;

pub(super) fn section(report: &AccessReport, style: &Style) -> Section {
    let mut parts = vec![
        Block::Table(self_granted_table(&report.own_consent, style)),
        Block::Table(quick_table(&report.quick_consent, style)),
        Block::Table(overridden_table(&report.overridden, style)),
    ];
    let OutOfHoursAccess {
        office_hours,
        office_days,
        summary: visits,
    } = &report.outside;
    let outside = format!("Out of office hours (outside {office_hours}, {office_days})");
    parts.extend(access_blocks(
        &outside,
        visits,
        style,
        "all within office hours",
    ));
    let without = "Without a ticket";
    parts.extend(access_blocks(
        without,
        &report.without_ticket,
        style,
        "all have a ticket",
    ));
    let rows = report.longest.rows.iter().map(|long| {
        vec![
            format_duration(long.seconds).into(),
            name_or_unknown(long.admin.as_deref()),
            customer_or_unknown(long.customer_id),
            short_time(long.time, style.zone),
            long.cause
                .clone()
                .unwrap_or_default()
                .replace('_', " ")
                .into(),
        ]
    });
    parts.push(Block::Table(PageTable {
        caption: "Longest sessions".to_owned(),
        columns: table_columns(&["length", "admin", "customer", "ended", "why"]),
        rows: rows.collect(),
        bars: None,
        omitted_rows: report.longest.more,
        empty_text: "no session ended",
    }));
    Section {
        title: "Worth a second look",
        blocks: parts,
    }
}

fn self_granted_table(list: &Top<SelfGrantedConsent>, style: &Style) -> PageTable {
    let rows = list.rows.iter().map(|own| {
        let granted_at = own.granted_at;
        vec![
            short_time(own.login.time, style.zone),
            name_or_unknown(own.login.admin.as_deref()),
            customer_or_unknown(own.login.customer_id),
            opened_cell(own.opened),
            granted_at.map_or_else(|| name_or_unknown(None), |at| short_time(at, style.zone)),
        ]
    });
    PageTable {
        caption: format!(
            "Consent given and used by the same person ({})",
            list.total()
        ),
        columns: table_columns(&["login", "admin", "customer", "link", "consent given"]),
        rows: rows.collect(),
        bars: None,
        omitted_rows: list.more,
        empty_text: "none",
    }
}

fn quick_table(list: &Top<QuickConsent>, style: &Style) -> PageTable {
    let rows = list.rows.iter().map(|quick| {
        let login = &quick.login;
        let session = login.session_id.as_ref().map(ToString::to_string);
        vec![
            short_time(quick.granted_at, style.zone),
            name_or_unknown(quick.storefront.as_deref()),
            customer_or_unknown(login.customer_id),
            name_or_unknown(login.admin.as_deref()),
            format_duration(quick.seconds).into(),
            name_or_unknown(session.as_deref()),
            format!("{}, {}", quick.granted_seq, login.seq).into(),
        ]
    });
    PageTable {
        caption: format!(
            "Customers' own consent, used within {} ({})",
            format_duration(QUICK_CONSENT.as_secs()),
            list.total()
        ),
        columns: table_columns(&[
            "given",
            "storefront",
            "customer",
            "admin",
            "login after",
            "session",
            "events",
        ]),
        rows: rows.collect(),
        bars: None,
        omitted_rows: list.more,
        empty_text: "none",
    }
}

fn overridden_table(list: &Top<ConsentOverride>, style: &Style) -> PageTable {
    let rows = list.rows.iter().map(|one| {
        vec![
            short_time(one.login.time, style.zone),
            name_or_unknown(one.login.admin.as_deref()),
            customer_or_unknown(one.login.customer_id),
            opened_cell(one.opened),
            one.login.ticket.clone().unwrap_or_default().into(),
        ]
    });
    PageTable {
        caption: format!("Consent overridden ({})", list.total()),
        columns: table_columns(&["login", "admin", "customer", "link", "ticket"]),
        rows: rows.collect(),
        bars: None,
        omitted_rows: list.more,
        empty_text: "none",
    }
}

fn opened_cell(is_opened: bool) -> StyledText {
    if is_opened {
        StyledText::with_emphasis("opened", Emphasis::Bad)
    } else {
        StyledText::with_emphasis("not opened", Emphasis::Dim)
    }
}

fn access_blocks(
    caption: &str,
    visits: &AccessSummary,
    style: &Style,
    none: &'static str,
) -> Vec<Block> {
    let caption = format!("{caption}: {}", visits.count);
    if visits.count == 0 {
        return vec![Block::Table(PageTable {
            caption,
            empty_text: none,
            ..PageTable::default()
        })];
    }
    let row = |access: &AccountAccess| {
        vec![
            short_time(access.time, style.zone),
            name_or_unknown(access.admin.as_deref()),
            customer_or_unknown(access.customer_id),
            name_or_unknown(access.website.as_deref()),
            access.ticket.clone().unwrap_or_default().into(),
        ]
    };
    let latest = PageTable {
        caption: "The latest of them".to_owned(),
        columns: table_columns(&["opened", "admin", "customer", "website", "ticket"]),
        rows: visits.latest.rows.iter().map(row).collect(),
        bars: None,
        omitted_rows: visits.latest.more,
        empty_text: none,
    };
    vec![
        Block::Table(counts_table(caption, &visits.by_admin, "admin", none)),
        Block::Table(latest),
    ]
}
