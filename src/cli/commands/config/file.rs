//! `lac config export`, `diff` and `apply`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::ask;
use crate::cli::declared::{self, DiffArgs, Line, Outcome, Shown, counted};
use crate::cli::shop::Shop;
use crate::cli::view::Tabled;
use lac_app::config::{Apply, Change, Diff, Export};
use lac_model::config::CONSENT_MODE;
use lac_render::column::Column;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ExportArgs {}

#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The file; - is stdin
    file: PathBuf,
    /// Let what the file lacks inherit again
    #[arg(long)]
    prune: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn export(shop: &Shop) -> Result<()> {
    let exported = shop.run(Export {})?;
    declared::export(shop, &exported.text, &exported.left_out)
}

pub fn diff(args: &DiffArgs, shop: &Shop) -> Result<u8> {
    let text = declared::read(&args.file)?;
    let prune = args.prune;
    let found = declared::named(
        &args.file,
        shop.run(Diff {
            text: text.try_into()?,
            prune,
        }),
    )?;
    let unmanaged = counted(found.unmanaged, "value").filter(|_| !prune);
    let unmanaged: Vec<String> = unmanaged.into_iter().collect();
    declared::differences(shop, &found.changes, &found.left_out, &unmanaged)
}

pub fn apply(args: &ApplyArgs, shop: &Shop) -> Result<()> {
    let text = declared::read(&args.file)?;
    let applied = ask::confirmed_by_person(shop, |confirmation| {
        let request = Apply {
            text: text.clone().try_into()?,
            prune: args.prune,
            dry_run: args.dry_run,
            confirmation,
        };
        declared::named(&args.file, shop.run(request))
    })?;
    if !shop.out.can_ask && !applied.dry_run {
        let changes = applied.changes.iter();
        for change in changes.filter(|change| change.path() == CONSENT_MODE) {
            super::note_mode(change.after().unwrap_or("inherited"), change.scope(), shop);
        }
    }
    let outcome = Outcome {
        answer: &applied,
        changes: &applied.changes,
        dry_run: applied.dry_run,
        sessions_ended: applied.sessions_ended,
    };
    declared::applied(shop, &outcome)
}

impl Tabled for Change {
    /// People read lines instead ([`Shown`]).
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("change"),
        Column::hidden("path"),
        Column::hidden("scope"),
        Column::hidden("before"),
        Column::hidden("after"),
    ];
}

impl Shown for Change {
    fn shown(&self) -> Vec<Line> {
        let place = format!("{} at {}", self.path(), self.scope());
        vec![match self {
            Self::ConfigSet {
                before: None,
                after,
                ..
            } => Line::new('+', format!("{place}: {after}")),
            Self::ConfigSet {
                before: Some(before),
                after,
                ..
            } => Line::new('~', format!("{place}: {before} → {after}")),
            Self::ConfigUnset { before, .. } => Line::new('-', format!("{place}: {before}")),
        }]
    }
}
