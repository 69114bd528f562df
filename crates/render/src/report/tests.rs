use unicode_width::UnicodeWidthStr;

use super::*;
use crate::html;
use crate::page::terminal;
use lac_ledger::report::{
    AccessSummary, AccountAccess, AdminChange, AdminCustomerPair, ConsentOverride, LoginCounts,
    LongSession, OutOfHoursAccess, PlacedOrder, QuickConsent, ReportDay, SelfGrantedConsent,
};
use lac_ledger::report_summary::{SummaryInfo, VisibilityLimit};
use lac_model::audit::Filter;
use lac_model::time::Timestamp;

/// Text that contains markup, an escape sequence and a right-to-left override.
const HOSTILE_TEXT: &str = "<script>alert('1')</script>\u{1b}[2J\u{202e}gpj";

fn access() -> AccountAccess {
    AccountAccess {
        seq: 12_345_678,
        time: Timestamp::from_seconds(1_790_000_000),
        admin: Some(HOSTILE_TEXT.to_owned()),
        customer_id: "9007199254740993".parse().ok(),
        website: Some("europe_and_beyond".to_owned()),
        session_id: None,
        ticket: Some("ZD-4711/2026#12".to_owned()),
    }
}

fn top<T>(row: T) -> Top<T> {
    Top {
        rows: vec![row],
        more: 3,
    }
}

fn counts() -> Top<NamedCount> {
    top(NamedCount {
        name: Some(HOSTILE_TEXT.to_owned()),
        count: 1_234_567,
    })
}

/// A report with hostile and long text in every field.
fn report() -> AccessReport {
    let visits = AccessSummary {
        count: 4,
        by_admin: counts(),
        latest: top(access()),
    };
    let time = access().time;
    AccessReport {
        about: SummaryInfo {
            store: "shop.example".to_owned(),
            made_at: time,
            made_by: HOSTILE_TEXT.to_owned(),
            zone: "America/Argentina/ComodRivadavia".to_owned(),
            since: Some(time),
            until: None,
            limits: vec![VisibilityLimit::Websites, VisibilityLimit::ActionGroups],
            log_size: 10_000_000,
        },
        filter: Filter {
            admin: lac_model::audit::FilterValues::any_of(vec![HOSTILE_TEXT; 3]).unwrap(),
            ..Filter::default()
        },
        events: 9,
        first: Some(time),
        last: Some(time),
        erased: 1,
        groups: counts().rows,
        logins: LoginCounts::default(),
        pairs: top(AdminCustomerPair {
            admin: Some(HOSTILE_TEXT.to_owned()),
            customer_id: access().customer_id,
            issued: 10_000_000,
            redeemed: 10_000_000,
            last: time,
        }),
        failures: 4,
        failures_by_kind: counts().rows,
        failures_by_code: counts(),
        failures_by_admin: counts(),
        failures_by_website: counts(),
        hours: vec![[3; 24]; 7],
        without_ticket: visits.clone(),
        outside: OutOfHoursAccess {
            office_hours: "08:00-18:00".to_owned(),
            office_days: "mon-fri".to_owned(),
            summary: visits,
        },
        longest: top(LongSession {
            seconds: 90_061,
            seq: 1,
            time,
            admin: Some(HOSTILE_TEXT.to_owned()),
            customer_id: None,
            session_id: None,
            cause: Some("consent_withdrawn".to_owned()),
        }),
        done_by_action: counts().rows,
        orders: top(PlacedOrder {
            access: access(),
            document: Some("order:000000001".to_owned()),
        }),
        own_consent: top(SelfGrantedConsent {
            login: access(),
            opened: true,
            granted_seq: Some(1),
            granted_at: Some(time),
        }),
        quick_consent: top(QuickConsent {
            login: access(),
            opened: true,
            granted_seq: 12_345_677,
            granted_at: time,
            storefront: Some(HOSTILE_TEXT.to_owned()),
            seconds: 599,
        }),
        overridden: top(ConsentOverride {
            login: access(),
            opened: false,
        }),
        changes_by_action: counts().rows,
        changes: top(AdminChange {
            seq: 1,
            time,
            admin: Some(HOSTILE_TEXT.to_owned()),
            action_group: "admin_users".to_owned(),
            action: "token_create".to_owned(),
            what: Some(HOSTILE_TEXT.repeat(3)),
            before: Some("x".repeat(120)),
            after: Some(HOSTILE_TEXT.to_owned()),
        }),
        days: vec![ReportDay {
            date: "2026-10-05".parse().unwrap(),
            events: 9,
            issued: 1,
            redeemed: 10_000_000,
            refused: 10_000_000,
            failures: 10_000_000,
        }],
    }
}

fn style(width: Option<u16>) -> Style {
    Style {
        zone: chrono_tz::America::Argentina::Buenos_Aires,
        now: access().time,
        width,
        color: false,
        raw: false,
    }
}

fn rendered_on_terminal(width: Option<u16>) -> String {
    let mut out = Vec::new();
    let style = style(width);
    terminal::write_page(&mut out, &report_page(&report(), &style), &style).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_fits_its_terminal() {
    for width in [60, 80, 140] {
        let text = rendered_on_terminal(Some(width));
        for line in text.lines() {
            assert!(line.width() <= usize::from(width), "{width}: {line}");
        }
    }
}

#[test]
fn hostile_text_is_escaped() {
    let hostile = ['\u{1b}', '\u{202e}'];
    for width in [None, Some(80)] {
        assert!(!rendered_on_terminal(width).contains(hostile));
    }
    let page = html::render_page(&report_page(&report(), &style(None)));
    assert!(!page.contains(hostile) && !page.contains("<script"));
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
}

#[test]
fn limits_are_stated() {
    let text = rendered_on_terminal(None);
    for said in [
        "sees only some of the websites",
        "may read the logins only",
        "The personal part of 1 event was erased",
        "Customers' own consent, used within 10 min (4)",
        "Consent overridden (4)",
        "and 3 more",
    ] {
        assert!(text.contains(said), "{said}");
    }
}
