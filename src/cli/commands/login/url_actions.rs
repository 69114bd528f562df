//! `--copy` and `--open`. The session exists by then, so a failure is only a
//! note.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, IsTerminal, Write};

use super::browser;
use super::redirect_page::RedirectPage;
use crate::cli::runner::Cli;
use lac_app::login::LoginStarted;

/// How long the page is kept at most: time enough for a browser to start.
const MAX_PAGE_LIFETIME: Duration = Duration::from_secs(30);

/// Copies with OSC 52, so that the terminal sets its own clipboard. This
/// machine's clipboard would be the wrong one over SSH, and on X11 lose the text
/// at exit.
pub(super) fn copy_to_clipboard(asked: bool, url: &str, cli: &Cli) {
    if !asked {
        return;
    }
    let mut stderr = io::stderr().lock();
    if !stderr.is_terminal() {
        drop(stderr);
        cli.out
            .print_note("note: nothing was copied: --copy needs a terminal on stderr");
        return;
    }
    let text = STANDARD.encode(url);
    let _ = write!(stderr, "\u{1b}]52;c;{text}\u{7}");
    let _ = stderr.flush();
    drop(stderr);
    cli.out
        .print_note("copied to the terminal's clipboard (if it allows that)");
}

/// Opens the URL in a browser. Arguments are visible in `ps`, so the browser gets
/// the path of a redirecting page instead of the URL.
pub(super) fn open_in_browser(asked: bool, started: &LoginStarted, cli: &Cli) {
    if !asked {
        return;
    }
    let lives = started.expires_at.seconds() - started.issued_at.seconds();
    let lives = Duration::from_secs(lives.try_into().unwrap_or(0));
    let page = RedirectPage::create(&started.url, &cli.random);
    let opened = page.map_err(|e| e.to_string()).and_then(|page| {
        browser::open_page(page.path())?;
        page.remove_after(lives.min(MAX_PAGE_LIFETIME))
            .map_err(|e| e.to_string())
    });
    match opened {
        Ok(()) => cli.out.print_note("opening the browser"),
        Err(problem) => cli.out.print_note(&format!(
            "note: could not open a browser: {problem}; the URL is on stdout"
        )),
    }
}
