//! The fields of an event as cells of a workbook.

use std::borrow::Cow;

use serde::Serialize;

use lac_model::audit::EventView;
use lac_model::time::Timestamp;

/// Excel's limit for the text of a cell, in UTF-16 units.
const MAX_UNITS: usize = 32_767;

/// The largest integer that Excel's 64-bit floats store exactly.
const MAX_EXACT: i64 = 1 << 53;

/// 1900-03-01T00:00:00Z in milliseconds. Earlier dates are not safe: Excel
/// counts 1900-02-29, which did not exist, and has no dates before 1900.
const FIRST_DAY: i64 = -2_203_891_200_000;
/// 1899-12-30T00:00:00Z, day 0 of dates from 1900-03-01 on.
const DAY_ZERO: i64 = -2_209_161_600_000;
const DAY: i64 = 86_400_000;

/// The content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'e> {
    Empty,
    Number(f64),
    /// Days since 1899-12-30, UTC.
    Time(f64),
    Text(Cow<'e, str>),
}

/// A field of [`EventView`].
pub(super) struct Column {
    pub name: &'static str,
    /// In characters.
    pub width: u8,
    pub cell: for<'e> fn(&'e EventView) -> Cell<'e>,
}

macro_rules! columns {
    ($($name:ident $width:literal $cell:expr;)*) => {
        &[$(Column { name: stringify!($name), width: $width, cell: $cell }),*]
    };
}

/// All fields, in the same order as in the other formats.
pub(super) const COLUMNS: &[Column] = columns! {
    seq 10 |e| i64::try_from(e.seq).map_or_else(|_| text(e.seq.to_string()), number);
    time 24 |e| time(e.time);
    action_group 18 |e| text(&*e.action_group);
    action 14 |e| text(&*e.action);
    full_action_name 34 |e| text(&*e.full_action_name);
    result 9 |e| text(e.result.as_str());
    admin 18 |e| optional(e.admin.as_ref());
    admin_id 10 |e| e.admin_id.map_or(Cell::Empty, number);
    role 16 |e| optional(e.role.as_ref());
    ip_address 16 |e| optional(e.ip_address.as_ref());
    os_account 14 |e| optional(e.os_account.as_ref());
    customer_id 13 |e| e.customer_id.map_or(Cell::Empty, |id| text(id.to_string()));
    customer_email 32 |e| optional(e.customer_email.as_ref());
    website 14 |e| optional(e.website.as_ref());
    store_view 14 |e| optional(e.store_view.as_ref());
    session_id 35 |e| e.session_id.as_ref().map_or(Cell::Empty, |id| text(id.as_str()));
    consent 24 |e| e.consent.as_ref().map_or(Cell::Empty, json);
    document 22 |e| optional(e.document.as_ref());
    reason 40 |e| optional(e.reason.as_ref());
    ticket 16 |e| optional(e.ticket.as_ref());
    details 60 |e| e.details.as_ref().map_or(Cell::Empty, json);
};

fn text<'e>(text: impl Into<Cow<'e, str>>) -> Cell<'e> {
    Cell::Text(text.into())
}

fn optional(field: Option<&String>) -> Cell<'_> {
    field.map_or(Cell::Empty, |field| text(&**field))
}

/// A value as compact JSON, as in CSV.
fn json(value: &impl Serialize) -> Cell<'_> {
    serde_json::to_string(value).map_or(Cell::Empty, text)
}

#[allow(clippy::cast_precision_loss)] // only what is exact
fn number<'e>(number: i64) -> Cell<'e> {
    if (-MAX_EXACT..=MAX_EXACT).contains(&number) {
        Cell::Number(number as f64)
    } else {
        text(number.to_string())
    }
}

/// A date-time to the millisecond, rounded down, so that the digits are the
/// same as in the other formats. Times before Excel's calendar become text.
#[allow(clippy::cast_precision_loss)] // 2^48 milliseconds at most
fn time<'e>(time: Timestamp) -> Cell<'e> {
    let millis = time.micros().div_euclid(1000);
    if millis < FIRST_DAY {
        return text(time.to_string());
    }
    Cell::Time((millis - DAY_ZERO) as f64 / DAY as f64)
}

/// The text cut to end in `…`, if it is too long for a cell.
pub(super) fn cut(text: &str) -> Option<String> {
    // A text never has more UTF-16 units than bytes.
    if text.len() <= MAX_UNITS || text.encode_utf16().count() <= MAX_UNITS {
        return None;
    }
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units < MAX_UNITS
    };
    let mut shorter: String = text.chars().take_while(fits).collect();
    shorter.push('…');
    Some(shorter)
}

