//! Beginnings and parts of texts, without regard to case.

/// The least text above every text that begins with `prefix`; none if there is
/// no such text.
pub fn prefix_upper_bound(prefix: &str) -> Option<String> {
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

/// `needle` is in lower case already. Nothing is allocated for ASCII, the
/// usual case.
pub fn contains_ignore_case(text: &str, needle: &str) -> bool {
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
        fn what_begins_so_lies_between(
            prefix in "\\PC{1,4}", rest in "\\PC{0,4}", other in "\\PC{0,6}",
        ) {
            let high = prefix_upper_bound(&prefix).unwrap();
            let text = format!("{prefix}{rest}");
            prop_assert!(text >= prefix && text < high);
            let is_between = other >= prefix && other < high;
            prop_assert_eq!(is_between, other.starts_with(&prefix));
        }

        #[test]
        fn contains_is_the_plain_one_without_case(text in "[a-cA-C]{0,8}", needle in "[a-c]{0,3}") {
            prop_assert_eq!(contains_ignore_case(&text, &needle), text.to_lowercase().contains(&needle));
        }
    }
}
