//! How answers of changing commands say what came of it.

use crate::cli::shop::Shop;
use crate::render::list::{Text, Tone};

/// Adds to a card whether anything changed.
pub fn mark(mut lines: Vec<(&'static str, Text)>, changed: bool) -> Vec<(&'static str, Text)> {
    if !changed {
        lines.push(("", Text::toned("(as before)", Tone::Dim)));
    }
    lines
}

/// Says that sessions ended along with a change.
pub fn ended(shop: &Shop, sessions: usize) {
    match sessions {
        0 => {}
        1 => shop.out.say("1 open session ended with it"),
        n => shop.out.say(&format!("{n} open sessions ended with it")),
    }
}
