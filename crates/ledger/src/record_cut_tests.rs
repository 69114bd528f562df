use proptest::prelude::*;
use serde_json::{Value, json};

use super::{seal, view};
use lac_model::audit::{Action, Cut, Event, Field, Texts};
use lac_model::time::Timestamp;

/// An event with this text wherever text goes.
fn event(text: &str) -> Event {
    let mut event = Event::new(Action::LoginIssue);
    event.admin = Some(text.to_owned());
    event.role = Some(text.to_owned());
    event.website = Some(text.to_owned());
    event.customer_email = Some(text.to_owned());
    event.reason = Some(text.to_owned());
    event.os_account = Some(text.to_owned());
    event.detail(text, json!({"nested": [text, {"deeper": text}], "n": 1.5}));
    event
}

fn sealed(event: &Event) -> lac_model::audit::StoredEvent {
    let sealed = seal(
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
        shopper: sealed.parts.shopper.map(|(text, _)| text),
        staff: sealed.parts.staff.0,
    }
}

proptest! {
    /// What is cut out is what reading the texts with serde gives.
    #[test]
    fn values_are_those_that_serde_reads(text in any::<String>(), erased: bool) {
        let mut stored = sealed(&event(&text));
        if erased {
            stored.shopper = None;
        }
        let cut = Cut::new(stored.texts()).unwrap();
        let view = serde_json::to_value(view(&stored).unwrap()).unwrap();
        for field in Field::ALL {
            let value: Value = serde_json::from_str(cut.value(*field)).unwrap();
            prop_assert_eq!(&value, &view[field.name()], "{}", field.name());
        }
        let admin = cut.text(Field::Admin);
        prop_assert_eq!(admin.as_deref(), Some(text.as_str()));
        prop_assert_eq!(cut.seq(), Some(7));
    }

    /// No bytes make it panic, and what is no object of these keys is refused.
    #[test]
    fn other_texts_are_refused(text in any::<String>(), at in 0_usize..600, with in any::<char>()) {
        let texts = |record| Texts { record, shopper: None, staff: "{}" };
        prop_assert!(Cut::new(texts(&text)).is_err());
        let stored = sealed(&event("anna"));
        let mut record = stored.record.clone();
        let at = record.floor_char_boundary(at.min(record.len()));
        record.insert(at, with);
        let damaged = Texts { record: &record, ..stored.texts() };
        if let Ok(cut) = Cut::new(damaged) {
            let _ = Field::ALL.iter().map(|field| cut.value(*field).len()).sum::<usize>();
        }
    }
}
