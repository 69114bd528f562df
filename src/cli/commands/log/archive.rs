//! `lac log archive`.

use clap::Args;

use crate::cli::progress::{Counted, Counter};
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::log::archive::{Archive, Archived};
use lac_render::Look;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// Say what would be archived, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &ArchiveArgs, shop: &Shop) -> Result<()> {
    let request = Archive {
        dry_run: args.dry_run,
    };
    let progress = Counter::new(&shop.out, "archiving");
    let archived = shop.run_with(request, &mut Counted(&progress));
    progress.clear();
    shop.show(&archived?)
}

impl KeyValueView for Archived {
    fn lines(&self, look: &Look) -> KeyValues {
        let files = self.files.iter().map(|file| {
            let (first, last) = (file.first, file.last);
            let count = last + 1 - first;
            format!("{}: events {first} to {last} ({count})", file.name)
        });
        let lines = KeyValues::new()
            .add("before", look.time(self.before))
            .add("events", self.events.to_string())
            .add("into", &self.place)
            .add_some("files", files);
        let note = match self.audit_seq {
            Some(seq) => return lines.add("recorded", seq.to_string()),
            None if self.dry_run => "nothing was changed: this was a dry run",
            None => "nothing is old enough",
        };
        lines.add("note", Text::toned(note, Tone::Dim))
    }
}
