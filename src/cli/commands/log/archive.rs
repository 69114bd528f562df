//! `lac log archive`.

use clap::Args;

use crate::app::log::archive::{Archive, Archived};
use crate::cli::progress::{Counted, Counter};
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::{Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

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

impl Card for Archived {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("before", look.time(self.before).into()),
            ("events", self.events.to_string().into()),
            ("into", self.place.clone().into()),
        ];
        let mut label = "files";
        for file in &self.files {
            let count = file.last + 1 - file.first;
            let text = format!(
                "{}: events {} to {} ({count})",
                file.name, file.first, file.last
            );
            lines.push((label, text.into()));
            label = "";
        }
        match self.audit_seq {
            Some(seq) => lines.push(("recorded", seq.to_string().into())),
            None if self.dry_run => {
                let text = "nothing was changed: this was a dry run";
                lines.push(("note", Text::toned(text, Tone::Dim)));
            }
            None => lines.push(("note", Text::toned("nothing is old enough", Tone::Dim))),
        }
        lines
    }
}
