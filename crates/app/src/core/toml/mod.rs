//! Declarative files in TOML. Every value keeps its position, so that each
//! error is reported with line, column, field and reason, even for a value that
//! is only found to be wrong when it is looked up in the store.

mod limits;
mod table;
mod write;

pub use limits::MAX_FILE_BYTES;
pub use table::{ScalarValue, SpannedText, TextOrList, TomlTable};
pub use write::{toml_key, toml_string};

use std::fmt::Display;

use toml::de::DeTable;

use lac_model::fault::Fault;
use lac_store::Result;

/// The name of the file in errors of code that does not know it.
pub const UNNAMED_FILE: &str = "the file";

/// A position in a file, in bytes from its start.
pub type Offset = usize;

#[derive(Debug, Clone, Copy)]
pub struct Source<'t> {
    text: &'t str,
}

impl<'t> Source<'t> {
    /// Ignores a byte-order mark at the start.
    pub fn new(text: &'t str) -> Self {
        Self {
            text: text.strip_prefix('\u{feff}').unwrap_or(text),
        }
    }

    /// An `invalid_file` fault for a field, with line and column.
    pub fn field_fault(&self, at: Offset, field: &str, reason: impl Display) -> Fault {
        self.file_fault(at, format!("{field}: {reason}"))
    }

    /// Parses the whole file, whose `format` key must have the given value.
    pub fn parse_table(&self, format: &str) -> Result<TomlTable<'t>> {
        limits::check_size(*self)?;
        let table = DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            // The parser puts what it expected on further lines.
            let words: Vec<&str> = error.message().split_whitespace().collect();
            self.file_fault(at, format!("this is not TOML: {}", words.join(" ")))
        })?;
        let mut table = TomlTable::new(*self, 0, table.into_inner());
        let declared = table.text("format")?;
        let declared = declared.ok_or_else(|| {
            self.field_fault(0, "format", format!("it is missing; expected \"{format}\""))
        })?;
        if declared.text != format {
            let reason = format!(
                "it is {}; expected \"{format}\"",
                toml_string(&declared.text)
            );
            return Err(self.field_fault(declared.offset, "format", reason));
        }
        Ok(table)
    }

    /// Fails with `invalid_file` if there are more than `most` of something.
    pub fn check_count(&self, most: usize, has: usize, what: &str) -> Result<()> {
        if has <= most {
            return Ok(());
        }
        Err(self.field_fault(
            0,
            what,
            format!("there are {has}; at most {most} are taken"),
        ))
    }

    /// Line and column of a position, both counted from 1; columns are
    /// characters.
    pub fn line_and_column(&self, at: Offset) -> (usize, usize) {
        let mut end = at.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }

    fn file_fault(&self, at: Offset, problem: String) -> Fault {
        let (line, column) = self.line_and_column(at);
        Fault::InvalidFile {
            file: UNNAMED_FILE.to_owned(),
            problem: format!("line {line}, column {column}: {problem}"),
            remedy: None,
        }
    }
}

/// The reason in an `invalid_value` fault, for a field of a file.
pub fn invalid_value_reason(fault: Fault) -> String {
    match fault {
        Fault::InvalidValue { reason, .. } => reason,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_problem(text: &str) -> String {
        match Source::new(text)
            .parse_table("x/1")
            .and_then(TomlTable::expect_empty)
        {
            Err(Fault::InvalidFile { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_and_columns_count_from_1() {
        let source = Source::new("\u{feff}aé\r\nb\n");
        assert_eq!(source.line_and_column(0), (1, 1));
        assert_eq!(source.line_and_column(3), (1, 3));
        assert_eq!(source.line_and_column(5), (2, 1));
        assert_eq!(source.line_and_column(99), (3, 1));
    }

    #[test]
    fn errors_contain_line_and_column() {
        assert_eq!(
            parse_problem("\u{feff}# é\r\nformat = 'y/1'"),
            "line 2, column 10: format: it is \"y/1\"; expected \"x/1\""
        );
        assert_eq!(
            parse_problem("format = 'x/1'\n\n a = 1\n"),
            "line 3, column 2: a: there is no such key"
        );
        assert!(parse_problem("").starts_with("line 1, column 1: format: it is missing"));
        assert!(
            parse_problem("format = 'x/1'\nformat = 1")
                .starts_with("line 2, column 1: this is not")
        );
        assert!(parse_problem(&"a = [".repeat(100)).contains("not TOML"));
        assert!(parse_problem(&format!("a = {}", "[".repeat(10_000))).contains("not TOML"));
    }
}
