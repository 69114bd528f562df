use std::io::Read;

use super::*;
use crate::event::EVENT;
use lac_model::audit::Outcome;

fn event(seq: u64, reason: &str) -> EventView {
    let details = serde_json::json!({ "code": "consent_withheld", "before": null });
    EventView {
        seq,
        time: "2026-11-23T01:25:32.123456Z".parse().unwrap(),
        action_group: "login_as_customer".to_owned(),
        action: "issue".to_owned(),
        full_action_name: "loginascustomer_login_login".to_owned(),
        result: Outcome::Failure,
        admin: Some("anna".to_owned()),
        admin_id: Some(1),
        role: Some("Support".to_owned()),
        ip_address: None,
        os_account: None,
        customer_id: "42".parse().ok(),
        customer_email: Some("jane@example.com".to_owned()),
        website: Some("base".to_owned()),
        store_view: None,
        session_id: None,
        consent: None,
        document: None,
        reason: Some(reason.to_owned()),
        ticket: Some("#4711".to_owned()),
        details: details.as_object().cloned(),
    }
}

fn every_column() -> Vec<&'static str> {
    EVENT.iter().map(|c| c.heading.field).collect()
}

fn written(columns: &[&str], raw: bool, events: &[EventView], max: u32) -> (Vec<u8>, Summary) {
    let mut sheets = Sheets::with_max_rows(Vec::new(), columns, raw, max).unwrap();
    for event in events {
        sheets.push(event).unwrap();
    }
    sheets.finish().unwrap()
}

/// The text of one file of a workbook.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = ::zip::ZipArchive::new(io::Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    let mut file = archive.by_name(name).unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

fn sheet(events: &[EventView], columns: &[&str], raw: bool) -> String {
    let (bytes, _) = written(columns, raw, events, MAX_ROWS);
    part(&bytes, "xl/worksheets/sheet1.xml")
}

#[test]
fn columns_are_the_same_as_in_other_formats() {
    let known: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
    assert_eq!(known, every_column());
    for bad in [&["seq", "nothing"][..], &[]] {
        let refused = Sheets::new(Vec::new(), bad, false).err();
        let kind = refused.map(|error| error.kind());
        assert_eq!(kind, Some(io::ErrorKind::InvalidInput), "{bad:?}");
    }
}

