//! Checks a stored event: its texts, its commitments, and the columns that
//! repeat its fields.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::merkle;
use lac_model::audit::{EventField, EventTexts, RecordFields, decode_json_string};
use lac_model::bytes::Hash;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;
use lac_store::{Cell, EventCells};

/// The columns that repeat a text field of the record.
fn copied_columns<'r>(cells: &EventCells<'r>) -> [(&'static str, Cell<'r>, EventField); 9] {
    [
        ("action_group", cells.action_group, EventField::ActionGroup),
        ("action", cells.action, EventField::Action),
        ("result", cells.result, EventField::Result),
        ("admin", cells.admin, EventField::Admin),
        ("session_id", cells.session_id, EventField::SessionId),
        ("website", cells.website, EventField::Website),
        ("store_view", cells.store_view, EventField::StoreView),
        ("document", cells.document, EventField::Document),
        ("ticket", cells.ticket, EventField::Ticket),
    ]
}

/// A row without differences.
#[derive(Debug)]
pub(super) struct CheckedRow<'r> {
    pub record: RecordFields<'r>,
    pub leaf: Hash,
    /// Microseconds since 1970.
    pub time: i64,
    /// Whether the `shopper` part was erased.
    pub is_erased: bool,
}

/// The text of a finding.
type RowProblem = String;

/// Checks a row that should be event `seq`. The error is the first difference.
pub(super) fn check_row<'r>(
    seq: u64,
    cells: &EventCells<'r>,
) -> Result<CheckedRow<'r>, RowProblem> {
    if cells.seq != Cell::Integer(seq.cast_signed()) {
        return Err(format!("it has the number {}", describe_cell(cells.seq)));
    }
    let record = cell_text(cells.record, "record")?;
    let staff = cell_text(cells.staff, "staff part")?;
    let shopper = match (cells.shopper, cells.shopper_salt) {
        (Cell::Null, Cell::Null) => None,
        (Cell::Null, _) => {
            return Err("its shopper part is missing, but its salt is still there".to_owned());
        }
        (part, _) => Some(cell_text(part, "shopper part")?),
    };
    let texts = EventTexts {
        record,
        customer_part: shopper,
        staff_part: staff,
    };
    let fields = RecordFields::new(texts).map_err(|e| e.to_string())?;
    if !record.starts_with("{\"v\":1,") {
        return Err("its record is of an unknown version".to_owned());
    }
    if fields.value(EventField::Seq).parse() != Ok(seq) {
        return Err(format!(
            "its record says it is event {}",
            fields.value(EventField::Seq)
        ));
    }
    let [of_shopper, of_staff] = fields.commitments();
    check_commitment(of_staff, staff, cells.staff_salt, "staff part")?;
    if let Some(shopper) = shopper {
        check_commitment(of_shopper, shopper, cells.shopper_salt, "shopper part")?;
    }
    let time = check_columns(&fields, cells)?;
    Ok(CheckedRow {
        leaf: merkle::leaf_hash(record.as_bytes()),
        record: fields,
        time,
        is_erased: shopper.is_none(),
    })
}

fn cell_text<'r>(cell: Cell<'r>, what: &str) -> Result<&'r str, RowProblem> {
    match cell {
        Cell::Text(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| format!("its {what} is no text"))
        }
        _ => Err(format!("its {what} is no text")),
    }
}

/// Whether a part and its salt match the commitment in the record.
fn check_commitment(
    commitment: &str,
    part: &str,
    salt: Cell<'_>,
    what: &str,
) -> Result<(), RowProblem> {
    let Cell::Blob(salt) = salt else {
        return Err(format!("the salt of its {what} is damaged"));
    };
    let salt: &[u8; 32] = salt
        .try_into()
        .map_err(|_| format!("the salt of its {what} is damaged"))?;
    let mut encoded = [0; 43];
    let hash = merkle::commitment(salt, part.as_bytes());
    let length = URL_SAFE_NO_PAD.encode_slice(hash, &mut encoded);
    if length == Ok(43) && encoded == *commitment.as_bytes() {
        return Ok(());
    }
    Err(format!("its {what} is not the one its record commits to"))
}

