//! One result: lines of label and value for people, one object for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::list::{Text, Tone};
use super::safe::safe;
use super::{Format, Look};

/// A result with a few fields to show.
pub trait Card: Serialize {
    /// Label and value; an empty label continues the line above.
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)>;
}

/// Writes it. CSV is not for single results: they answer in the table's form.
///
/// # Errors
/// Whatever writing fails with.
pub fn write(out: &mut dyn Write, card: &impl Card, format: Format, look: &Look) -> io::Result<()> {
    if format.is_json() {
        serde_json::to_writer(&mut *out, card)?;
        out.write_all(b"\n")?;
        return out.flush();
    }
    let lines = card.lines(look);
    let width = lines
        .iter()
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or(0);
    for (label, text) in lines {
        let value = match text.text.as_str() {
            "" => paint(&Text::toned("–", Tone::Dim), look),
            _ => paint(&text, look),
        };
        writeln!(out, "{label:width$}  {value}")?;
    }
    out.flush()
}

/// A text in its tone, made safe.
pub fn paint(text: &Text, look: &Look) -> String {
    let shown = safe(&text.text);
    let code = match text.tone {
        _ if !look.color => return shown.into_owned(),
        Tone::Plain => return shown.into_owned(),
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Warning => "33",
        Tone::Dim => "2",
    };
    format!("\u{1b}[{code}m{shown}\u{1b}[0m")
}
