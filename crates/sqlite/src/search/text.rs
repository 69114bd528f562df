//! Prefixes and substrings, without regard to case.

/// The smallest text that is larger than every text that begins with `prefix`;
/// `None` if there is none.
pub(super) fn prefix_upper_bound(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// `needle` must be in lower case. ASCII text, the usual case, needs no
/// allocation.
pub(super) fn contains_ignore_case(text: &str, needle: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some((first, others)) = needle.split_first() else {
        return true;
    };
    let Some(last_start) = text.len().checked_sub(needle.len()) else {
        return false;
    };
    (0..=last_start).any(|at| {
        text[at].to_ascii_lowercase() == *first
            && text[at + 1..at + needle.len()].eq_ignore_ascii_case(others)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exactly_texts_with_the_prefix_are_below_its_bound(
            prefix in "\\PC{1,4}", rest in "\\PC{0,4}", other in "\\PC{0,6}",
        ) {
            let high = prefix_upper_bound(&prefix).unwrap();
            let text = format!("{prefix}{rest}");
            prop_assert!(text >= prefix && text < high);
            let is_between = other >= prefix && other < high;
            prop_assert_eq!(is_between, other.starts_with(&prefix));
        }

        #[test]
        fn it_agrees_with_contains_in_lower_case(text in "[a-cA-C]{0,8}", needle in "[a-c]{0,3}") {
            prop_assert_eq!(contains_ignore_case(&text, &needle), text.to_lowercase().contains(&needle));
        }
    }
}
