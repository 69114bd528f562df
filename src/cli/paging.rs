//! Prints lists page by page, so that memory use stays bounded.

use std::io::{BufWriter, stdout};

use super::args::Paging;
use super::out::stdout_error;
use super::runner::Cli;
use super::view::TableRow;
use lac_app::core::page::{MAX_PAGE_ROWS, Page, PageRequest};
use lac_model::bounded::IntoBoundedText;
use lac_render::list::List;
use lac_render::{OutputFormat, Style};
use lac_store::Result;

/// Prints the rows of each page as they arrive. If rows are left out, a note
/// says how many were shown and how to continue.
pub(super) fn show_pages<R: TableRow>(
    cli: &Cli,
    paging: &Paging,
    page: impl FnMut(PageRequest) -> Result<Page<R>>,
) -> Result<()> {
    show_pages_in_style(cli, cli.style(), paging, page)
}

pub(super) fn show_pages_in_style<R: TableRow>(
    cli: &Cli,
    style: Style,
    paging: &Paging,
    mut page: impl FnMut(PageRequest) -> Result<Page<R>>,
) -> Result<()> {
    let mut left = cli.row_limit(paging.limit);
    let mut part = PageRequest {
        after: paging.after.clone().into_bounded()?,
        limit: Some(left.unwrap_or(MAX_PAGE_ROWS)),
    };
    let mut current = page(part.clone())?;
    let mut out = BufWriter::new(stdout().lock());
    let mut list = List::new(&mut out, R::COLUMNS, cli.out.format, style);
    let mut left_out = 0;
    loop {
        left_out += current.left_out;
        for row in &current.rows {
            list.push(row).map_err(stdout_error)?;
        }
        left = left.map(|left| left.saturating_sub(current.rows.len()));
        part.limit = Some(left.unwrap_or(MAX_PAGE_ROWS));
        part.after = current.next.into_bounded()?;
        if part.after.is_none() || left == Some(0) {
            break;
        }
        current = page(part.clone())?;
    }
    let shown = list.finish().map_err(stdout_error)?;
    match part.after {
        Some(cursor) => {
            cli.print_next_page_hint(usize::try_from(shown).unwrap_or(usize::MAX), Some(&cursor));
        }
        None if shown == 0 && cli.out.format == OutputFormat::Table => {
            cli.out.print_note("nothing found");
        }
        None => {}
    }
    match left_out {
        0 => {}
        1 => cli
            .out
            .print_note("1 damaged row is left out; lac doctor names it"),
        some => cli.out.print_note(&format!(
            "{some} damaged rows are left out; lac doctor names them"
        )),
    }
    Ok(())
}
