//! Ways to take the URL along: clipboard and browser. The session is issued
//! by then, so what fails here is a remark, not an error.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, IsTerminal, Write};

use crate::cli::shop::Shop;

/// OSC 52: the terminal itself puts the text into its clipboard, over SSH too.
/// A clipboard of this machine would lose it at exit on X11 and be the wrong
/// machine over SSH.
pub fn to_clipboard(asked: bool, url: &str, shop: &Shop) {
    if !asked {
        return;
    }
    let mut stderr = io::stderr().lock();
    if !stderr.is_terminal() {
        drop(stderr);
        shop.out
            .say("note: nothing was copied: --copy needs a terminal on stderr");
        return;
    }
    let text = STANDARD.encode(url);
    let _ = write!(stderr, "\u{1b}]52;c;{text}\u{7}");
    let _ = stderr.flush();
    drop(stderr);
    shop.out
        .say("copied to the terminal's clipboard (if it allows that)");
}

/// Opens the URL in the desktop's browser.
pub fn to_browser(asked: bool, url: &str, shop: &Shop) {
    if !asked {
        return;
    }
    match open::that_detached(url) {
        Ok(()) => shop.out.say("opening the browser"),
        Err(error) => shop
            .out
            .say(&format!("note: no browser could be opened: {error}")),
    }
}
