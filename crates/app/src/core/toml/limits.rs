//! How much a file may hold, checked in one pass before it is parsed: a parser
//! takes up to a hundred times the memory of the text, wherever the text comes
//! from.

use super::{Offset, Source};
use lac_store::Result;

/// The longest file, in bytes. A thousand roles of thirty resources each and a
/// thousand admin users are 1.1 MB.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The most words and signs of the format, white space and line ends included.
const MAX_TOKENS: u32 = 1 << 19;
/// The most brackets, braces and dots outside texts: each may begin a table.
const MAX_TABLES: u32 = 32_768;

/// # Errors
/// `invalid_file` for a file that is too long or holds too much, and for a text
/// over several lines, which no value needs.
pub fn check_size(source: Source<'_>) -> Result<()> {
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

/// How long the token is with which this begins, as TOML divides them: a text
/// that is not closed ends with its line.
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

/// A text in double quotes.
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
    fn what_a_text_or_a_comment_holds_does_not_count() {
        let many = "[.{".repeat(40_000);
        for text in [
            format!("a = \"{many}\\\"{many}\\\\\" # {many}\n"),
            format!("a = '{many}'\r\nb = \"\"\n"),
        ] {
            assert_eq!(problem(&text), None);
        }
    }

    #[test]
    fn more_than_any_file_needs_is_refused_without_parsing() {
        let too_much = |text: &str| problem(text).is_some_and(|p| p.ends_with("holds too much"));
        for piece in [
            ".a", "[", "{", "\"\"=1,", "\n", "\r", "1,", " \t#\n", "'\n", "\"\n",
        ] {
            let text = format!("a{piece}").replace("aa", "a") + &piece.repeat(600_000);
            assert!(too_much(&text), "{piece:?}");
        }
        // What looks like the end of a text is none, or is one.
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
    fn a_text_over_several_lines_is_refused() {
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
