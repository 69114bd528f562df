//! How answers of changing commands say what came of it.

use crate::cli::runner::Cli;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};

/// Adds a note where nothing changed.
pub fn mark_unchanged(lines: KeyValues, changed: bool) -> KeyValues {
    let note = (!changed).then(|| StyledText::with_emphasis("(as before)", Emphasis::Dim));
    lines.add_some("", note)
}

/// Says that sessions ended along with a change.
pub fn print_sessions_ended(cli: &Cli, sessions: usize) {
    match sessions {
        0 => {}
        1 => cli.out.print_note("1 open session ended with it"),
        n => cli
            .out
            .print_note(&format!("{n} open sessions ended with it")),
    }
}
