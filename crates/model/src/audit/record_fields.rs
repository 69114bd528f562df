//! Finds the values in an event's texts without decoding them.
//!
//! The keys of the three texts have a fixed order (see `lac_ledger`), so one
//! pass over the bytes is enough. Reports and exports of millions of events
//! copy values as they are stored instead of serialising them again.

use std::borrow::Cow;

use super::field::EventField;
use crate::bytes::{BLOCK_BYTES, find_json_special, mark_json_special};
use crate::time::Timestamp;

/// Defines a function that finds the values of a JSON object with exactly these
/// keys in this order, without white space.
macro_rules! cutter {
    ($part:ident: $($key:literal)* $(? $optional:literal $($then:literal)*)?) => {
        #[inline]
        fn $part(text: &str, values: &mut [Span]) -> Option<()> {
            let bytes = text.as_bytes();
            let mut values = values.iter_mut();
            let mut at = 0;
            $(
                // Expanded for each key, so that the comparison is with a
                // constant.
                let start = at + $key.len();
                if bytes.get(at..start)? != $key {
                    return None;
                }
                at = find_value_end(bytes, start)?;
                *values.next()? = Span { start, end: at };
            )*
            $(
                // An optional key.
                let value = values.next()?;
                *value = ABSENT;
                let start = at + $optional.len();
                if bytes.get(at..start).is_some_and(|key| key == $optional) {
                    at = find_value_end(bytes, start)?;
                    *value = Span { start, end: at };
                }
                $(
                    let start = at + $then.len();
                    if bytes.get(at..start)? != $then {
                        return None;
                    }
                    at = find_value_end(bytes, start)?;
                    *values.next()? = Span { start, end: at };
                )*
            )?
            (bytes.get(at..)? == b"}").then_some(())
        }
    };
}

cutter! { record:
    b"{\"v\":"
    b",\"seq\":"
    b",\"time\":"
    b",\"clock\":"
    b",\"action_group\":"
    b",\"action\":"
    b",\"full_action_name\":"
    b",\"result\":"
    b",\"admin\":"
    b",\"admin_id\":"
    b",\"role\":"
    b",\"session_id\":"
    b",\"customer_id\":"
    b",\"website\":"
    b",\"store_view\":"
    b",\"consent\":"
    b",\"document\":"
    b",\"ticket\":"
    b",\"erased\":"
    ? b",\"state\":"
    b",\"shopper\":"
    b",\"staff\":"
}
cutter! { shopper: b"{\"customer_email\":" b",\"reason\":" b",\"details\":" }
cutter! { staff:
    b"{\"ip_address\":"
    b",\"os_account\":"
    b",\"login_uid\":"
    ? b",\"user_agent\":"
}

/// The three texts of an event, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTexts<'a> {
    pub record: &'a str,
    /// `None` once erased.
    pub customer_part: Option<&'a str>,
    pub staff_part: &'a str,
}

/// A text that does not have the form of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {text} is not in the form of an event")]
pub struct MalformedEvent {
    /// `record`, `shopper part` or `staff part`.
    pub text: &'static str,
}

/// An event's values, each as JSON text: `null`, a quoted string, a number or
/// an object.
#[derive(Debug, Clone, Copy)]
pub struct RecordFields<'a> {
    pub texts: EventTexts<'a>,
    values: [Span; VALUE_COUNT],
}

/// The position of a value in its text.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// A value and the text after it.
#[derive(Debug, Clone, Copy)]
pub struct ValueSlice<'a> {
    /// The text from the beginning of the value.
    pub tail: &'a [u8],
    /// The value's length in bytes.
    pub length: usize,
}

/// The value of every field in an erased part.
const NULL_TEXT: &str = "null";
/// The span of an optional key that is absent.
const ABSENT: Span = Span { start: 0, end: 0 };
const NULL: Span = Span {
    start: 0,
    end: NULL_TEXT.len(),
};

/// The number of values in all three texts, and the indexes of the first value
/// of the customer part and of the staff part.
const VALUE_COUNT: usize = 29;
const CUSTOMER_PART_START: usize = 22;
const STAFF_PART_START: usize = 25;

/// The index of a field's value.
fn value_index(field: EventField) -> usize {
    match field {
        EventField::Seq => 1,
        EventField::Time => 2,
        EventField::ActionGroup => 4,
        EventField::Action => 5,
        EventField::FullActionName => 6,
        EventField::Result => 7,
        EventField::Admin => 8,
        EventField::AdminId => 9,
        EventField::Role => 10,
        EventField::SessionId => 11,
        EventField::CustomerId => 12,
        EventField::Website => 13,
        EventField::StoreView => 14,
        EventField::Consent => 15,
        EventField::Document => 16,
        EventField::Ticket => 17,
        EventField::CustomerEmail => CUSTOMER_PART_START,
        EventField::Reason => CUSTOMER_PART_START + 1,
        EventField::Details => CUSTOMER_PART_START + 2,
        EventField::IpAddress => STAFF_PART_START,
        EventField::OsAccount => STAFF_PART_START + 1,
    }
}

impl<'a> RecordFields<'a> {
    #[inline]
    pub fn new(texts: EventTexts<'a>) -> Result<Self, MalformedEvent> {
        let of = |text| MalformedEvent { text };
        let mut fields = Self {
            texts,
            values: [NULL; VALUE_COUNT],
        };
        let (records, parts) = fields.values.split_at_mut(CUSTOMER_PART_START);
        let (shoppers, staffs) = parts.split_at_mut(STAFF_PART_START - CUSTOMER_PART_START);
        record(texts.record, records).ok_or(of("record"))?;
        match texts.customer_part {
            Some(text) => shopper(text, shoppers).ok_or(of("shopper part"))?,
            None => shoppers.fill(NULL),
        }
        staff(texts.staff_part, staffs).ok_or(of("staff part"))?;
        Ok(fields)
    }

