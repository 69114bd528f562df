//! How answers of changing commands say what came of it.

use crate::cli::shop::Shop;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;

/// Adds a note where nothing changed.
pub fn mark(lines: KeyValues, changed: bool) -> KeyValues {
    let note = (!changed).then(|| Text::toned("(as before)", Tone::Dim));
    lines.add_some("", note)
}

/// Says that sessions ended along with a change.
pub fn ended(shop: &Shop, sessions: usize) {
    match sessions {
        0 => {}
        1 => shop.out.say("1 open session ended with it"),
        n => shop.out.say(&format!("{n} open sessions ended with it")),
    }
}
