//! Prompts. Never inside a transaction.

use std::io;
use std::sync::{Mutex, PoisonError};

use dialoguer::Confirm;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use super::runner::Cli;
use lac_app::core::confirm::Confirmation;
use lac_model::fault::Fault;
use lac_render::sanitize::sanitize;
use lac_store::Result;

/// Locked by the thread that ends the program, and never released.
static EXIT_LOCK: Mutex<()> = Mutex::new(());

/// Call it before any prompt. On Ctrl-C it shows the cursor again, which a prompt
/// hides, and exits with the code a shell expects.
pub(super) fn install_ctrlc_handler() {
    // Fails only if it is installed already.
    let _ = ctrlc::set_handler(|| exit_interrupted());
}

/// Ends the program after Ctrl-C. A prompt that reads Ctrl-C raises the signal,
/// which another thread handles, and also returns an error. Whichever comes first
/// ends the program; the other waits for the lock.
fn exit_interrupted() -> ! {
    let _held = EXIT_LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let terminal = console::Term::stderr();
    let _ = terminal.show_cursor();
    let _ = terminal.write_line("");
    std::process::exit(130);
}

/// The look of prompts, which `--color never` also affects.
pub(super) fn prompt_theme(cli: &Cli) -> Box<dyn Theme> {
    if cli.out.color_stderr {
        Box::new(ColorfulTheme::default())
    } else {
        Box::new(SimpleTheme)
    }
}

/// The fault for a failed prompt. Ctrl-C ends the program.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub(super) fn prompt_error(error: dialoguer::Error, what: &str) -> Fault {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted => exit_interrupted(),
        io::ErrorKind::NotConnected => Fault::ConfirmationRequired {
            what: what.to_owned(),
        },
        _ => Fault::io("the terminal", error),
    }
}

/// Succeeds with `--yes`, or if the user answers yes.
pub(super) fn confirm(cli: &Cli, question: &str) -> Result<()> {
    if cli.out.assume_yes {
        return Ok(());
    }
    let what = question.trim_end_matches('?');
    if !cli.out.is_interactive {
        return Err(Fault::ConfirmationRequired {
            what: what.to_owned(),
        });
    }
    install_ctrlc_handler();
    // Escape means no.
    let answer = Confirm::with_theme(&*prompt_theme(cli))
        .with_prompt(sanitize(question))
        .default(false)
        .interact_opt()
        .map_err(|error| prompt_error(error, what))?;
    if answer == Some(true) {
        Ok(())
    } else {
        Err(Fault::Declined)
    }
}

/// Runs a command that needs confirmation. It runs unconfirmed first, so that
/// everything else is checked before the question, and the question can say what
/// was found.
pub(super) fn confirmed<A>(cli: &Cli, run: impl Fn(bool) -> Result<A>) -> Result<A> {
    match run(cli.out.assume_yes) {
        Err(Fault::ConfirmationRequired { what }) if cli.out.is_interactive => {
            confirm(cli, &format!("{what}?"))?;
            run(true)
        }
        other => other,
    }
}

/// Runs a command that needs confirmation for far-reaching changes, but only if
/// prompts are possible.
pub(super) fn run_confirmed_if_interactive<A>(
    cli: &Cli,
    run: impl Fn(Confirmation) -> Result<A>,
) -> Result<A> {
    let first = match (cli.out.assume_yes, cli.out.is_interactive) {
        (true, _) => Confirmation::Given,
        (false, true) => Confirmation::Person,
        (false, false) => Confirmation::Script,
    };
    match run(first) {
        Err(Fault::ConfirmationRequired { what }) if cli.out.is_interactive => {
            confirm(cli, &format!("{what}?"))?;
            run(Confirmation::Given)
        }
        other => other,
    }
}
