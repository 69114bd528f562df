//! An event's texts cut into their values, without decoding them.
//!
//! The three texts have one fixed order of keys (see [`lac_ledger::record`]), so
//! that cutting is one pass over the bytes: reports and exports of millions of
//! events copy values as they are stored instead of building them anew.

use std::borrow::Cow;

use super::field::EventField;
use crate::bytes::find_json_special;
use crate::time::Timestamp;

/// Makes what finds the values of a text of these keys (each with what stands
/// before it) and nothing between them.
macro_rules! cutter {
    ($part:ident: $($key:literal)* $(? $optional:literal $($then:literal)*)?) => {
        #[inline]
        fn $part(text: &str, values: &mut [Span]) -> Option<()> {
            let bytes = text.as_bytes();
            let mut values = values.iter_mut();
            let mut at = 0;
            $(
                // Written out for each key, so that it is compared with a
                // constant.
                let start = at + $key.len();
                if bytes.get(at..start)? != $key {
                    return None;
                }
                at = find_value_end(bytes, start)?;
                *values.next()? = Span { start, end: at };
            )*
            $(
                // A key that is there only where it says something.
                let value = values.next()?;
                *value = ABSENT;
                let start = at + $optional.len();
                if bytes.get(at..start)? == $optional {
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
cutter! { staff: b"{\"ip_address\":" b",\"os_account\":" b",\"login_uid\":" }

/// The texts of one event, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTexts<'a> {
    pub record: &'a str,
    /// `None` once erased.
    pub customer_part: Option<&'a str>,
    pub staff_part: &'a str,
}

/// A text is not what events are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {text} is not in the form of an event")]
pub struct MalformedEvent {
    /// `record`, `shopper part` or `staff part`.
    pub text: &'static str,
}

/// An event whose values can be looked at. Values are JSON texts: `null`, a
/// quoted string, a number, an object.
#[derive(Debug, Clone, Copy)]
pub struct RecordFields<'a> {
    pub texts: EventTexts<'a>,
    values: [Span; VALUE_COUNT],
}

/// Where a value stands in its text.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// A value where it stands.
#[derive(Debug, Clone, Copy)]
pub struct ValueSlice<'a> {
    /// The text from the value's beginning on.
    pub tail: &'a str,
    /// How long the value is.
    pub length: usize,
}

/// What stands for every value of a part that was erased.
const NULL_TEXT: &str = "null";
/// A key that is not there.
const ABSENT: Span = Span { start: 0, end: 0 };
const NULL: Span = Span {
    start: 0,
    end: NULL_TEXT.len(),
};

/// Values of all three texts, and where those of the shopper and the staff part
/// begin among them.
const VALUE_COUNT: usize = 28;
const CUSTOMER_PART_START: usize = 22;
const STAFF_PART_START: usize = 25;

/// Which of the values a field is.
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
    /// Cuts the texts.
    #[inline]
    pub fn new(texts: EventTexts<'a>) -> Result<Self, MalformedEvent> {
        let of = |text| MalformedEvent { text };
        let mut cut = Self {
            texts,
            values: [NULL; VALUE_COUNT],
        };
        let (records, parts) = cut.values.split_at_mut(CUSTOMER_PART_START);
        let (shoppers, staffs) = parts.split_at_mut(STAFF_PART_START - CUSTOMER_PART_START);
        record(texts.record, records).ok_or(of("record"))?;
        match texts.customer_part {
            Some(text) => shopper(text, shoppers).ok_or(of("shopper part"))?,
            None => shoppers.fill(NULL),
        }
        staff(texts.staff_part, staffs).ok_or(of("staff part"))?;
        Ok(cut)
    }

    /// A field's value as JSON text.
    #[inline]
    pub fn value(&self, field: EventField) -> &'a str {
        let at = value_index(field);
        self.slice(at, at)
    }

    /// A field's value with all that stands after it.
    #[inline]
    pub fn value_slice(&self, field: EventField) -> ValueSlice<'a> {
        let at = value_index(field);
        let Span { start, end } = self.values[at];
        ValueSlice {
            tail: self.text_at(at).get(start..).unwrap_or_default(),
            length: end - start,
        }
    }

    /// The text from one field's value to another's, both included and with
    /// the keys between them; `None` where that text was erased.
    ///
    /// Both must be of one text: see [`Self::are_neighbours`].
    #[inline]
    pub fn value_range(&self, first: EventField, last: EventField) -> Option<&'a str> {
        let (first, last) = (value_index(first), value_index(last));
        let is_erased = (CUSTOMER_PART_START..STAFF_PART_START).contains(&first)
            && self.texts.customer_part.is_none();
        (!is_erased).then(|| self.slice(first, last))
    }

    /// Whether one field stands right after another in every event.
    pub fn are_adjacent(first: EventField, second: EventField) -> bool {
        let second = value_index(second);
        value_index(first) + 1 == second
            && second != CUSTOMER_PART_START
            && second != STAFF_PART_START
    }

    #[inline]
    fn slice(&self, first: usize, last: usize) -> &'a str {
        // Ends are found at ASCII characters, so this never cuts one in two.
        self.text_at(first)
            .get(self.values[first].start..self.values[last].end)
            .unwrap_or_default()
    }

    /// The text that a value stands in.
    #[inline]
    fn text_at(&self, at: usize) -> &'a str {
        match at {
            0..CUSTOMER_PART_START => self.texts.record,
            CUSTOMER_PART_START..STAFF_PART_START => self.texts.customer_part.unwrap_or(NULL_TEXT),
            _ => self.texts.staff_part,
        }
    }

    /// A field that is a string, decoded; `None` for null.
    pub fn decoded_value(&self, field: EventField) -> Option<Cow<'a, str>> {
        decode_json_string(self.value(field))
    }

    /// The event's number.
    pub fn seq(&self) -> Option<u64> {
        self.value(EventField::Seq).parse().ok()
    }

    /// What the clock said: the event's time, unless it had to be moved behind
    /// that of the event before.
    pub fn clock_time(&self) -> Option<Timestamp> {
        let clock =
            decode_json_string(self.slice(3, 3)).or_else(|| self.decoded_value(EventField::Time));
        clock?.parse().ok()
    }

    /// The ranges of seqs whose shopper parts this event removed, as JSON.
    pub fn erased_ranges(&self) -> &'a str {
        self.slice(18, 18)
    }

    /// The digests of the state after it, as JSON; `None` where it holds none.
    pub fn state_digests(&self) -> Option<&'a str> {
        Some(self.slice(19, 19)).filter(|state| !state.is_empty())
    }

    /// The commitments to the shopper and the staff part, without quotes.
    pub fn commitments(&self) -> [&'a str; 2] {
        [20, 21].map(|at| self.slice(at, at).trim_matches('"'))
    }
}

/// A JSON string decoded; `None` for anything else, null above all.
pub fn decode_json_string(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(value).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// Where the value that begins at `start` ends (exclusive).
fn find_value_end(bytes: &[u8], start: usize) -> Option<usize> {
    match *bytes.get(start)? {
        b'"' => find_string_end(bytes, start),
        b'n' => bytes[start..].starts_with(b"null").then_some(start + 4),
        b'{' | b'[' => find_nested_end(bytes, start),
        _ => {
            let is_bare = |b: &u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
            let length = bytes[start..].iter().position(|b| !is_bare(b))?;
            (length > 0).then_some(start + length)
        }
    }
}

#[inline]
fn find_string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
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
