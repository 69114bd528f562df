//! Notes about the effects of a change.

use crate::cli::runner::Cli;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};

/// Adds a note if nothing changed.
pub(super) fn mark_unchanged(lines: KeyValues, changed: bool) -> KeyValues {
    let note = (!changed).then(|| StyledText::with_emphasis("(unchanged)", Emphasis::Dim));
    lines.add_some("", note)
}

pub(super) fn print_sessions_ended(cli: &Cli, sessions: usize) {
    match sessions {
        0 => {}
        1 => cli.out.print_note("this ended 1 open session"),
        n => cli.out.print_note(&format!("this ended {n} open sessions")),
    }
}
