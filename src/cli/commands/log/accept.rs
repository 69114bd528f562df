//! `lac log accept`.

use crate::cli::prompt::confirm;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::{LogAccept, LogAccepted, LogPlanAcceptance};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub(super) fn run(cli: &Cli) -> Result<()> {
    if !cli.out.assume_yes {
        let kinds = cli.run(LogPlanAcceptance::default())?;
        if !kinds.is_empty() {
            let question = format!(
                "accept the changes made outside lac ({}) as they are now?",
                kinds.join(", ")
            );
            confirm(cli, &question)?;
        }
    }
    cli.print_view(&cli.run(LogAccept::default())?)
}

impl KeyValueView for LogAccepted {
    fn lines(&self, _style: &Style) -> KeyValues {
        let kinds = if self.kinds.is_empty() {
            "nothing: everything matches the log".to_owned()
        } else {
            self.kinds.join(", ")
        };
        KeyValues::new()
            .add("accepted", kinds)
            .add("differed from", self.since.map(|seq| seq.to_string()))
            .add("recorded", self.audit_seq.map(|seq| seq.to_string()))
    }
}
