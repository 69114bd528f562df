//! `lac log recover`.

use crate::cli::prompt::confirm;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::{LogPlanRecovery, LogRecover, LogRecovered};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

const QUESTION: &str = "rebuild the checkpoint file, and lose what the old one could prove?";

pub(super) fn run(cli: &Cli) -> Result<()> {
    if !cli.out.assume_yes {
        cli.run(LogPlanRecovery::default())?;
        confirm(cli, QUESTION)?;
    }
    cli.print_view(&cli.run(LogRecover::default())?)
}

impl KeyValueView for LogRecovered {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("events", self.events.to_string())
            .add("recorded", self.audit_seq.map(|seq| seq.to_string()))
    }
}
