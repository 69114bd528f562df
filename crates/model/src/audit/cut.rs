//! An event's texts cut into their values, without decoding them.
//!
//! The three texts have one fixed order of keys (see [`lac_ledger::record`]), so
//! that cutting is one pass over the bytes: reports and exports of millions of
//! events copy values as they are stored instead of building them anew.

use std::borrow::Cow;

use super::field::Field;
use crate::bytes::end_of_plain;
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
                at = end_of(bytes, start)?;
                *values.next()? = Span { start, end: at };
            )*
            $(
                // A key that is there only where it says something.
                let value = values.next()?;
                *value = ABSENT;
                let start = at + $optional.len();
                if bytes.get(at..start)? == $optional {
                    at = end_of(bytes, start)?;
                    *value = Span { start, end: at };
                }
                $(
                    let start = at + $then.len();
                    if bytes.get(at..start)? != $then {
                        return None;
                    }
                    at = end_of(bytes, start)?;
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
pub struct Texts<'a> {
    pub record: &'a str,
    /// `None` once erased.
    pub shopper: Option<&'a str>,
    pub staff: &'a str,
}

/// A text is not what events are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {text} is not in the form of an event")]
pub struct NoEvent {
    /// `record`, `shopper part` or `staff part`.
    pub text: &'static str,
}

/// An event whose values can be looked at. Values are JSON texts: `null`, a
/// quoted string, a number, an object.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'a> {
    pub texts: Texts<'a>,
    values: [Span; VALUES],
}

/// Where a value stands in its text.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// A value where it stands.
#[derive(Debug, Clone, Copy)]
pub struct InPlace<'a> {
    /// The text from the value's beginning on.
    pub from: &'a str,
    /// How long the value is.
    pub length: usize,
}

/// What stands for every value of a part that was erased.
const ERASED: &str = "null";
/// A key that is not there.
const ABSENT: Span = Span { start: 0, end: 0 };
const NULL: Span = Span {
    start: 0,
    end: ERASED.len(),
};

/// Values of all three texts, and where those of the shopper and the staff part
/// begin among them.
const VALUES: usize = 28;
const SHOPPER: usize = 22;
const STAFF: usize = 25;

/// Which of the values a field is.
fn place(field: Field) -> usize {
    match field {
        Field::Seq => 1,
        Field::Time => 2,
        Field::ActionGroup => 4,
        Field::Action => 5,
        Field::FullActionName => 6,
        Field::Result => 7,
        Field::Admin => 8,
        Field::AdminId => 9,
        Field::Role => 10,
        Field::SessionId => 11,
        Field::CustomerId => 12,
        Field::Website => 13,
        Field::StoreView => 14,
        Field::Consent => 15,
        Field::Document => 16,
        Field::Ticket => 17,
        Field::CustomerEmail => SHOPPER,
        Field::Reason => SHOPPER + 1,
        Field::Details => SHOPPER + 2,
        Field::IpAddress => STAFF,
        Field::OsAccount => STAFF + 1,
    }
}

impl<'a> Cut<'a> {
    /// Cuts the texts.
    ///
    /// # Errors
    /// Texts with other keys, another order, or values that do not end.
    #[inline]
    pub fn new(texts: Texts<'a>) -> Result<Self, NoEvent> {
        let of = |text| NoEvent { text };
        let mut cut = Self {
            texts,
            values: [NULL; VALUES],
        };
        let (records, parts) = cut.values.split_at_mut(SHOPPER);
        let (shoppers, staffs) = parts.split_at_mut(STAFF - SHOPPER);
        record(texts.record, records).ok_or(of("record"))?;
        match texts.shopper {
            Some(text) => shopper(text, shoppers).ok_or(of("shopper part"))?,
            None => shoppers.fill(NULL),
        }
        staff(texts.staff, staffs).ok_or(of("staff part"))?;
        Ok(cut)
    }

    /// A field's value as JSON text.
    #[inline]
    pub fn value(&self, field: Field) -> &'a str {
        let at = place(field);
        self.between(at, at)
    }

    /// A field's value with all that stands after it.
    #[inline]
    pub fn in_place(&self, field: Field) -> InPlace<'a> {
        let at = place(field);
        let Span { start, end } = self.values[at];
        InPlace {
            from: self.text_of(at).get(start..).unwrap_or_default(),
            length: end - start,
        }
    }

    /// The text from one field's value to another's, both included and with
    /// the keys between them; `None` where that text was erased.
    ///
    /// Both must be of one text: see [`Self::are_neighbours`].
    #[inline]
    pub fn values(&self, first: Field, last: Field) -> Option<&'a str> {
        let (first, last) = (place(first), place(last));
        let is_erased = (SHOPPER..STAFF).contains(&first) && self.texts.shopper.is_none();
        (!is_erased).then(|| self.between(first, last))
    }

    /// Whether one field stands right after another in every event.
    pub fn are_neighbours(first: Field, second: Field) -> bool {
        let second = place(second);
        place(first) + 1 == second && second != SHOPPER && second != STAFF
    }

    #[inline]
    fn between(&self, first: usize, last: usize) -> &'a str {
        // Ends are found at ASCII characters, so this never cuts one in two.
        self.text_of(first)
            .get(self.values[first].start..self.values[last].end)
            .unwrap_or_default()
    }

    /// The text that a value stands in.
    #[inline]
    fn text_of(&self, at: usize) -> &'a str {
        match at {
            0..SHOPPER => self.texts.record,
            SHOPPER..STAFF => self.texts.shopper.unwrap_or(ERASED),
            _ => self.texts.staff,
        }
    }

    /// A field that is a string, decoded; `None` for null.
    pub fn text(&self, field: Field) -> Option<Cow<'a, str>> {
        decoded(self.value(field))
    }

    /// The event's number.
    pub fn seq(&self) -> Option<u64> {
        self.value(Field::Seq).parse().ok()
    }

    /// What the clock said: the event's time, unless it had to be moved behind
    /// that of the event before.
    pub fn clock(&self) -> Option<Timestamp> {
        let clock = decoded(self.between(3, 3)).or_else(|| self.text(Field::Time));
        clock?.parse().ok()
    }

    /// The ranges of seqs whose shopper parts this event removed, as JSON.
    pub fn erased(&self) -> &'a str {
        self.between(18, 18)
    }

    /// The digests of the state after it, as JSON; `None` where it holds none.
    pub fn state(&self) -> Option<&'a str> {
        Some(self.between(19, 19)).filter(|state| !state.is_empty())
    }

    /// The commitments to the shopper and the staff part, without quotes.
    pub fn commitments(&self) -> [&'a str; 2] {
        [20, 21].map(|at| self.between(at, at).trim_matches('"'))
    }
}

/// A JSON string decoded; `None` for anything else, null above all.
pub fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(value).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// Where the value that begins at `start` ends (exclusive).
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    match *bytes.get(start)? {
        b'"' => end_of_string(bytes, start),
        b'n' => bytes[start..].starts_with(b"null").then_some(start + 4),
        b'{' | b'[' => end_of_nested(bytes, start),
        _ => {
            let is_bare = |b: &u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
            let length = bytes[start..].iter().position(|b| !is_bare(b))?;
            (length > 0).then_some(start + length)
        }
    }
}

#[inline]
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at = end_of_plain(bytes, at)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => return None,
        }
    }
}

fn end_of_nested(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match *bytes.get(at)? {
            b'"' => {
                at = end_of_string(bytes, at)?;
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
