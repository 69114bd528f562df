//! Prints reports on the terminal, as JSON, or as an HTML file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::atomic_file::AtomicFile;
use super::out::{Out, stdout_error};
use super::runner::Cli;
use lac_model::fault::Fault;
use lac_render::page::{ReportPage, terminal};
use lac_render::sanitize::sanitize;
use lac_render::{Style, html};
use lac_store::Result;

#[derive(Debug, Clone, Args)]
pub(super) struct HtmlArgs {
    /// Write a self-contained HTML file that only you can read; - writes to stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Prints an answer as JSON if requested, otherwise as a page.
pub(super) fn show_report<A: Serialize>(
    cli: &Cli,
    args: &HtmlArgs,
    answer: &A,
    page: impl Fn(&A, &Style) -> ReportPage,
) -> Result<()> {
    let style = cli.style();
    cli.reject_csv("a report")?;
    let is_json = cli.out.format.is_json();
    if let Some(path) = &args.html {
        let page = html::render_page(&page(answer, &style));
        if path == Path::new("-") {
            let mut stdout = std::io::stdout().lock();
            let written = stdout
                .write_all(page.as_bytes())
                .and_then(|()| stdout.flush());
            return written.map_err(stdout_error);
        }
        let temporary = AtomicFile::create(path)?;
        let written = temporary.file().write_all(page.as_bytes());
        written.map_err(|e| Fault::io(path.display(), e))?;
        temporary.publish()?;
        if !is_json && !cli.out.quiet {
            Out::print_line(&sanitize(&format!("written to {}", path.display())))?;
        }
        if !is_json {
            return Ok(());
        }
    }
    if is_json {
        return Out::print_json(answer);
    }
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    terminal::write_page(&mut stdout, &page(answer, &style), &style).map_err(stdout_error)
}