/// Whether the columns match the record. Returns the time in microseconds since
/// 1970.
fn check_columns(fields: &RecordFields<'_>, cells: &EventCells<'_>) -> Result<i64, RowProblem> {
    for (name, cell, field) in copied_columns(cells) {
        let same = match cell {
            Cell::Null => fields.value(field) == "null",
            Cell::Text(bytes) => is_json_string_of(fields.value(field), bytes),
            _ => false,
        };
        if !same {
            return Err(column_problem(name, cell, fields.value(field)));
        }
    }
    let admin_id = fields.value(EventField::AdminId);
    if !matches_number(cells.admin_id, admin_id.parse().ok(), admin_id == "null") {
        return Err(column_problem("admin_id", cells.admin_id, admin_id));
    }
    let customer = fields.value(EventField::CustomerId);
    let id = decode_json_string(customer).and_then(|text| text.parse::<CustomerId>().ok());
    if !matches_number(
        cells.customer_id,
        id.map(CustomerId::to_stored),
        customer == "null",
    ) {
        return Err(column_problem("customer_id", cells.customer_id, customer));
    }
    let time = fields.value(EventField::Time);
    let micros = parse_micros(time).ok_or_else(|| format!("its time {time} is not valid"))?;
    if cells.time != Cell::Integer(micros) {
        return Err(column_problem("time", cells.time, time));
    }
    Ok(micros)
}

/// Whether a JSON value is the string `text`.
fn is_json_string_of(value: &str, text: &[u8]) -> bool {
    match value.as_bytes() {
        // An escaped string is longer than what it stands for.
        [b'"', inner @ .., b'"'] if inner.len() == text.len() => {
            inner == text && text.iter().all(|byte| *byte != b'\\')
        }
        _ => decode_json_string(value).is_some_and(|decoded| decoded.as_bytes() == text),
    }
}

fn matches_number(cell: Cell<'_>, number: Option<i64>, is_null: bool) -> bool {
    match cell {
        Cell::Null => is_null,
        Cell::Integer(found) => number == Some(found),
        _ => false,
    }
}

fn column_problem(name: &str, cell: Cell<'_>, value: &str) -> RowProblem {
    let value: String = value.chars().take(60).collect();
    format!(
        "its column {name} is {}, its record says {value}",
        describe_cell(cell)
    )
}

/// The value of a cell, for a message.
pub(super) fn describe_cell(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "empty".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            format!("\"{}\"", text.chars().take(60).collect::<String>())
        }
        Cell::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// The form of a quoted time; each `0` stands for a digit.
const TIME_FORM: &[u8; 29] = b"\"0000-00-00T00:00:00.000000Z\"";

/// Parses a quoted time in the record's only form,
/// `2026-01-31T12:00:00.000000Z`, into microseconds. chrono's parser would take
/// longer than all other checks of a row.
fn parse_micros(value: &str) -> Option<i64> {
    let bytes: &[u8; 29] = value.as_bytes().try_into().ok()?;
    // All bytes are looked at, so that it needs no branch for each.
    let has_form = bytes.iter().zip(TIME_FORM).fold(true, |ok, (byte, form)| {
        ok & if *form == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == form
        }
    });
    if !has_form {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = bytes[from..to].iter();
        digits.fold(0, |sum, b| sum * 10 + i64::from(b - b'0'))
    };
    let (year, month, day) = (number(1, 5), number(6, 8), number(9, 11));
    let (hour, minute, second) = (number(12, 14), number(15, 17), number(18, 20));
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !in_range {
        return None;
    }
    // Days since 1970-01-01, with years that begin in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    let micros = seconds * 1_000_000 + number(21, 27);
    // A day that the month does not have becomes a day of the next month.
    Timestamp::try_from_micros(micros).map(Timestamp::micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_match_serde(
            value in "null|7|\"|\"\"|\"[a\"\\\\u00e9é]{0,9}\"",
            text in "[a\"\\\\éu0-9]{0,4}",
        ) {
            let decoded = decode_json_string(&value).map(std::borrow::Cow::into_owned);
            let same = decoded.as_deref() == Some(text.as_str());
            prop_assert_eq!(is_json_string_of(&value, text.as_bytes()), same);
            let written = serde_json::to_string(&text).expect("JSON");
            prop_assert!(is_json_string_of(&written, text.as_bytes()), "{}", written);
            if let Some(decoded) = decoded {
                prop_assert!(is_json_string_of(&value, decoded.as_bytes()));
            }
        }

        #[test]
        fn times_match_chrono(
            micros_ in Timestamp::MIN.micros()..Timestamp::MAX.micros(),
        ) {
            let text = format!("\"{}\"", Timestamp::from_micros(micros_));
            prop_assert_eq!(parse_micros(&text), Some(micros_));
        }

        #[test]
        fn malformed_times_are_refused(text in "\"?[0-9TZ:.-]{0,29}\"?") {
            if let Some(found) = parse_micros(&text) {
                let inner = text.trim_matches('"');
                // 2026-02-31 is read as a day of March: the text differs then.
                let same = Timestamp::from_micros(found).to_string() == inner;
                prop_assert!(same || inner.contains("-31T") || inner.contains("-30T") || inner.contains("-29T"));
            }
        }
    }
}
