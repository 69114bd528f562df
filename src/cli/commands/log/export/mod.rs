//! `lac log export FILE|-`.

mod background_writer;
mod receiver;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::receiver::{FileReceiver, StdoutReceiver};
use super::field_table::{check_distinct, parse_field};
use super::filter::FilterArgs;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::log::export::{LogExport, LogExported};
use lac_app::protocol::Channel;
use lac_ledger::export::ExportSink;
use lac_ledger::manifest::ProofStrength;
use lac_model::audit::EventField;
use lac_model::bounded::BoundedList;
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::export::{Content, ExportFormat};
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The file: .csv, .jsonl, .xlsx or .ocsf, plus .zst or .gz to compress it; -
    /// writes to stdout
    file: PathBuf,

    /// The format, if the file name does not determine it: CSV, JSON Lines, an Excel
    /// workbook, or OCSF for a SIEM
    #[arg(long, value_enum)]
    format: Option<ContentArg>,

    /// Only these fields, in this order
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = parse_field)]
    columns: Vec<EventField>,

    /// Do not escape CSV and workbook cells that a spreadsheet would run as formulas
    #[arg(long)]
    raw: bool,

    /// Write a proof beside the file: sparse proves that the rows are genuine, range
    /// also that none that match the filter is missing
    #[arg(long, value_enum, value_name = "STRENGTH")]
    proof: Option<StrengthArg>,

    #[command(flatten)]
    filter: FilterArgs,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ContentArg {
    Csv,
    Jsonl,
    Xlsx,
    Ocsf,
}

impl From<ContentArg> for Content {
    fn from(arg: ContentArg) -> Self {
        match arg {
            ContentArg::Csv => Self::Csv,
            ContentArg::Jsonl => Self::Jsonl,
            ContentArg::Xlsx => Self::Xlsx,
            ContentArg::Ocsf => Self::Ocsf,
        }
    }
}

/// `--proof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StrengthArg {
    Sparse,
    Range,
}

impl From<StrengthArg> for ProofStrength {
    fn from(arg: StrengthArg) -> Self {
        match arg {
            StrengthArg::Sparse => Self::Sparse,
            StrengthArg::Range => Self::Range,
        }
    }
}

pub(super) fn run(args: ExportArgs, cli: &Cli) -> Result<()> {
    let is_stdout = args.file.as_os_str() == "-";
    let form = ExportFormat::from_path(&args.file, args.format.map(Content::from))?;
    let proof = args.proof.map(ProofStrength::from);
    let unproven = match form.content {
        _ if is_stdout => Some("a proof is written beside the file, so stdout is not possible"),
        Content::Xlsx => Some("a proof needs a text format: .csv, .jsonl or .ocsf"),
        _ => None,
    };
    if let Some(reason) = unproven.filter(|_| proof.is_some()) {
        return Err(Fault::invalid("--proof", reason));
    }
    check_distinct(&args.columns)?;
    if form.content == Content::Ocsf && !args.columns.is_empty() {
        let reason = "OCSF defines its own fields: do not use --columns";
        return Err(Fault::invalid("--columns", reason));
    }
    let columns = if args.columns.is_empty() {
        EventField::ALL.to_vec()
    } else {
        args.columns
    };
    let request = LogExport {
        filter: args.filter.into_filter(cli)?,
        columns: BoundedList::from_members("--columns", columns.iter().copied())?,
        content: form.content.as_str().to_owned().try_into()?,
        compression: form
            .compression
            .map(|c| c.as_str().to_owned())
            .into_bounded()?,
        formula_guard: form.content.is_spreadsheet() && !args.raw,
        proof,
        file: (!is_stdout)
            .then(|| args.file.display().to_string())
            .into_bounded()?,
    };
    cli.connect()?;
    if is_stdout {
        if form.content == Content::Xlsx {
            let reason = "a workbook cannot be written to stdout: give a file";
            return Err(Fault::invalid("FILE", reason));
        }
        cli.run_with_channel(request, &mut ExportChannel(StdoutReceiver))?;
        return Ok(());
    }
    let receiver = FileReceiver::new(&args.file, proof.is_some(), &cli.out)?;
    let exported = cli.run_with_channel(request, &mut ExportChannel(receiver))?;
    let cut = exported.cut_cells;
    if cut > 0 {
        cli.out.print_note(&format!(
            "warning: {cut} cells were cut at 32,767 characters, the limit of a sheet"
        ));
    }
    cli.print_view(&exported)
}

struct ExportChannel<R>(R);

impl<R: ExportSink> Channel for ExportChannel<R> {
    fn export_receiver(&mut self) -> Result<&mut dyn ExportSink> {
        Ok(&mut self.0)
    }
}

impl KeyValueView for LogExported {
    fn lines(&self, _style: &Style) -> KeyValues {
        let recorded = match self.audit_seq {
            Some(seq) => seq.to_string().into(),
            None => StyledText::with_emphasis("not logged", Emphasis::Dim),
        };
        KeyValues::new()
            .add("file", &self.file)
            .add("rows", self.rows.to_string())
            .add("bytes", self.bytes.to_string())
            .add("sha256", &self.sha256)
            .add_some("manifest", &self.manifest)
            .add_some("proof", self.proof.as_ref().map(|proof| &proof.file))
            .add("recorded", recorded)
    }
}
