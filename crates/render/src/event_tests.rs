use unicode_width::UnicodeWidthStr;

use super::super::OutputFormat;
use super::super::list::List;
use super::*;
use lac_model::ids::SessionId;

/// An event with something long in every field.
fn event() -> EventView {
    let details = [
        ("code".to_owned(), Value::from("store_view_not_allowed")),
        ("message".to_owned(), Value::from("\u{1b}[2Jcleared")),
    ];
    EventView {
        seq: 12_345_678,
        time: Timestamp::from_seconds(1_790_000_000),
        action_group: "login_as_customer".to_owned(),
        action: "issue".to_owned(),
        full_action_name: "loginascustomer_login_login".to_owned(),
        result: Outcome::Failure,
        admin: Some("a-rather-long-name@support.example".to_owned()),
        admin_id: Some(7),
        role: Some("Support".to_owned()),
        ip_address: None,
        os_account: Some("agent".to_owned()),
        customer_id: "9007199254740993".parse().ok(),
        customer_email: Some("\u{202e}moc.elpmaxe@enaj".to_owned()),
        website: Some("europe_and_beyond".to_owned()),
        store_view: Some("german_austrian".to_owned()),
        session_id: Some(SessionId::from_bits([0xab; 16])),
        consent: None,
        document: Some("order:000000001".to_owned()),
        reason: Some("asked\nfor help".to_owned()),
        ticket: Some("ZD-4711/2026#12".to_owned()),
        details: Some(details.into_iter().collect()),
    }
}

fn style(width: Option<u16>) -> Style {
    Style {
        zone: chrono_tz::UTC,
        now: Timestamp::from_seconds(1_790_000_060),
        width,
        color: false,
        raw: false,
    }
}

fn rendered_table(
    event: &EventView,
    columns: &'static [Column<EventView>],
    width: u16,
) -> Vec<String> {
    let mut out = Vec::new();
    let mut list = List::new(&mut out, columns, OutputFormat::Table, style(Some(width)));
    list.push(event).unwrap();
    list.finish().unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn tables_fit_their_terminal() {
    for (lines, width) in [
        (rendered_table(&event(), NARROW, 40), 40),
        (rendered_table(&event(), NARROW, 80), 80),
        (rendered_table(&event(), EVENT, 120), 120),
    ] {
        let widest = lines.iter().map(|line| line.width()).max();
        assert!(widest <= Some(width), "{lines:#?}");
    }
    assert!(prefers_narrow_table(&style(Some(80))) && !prefers_narrow_table(&style(Some(120))));
    assert!(!prefers_narrow_table(&style(None)));
}

#[test]
fn words_are_not_broken_if_there_is_room() {
    let details = [("code".to_owned(), Value::from("consent_withheld"))];
    let plain = EventView {
        seq: 131,
        admin: Some("anna".to_owned()),
        customer_id: "42".parse().ok(),
        details: Some(details.into_iter().collect()),
        ..event()
    };
    let lines = rendered_table(&plain, NARROW, 80);
    for whole in ["2026-09-21", "login_as_customer", "✗\u{a0}consent_withheld"] {
        assert!(lines.iter().any(|line| line.contains(whole)), "{lines:#?}");
    }
}

#[test]
fn text_from_outside_is_escaped_on_terminals() {
    let mut out = Vec::new();
    let style = style(Some(80));
    super::super::one::write(&mut out, &lines(&event(), &style), &style).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    assert!(text.contains(r"asked\nfor help"));
}
