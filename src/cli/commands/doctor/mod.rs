//! `lac doctor`.

mod checks;

use clap::{ArgMatches, Args};
use serde::Serialize;

use super::{CommandSpec, with_args};
use crate::cli::error::exit_code;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::view::TableRow;
use lac_app::doctor::{DoctorFinding, DoctorStatus};
use lac_render::OutputFormat;
use lac_render::column::Column;
use lac_render::sanitize::sanitize;
use lac_render::styled_text::paint;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "doctor",
    about: "Check the store and its setup",
    arguments: with_args::<NoArguments>,
    run,
};

/// Checks the store's files, keys, log and setup, and shows how to fix each
/// problem. Changes nothing and needs no resource. Exits 0 unless something is
/// broken (✗); warnings (!) do not change the exit code.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lac doctor")]
struct NoArguments {}

#[derive(Debug, Serialize)]
struct FindingView {
    check: String,
    status: DoctorStatus,
    message: String,
    hint: Option<String>,
    code: Option<String>,
}

impl FindingView {
    fn from_finding(finding: &DoctorFinding, cli: &Cli) -> Self {
        let explained = finding.fault.as_ref().map(|fault| cli.explain(fault));
        let (code, remedy) = explained.map_or((None, None), |e| (Some(e.code), e.hint));
        Self {
            check: finding.check.clone(),
            status: finding.status,
            message: finding.message.clone(),
            hint: finding.hint.clone().or(remedy),
            code,
        }
    }
}

fn run(_matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    show_findings(cli, &checks::run_checks(cli))
}

/// Shows findings; returns the exit code, which the first failed one decides.
pub(super) fn show_findings(cli: &Cli, findings: &[DoctorFinding]) -> Result<u8> {
    let lines: Vec<FindingView> = findings
        .iter()
        .map(|finding| FindingView::from_finding(finding, cli))
        .collect();
    if cli.out.format == OutputFormat::Table {
        print_findings(cli, &lines)?;
    } else {
        cli.print_list(&lines)?;
    }
    let first = findings.iter().find_map(|finding| finding.fault.as_ref());
    Ok(first.map_or(0, |fault| exit_code(fault.kind())))
}

/// A line for each finding, followed by its hint.
fn print_findings(cli: &Cli, lines: &[FindingView]) -> Result<()> {
    let style = cli.style();
    for line in lines {
        let mark = match line.status {
            DoctorStatus::Ok => StyledText::with_emphasis("✓", Emphasis::Good),
            DoctorStatus::Warning => StyledText::with_emphasis("!", Emphasis::Warning),
            DoctorStatus::Failed => StyledText::with_emphasis("✗", Emphasis::Bad),
        };
        let (mark, message) = (paint(&mark, &style), sanitize(&line.message));
        Out::print_line(&format!("{mark} {:<11} {message}", line.check))?;
        if let Some(hint) = &line.hint {
            Out::print_line(&format!("  {:<11} → {}", "", sanitize(hint)))?;
        }
    }
    let count = |status| lines.iter().filter(|line| line.status == status).count();
    cli.out.print_note(
        &match (count(DoctorStatus::Failed), count(DoctorStatus::Warning)) {
            (0, 0) => "no problems found".to_owned(),
            (0, warnings) => format!("nothing is broken; warnings: {warnings}"),
            (broken, _) => format!("broken: {broken}"),
        },
    );
    Ok(())
}

impl TableRow for FindingView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("check", "check", |row, _| (&row.check).into()),
        Column::hidden("status"),
        Column::new("message", "message", |row, _| (&row.message).into()),
        Column::new("hint", "hint", |row, _| (&row.hint).into()),
        Column::hidden("code"),
    ];
}
