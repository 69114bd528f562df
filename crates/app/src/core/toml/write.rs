//! Writes TOML strings and keys.

use std::fmt::Write as _;

use lac_model::text::is_deceptive;

/// A quoted string. Characters that could deceive a reader of the file
/// (control, bidirectional and invisible characters) are escaped, so that a
/// review shows them.
pub fn toml_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if !is_deceptive(c) => out.push(c),
            _ if u32::from(c) > 0xffff => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            _ => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// A key, quoted only if TOML requires it.
pub fn toml_key(key: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !key.is_empty() && key.bytes().all(bare) {
        return key.to_owned();
    }
    toml_string(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn deceptive_characters_are_escaped() {
        assert_eq!(
            toml_string("a\u{202e}\u{0}\u{e0001}é"),
            r#""a\u202E\u0000\U000E0001é""#
        );
        assert_eq!(toml_key("base"), "base");
        assert_eq!(toml_key("a/b"), "\"a/b\"");
    }

    proptest! {
        #[test]
        fn written_values_are_read_back(text in any::<String>(), name in any::<String>()) {
            let file = format!("{} = {}", toml_key(&name), toml_string(&text));
            let read: toml::Table = toml::from_str(&file).unwrap();
            prop_assert_eq!(read[&name].as_str(), Some(text.as_str()));
        }
    }
}