/// Adds `text` to XML. A character that XML cannot contain becomes `_xHHHH_`
/// (ECMA-376, part 1, `ST_Xstring`). If text would be read as such an escape,
/// its first `_` is escaped.
pub(super) fn escape(text: &str, xml: &mut String) {
    let mut done = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '_' if reads_as_escape(&text[at..]) => "_x005F_",
            c if is_unwritable(c) => &format!("_x{:04X}_", u32::from(c)),
            _ => continue,
        };
        xml.push_str(&text[done..at]);
        xml.push_str(escaped);
        done = at + c.len_utf8();
    }
    xml.push_str(&text[done..]);
}

fn is_unwritable(c: char) -> bool {
    matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && c != '\n' && c != '\t'
}

/// Whether `text` begins with `_xHHHH_`. The last `_` can be the first one of
/// the next character's escape.
fn reads_as_escape(text: &str) -> bool {
    let Some((digits, rest)) = text.strip_prefix("_x").and_then(|t| t.split_at_checked(4)) else {
        return false;
    };
    digits.bytes().all(|b| b.is_ascii_hexdigit())
        && rest.starts_with(|c| c == '_' || is_unwritable(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serial(text: &str) -> Cell<'static> {
        time(text.parse().unwrap())
    }

    #[test]
    fn times_are_days_of_excels_calendar() {
        assert_eq!(serial("1900-03-01T00:00:00Z"), Cell::Time(61.0));
        assert_eq!(serial("1970-01-01T12:00:00Z"), Cell::Time(25_569.5));
        assert_eq!(serial("9999-12-31T00:00:00Z"), Cell::Time(2_958_465.0));
        // Not rounded up: 23:59:59.999999 would become the next day.
        assert_eq!(
            serial("2026-11-23T23:59:59.999999Z"),
            serial("2026-11-23T23:59:59.999Z")
        );
        assert_eq!(
            serial("1900-02-28T23:59:59.999999Z"),
            text("1900-02-28T23:59:59.999999Z")
        );
    }

    #[test]
    fn numbers_are_exact_or_text() {
        assert_eq!(number(MAX_EXACT), Cell::Number(9_007_199_254_740_992.0));
        assert_eq!(number(MAX_EXACT + 1), text("9007199254740993"));
    }

    #[test]
    fn long_text_is_cut_by_utf16_units() {
        for (whole, units) in [("ä".repeat(32_767), 32_767), ("😀".repeat(16_383), 32_766)] {
            assert_eq!(whole.encode_utf16().count(), units);
            assert_eq!(cut(&whole), None);
        }
        let shorter = cut(&"ä".repeat(32_768)).unwrap();
        assert!(shorter.ends_with("ä…"));
        assert_eq!(shorter.encode_utf16().count(), 32_767);
        // Surrogate pairs are not split.
        let shorter = cut(&"😀".repeat(16_384)).unwrap();
        assert!(shorter.ends_with("😀…"));
        assert_eq!(shorter.encode_utf16().count(), 32_767);
    }

    /// Decodes an `ST_Xstring`.
    fn unescape(mut xml: &str) -> String {
        let mut text = String::new();
        while let Some(c) = xml.chars().next() {
            let digits = xml.strip_prefix("_x").and_then(|x| x.get(..4));
            let code = digits.filter(|_| xml[6..].starts_with('_'));
            let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
            let escaped = code.and_then(char::from_u32);
            text.push(escaped.unwrap_or(c));
            xml = &xml[escaped.map_or(c.len_utf8(), |_| 7)..];
        }
        for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")] {
            text = text.replace(entity, c);
        }
        text
    }

    #[test]
    fn escaped_text_round_trips() {
        for (text, expected) in [
            ("a\tb\n\u{7f}_x00", "a\tb\n\u{7f}_x00"),
            ("<b>&amp;\"'", "&lt;b&gt;&amp;amp;\"'"),
            ("\0\r\u{1f}\u{ffff}", "_x0000__x000D__x001F__xFFFF_"),
            ("_x003D_1+1 _x00_", "_x005F_x003D_1+1 _x00_"),
            ("_x003d_x003D_", "_x005F_x003d_x005F_x003D_"),
            ("_x003D\n_xé01_ _x003G_", "_x003D\n_xé01_ _x003G_"),
            // The escape of the control character begins with the missing `_`.
            ("a_x003D\u{1}b\u{1}", "a_x005F_x003D_x0001_b_x0001_"),
            ("_x003D\r", "_x005F_x003D_x000D_"),
            ("\u{1}x003D_", "_x0001_x003D_"),
        ] {
            let mut xml = String::new();
            escape(text, &mut xml);
            assert_eq!(xml, expected);
            assert_eq!(unescape(&xml), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_escaped_text_round_trips(text in "([_x0-9A-F\0-\x1f<&é]|_x00){0,40}") {
            let mut xml = String::new();
            escape(&text, &mut xml);
            proptest::prop_assert!(!xml.contains(is_unwritable));
            proptest::prop_assert_eq!(unescape(&xml), text);
        }
    }
}
