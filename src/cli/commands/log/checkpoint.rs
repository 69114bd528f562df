//! `lac log checkpoint`.

use std::path::PathBuf;

use clap::Args;

use super::verify::checkpoint_text;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::log::Newest;
use lac_ledger::receipt::Receipt;
use lac_model::form::OptionalText;
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_render::safe::safe_lines;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct CheckpointArgs {
    /// Prove that it continues this older checkpoint; -o json shows the proof
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
}

pub fn run(args: &CheckpointArgs, shop: &Shop) -> Result<()> {
    let since = args.since.as_deref().map(checkpoint_text).transpose()?;
    let receipt = shop.run(Newest {
        since: since.formed()?,
    })?;
    if let Some(older) = &receipt.consistency {
        let size = older.size;
        shop.out.say(&format!(
            "the first {size} events are those of the older checkpoint"
        ));
    }
    if shop.out.format.is_for_programs() {
        return shop.show(&receipt);
    }
    // The note ends with a newline of its own; a store's name holds nothing
    // that would be replaced here.
    Out::line(&safe_lines(
        receipt.note.strip_suffix('\n').unwrap_or(&receipt.note),
    ))
}

impl KeyValueView for Receipt {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new()
            .add("origin", &self.origin)
            .add("events", self.size.to_string())
            .add("root", &self.root)
            .add("key", &self.key)
    }
}
