use proptest::prelude::*;
use serde_json::{Value, json};

use super::{decode_event, seal_event};
use lac_model::audit::{Action, Event, EventField, EventTexts, RecordFields};
use lac_model::time::Timestamp;

/// An event with `text` in every text field.
fn event_with_text(text: &str) -> Event {
    let mut event = Event::new(Action::LoginIssue);
    event.admin = Some(text.to_owned());
    event.role = Some(text.to_owned());
    event.website = Some(text.to_owned());
    event.customer_email = Some(text.to_owned());
    event.reason = Some(text.to_owned());
    event.os_account = Some(text.to_owned());
    event.add_detail(text, json!({"nested": [text, {"deeper": text}], "n": 1.5}));
    event
}

fn stored_event(event: &Event) -> lac_model::audit::StoredEvent {
    let sealed = seal_event(
        event,
        7,
        Timestamp::from_seconds(1),
        None,
        [[1; 32], [2; 32]],
    )
    .unwrap();
    lac_model::audit::StoredEvent {
        seq: 7,
        record: sealed.record,
        customer_part: sealed.parts.customer_part.map(|(text, _)| text),
        staff_part: sealed.parts.staff_part.0,
    }
}

proptest! {
    #[test]
    fn field_values_match_serde(text in any::<String>(), erased: bool) {
        let mut stored = stored_event(&event_with_text(&text));
        if erased {
            stored.customer_part = None;
        }
        let fields = RecordFields::new(stored.texts()).unwrap();
        let view = serde_json::to_value(decode_event(&stored).unwrap()).unwrap();
        for field in EventField::ALL {
            let value: Value = serde_json::from_str(fields.value(*field)).unwrap();
            prop_assert_eq!(&value, &view[field.name()], "{}", field.name());
        }
        let admin = fields.decoded_value(EventField::Admin);
        prop_assert_eq!(admin.as_deref(), Some(text.as_str()));
        prop_assert_eq!(fields.seq(), Some(7));
    }

    /// No input may panic.
    #[test]
    fn malformed_records_are_refused(text in any::<String>(), at in 0_usize..600, with in any::<char>()) {
        let texts = |record| EventTexts { record, customer_part: None, staff_part: "{}" };
        prop_assert!(RecordFields::new(texts(&text)).is_err());
        let stored = stored_event(&event_with_text("anna"));
        let mut record = stored.record.clone();
        let at = record.floor_char_boundary(at.min(record.len()));
        record.insert(at, with);
        let damaged = EventTexts { record: &record, ..stored.texts() };
        if let Ok(fields) = RecordFields::new(damaged) {
            let _ = EventField::ALL.iter().map(|field| fields.value(*field).len()).sum::<usize>();
        }
    }
}
