//! Ways to take the URL along: clipboard and browser. The session is issued
//! by then, so what fails here is a remark, not an error.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, IsTerminal, Write};

use super::browser;
use super::page::Page;
use crate::cli::shop::Shop;
use lac_app::login::Started;

/// The longest that a page for the browser is kept: a browser that starts cold
/// has read it by then.
const KEPT: Duration = Duration::from_secs(30);

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

/// Opens the URL in the desktop's browser. Arguments show in `ps`, so the
/// browser gets the name of a page that sends it on, and never the URL.
pub fn to_browser(asked: bool, started: &Started, shop: &Shop) {
    if !asked {
        return;
    }
    let lives = started.expires_at.seconds() - started.issued_at.seconds();
    let lives = Duration::from_secs(lives.try_into().unwrap_or(0));
    let page = Page::create(&started.url, &shop.random);
    let opened = page.map_err(|e| e.to_string()).and_then(|page| {
        browser::open(page.path())?;
        page.remove_after(lives.min(KEPT))
            .map_err(|e| e.to_string())
    });
    match opened {
        Ok(()) => shop.out.say("opening the browser"),
        Err(problem) => shop.out.say(&format!(
            "note: could not open a browser: {problem}; the URL is on stdout"
        )),
    }
}
