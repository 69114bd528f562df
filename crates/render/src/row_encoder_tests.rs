use proptest::prelude::*;
use serde_json::Value;

use super::*;
use lac_ledger::record::seal_event;
use lac_model::audit::{Action, Event, StoredEvent};
use lac_model::time::Timestamp;

fn stored_event(text: &str) -> StoredEvent {
    let mut event = Event::new(Action::LoginIssue);
    event.admin = Some(text.to_owned());
    event.admin_id = Some(-7);
    event.role = Some(String::new());
    event.customer_email = Some(format!("={text}"));
    event.reason = Some(text.to_owned());
    event.add_detail("key", text);
    let time = Timestamp::from_seconds(1);
    let sealed = seal_event(&event, 1, time, None, [[1; 32], [2; 32]]).unwrap();
    StoredEvent {
        seq: 1,
        record: sealed.record,
        customer_part: sealed.parts.customer_part.map(|(text, _)| text),
        staff_part: sealed.parts.staff_part.0,
    }
}

fn encoded_row(rows: &EventRowEncoder, stored: &StoredEvent) -> String {
    let mut out = rows.header().into_bytes();
    rows.write(&RecordFields::new(stored.texts()).unwrap(), &mut out);
    String::from_utf8(out).unwrap()
}

/// Texts of all lengths around the sizes that are compared or copied at once,
/// with a special character at any place.
fn hostile_texts() -> impl Strategy<Value = String> {
    let near_block = (0..80_usize, 0..80_usize).prop_flat_map(|(before, after)| {
        let special = proptest::sample::select(
            &[
                "",
                "\"",
                "\\",
                "\n",
                "\u{0}",
                "\u{1f}",
                ",",
                "é",
                "\u{10ffff}",
                "\\\"",
                "\"\"\"\"",
                "{",
                "}",
            ][..],
        );
        special.prop_map(move |special| "x".repeat(before) + special + &"y".repeat(after))
    });
    prop_oneof![near_block, any::<String>(), "[\"\\\\,x]{0,90}"]
}

proptest! {
    #[test]
    fn json_is_what_serde_writes(text in hostile_texts(), is_erased: bool) {
        let mut stored = stored_event(&text);
        if is_erased {
            stored.customer_part = None;
        }
        let expected = serde_json::to_string(&lac_ledger::record::decode_event(&stored).unwrap()).unwrap();
        prop_assert_eq!(encoded_row(&EventRowEncoder::json(&[]), &stored), expected + "\n");
    }

    /// Another CSV library reads what was written: strings, numbers and JSON,
    /// with only the guard added before formulas.
    #[test]
    fn csv_round_trips(
        text in prop_oneof!["\\PC*|[=+@,\"\r\n\t' a-]{0,8}", hostile_texts()],
        raw: bool,
        is_erased: bool,
    ) {
        let mut stored = stored_event(&text);
        if is_erased {
            stored.customer_part = None;
        }
        let written = encoded_row(&EventRowEncoder::csv(&[], raw), &stored);
        let mut reader = csv::Reader::from_reader(written.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), 1);
        let view = serde_json::to_value(lac_ledger::record::decode_event(&stored).unwrap()).unwrap();
        for (name, cell) in header.iter().zip(records[0].iter()) {
            let expected = match &view[name] {
                Value::Null => String::new(),
                Value::String(text) if raw => text.clone(),
                Value::String(text) => formula_guard(text).into_owned(),
                other => other.to_string(),
            };
            prop_assert_eq!(cell, expected, "{}", name);
        }
    }
}

#[test]
fn columns_are_in_the_requested_order() {
    let stored = stored_event("x");
    let columns = [EventField::Ticket, EventField::Admin, EventField::Seq];
    assert_eq!(
        encoded_row(&EventRowEncoder::csv(&columns, false), &stored),
        "ticket,admin,seq\n,x,1\n"
    );
    assert_eq!(
        encoded_row(&EventRowEncoder::json(&columns), &stored),
        "{\"ticket\":null,\"admin\":\"x\",\"seq\":1}\n"
    );
    for field in [EventField::Ticket, EventField::Role] {
        assert!(encoded_row(&EventRowEncoder::csv(&[field], false), &stored).ends_with("\n\"\"\n"));
    }
}

/// A caller of the broker can ask for the same column many times.
#[test]
fn a_row_has_room_for_repeated_columns() {
    let text = "\"".repeat(200);
    let stored = stored_event(&text);
    let columns = [EventField::Reason; 40];
    let row = encoded_row(&EventRowEncoder::csv(&columns, true), &stored);
    let cell = format!("\"{}\"", "\"".repeat(400));
    assert!(row.ends_with(&format!("\n{}\n", vec![cell.as_str(); 40].join(","))));
    let row = encoded_row(&EventRowEncoder::json(&columns), &stored);
    let member = format!("\"reason\":{}", serde_json::to_string(&text).unwrap());
    assert_eq!(
        row,
        format!("{{{}}}\n", vec![member.as_str(); 40].join(","))
    );
}
