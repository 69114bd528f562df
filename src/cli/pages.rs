//! Pages: on the terminal, as JSON, or as a file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::aside::Aside;
use super::out::{Out, write_failed};
use super::shop::Shop;
use lac_model::fault::Fault;
use lac_render::paper::{Paper, terminal};
use lac_render::safe::safe;
use lac_render::{Look, html};
use lac_store::Result;

/// `--html`.
#[derive(Debug, Clone, Args)]
pub struct PageArgs {
    /// Write one self-contained HTML file, readable by you alone; - is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Shows an answer: as JSON where that was asked for, else as a page.
///
/// # Errors
/// `io`; `invalid_value` for a file that is no regular one.
pub fn show<A: Serialize>(
    shop: &Shop,
    args: &PageArgs,
    answer: &A,
    paper: impl Fn(&A, &Look) -> Paper,
) -> Result<()> {
    let look = shop.look();
    shop.has_no_csv("a report")?;
    let is_json = shop.out.format.is_json();
    if let Some(path) = &args.html {
        let page = html::page(&paper(answer, &look));
        if path == Path::new("-") {
            let mut stdout = std::io::stdout().lock();
            let written = stdout
                .write_all(page.as_bytes())
                .and_then(|()| stdout.flush());
            return written.map_err(write_failed);
        }
        let aside = Aside::create(path)?;
        let written = aside.file().write_all(page.as_bytes());
        written.map_err(|e| Fault::io(path.display(), e))?;
        aside.publish()?;
        if !is_json && !shop.out.quiet {
            Out::line(&safe(&format!("written to {}", path.display())))?;
        }
        if !is_json {
            return Ok(());
        }
    }
    if is_json {
        return Out::json(answer);
    }
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    terminal::write(&mut stdout, &paper(answer, &look), &look).map_err(write_failed)
}
