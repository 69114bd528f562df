//! `lac log erase`.

use clap::Args;

use crate::cli::input::text_or_stdin;
use crate::cli::progress::{EventProgressBar, ProgressBarChannel};
use crate::cli::prompt::confirmed;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::erase::{LogErase, LogErased};
use lac_model::bounded::{BoundedList, IntoBoundedText, ShortText};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// The id the customer had (42, local:7)
    #[arg(long, value_name = "ID", required_unless_present = "emails")]
    customer: Option<String>,

    /// An e-mail address that no customer has any more (- reads stdin); erases all
    /// events with it, failed searches included
    #[arg(long = "email", value_name = "ADDRESS")]
    emails: Vec<String>,
}

pub(super) fn run(args: EraseArgs, cli: &Cli) -> Result<()> {
    let emails = args.emails.iter();
    let emails = emails.map(|email| text_or_stdin("--email", email));
    let emails = emails.collect::<Result<Vec<String>>>()?;
    let progress = EventProgressBar::new(&cli.out, "searching");
    let erased = confirmed(cli, |confirmed| {
        let request = LogErase {
            customer: args.customer.clone().into_bounded()?,
            emails: BoundedList::parse("--email", emails.iter().cloned(), ShortText::new)?,
            confirmed,
        };
        let erased = cli.run_with_channel(request, &mut ProgressBarChannel(&progress));
        progress.clear();
        erased
    });
    cli.print_view(&erased?)
}

impl KeyValueView for LogErased {
    fn lines(&self, _style: &Style) -> KeyValues {
        let some = |count: u64| (count > 0).then(|| count.to_string());
        let kept = (self.kept > 0).then(|| {
            let text = format!(
                "{} events of another customer with the same address",
                self.kept
            );
            StyledText::with_emphasis(text, Emphasis::Warning)
        });
        let lines = KeyValues::new()
            .add_some("customer", self.customer_id.map(|id| id.to_string()))
            .add("events", self.events.to_string())
            .add_some("documents", some(self.documents))
            .add_some("requests", some(self.requests))
            .add_some("notices", some(self.notices))
            .add_some("archives", &self.archives)
            .add_some("kept", kept);
        match self.audit_seq {
            Some(seq) => lines.add("recorded", seq.to_string()),
            None => lines.add(
                "note",
                StyledText::with_emphasis("nothing left to erase", Emphasis::Dim),
            ),
        }
    }
}
