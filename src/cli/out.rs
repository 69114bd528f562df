//! Output. The only file that prints.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::args::{ColorArg, Globals};
use super::settings::{Settings, env_var};
use lac_model::fault::Fault;
use lac_render::OutputFormat;
use lac_store::Result;

#[derive(Debug, Clone)]
pub struct Out {
    pub format: OutputFormat,
    /// Whether `--output` was given.
    pub is_format_explicit: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub stdout_is_terminal: bool,
    /// Whether prompts are possible: stdin and stderr are terminals, and there is no
    /// `--no-input`.
    pub is_interactive: bool,
    pub assume_yes: bool,
    pub color: bool,
    pub color_stderr: bool,
}

impl Out {
    pub fn new(globals: &Globals, settings: Option<&Settings>) -> Self {
        let stdout_is_terminal = io::stdout().is_terminal();
        let stderr_is_terminal = io::stderr().is_terminal();
        let request = globals.color.or_else(|| match settings?.color.as_deref()? {
            "always" => Some(ColorArg::Always),
            "never" => Some(ColorArg::Never),
            _ => Some(ColorArg::Auto),
        });
        let color = |is_terminal: bool| match request {
            Some(ColorArg::Always) => true,
            Some(ColorArg::Never) => false,
            _ => {
                is_terminal
                    && env_var("NO_COLOR").is_none()
                    && env_var("TERM").is_none_or(|t| t != "dumb")
            }
        };
        let given = globals.output.map(OutputFormat::from);
        Self {
            format: given
                .or_else(|| settings?.output)
                .unwrap_or(OutputFormat::Table),
            is_format_explicit: given.is_some(),
            quiet: globals.quiet,
            verbose: globals.verbose,
            stdout_is_terminal,
            is_interactive: !globals.no_input && io::stdin().is_terminal() && stderr_is_terminal,
            assume_yes: globals.yes,
            color: color(stdout_is_terminal),
            color_stderr: color(stderr_is_terminal),
        }
    }

    /// Prints a line on stdout.
    pub fn print_line(text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{text}")
            .and_then(|()| stdout.flush())
            .map_err(stdout_error)
    }

    /// Prints a result as one line of JSON.
    pub fn print_json(value: &impl serde::Serialize) -> Result<()> {
        Self::print_line(&serde_json::to_string(value).map_err(Fault::internal)?)
    }

    /// Bold, dim and reset for stderr; empty if colour is off.
    pub fn stderr_styles(&self) -> (&'static str, &'static str, &'static str) {
        if self.color_stderr {
            ("\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m")
        } else {
            ("", "", "")
        }
    }

    /// Prints a note on stderr, unless `--quiet` is given.
    pub fn print_note(&self, text: &str) {
        if !self.quiet {
            Self::print_err(text);
        }
    }

    /// Prints a line on stderr. A failure there cannot be reported.
    pub fn print_err(text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Sleeps, but fails at once if the reader of stdout closes it.
    pub fn wait_while_read(length: Duration) -> Result<()> {
        let stdout = io::stdout();
        let mut ends = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
        let timeout = PollTimeout::try_from(length).unwrap_or(PollTimeout::ZERO);
        let polled = poll(&mut ends, timeout);
        let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
        if ends[0]
            .revents()
            .is_some_and(|events| events.intersects(gone))
        {
            return Err(stdout_error(io::ErrorKind::BrokenPipe.into()));
        }
        if polled != Ok(0) {
            // This stdout cannot be polled.
            std::thread::sleep(length);
        }
        Ok(())
    }

    /// The terminal's width, if stdout is one.
    pub fn width(&self) -> Option<u16> {
        self.stdout_is_terminal.then(|| {
            let columns = env_var("COLUMNS").and_then(|text| text.parse().ok());
            columns.unwrap_or_else(|| console::Term::stdout().size().1)
        })
    }
}

#[allow(clippy::needless_pass_by_value)] // for map_err
pub(super) fn stdout_error(error: io::Error) -> Fault {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Fault::OutputClosed;
    }
    Fault::io("stdout", error)
}