#[test]
fn a_row_has_a_number_a_date_and_text() {
    let columns = ["time", "customer_id", "seq", "session_id", "details"];
    let xml = sheet(&[event(7, "")], &columns, false);
    let (_, row) = xml.split_once(r#"<row r="2">"#).unwrap();
    let (row, rest) = row.split_once("</row>").unwrap();
    assert_eq!(
        row,
        concat!(
            r#"<c r="A2" s="2"><v>46349.05939957176</v></c>"#,
            r#"<c r="B2" t="inlineStr"><is><t>42</t></is></c>"#,
            r#"<c r="C2"><v>7</v></c>"#,
            r#"<c r="E2" t="inlineStr"><is><t>"#,
            r#"{"before":null,"code":"consent_withheld"}</t></is></c>"#
        )
    );
    assert!(rest.contains(r#"<autoFilter ref="A1:E2"/>"#), "{rest}");
    assert!(xml.contains(r#"topLeftCell="A2" activePane="bottomLeft" state="frozen""#));
}

#[test]
fn no_cell_is_a_formula() {
    let foreign = [
        "=1+1",
        "@SUM(A1)",
        "https://evil.example/",
        "mailto:jane@example.com",
        "{=1}",
    ];
    let events: Vec<_> = foreign.iter().map(|text| event(1, text)).collect();
    for raw in [false, true] {
        let xml = sheet(&events, &["reason"], raw);
        assert!(!xml.contains("<f>") && !xml.contains("<hyperlink"), "{xml}");
        assert_eq!(xml.contains("<t>=1+1</t>"), raw, "{xml}");
        assert_eq!(xml.contains("<t>'=1+1</t>"), !raw, "{xml}");
        assert_eq!(xml.matches("inlineStr").count(), 6);
    }
}

#[test]
fn characters_invalid_in_xml_are_escaped() {
    let text = "\u{0}\u{1b}[2J\u{ffff}\r\n_x000D_ <b>&amp; \u{7f}\u{9b}\u{202e}";
    let xml = sheet(&[event(1, text)], &["reason"], true);
    let escaped =
        "_x0000__x001B_[2J_xFFFF__x000D_\n_x005F_x000D_ &lt;b&gt;&amp;amp; \u{7f}\u{9b}\u{202e}";
    assert!(xml.contains(escaped), "{xml}");
}

#[test]
fn a_full_sheet_is_followed_by_another() {
    let events: Vec<_> = (1..=19).map(|seq| event(seq, "")).collect();
    let (bytes, summary) = written(&["seq", "reason"], false, &events, 10);
    let all = Summary {
        rows: 19,
        sheets: 3,
        cut_cells: 0,
    };
    assert_eq!(summary, all);
    let book = part(&bytes, "xl/workbook.xml");
    for named in [r#"name="Log""#, r#"name="Log 2""#, r#"name="Log 3""#] {
        assert!(book.contains(named), "{book}");
    }
    for (number, last) in [(1, "B10"), (2, "B10"), (3, "B2")] {
        let xml = part(&bytes, &format!("xl/worksheets/sheet{number}.xml"));
        assert!(xml.contains(&format!(r#"<autoFilter ref="A1:{last}"/>"#)));
        assert!(xml.contains("<t>seq</t>"));
    }
    assert!(part(&bytes, "xl/worksheets/sheet3.xml").contains("<v>19</v>"));
    // Full to the last row: no empty sheet after it.
    assert_eq!(written(&["seq"], false, &events[..18], 10).1.sheets, 2);
}

#[test]
fn workbook_without_events_has_a_header() {
    let (bytes, summary) = written(&every_column(), false, &[], MAX_ROWS);
    assert_eq!((summary.rows, summary.sheets), (0, 1));
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(xml.contains(r#"<autoFilter ref="A1:U1"/>"#), "{xml}");
}

#[test]
fn long_cells_are_cut_and_counted() {
    let events = [event(1, &"a".repeat(32_767)), event(2, &"=".repeat(32_767))];
    let (bytes, summary) = written(&["reason"], false, &events, MAX_ROWS);
    assert_eq!(summary.cut_cells, 1, "the guard counts too");
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(xml.contains(&format!("'{}…<", "=".repeat(32_765))));
}

#[test]
fn the_same_events_give_the_same_bytes() {
    let events = [event(1, "a"), event(2, "b")];
    let once = || written(&every_column(), false, &events, MAX_ROWS).0;
    let first = once();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(first == once());
    let core = part(&first, "docProps/core.xml");
    assert!(core.contains(">2026-11-23T01:25:32Z<"), "{core}");
}

#[test]
fn column_letters_continue_after_z() {
    let names = [0, 25, 26, 51, 52, 701, 702].map(letters);
    assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

/// Rows are written at once and keep their white space.
#[test]
fn rows_are_written_at_once() {
    let mut sheets = Sheets::new(Vec::new(), &every_column(), false).unwrap();
    for seq in 0..20_000 {
        sheets.push(&event(seq, &format!(" {seq:x}\n"))).unwrap();
    }
    assert!(sheets.inner_mut().len() > 400_000 && sheets.xml.is_empty());
    let (bytes, _) = sheets.finish().unwrap();
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("<t xml:space=\"preserve\"> 4e1f\n</t>"));
    assert_eq!(xml.matches("<row ").count(), 20_001);
}

/// A full disk is an error, not a panic.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_io_error() {
    let full = || {
        let full = std::fs::File::options().write(true).open("/dev/full");
        Sheets::new(full.unwrap(), &["seq", "reason"], false).and_then(|mut sheets| {
            for seq in 0..20_000u64 {
                let reason = format!("{:x}", seq.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                sheets.push(&event(seq, &reason))?;
            }
            sheets.finish()
        })
    };
    let kind = full().err().map(|error| error.kind());
    assert_eq!(kind, Some(io::ErrorKind::StorageFull));
}
