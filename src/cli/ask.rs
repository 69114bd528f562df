//! Questions to whoever sits at the terminal. Never inside a transaction.

use std::io;
use std::sync::{Mutex, PoisonError};

use dialoguer::Confirm;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use super::shop::Shop;
use lac_app::confirm::Confirmation;
use lac_model::fault::Fault;
use lac_render::safe::safe;
use lac_store::Result;

/// Held by the thread that ends the program, and never released.
static LEAVING: Mutex<()> = Mutex::new(());

/// To be called before any prompt: Ctrl-C ends the program with the cursor
/// shown again (a prompt hides it) and the exit code a shell expects.
pub fn get_ready() {
    // Fails only where it was done before.
    let _ = ctrlc::set_handler(|| leave());
}

/// Ends the program after Ctrl-C. A prompt that reads Ctrl-C both raises the
/// signal, which another thread handles, and returns an error: whichever comes
/// first ends the program, the other waits here.
fn leave() -> ! {
    let _held = LEAVING.lock().unwrap_or_else(PoisonError::into_inner);
    let terminal = console::Term::stderr();
    let _ = terminal.show_cursor();
    let _ = terminal.write_line("");
    std::process::exit(130);
}

/// What every prompt looks like; `--color never` holds for prompts too.
pub fn theme(shop: &Shop) -> Box<dyn Theme> {
    if shop.out.color_err {
        Box::new(ColorfulTheme::default())
    } else {
        Box::new(SimpleTheme)
    }
}

/// What it means when a prompt failed; Ctrl-C ends the program.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub fn gave_up(error: dialoguer::Error, what: &str) -> Fault {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted => leave(),
        io::ErrorKind::NotConnected => Fault::ConfirmationRequired {
            what: what.to_owned(),
        },
        _ => Fault::io("the terminal", error),
    }
}

/// Goes on with `--yes`, or with a yes at the terminal.
///
/// # Errors
/// `confirmation_required` without a terminal or with `--no-input`; `declined`
/// for a no.
pub fn confirm(shop: &Shop, question: &str) -> Result<()> {
    if shop.out.yes {
        return Ok(());
    }
    let what = question.trim_end_matches('?');
    if !shop.out.can_ask {
        return Err(Fault::ConfirmationRequired {
            what: what.to_owned(),
        });
    }
    get_ready();
    // Escape is a no.
    let answer = Confirm::with_theme(&*theme(shop))
        .with_prompt(safe(question))
        .default(false)
        .interact_opt()
        .map_err(|error| gave_up(error, what))?;
    if answer == Some(true) {
        Ok(())
    } else {
        Err(Fault::Declined)
    }
}

/// Runs an act that wants to be confirmed. It is tried unconfirmed first, so
/// that everything else is checked before anybody is asked, and the question
/// names what was found.
///
/// # Errors
/// As the act's own, and [`confirm`]'s.
pub fn confirmed<A>(shop: &Shop, run: impl Fn(bool) -> Result<A>) -> Result<A> {
    match run(shop.out.yes) {
        Err(Fault::ConfirmationRequired { what }) if shop.out.can_ask => {
            confirm(shop, &format!("{what}?"))?;
            run(true)
        }
        other => other,
    }
}

/// Runs an act that asks a person more than a script: what reaches far is
/// confirmed where somebody sits at the terminal.
///
/// # Errors
/// As the act's own, and [`confirm`]'s.
pub fn confirmed_by_person<A>(shop: &Shop, run: impl Fn(Confirmation) -> Result<A>) -> Result<A> {
    let first = match (shop.out.yes, shop.out.can_ask) {
        (true, _) => Confirmation::Given,
        (false, true) => Confirmation::Person,
        (false, false) => Confirmation::Script,
    };
    match run(first) {
        Err(Fault::ConfirmationRequired { what }) if shop.out.can_ask => {
            confirm(shop, &format!("{what}?"))?;
            run(Confirmation::Given)
        }
        other => other,
    }
}
