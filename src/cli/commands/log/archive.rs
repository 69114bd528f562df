//! `lac log archive`.

use clap::Args;

use crate::cli::progress::{EventProgressBar, ProgressBarChannel};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::archive::{LogArchive, LogArchived};
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ArchiveArgs {
    /// Show what would be archived without changing anything
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &ArchiveArgs, cli: &Cli) -> Result<()> {
    let request = LogArchive {
        dry_run: args.dry_run,
    };
    let progress = EventProgressBar::new(&cli.out, "archiving");
    let archived = cli.run_with_channel(request, &mut ProgressBarChannel(&progress));
    progress.clear();
    cli.print_view(&archived?)
}

impl KeyValueView for LogArchived {
    fn lines(&self, style: &Style) -> KeyValues {
        let files = self.files.iter().map(|file| {
            let (first, last) = (file.first, file.last);
            let count = last + 1 - first;
            format!("{}: events {first} to {last} ({count})", file.name)
        });
        let lines = KeyValues::new()
            .add("before", style.time(self.before))
            .add("events", self.events.to_string())
            .add("into", &self.place)
            .add_some("files", files);
        let note = match self.audit_seq {
            Some(seq) => return lines.add("recorded", seq.to_string()),
            None if self.dry_run => "nothing was changed: this was a dry run",
            None => "nothing is old enough",
        };
        lines.add("note", StyledText::with_emphasis(note, Emphasis::Dim))
    }
}
