//! `lac import KIND FILE|-`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, Args};

use super::{CommandSpec, parse_args, with_args};
use crate::cli::progress::ImportProgressBar;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::protocol::Channel;
use lac_app::shop::import::{Import, ImportKind, ImportOptions, ImportProgress, Imported};
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "import",
    about: "Import websites, customers and documents from files",
    arguments: with_args::<ImportArgs>,
    run,
};

/// Imports a file: a customer export (CSV) or responses of the REST API (one
/// page, several pages in sequence, an array of pages, or an array of items).
/// Nothing is changed unless the whole file is valid. Passwords, hashes and
/// tokens in it are never stored.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  lac import customers magento-customers.csv --dry-run\n  \
                  curl -s -H \"Authorization: Bearer $T\" \
                  \"$SHOP/rest/V1/orders?searchCriteria[pageSize]=500\" |\n    lac import orders -"
)]
struct ImportArgs {
    /// What the file contains
    #[arg(value_parser = kind_parser())]
    kind: ImportKind,

    /// The file; - reads stdin
    file: PathBuf,

    /// Skip invalid items and list them
    #[arg(long)]
    skip_invalid: bool,

    /// Show what would change without changing anything
    #[arg(long)]
    dry_run: bool,

    /// Accept fewer items than the file's total_count
    #[arg(long)]
    partial: bool,

    /// Deactivate customers that are missing from the file
    #[arg(long, conflicts_with_all = ["skip_invalid", "partial"])]
    complete: bool,

    /// With --complete: allow most customers to be missing
    #[arg(long, requires = "complete")]
    allow_empty: bool,
}

fn kind_parser() -> impl TypedValueParser<Value = ImportKind> {
    let known =
        |name: String| ImportKind::from_name(&name).ok_or(Fault::internal("an unknown kind"));
    PossibleValuesParser::new(ImportKind::ALL.map(ImportKind::as_str)).try_map(known)
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: ImportArgs = parse_args(matches)?;
    let request = Import {
        kind: args.kind,
        file: args.file.display().to_string().try_into()?,
        options: ImportOptions {
            skip_invalid: args.skip_invalid,
            dry_run: args.dry_run,
            partial: args.partial,
            complete: args.complete,
            allow_empty: args.allow_empty,
        },
    };
    let progress = ImportProgressBar::new(&cli.out, file_length(&args.file));
    let mut channel = ImportChannel {
        input: LazyFile {
            path: &args.file,
            open: None,
        },
        progress: &progress,
    };
    let imported = cli.run_with_channel(request, &mut channel);
    progress.clear();
    let imported = imported?;
    cli.print_view(&imported)?;
    if !cli.out.format.is_machine_readable() {
        for warning in &imported.warnings {
            cli.out.print_note(&format!("warning: {warning}"));
        }
    }
    Ok(0)
}

/// Provides the file while the import runs.
struct ImportChannel<'p> {
    input: LazyFile<'p>,
    progress: &'p ImportProgressBar,
}

impl Channel for ImportChannel<'_> {
    fn import_input(&mut self) -> Result<(&mut dyn Read, &dyn ImportProgress)> {
        Ok((&mut self.input, self.progress))
    }
}

/// The file, opened on first read, so that the error does not depend on it if
/// the caller may not import.
struct LazyFile<'p> {
    path: &'p Path,
    open: Option<Box<dyn Read>>,
}

impl Read for LazyFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.open.is_none() {
            self.open = Some(if self.path.as_os_str() == "-" {
                Box::new(io::stdin().lock())
            } else {
                Box::new(File::open(self.path)?)
            });
        }
        self.open.as_mut().map_or(Ok(0), |open| open.read(buffer))
    }
}

fn file_length(path: &Path) -> Option<u64> {
    let meta = path.metadata().ok().filter(std::fs::Metadata::is_file);
    meta.map(|meta| meta.len())
}

impl KeyValueView for Imported {
    fn lines(&self, _style: &Style) -> KeyValues {
        let some = |count: u64| (count > 0).then(|| count.to_string());
        let skipped = self.skipped.len() as u64 + self.skipped_more;
        let items = self.skipped.iter();
        let items = items.map(|item| format!("{}: {}: {}", item.at, item.field, item.reason));
        let more = (self.skipped_more > 0)
            .then(|| format!("{} more items are not valid", self.skipped_more));
        let warning = |text: String| StyledText::with_emphasis(text, Emphasis::Warning);
        let note = "nothing was changed: this was a dry run";
        KeyValues::new()
            .add("kind", self.kind.as_str())
            .add("read", self.read.to_string())
            .add("created", self.created.to_string())
            .add("updated", self.updated.to_string())
            .add("unchanged", self.unchanged.to_string())
            .add_some("consents granted", some(self.consents.granted))
            .add_some("consents revoked", some(self.consents.revoked))
            .add_some("ids replaced", some(self.renumbered))
            .add_some("deactivated", some(self.deactivated))
            .add_some("sessions ended", some(self.sessions_ended))
            .add_some("customers left out", some(self.left_out.customers))
            .add_some("consents left out", some(self.left_out.consents))
            .add("skipped", skipped.to_string())
            .add_some("", items.chain(more).map(warning))
            .add_some(
                "note",
                self.dry_run
                    .then(|| StyledText::with_emphasis(note, Emphasis::Dim)),
            )
    }
}
