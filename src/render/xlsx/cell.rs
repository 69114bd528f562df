//! What an event's fields are in a workbook's cells.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde::Serialize;

use crate::domain::audit::EventView;
use crate::domain::time::Timestamp;

/// Excel's limit for the text of a cell, in UTF-16 units.
const MAX_UNITS: usize = 32_767;

/// Numbers up to here are the same in Excel, which keeps 64-bit floats.
const MAX_EXACT: i64 = 1 << 53;

/// 1900-03-01T00:00:00Z in milliseconds: before it Excel counts a day that
/// never was, and before 1900 none at all.
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

/// Every field, in the order of every format.
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

/// Compact, as in CSV.
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

/// A date-time to the millisecond, rounded down, so that its digits are those
/// of the other formats. What lies before Excel's calendar is text.
#[allow(clippy::cast_precision_loss)] // 2^48 milliseconds at most
fn time<'e>(time: Timestamp) -> Cell<'e> {
    let millis = time.micros().div_euclid(1000);
    if millis < FIRST_DAY {
        return text(time.to_string());
    }
    Cell::Time((millis - DAY_ZERO) as f64 / DAY as f64)
}

/// `text` as a cell can hold it, and whether it was cut for that.
pub(super) fn fit(text: &str) -> (Cow<'_, str>, bool) {
    match cut(text) {
        None => (unambiguous(text), false),
        Some(shorter) => (Cow::Owned(unambiguous(&shorter).into_owned()), true),
    }
}

/// The first units of a text that has too many, and `…`.
fn cut(text: &str) -> Option<String> {
    // No text has more units than bytes.
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

/// Text that is still the same once it was escaped and read again.
///
/// Characters that XML cannot hold are written `_xHHHH_` (ECMA-376, part 1,
/// `ST_Xstring`), and what looks like such an escape has its `_` escaped. One
/// case slips through: `_x003D` before a control character, whose escape begins
/// with the missing `_`, would be read as `=`. The control character becomes
/// U+FFFD there.
fn unambiguous(text: &str) -> Cow<'_, str> {
    let is_escaped =
        |c: char| matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && c != '\n' && c != '\t';
    if !text.contains("_x") || !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut last: VecDeque<char> = VecDeque::with_capacity(7);
    let swap = |c: char| {
        let looks_open = last.iter().take(2).eq(['_', 'x'].iter())
            && last.len() == 6
            && last.iter().skip(2).all(char::is_ascii_hexdigit);
        let c = if looks_open && is_escaped(c) {
            '\u{fffd}'
        } else {
            c
        };
        last.push_back(c);
        if last.len() > 6 {
            last.pop_front();
        }
        c
    };
    Cow::Owned(text.chars().map(swap).collect())
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
        // Never up, or 23:59:59.999999 would be shown as the next day.
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
            assert_eq!(fit(&whole), (Cow::Borrowed(&*whole), false));
        }
        let umlauts = "ä".repeat(32_768);
        let (shorter, was_cut) = fit(&umlauts);
        assert!(was_cut && shorter.ends_with("ä…"));
        assert_eq!(shorter.encode_utf16().count(), 32_767);
        // No half of a pair.
        let emoji = "😀".repeat(16_384);
        let (shorter, was_cut) = fit(&emoji);
        assert!(was_cut && shorter.ends_with("😀…"));
        assert_eq!(shorter.encode_utf16().count(), 32_767);
    }

    #[test]
    fn no_two_texts_make_an_escape_together() {
        for same in [
            "_x003D_1+1",
            "_x003D 1\u{1}",
            "\u{1}x003D_",
            "_x03D\u{1}",
            "_x003D\n",
        ] {
            assert_eq!(fit(same), (Cow::Borrowed(same), false));
        }
        assert_eq!(fit("a_x003D\u{1}b\u{1}").0, "a_x003D\u{fffd}b\u{1}");
        assert_eq!(fit("_x003D\r").0, "_x003D\u{fffd}");
    }
}
