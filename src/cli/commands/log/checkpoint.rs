//! `lac log checkpoint`.

use std::path::PathBuf;

use clap::Args;

use super::verify::read_checkpoint;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::LogCheckpoint;
use lac_ledger::receipt::Receipt;
use lac_model::bounded::IntoBoundedText;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::sanitize::sanitize_lines;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct CheckpointArgs {
    /// Prove that the log extends this older checkpoint; -o json prints the proof
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
}

pub(super) fn run(args: &CheckpointArgs, cli: &Cli) -> Result<()> {
    let since = args.since.as_deref().map(read_checkpoint).transpose()?;
    let receipt = cli.run(LogCheckpoint {
        since: since.into_bounded()?,
    })?;
    if let Some(older) = &receipt.consistency {
        let size = older.size;
        cli.out.print_note(&format!(
            "the first {size} events match the older checkpoint"
        ));
    }
    if cli.out.format.is_machine_readable() {
        return cli.print_view(&receipt);
    }
    // The note ends with a newline; a store's name contains nothing that needs
    // escaping.
    Out::print_line(&sanitize_lines(
        receipt.note.strip_suffix('\n').unwrap_or(&receipt.note),
    ))
}

impl KeyValueView for Receipt {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("origin", &self.origin)
            .add("events", self.size.to_string())
            .add("root", &self.root)
            .add("key", &self.key)
    }
}
