//! `lac log show`.

use clap::Args;

use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::{LogRaw, LogShow};
use lac_model::audit::EventView;
use lac_model::bounded::Seq;
use lac_render::Style;
use lac_render::event;
use lac_render::one::KeyValues;
use lac_render::sanitize::sanitize;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The event's number (seq)
    seq: Seq,

    /// Print the exact bytes that are hashed, one line each: the record, the shopper
    /// data (null once erased) and the staff data
    #[arg(long)]
    raw: bool,
}

pub(super) fn run(args: &ShowArgs, cli: &Cli) -> Result<()> {
    if !args.raw {
        return cli.print_view(&cli.run(LogShow { seq: args.seq })?);
    }
    let raw = cli.run(LogRaw { seq: args.seq })?;
    let shopper = raw.shopper.as_deref().unwrap_or("null");
    for text in [&raw.record, shopper, &raw.staff] {
        // Escaped on a terminal, which might interpret control characters.
        if cli.out.stdout_is_terminal {
            Out::print_line(&sanitize(text))?;
        } else {
            Out::print_line(text)?;
        }
    }
    Ok(())
}

impl KeyValueView for EventView {
    fn lines(&self, style: &Style) -> KeyValues {
        event::lines(self, style)
    }
}
