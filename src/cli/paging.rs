//! Lists shown page by page: memory stays bounded, and nothing is left out
//! silently.

use std::io::{BufWriter, stdout};

use super::args::Paging;
use super::out::write_failed;
use super::shop::Shop;
use super::view::Tabled;
use lac_app::page::{MAX_ROWS, Page, Part};
use lac_model::form::OptionalText;
use lac_render::list::List;
use lac_render::{Format, Look};
use lac_store::Result;

/// Asks for page after page and shows the rows as they come. Where rows are
/// left out, stderr says how many were shown and how to go on.
///
/// # Errors
/// As `page`'s own, and `io`. Nothing is written before the first page is there.
pub fn show<R: Tabled>(
    shop: &Shop,
    paging: &Paging,
    page: impl FnMut(Part) -> Result<Page<R>>,
) -> Result<()> {
    show_as(shop, shop.look(), paging, page)
}

/// The same in a look of one's own.
///
/// # Errors
/// As [`show`].
pub fn show_as<R: Tabled>(
    shop: &Shop,
    look: Look,
    paging: &Paging,
    mut page: impl FnMut(Part) -> Result<Page<R>>,
) -> Result<()> {
    let mut left = shop.limit(paging.limit);
    let mut part = Part {
        after: paging.after.clone().formed()?,
        limit: Some(left.unwrap_or(MAX_ROWS)),
    };
    let mut current = page(part.clone())?;
    let mut out = BufWriter::new(stdout().lock());
    let mut list = List::new(&mut out, R::COLUMNS, shop.out.format, look);
    let mut left_out = 0;
    loop {
        left_out += current.left_out;
        for row in &current.rows {
            list.push(row).map_err(write_failed)?;
        }
        left = left.map(|left| left.saturating_sub(current.rows.len()));
        part.limit = Some(left.unwrap_or(MAX_ROWS));
        part.after = current.next.formed()?;
        if part.after.is_none() || left == Some(0) {
            break;
        }
        current = page(part.clone())?;
    }
    let shown = list.finish().map_err(write_failed)?;
    match part.after {
        Some(cursor) => shop.more(usize::try_from(shown).unwrap_or(usize::MAX), Some(&cursor)),
        None if shown == 0 && shop.out.format == Format::Table => shop.out.say("nothing found"),
        None => {}
    }
    match left_out {
        0 => {}
        1 => shop
            .out
            .say("1 damaged row is left out; lac doctor names it"),
        some => shop.out.say(&format!(
            "{some} damaged rows are left out; lac doctor names them"
        )),
    }
    Ok(())
}
