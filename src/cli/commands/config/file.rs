//! `lac config export`, `diff` and `apply`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::declaration::{self, ApplyOutcome, DiffArgs, DiffLine, DiffLines, count_noun};
use crate::cli::prompt;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use lac_app::shop::config::{ConfigApply, ConfigChange, ConfigDiff, ConfigExport};
use lac_model::config::CONSENT_MODE;
use lac_render::column::Column;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// The file; - reads stdin
    file: PathBuf,
    /// Unset values that the file lacks
    #[arg(long)]
    prune: bool,
    /// Show what would change without changing anything
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn export(cli: &Cli) -> Result<()> {
    let exported = cli.run(ConfigExport {})?;
    declaration::print_export(cli, &exported.text, &exported.left_out)
}

pub(super) fn diff(args: &DiffArgs, cli: &Cli) -> Result<u8> {
    let text = declaration::read_file(&args.file)?;
    let prune = args.prune;
    let found = declaration::with_file_name(
        &args.file,
        cli.run(ConfigDiff {
            text: text.try_into()?,
            prune,
        }),
    )?;
    let unmanaged = count_noun(found.unmanaged, "value").filter(|_| !prune);
    let unmanaged: Vec<String> = unmanaged.into_iter().collect();
    declaration::print_differences(cli, &found.changes, &found.left_out, &unmanaged)
}

pub(super) fn apply(args: &ApplyArgs, cli: &Cli) -> Result<()> {
    let text = declaration::read_file(&args.file)?;
    let applied = prompt::run_confirmed_if_interactive(cli, |confirmation| {
        let request = ConfigApply {
            text: text.clone().try_into()?,
            prune: args.prune,
            dry_run: args.dry_run,
            confirmation,
        };
        declaration::with_file_name(&args.file, cli.run(request))
    })?;
    if !cli.out.is_interactive && !applied.dry_run {
        let changes = applied.changes.iter();
        for change in changes.filter(|change| change.path() == CONSENT_MODE) {
            super::note_consent_mode(change.after().unwrap_or("inherited"), change.scope(), cli);
        }
    }
    let outcome = ApplyOutcome {
        answer: &applied,
        changes: &applied.changes,
        dry_run: applied.dry_run,
        sessions_ended: applied.sessions_ended,
    };
    declaration::print_applied(cli, &outcome)
}

impl TableRow for ConfigChange {
    /// Not printed as a table, but as lines ([`DiffLines`]).
    const COLUMNS: &'static [Column<Self>] = &[
        Column::hidden("change"),
        Column::hidden("path"),
        Column::hidden("scope"),
        Column::hidden("before"),
        Column::hidden("after"),
    ];
}

impl DiffLines for ConfigChange {
    fn diff_lines(&self) -> Vec<DiffLine> {
        let place = format!("{} at {}", self.path(), self.scope());
        vec![match self {
            Self::ConfigSet {
                before: None,
                after,
                ..
            } => DiffLine::new('+', format!("{place}: {after}")),
            Self::ConfigSet {
                before: Some(before),
                after,
                ..
            } => DiffLine::new('~', format!("{place}: {before} → {after}")),
            Self::ConfigUnset { before, .. } => DiffLine::new('-', format!("{place}: {before}")),
        }]
    }
}