    /// A field's value as JSON text.
    #[inline]
    pub fn value(&self, field: EventField) -> &'a str {
        let at = value_index(field);
        self.slice(at, at)
    }

    /// A field's value and the text after it.
    #[inline]
    pub fn value_slice(&self, field: EventField) -> ValueSlice<'a> {
        let at = value_index(field);
        self.tail_slice(at, at)
    }

    /// The text from the first field's value to the last field's, both
    /// included, with the keys between them; `None` if that text was erased.
    ///
    /// Both fields must be in the same text: see [`Self::are_adjacent`].
    #[inline]
    pub fn value_range(&self, first: EventField, last: EventField) -> Option<ValueSlice<'a>> {
        let (first, last) = (value_index(first), value_index(last));
        let is_erased = (CUSTOMER_PART_START..STAFF_PART_START).contains(&first)
            && self.texts.customer_part.is_none();
        (!is_erased).then(|| self.tail_slice(first, last))
    }

    #[inline]
    fn tail_slice(&self, first: usize, last: usize) -> ValueSlice<'a> {
        let start = self.values[first].start;
        let tail = self.text_at(first).as_bytes().get(start..);
        ValueSlice {
            tail: tail.unwrap_or_default(),
            length: self.values[last].end - start,
        }
    }

    /// Whether `second` directly follows `first` in the text of every event.
    pub fn are_adjacent(first: EventField, second: EventField) -> bool {
        let second = value_index(second);
        value_index(first) + 1 == second
            && second != CUSTOMER_PART_START
            && second != STAFF_PART_START
    }

    #[inline]
    fn slice(&self, first: usize, last: usize) -> &'a str {
        // Values end at ASCII characters, so no character is split.
        self.text_at(first)
            .get(self.values[first].start..self.values[last].end)
            .unwrap_or_default()
    }

    /// The text that contains a value.
    #[inline]
    fn text_at(&self, at: usize) -> &'a str {
        match at {
            0..CUSTOMER_PART_START => self.texts.record,
            CUSTOMER_PART_START..STAFF_PART_START => self.texts.customer_part.unwrap_or(NULL_TEXT),
            _ => self.texts.staff_part,
        }
    }

    /// The decoded value of a string field; `None` for null.
    pub fn decoded_value(&self, field: EventField) -> Option<Cow<'a, str>> {
        decode_json_string(self.value(field))
    }

    pub fn seq(&self) -> Option<u64> {
        self.value(EventField::Seq).parse().ok()
    }

    /// The time that the clock showed. Usually it is the event's time; an
    /// event's time is never before that of the event before it.
    pub fn clock_time(&self) -> Option<Timestamp> {
        let clock =
            decode_json_string(self.slice(3, 3)).or_else(|| self.decoded_value(EventField::Time));
        clock?.parse().ok()
    }

    /// The ranges of seqs whose personal data this event erased, as JSON.
    pub fn erased_ranges(&self) -> &'a str {
        self.slice(18, 18)
    }

    /// The digests of the state after the event, as JSON; `None` if it has
    /// none.
    pub fn state_digests(&self) -> Option<&'a str> {
        Some(self.slice(19, 19)).filter(|state| !state.is_empty())
    }

    /// The commitments to the customer part and the staff part, without quotes.
    pub fn commitments(&self) -> [&'a str; 2] {
        [20, 21].map(|at| self.slice(at, at).trim_matches('"'))
    }
}

/// Decodes a JSON string; `None` for any other value, such as null.
pub fn decode_json_string(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(value).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// The end (exclusive) of the value that begins at `start`.
#[inline]
fn find_value_end(bytes: &[u8], start: usize) -> Option<usize> {
    match *bytes.get(start)? {
        b'"' => find_string_end(bytes, start),
        b'n' => bytes[start..].starts_with(b"null").then_some(start + 4),
        _ => find_other_end(bytes, start),
    }
}

/// The end of a number, object or list, or of a word such as `true`.
fn find_other_end(bytes: &[u8], start: usize) -> Option<usize> {
    if matches!(bytes[start], b'{' | b'[') {
        return find_nested_end(bytes, start);
    }
    let mut at = start;
    // Nearly always, digits are all there is.
    while bytes.get(at)?.is_ascii_digit() {
        at += 1;
    }
    let is_bare = |b: &u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
    while is_bare(bytes.get(at)?) {
        at += 1;
    }
    (at > start).then_some(at)
}

/// The end of the string whose quote is at `start`. Most strings end within the
/// first block.
#[inline]
fn find_string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut from = start + 1;
    if let Some(block) = bytes.get(from..)?.first_chunk() {
        let marks = mark_json_special(block);
        let at = from + marks.trailing_zeros() as usize;
        if marks == 0 {
            from += BLOCK_BYTES;
        } else if bytes[at] == b'"' {
            return Some(at + 1);
        }
    }
    find_long_string_end(bytes, from)
}

/// The end of a string of which the bytes before `from` are plain.
fn find_long_string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = find_json_special(bytes, at)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => return None,
        }
    }
}

fn find_nested_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                at = find_string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            0..=b' ' => return None,
            _ => {}
        }
        at += 1;
    }
}
