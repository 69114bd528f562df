//! Limits on a file, checked before it is parsed: parsing can take a hundred
//! times the memory of the text.

use super::{Offset, Source};
use lac_store::Result;

/// The maximum file size in bytes. A file with a thousand roles of thirty
/// resources each and a thousand admin users has 1.1 MB.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The maximum number of tokens, including white space and line ends.
const MAX_TOKENS: u32 = 1 << 19;
/// The maximum number of brackets, braces and dots outside strings and
/// comments: each may begin a table.
const MAX_TABLES: u32 = 32_768;

pub(super) fn check_size(source: Source<'_>) -> Result<()> {
    let text = source.text.as_bytes();
    if text.len() > MAX_FILE_BYTES {
        let most = MAX_FILE_BYTES / 1024 / 1024;
        return Err(source.file_fault(0, format!("it is larger than {most} MiB")));
    }
    let (mut at, mut tokens, mut tables): (Offset, u32, u32) = (0, 0, 0);
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        if rest.starts_with(b"\"\"\"") || rest.starts_with(b"'''") {
            let reason = "a text over several lines is not taken; write \\n in quotes";
            return Err(source.file_fault(at, reason.to_owned()));
        }
        tables += u32::from(matches!(byte, b'[' | b'{' | b'.'));
        tokens += 1;
        if tables > MAX_TABLES || tokens > MAX_TOKENS {
            return Err(source.file_fault(at, "the file holds too much".to_owned()));
        }
        at += token_length(rest);
    }
    Ok(())
}

/// The length of the first TOML token. An unclosed string ends with its line.
fn token_length(rest: &[u8]) -> usize {
    let run = |goes_on: fn(&u8) -> bool| rest.iter().take_while(|byte| goes_on(byte)).count();
    match rest[0] {
        b'"' => basic_string_length(rest),
        b'\'' => match memchr::memchr2(b'\'', b'\n', &rest[1..]) {
            Some(end) if rest[1 + end] == b'\'' => end + 2,
            Some(end) => end + 1,
            None => rest.len(),
        },
        b'#' => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
        b' ' | b'\t' => run(|byte| matches!(byte, b' ' | b'\t')),
        b'.' | b'=' | b',' | b'[' | b']' | b'{' | b'}' | b'\n' | b'\r' => 1,
        _ => run(|byte| !b".=,[]{}\"'# \t\r\n".contains(byte)),
    }
}

/// The length of a string in double quotes.
fn basic_string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &rest[at..]) {
        at += found;
        match (rest[at], rest.get(at + 1)) {
            (b'"', _) => return at + 1,
            (b'\\', Some(b'"' | b'\\')) => at += 2,
            (b'\\', _) => at += 1,
            _ => return at,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lac_model::fault::Fault;

    fn problem(text: &str) -> Option<String> {
        match check_size(Source::new(text)) {
            Ok(()) => None,
            Err(Fault::InvalidFile { problem, .. }) => Some(problem),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn contents_of_strings_and_comments_do_not_count() {
        let many = "[.{".repeat(40_000);
        for text in [
            format!("a = \"{many}\\\"{many}\\\\\" # {many}\n"),
            format!("a = '{many}'\r\nb = \"\"\n"),
        ] {
            assert_eq!(problem(&text), None);
        }
    }

    #[test]
    fn oversized_file_is_refused_without_parsing() {
        let too_much = |text: &str| problem(text).is_some_and(|p| p.ends_with("holds too much"));
        for piece in [
            ".a", "[", "{", "\"\"=1,", "\n", "\r", "1,", " \t#\n", "'\n", "\"\n",
        ] {
            let text = format!("a{piece}").replace("aa", "a") + &piece.repeat(600_000);
            assert!(too_much(&text), "{piece:?}");
        }
        // The string ends later, or earlier, than a naive scan would find.
        assert!(too_much(&format!("a = \"\\\\\"{}", ".a".repeat(40_000))));
        assert!(too_much(&format!("a = '\\'{}", ".a".repeat(40_000))));
        assert!(too_much(&format!("a = \"x\n{}", ".a".repeat(40_000))));
        let long = format!("#{}", "x".repeat(MAX_FILE_BYTES));
        assert_eq!(
            problem(&long).as_deref(),
            Some("line 1, column 1: it is larger than 4 MiB")
        );
    }

    #[test]
    fn multi_line_string_is_refused() {
        for text in ["a = \"\"\"\n[x]\"\"\"", "a = '''\n'''"] {
            assert!(
                problem(text)
                    .unwrap()
                    .starts_with("line 1, column 5: a text over"),
                "{text}"
            );
        }
    }
}
