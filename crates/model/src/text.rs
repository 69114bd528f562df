//! Helpers for texts: deceptive characters, quoting for a shell, and
//! suggestions for misspelled words.

use std::borrow::Cow;

/// Whether `c` is invisible or can change how the text around it is displayed.
///
/// True for C0 and C1 controls and DEL (including line breaks and tabs), the
/// bidirectional controls of UAX #9, line and paragraph separators, and
/// invisible format or filler characters. False for what ordinary writing and
/// emoji need: U+200C, U+200D and the variation selectors.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

/// `text` as one word of a POSIX shell, for commands that users may paste.
/// Quoted only if necessary.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"@%+:,./_-".contains(&b);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(shell_quoted(text))
}

/// The same, always quoted.
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The candidate that is most similar to `word`.
///
/// `None` if even that one differs in more than a third of its characters.
pub fn closest_match<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Long words are not misspellings; this limits the work.
    if word.len() > 256 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (levenshtein(word, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance, without regard to ASCII case.
fn levenshtein(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_ascii_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_ascii_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levenshtein_distances_are_right() {
        assert_eq!(levenshtein("kitten", "sitting"), 3);
        assert_eq!(levenshtein("", "abc"), 3);
        assert_eq!(levenshtein("ABC", "abc"), 0);
    }

    #[test]
    fn the_closest_match_must_be_similar() {
        let words = ["login_button", "login_log"];
        assert_eq!(closest_match("login_buton", words), Some("login_button"));
        assert_eq!(closest_match("storefront", words), None);
        assert_eq!(closest_match(&"x".repeat(10_000), words), None);
    }

    #[test]
    fn a_quoted_name_is_one_shell_word() {
        assert_eq!(shell_word("jane.doe@example.com"), "jane.doe@example.com");
        assert_eq!(shell_word("a; touch x"), "'a; touch x'");
        assert_eq!(shell_word("it's $(id)"), r"'it'\''s $(id)'");
        assert_eq!(shell_word("-rf"), "'-rf'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_quoted("plain"), "'plain'");
    }

    #[test]
    fn ordinary_writing_is_not_deceptive() {
        for c in "Zoë 渡辺 א\u{200d}\u{200c}\u{fe0f}\u{e0100}'\\".chars() {
            assert!(!is_deceptive(c), "{c:?}");
        }
    }
}
