use proptest::prelude::*;
use serde_json::Value;

use super::*;
use lac_ledger::record::seal;
use lac_model::audit::{Action, Event, StoredEvent};
use lac_model::time::Timestamp;

fn stored(text: &str) -> StoredEvent {
    let mut event = Event::new(Action::LoginIssue);
    event.admin = Some(text.to_owned());
    event.admin_id = Some(-7);
    event.role = Some(String::new());
    event.customer_email = Some(format!("={text}"));
    event.reason = Some(text.to_owned());
    event.detail("key", text);
    let time = Timestamp::from_seconds(1);
    let sealed = seal(&event, 1, time, None, [[1; 32], [2; 32]]).unwrap();
    StoredEvent {
        seq: 1,
        record: sealed.record,
        shopper: sealed.parts.shopper.map(|(text, _)| text),
        staff: sealed.parts.staff.0,
    }
}

fn row(rows: &Rows, stored: &StoredEvent) -> String {
    let mut out = rows.head().into_bytes();
    rows.write(&Cut::new(stored.texts()).unwrap(), &mut out);
    String::from_utf8(out).unwrap()
}

proptest! {
    #[test]
    fn json_is_what_serde_writes(text in any::<String>()) {
        let stored = stored(&text);
        let expected = serde_json::to_string(&lac_ledger::record::view(&stored).unwrap()).unwrap();
        prop_assert_eq!(row(&Rows::json(&[]), &stored), expected + "\n");
    }

    /// Another reader gets back what went in: strings, numbers and JSON, with
    /// the guard alone before formulas.
    #[test]
    fn csv_comes_back(text in "\\PC*|[=+@,\"\r\n\t' a-]{0,8}", raw: bool) {
        let stored = stored(&text);
        let written = row(&Rows::csv(&[], raw), &stored);
        let mut reader = csv::Reader::from_reader(written.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), 1);
        let view = serde_json::to_value(lac_ledger::record::view(&stored).unwrap()).unwrap();
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
fn columns_come_in_the_order_asked_for() {
    let stored = stored("x");
    let columns = [Field::Ticket, Field::Admin, Field::Seq];
    assert_eq!(
        row(&Rows::csv(&columns, false), &stored),
        "ticket,admin,seq\n,x,1\n"
    );
    assert_eq!(
        row(&Rows::json(&columns), &stored),
        "{\"ticket\":null,\"admin\":\"x\",\"seq\":1}\n"
    );
    for field in [Field::Ticket, Field::Role] {
        assert!(row(&Rows::csv(&[field], false), &stored).ends_with("\n\"\"\n"));
    }
}
