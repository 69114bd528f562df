//! The parameters after the `?` of a path.

/// Names and values, decoded.
pub(super) fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Replaces `+` and escapes. An escape that is none stays as it is; bytes that are
/// not UTF-8 are replaced.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(hex);
        decoded.push(match escaped {
            Some(escaped) => escaped,
            None if byte == b'+' => b' ',
            None => byte,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let of = |query| {
            let all = parameters(query).into_iter();
            all.map(|(name, value)| format!("{name}:{value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("limit=5&after=a%3ab+c"), ["limit:5", "after:a:b c"]);
        assert_eq!(
            of("&a&b=%&c=%4&d=%+1&e=%ff=&"),
            ["a:", "b:%", "c:%4", "d:% 1", "e:\u{fffd}="]
        );
        assert_eq!(of("\u{e9}=%c3%a9"), ["\u{e9}:\u{e9}"]);
    }
}
