//! What deserves a second look.

use super::{counts, customer, name};
use crate::Look;
use crate::frame::short;
use crate::list::{Text, Tone};
use crate::paper::{Grid, Part, Section, heads};
use lac_ledger::report::Reported;
use lac_ledger::report::{Access, Outside, Overridden, OwnConsent, Top, Visits};
use lac_model::time::length;

pub(super) fn section(report: &Reported, look: &Look) -> Section {
    let mut parts = vec![
        Part::Grid(own_consent(&report.own_consent, look)),
        Part::Grid(overridden(&report.overridden, look)),
    ];
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
        columns: heads(&["length", "admin", "customer", "ended", "why"]),
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
        let granted_at = own.granted_at;
        vec![
            short(own.login.time, look.zone),
            name(own.login.admin.as_deref()),
            customer(own.login.customer_id),
            opened(own.opened),
            granted_at.map_or_else(|| name(None), |at| short(at, look.zone)),
        ]
    });
    Grid {
        caption: format!(
            "Consent given and used by the same person ({})",
            list.total()
        ),
        columns: heads(&["login", "admin", "customer", "link", "consent given"]),
        rows: rows.collect(),
        bars: None,
        more: list.more,
        empty: "none",
    }
}

fn overridden(list: &Top<Overridden>, look: &Look) -> Grid {
    let rows = list.rows.iter().map(|one| {
        vec![
            short(one.login.time, look.zone),
            name(one.login.admin.as_deref()),
            customer(one.login.customer_id),
            opened(one.opened),
            one.login.ticket.clone().unwrap_or_default().into(),
        ]
    });
    Grid {
        caption: format!("Consent overridden ({})", list.total()),
        columns: heads(&["login", "admin", "customer", "link", "ticket"]),
        rows: rows.collect(),
        bars: None,
        more: list.more,
        empty: "none",
    }
}

fn opened(is_opened: bool) -> Text {
    if is_opened {
        Text::toned("opened", Tone::Bad)
    } else {
        Text::toned("not opened", Tone::Dim)
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
        columns: heads(&["opened", "admin", "customer", "website", "ticket"]),
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
