//! An event's texts cut into their values, without decoding them.
//!
//! The three texts have one fixed order of keys (see [`super::record`]), so
//! that cutting is one pass over the bytes: reports and exports of millions of
//! events copy values as they are stored instead of building them anew.

use std::borrow::Cow;

use super::field::Field;

const RECORD: [&str; 21] = [
    "{\"v\":",
    "\"seq\":",
    "\"time\":",
    "\"clock\":",
    "\"action_group\":",
    "\"action\":",
    "\"full_action_name\":",
    "\"result\":",
    "\"admin\":",
    "\"admin_id\":",
    "\"role\":",
    "\"session_id\":",
    "\"customer_id\":",
    "\"website\":",
    "\"store_view\":",
    "\"consent\":",
    "\"document\":",
    "\"ticket\":",
    "\"erased\":",
    "\"shopper\":",
    "\"staff\":",
];
const SHOPPER: [&str; 3] = ["{\"customer_email\":", "\"reason\":", "\"details\":"];
const STAFF: [&str; 3] = ["{\"ip_address\":", "\"os_account\":", "\"login_uid\":"];

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
    record: [&'a str; 21],
    shopper: [&'a str; 3],
    staff: [&'a str; 3],
}

impl<'a> Cut<'a> {
    /// Cuts the texts.
    ///
    /// # Errors
    /// Texts with other keys, another order, or values that do not end.
    pub fn new(texts: Texts<'a>) -> Result<Self, NoEvent> {
        let of = |text| NoEvent { text };
        let shopper = match texts.shopper {
            Some(text) => cut(text, &SHOPPER).ok_or(of("shopper part"))?,
            None => ["null"; 3],
        };
        Ok(Self {
            texts,
            record: cut(texts.record, &RECORD).ok_or(of("record"))?,
            shopper,
            staff: cut(texts.staff, &STAFF).ok_or(of("staff part"))?,
        })
    }

    /// A field's value as JSON text.
    pub fn value(&self, field: Field) -> &'a str {
        match field {
            Field::Seq => self.record[1],
            Field::Time => self.record[2],
            Field::ActionGroup => self.record[4],
            Field::Action => self.record[5],
            Field::FullActionName => self.record[6],
            Field::Result => self.record[7],
            Field::Admin => self.record[8],
            Field::AdminId => self.record[9],
            Field::Role => self.record[10],
            Field::SessionId => self.record[11],
            Field::CustomerId => self.record[12],
            Field::Website => self.record[13],
            Field::StoreView => self.record[14],
            Field::Consent => self.record[15],
            Field::Document => self.record[16],
            Field::Ticket => self.record[17],
            Field::CustomerEmail => self.shopper[0],
            Field::Reason => self.shopper[1],
            Field::Details => self.shopper[2],
            Field::IpAddress => self.staff[0],
            Field::OsAccount => self.staff[1],
        }
    }

    /// A field that is a string, decoded; `None` for null.
    pub fn text(&self, field: Field) -> Option<Cow<'a, str>> {
        decoded(self.value(field))
    }

    /// The event's number.
    pub fn seq(&self) -> Option<u64> {
        self.record[1].parse().ok()
    }

    /// The ranges of seqs whose shopper parts this event removed, as JSON.
    pub fn erased(&self) -> &'a str {
        self.record[18]
    }

    /// The commitments to the shopper and the staff part, without quotes.
    pub fn commitments(&self) -> [&'a str; 2] {
        [self.record[19], self.record[20]].map(|value| value.trim_matches('"'))
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

/// The values of an object whose keys are known, with nothing between them.
fn cut<'a, const N: usize>(text: &'a str, keys: &[&str; N]) -> Option<[&'a str; N]> {
    let bytes = text.as_bytes();
    let mut values = [""; N];
    let mut at = 0;
    for (n, key) in keys.iter().enumerate() {
        if !bytes.get(at..)?.starts_with(key.as_bytes()) {
            return None;
        }
        let start = at + key.len();
        let end = end_of(bytes, start)?;
        // Ends are found at ASCII characters, so this never cuts one in two.
        values[n] = text.get(start..end)?;
        let closing = if n + 1 == N { b'}' } else { b',' };
        if *bytes.get(end)? != closing {
            return None;
        }
        at = end + 1;
    }
    (at == bytes.len()).then_some(values)
}

/// Where the value that begins at `start` ends (exclusive).
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    match *bytes.get(start)? {
        b'"' => end_of_string(bytes, start),
        b'{' | b'[' => end_of_nested(bytes, start),
        _ => {
            let length = bytes[start..]
                .iter()
                .position(|b| matches!(b, b',' | b'}'))?;
            (length > 0).then_some(start + length)
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            0..0x20 => return None,
            _ => at += 1,
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

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
