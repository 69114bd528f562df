//! Pages: on the terminal, as JSON, or as a file.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::out::{Out, write_failed};
use super::shop::Shop;
use crate::domain::ambient::bytes;
use crate::domain::fault::Fault;
use crate::domain::ids::SessionId;
use crate::render::paper::{Paper, terminal};
use crate::render::safe::safe;
use crate::render::{Look, html};
use crate::store::Result;
use crate::store::dir::create_private;

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
        replace(shop, path, page.as_bytes())?;
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

/// Puts a file in place whole or not at all, readable by its owner alone.
/// Written aside, synced, renamed; a link goes, not what it leads to.
///
/// # Errors
/// `io`; `invalid_value` for a directory, device or pipe.
fn replace(shop: &Shop, path: &Path, content: &[u8]) -> Result<()> {
    let shown = path.display().to_string();
    let unfit = |why: &str| Fault::invalid("--html", format!("{shown} {why}"));
    if path.file_name().is_none() {
        return Err(unfit("names no file"));
    }
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(unfit("is not a regular file; - writes to stdout"));
    }
    let dir = match path.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    };
    let suffix = SessionId::from_bits(bytes(&shop.random));
    let aside = dir.join(format!(".lac-{}.new", suffix.short()));
    let failed = |e: std::io::Error| Fault::io(&shown, e);
    let mut file = create_private(&aside).map_err(|fault| match fault {
        Fault::Io { problem, .. } => Fault::io(&shown, problem),
        other => other,
    })?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&aside, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&aside);
        return Err(failed(error));
    }
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(failed)
}
