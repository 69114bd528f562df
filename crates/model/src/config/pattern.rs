//! Regular expressions that a whole text must match, for reasons and tickets.

use regex_lite::{Regex, RegexBuilder};

use super::invalid::InvalidValue;

/// The longest pattern, in characters.
pub const MAX_CHARS: usize = 200;

/// The largest compiled pattern, in bytes. It runs at every login while the
/// store is locked.
const SIZE_LIMIT: usize = 64 * 1024;

/// Nobody can read deeper nesting.
const NEST_LIMIT: u32 = 20;

pub(super) const EXPECTED: &str =
    "a regular expression of at most 200 characters that the whole text must match, like ZD-[0-9]+";

/// Checks a pattern; it is stored unchanged.
pub(super) fn normalize(text: &str) -> Result<String, InvalidValue> {
    let invalid = |reason: &str| Err(InvalidValue::new(reason, EXPECTED));
    if text.is_empty() {
        return invalid("it is empty");
    }
    if text.chars().count() > MAX_CHARS {
        return invalid("it is too long");
    }
    if text.contains(crate::text::is_deceptive) {
        return invalid("it contains a control or invisible character");
    }
    // First without the anchors: `a)(b` is valid only between brackets.
    match compile(text).and_then(|_| compile_anchored(text)) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => invalid(&format!("it is not a regular expression ({error})")),
    }
}

/// Whether the whole text matches. An invalid pattern matches nothing, so that
/// it blocks logins instead of allowing all.
pub fn matches_whole(pattern: &str, text: &str) -> bool {
    compile_anchored(pattern).is_ok_and(|regex| regex.is_match(text))
}

fn compile_anchored(pattern: &str) -> Result<Regex, regex_lite::Error> {
    compile(&format!(r"\A(?:{pattern})\z"))
}

fn compile(pattern: &str) -> Result<Regex, regex_lite::Error> {
    let mut builder = RegexBuilder::new(pattern);
    builder
        .size_limit(SIZE_LIMIT)
        .nest_limit(NEST_LIMIT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_text_must_match() {
        assert!(matches_whole("ZD-[0-9]+", "ZD-4711"));
        assert!(!matches_whole("ZD-[0-9]+", "ZD-4711x"));
        assert!(!matches_whole("ZD-[0-9]+", "see ZD-4711"));
        assert!(!matches_whole("ZD-[0-9]+", "ZD-4711\n"));
        assert!(matches_whole("a|bc", "bc") && !matches_whole("a|bc", "ac"));
        assert!(!matches_whole("(", "("), "no pattern, no match");
        assert!(matches_whole("(?i)call .{5,}", "Call from Jane"));
    }

    #[test]
    fn a_bad_pattern_is_refused() {
        let long = "a".repeat(MAX_CHARS + 1);
        let nested = "(".repeat(30) + &")".repeat(30);
        for bad in [
            "",
            "(",
            "a)(b",
            "[z-a]",
            "a{1000}{1000}",
            "\u{202e}",
            &long,
            &nested,
        ] {
            assert!(normalize(bad).is_err(), "{bad}");
        }
        assert_eq!(normalize("ZD-[0-9]{4,8}").as_deref(), Ok("ZD-[0-9]{4,8}"));
    }

    proptest! {
        #[test]
        fn an_accepted_pattern_can_be_matched(pattern in ".{0,40}", text in any::<String>()) {
            if normalize(&pattern).is_ok() {
                prop_assert!(compile_anchored(&pattern).is_ok());
            }
            let _ = matches_whole(&pattern, &text);
        }
    }
}
