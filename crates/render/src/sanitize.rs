//! Makes text from outside safe for terminals, spreadsheets and shells. Names,
//! reasons and e-mail addresses come from outside. Only JSON contains them
//! unchanged; all other output uses these functions.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use lac_model::text::is_deceptive;

/// The greatest length of a completion, in bytes: that of an e-mail address.
const MAX_CANDIDATE: usize = 254;

/// `text` with every control, escape, bidirectional and invisible character
/// replaced by a visible escape: `\n`, `\r`, `\t`, `\x1b`, `\u{202e}`.
///
/// Text without such characters is borrowed unchanged. The result is one line.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    escape(text, is_deceptive)
}

/// Like [`sanitize`], but keeps line feeds.
pub fn sanitize_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c != '\n' && is_deceptive(c))
}

fn escape(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            _ if !is_bad(c) => out.push(c),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            _ if c.is_ascii() => {
                let _ = write!(out, r"\x{:02x}", u32::from(c));
            }
            _ => {
                let _ = write!(out, r"\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(out)
}

/// Like [`sanitize`], and cut to at most `max_width` terminal columns. Text
/// that was cut ends in `…`. A width of 0 gives an empty text.
///
/// Combining marks have no width, so text is also cut at eight characters per
/// column, which is more than ordinary text needs.
pub fn sanitize_truncated(text: &str, max_width: usize) -> Cow<'_, str> {
    let shown = sanitize(text);
    let max_chars = max_width.saturating_mul(8);
    let window = shown
        .char_indices()
        .nth(max_chars)
        .map_or(shown.len(), |(end, _)| end);
    if window == shown.len() && shown.width() <= max_width {
        return shown;
    }
    let Some(room) = max_width.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    // Measure the whole prefix: an emoji sequence is narrower than the sum of
    // its parts, and a character with a variation selector is wider.
    let mut end = 0;
    for (at, c) in shown[..window].char_indices() {
        let next = at + c.len_utf8();
        if shown[..next].width() <= room {
            end = next;
        } else if shown[..at].width() > room + 2 {
            break;
        }
    }
    Cow::Owned(format!("{}…", &shown[..end]))
}

/// `cell` with a leading `'` if a spreadsheet would run it as a formula.
///
/// Cells are guarded if they start with a tab, CR or LF, or if the first
/// character after white space and invisible characters is one of `= + - @` or
/// their full-width forms (OWASP, "CSV injection"). Plain decimal numbers such
/// as `-5` and `+1.5` are not guarded.
pub fn formula_guard(cell: &str) -> Cow<'_, str> {
    let starts_badly = cell.starts_with(['\t', '\r', '\n'])
        || cell
            .trim_start_matches(|c: char| c.is_whitespace() || is_deceptive(c))
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if starts_badly && !is_plain_number(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// An optional sign, digits, and perhaps a point with further digits.
fn is_plain_number(cell: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

/// Whether `candidate` is safe to pass to a shell as a completion: 1 to 254
/// bytes, only `[A-Za-z0-9@._+:/-]`, no leading `-`.
pub fn is_shell_safe(candidate: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"@._+:/-".contains(&b);
    (1..=MAX_CANDIDATE).contains(&candidate.len())
        && !candidate.starts_with('-')
        && candidate.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_visible() {
        assert_eq!(sanitize("a\x1b[31m\r\n\tb\x7f"), r"a\x1b[31m\r\n\tb\x7f");
        assert_eq!(
            sanitize("\u{9b}2J \u{202e}gpj.\u{2066}"),
            r"\u{9b}2J \u{202e}gpj.\u{2066}"
        );
        assert_eq!(
            sanitize("\u{200b}\u{feff}\u{e0041}"),
            r"\u{200b}\u{feff}\u{e0041}"
        );
        assert_eq!(sanitize_lines("a\nb\r\u{2028}"), "a\nb\\r\\u{2028}");
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in [
            "",
            "Zoë O'Neil",
            "渡辺 健",
            "👩\u{200d}👧 ❤\u{fe0f}",
            "שלום",
        ] {
            assert!(matches!(sanitize(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn truncation_counts_columns() {
        assert_eq!(sanitize_truncated("abcdef", 6), "abcdef");
        assert_eq!(sanitize_truncated("abcdefg", 6), "abcde…");
        assert_eq!(sanitize_truncated("渡辺渡辺", 6), "渡辺…");
        assert_eq!(sanitize_truncated("abc", 1), "…");
        assert_eq!(sanitize_truncated("abc", 0), "");
        assert_eq!(
            sanitize_truncated(&format!("e{}", "\u{301}".repeat(99)), 4)
                .chars()
                .count(),
            33
        );
    }

    #[test]
    fn formulas_are_guarded() {
        for cell in [
            "=1+1",
            "+cmd|'/c'!A0",
            "-2+3",
            "@SUM(1)",
            "\tx",
            "\rx",
            "\nx",
            " =1",
            "\u{200b}=1",
            "\u{1}=1",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            "-",
            "+1.",
            "-1.2.3",
            "+49 170",
        ] {
            assert_eq!(formula_guard(cell), format!("'{cell}"));
        }
        for cell in [
            "",
            "a=b",
            "-5",
            "+1.5",
            "12",
            "jane@example.com",
            " x",
            "'=1",
        ] {
            assert!(matches!(formula_guard(cell), Cow::Borrowed(same) if same == cell));
        }
    }

    #[test]
    fn only_plain_candidates_are_shell_safe() {
        assert!(is_shell_safe("jane.doe+1@example.com"));
        assert!(is_shell_safe("login_as_customer/general/enabled"));
        for bad in [
            "",
            "-rf",
            "$(id)",
            "a b",
            "a;b",
            "a'b",
            "ä",
            "a\n",
            &"a".repeat(255),
        ] {
            assert!(!is_shell_safe(bad), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_deceptive_character_is_left(text in any::<String>(), bad in proptest::char::range('\0', '\u{e0fff}')) {
            let text = format!("{text}{bad}{text}");
            let shown = sanitize(&text);
            prop_assert!(!shown.contains(is_deceptive));
            prop_assert_eq!(matches!(shown, Cow::Borrowed(_)), !text.contains(is_deceptive));
            prop_assert!(!sanitize_lines(&text).contains(|c| c != '\n' && is_deceptive(c)));
        }

        #[test]
        fn truncated_text_fits_the_width(text in any::<String>(), max in 0usize..40) {
            let shown = sanitize_truncated(&text, max);
            prop_assert!(shown.width() <= max, "{:?}", shown);
            prop_assert!(!shown.contains(is_deceptive));
        }

        #[test]
        fn guarded_cells_are_never_formulas(cell in "[\t\r\n =+@a0.-]{0,6}") {
            let guarded = formula_guard(&cell);
            prop_assert!(
                !guarded.trim_start().starts_with(['=', '+', '-', '@']) || is_plain_number(&guarded)
            );
        }
    }
}
