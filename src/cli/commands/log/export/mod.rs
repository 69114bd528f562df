//! `lac log export FILE|-`.

mod early;
mod form;
mod output;
mod target;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::form::{Content, Form};
use self::target::{FileTarget, StdoutTarget};
use super::columns::{column, distinct};
use super::filter::FilterArgs;
use crate::app::log::export::{Export, Exported};
use crate::app::log::manifest::Strength;
use crate::cli::shop::Shop;
use crate::domain::audit::Field;
use crate::domain::fault::Fault;
use crate::render::Look;
use crate::render::list::{Text, Tone};
use crate::render::one::Card;
use crate::store::Result;

pub use self::form::{content, encoder, head, plain_text};

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file: .csv, .jsonl, .xlsx or .ocsf, with .zst or .gz after it for a
    /// compressed one; - is stdout
    file: PathBuf,

    /// The format, where the name does not say it: CSV, JSON lines, an Excel
    /// workbook, or OCSF for a SIEM
    #[arg(long, value_enum)]
    format: Option<Content>,

    /// Only these fields, in this order
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = column)]
    columns: Vec<Field>,

    /// Leave CSV and workbook cells that a spreadsheet would run as formulas as
    /// they are
    #[arg(long)]
    raw: bool,

    /// Put a proof beside the file: sparse (its rows are genuine) or range (and
    /// all there are for the filter)
    #[arg(long, value_enum, value_name = "STRENGTH")]
    proof: Option<StrengthArg>,

    #[command(flatten)]
    filter: FilterArgs,
}

/// `--proof`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StrengthArg {
    Sparse,
    Range,
}

impl From<StrengthArg> for Strength {
    fn from(arg: StrengthArg) -> Self {
        match arg {
            StrengthArg::Sparse => Self::Sparse,
            StrengthArg::Range => Self::Range,
        }
    }
}

pub fn run(args: ExportArgs, shop: &Shop) -> Result<()> {
    let is_stdout = args.file.as_os_str() == "-";
    let form = Form::of(&args.file, args.format)?;
    let proof = args.proof.map(Strength::from);
    let unproven = match form.content {
        _ if is_stdout => Some("a proof lies beside a file: it cannot go to stdout"),
        Content::Xlsx => Some("a proof goes with a file of lines: .csv, .jsonl or .ocsf"),
        _ => None,
    };
    if let Some(reason) = unproven.filter(|_| proof.is_some()) {
        return Err(Fault::invalid("--proof", reason));
    }
    distinct(&args.columns)?;
    if form.content == Content::Ocsf && !args.columns.is_empty() {
        let reason = "OCSF events have fields of their own: leave --columns out";
        return Err(Fault::invalid("--columns", reason));
    }
    let columns = if args.columns.is_empty() {
        Field::ALL.to_vec()
    } else {
        args.columns
    };
    let request = Export {
        filter: args.filter.filter(shop)?,
        columns: columns.clone(),
        content: form.content.as_str().to_owned(),
        compression: form.compression.map(|c| c.as_str().to_owned()),
        formula_guard: form.content.is_sheet() && !args.raw,
        proof,
        file: (!is_stdout).then(|| args.file.display().to_string()),
    };
    let encoder = encoder(
        form.content,
        &columns,
        !request.formula_guard,
        env!("CARGO_PKG_VERSION"),
    );
    let desk = shop.desk()?;
    if is_stdout {
        let mut target = StdoutTarget::new(form, &columns)?;
        request.run(&desk, &*encoder, &mut target)?;
        return Ok(());
    }
    let mut target = FileTarget::new(&args.file, form, &columns, args.raw, &shop.out)?;
    let exported = request.run(&desk, &*encoder, &mut target)?;
    let cut = target.cut_cells();
    if cut > 0 {
        shop.out.say(&format!(
            "warning: {cut} cells were longer than a sheet takes (32,767 characters) and were cut"
        ));
    }
    shop.show(&exported)
}

impl Card for Exported {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("file", self.file.clone().unwrap_or_default().into()),
            ("rows", self.rows.to_string().into()),
            ("bytes", self.bytes.to_string().into()),
            ("sha256", self.sha256.clone().into()),
        ];
        lines.extend(self.manifest.clone().map(|name| ("manifest", name.into())));
        lines.extend(
            self.proof
                .as_ref()
                .map(|p| ("proof", p.file.clone().into())),
        );
        match self.audit_seq {
            Some(seq) => lines.push(("recorded", seq.to_string().into())),
            None => lines.push(("recorded", Text::toned("not logged", Tone::Dim))),
        }
        lines
    }
}
