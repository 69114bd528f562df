use super::*;
use crate::html;
use crate::page::terminal;
use lac_ledger::report_summary::SummaryInfo;
use lac_ledger::statement::{RefusedAttempt, StatementCheckpoint, StatementCustomer, Visit};
use lac_model::ids::SessionId;
use lac_model::report::{DoneAction, ReportedKind};
use lac_model::session::EndCause;
use lac_model::time::Timestamp;

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000 + seconds)
}

fn visit(state: VisitState) -> Visit {
    Visit {
        session_id: SessionId::from_bits([0xab; 16]),
        state,
        admin: Some("bea <b>".to_owned()),
        role: Some("Support".to_owned()),
        website: Some("base".to_owned()),
        store_view: None,
        link_made: Some(time(0)),
        opened: None,
        ended: None,
        seconds: None,
        cause: None,
        ended_by: None,
        reason: None,
        ticket: None,
        document: Some("credit-memo:000000001".to_owned()),
        consent: None,
        actions: Vec::new(),
        erased: false,
    }
}

fn statement() -> AccountStatement {
    AccountStatement {
        about: SummaryInfo {
            store: "shop.example".to_owned(),
            made_at: time(900),
            made_by: "anna".to_owned(),
            zone: "UTC".to_owned(),
            since: None,
            until: None,
            limits: vec![VisibilityLimit::ActionGroups],
            log_size: 9,
        },
        complete: false,
        log_began: Some(time(-9000)),
        customer: StatementCustomer {
            id: "42".parse().unwrap(),
            email: None,
            website: None,
            known: false,
            former_ids: vec!["local:7".parse().unwrap()],
        },
        events: 9,
        erased: 2,
        visits: vec![
            Visit {
                opened: Some(time(60)),
                ended: Some(time(360)),
                seconds: Some(300),
                cause: Some("duration_over".to_owned()),
                ended_by: Some("anna".to_owned()),
                actions: vec![DoneAction {
                    seq: 4,
                    action: ReportedKind::OrderPlaced,
                    document: Some("order:000000042".to_owned()),
                    summary: Some("two apples".to_owned()),
                    at: time(120),
                    after_end: true,
                }],
                erased: true,
                ..visit(VisitState::Ended)
            },
            visit(VisitState::NotOpened),
            Visit {
                opened: Some(time(600)),
                ..visit(VisitState::Open)
            },
        ],
        attempts: vec![RefusedAttempt {
            seq: 5,
            time: time(500),
            action: "redeem".to_owned(),
            admin: None,
            code: None,
            reason: None,
            ticket: None,
            session_id: None,
            erased: true,
        }],
        consents: Vec::new(),
        proof: StatementCheckpoint {
            origin: "shop.example".to_owned(),
            size: 9,
            root: "AAAA".to_owned(),
            time: time(600),
            key: "shop.example+00000000+AAAA".to_owned(),
        },
    }
}

fn rendered() -> String {
    let style = Style {
        zone: chrono_tz::UTC,
        now: time(900),
        width: None,
        color: false,
        raw: false,
    };
    let mut out = Vec::new();
    let page = statement_page(&statement(), &style);
    terminal::write_page(&mut out, &page, &style).unwrap();
    assert!(html::render_page(&page).contains("bea &lt;b&gt;"));
    let text = String::from_utf8(out).unwrap();
    // Joins the lines.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn visit_is_described_in_plain_words() {
    let text = rendered();
    for said in [
        "Staff of this shop were in your account twice, for 5 min in all.",
        "One visit was not over yet at 21 September 2026, 14:28 UTC.",
        "1 further link was made with which nobody has entered.",
        "1 attempt was refused.",
        "21 September 2026, 14:14 UTC · 5 min",
        "the longest time allowed was over (ended by anna)",
        "an order was placed (order 000000042) at 21 September 2026, 14:15 UTC: two apples (the \
         shop told this after the visit)",
        "erased on request",
        "link made, never used",
        "still in your account",
        "credit memo 000000001",
        "the reason was erased on request",
        "Details of 2 records (reasons, addresses) were erased on request.",
        "Also known as",
        "not shown: whoever made this may not read it",
        "Not necessarily",
        "lac log verify",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn every_end_cause_has_its_own_text() {
    for cause in EndCause::ALL {
        for opened in [true, false] {
            let words = text::end_reason(Some(cause.as_str()), opened);
            assert_ne!(
                words,
                text::end_reason(Some("unheard of"), opened),
                "{cause:?}"
            );
        }
    }
}

#[test]
fn refusal_codes_are_not_shown() {
    for code in ["consent_withheld", "token_spent", "unheard_of"] {
        assert!(!text::refusal_reason(Some(code), false).contains('_'));
    }
    assert_ne!(
        text::refusal_reason(None, true),
        text::refusal_reason(None, false)
    );
}
