//! `lac log list`.

use std::io::{BufWriter, Write};

use clap::Args;

use super::columns::{Columns, column, distinct};
use super::filter::FilterArgs;
use crate::cli::args::Paging;
use crate::cli::out::write_failed;
use crate::cli::shop::Shop;
use lac_app::log::{List, Listed, Sort};
use lac_app::remote::Meanwhile;
use lac_ledger::log::view_of;
use lac_model::audit::{Cut, Field};
use lac_render::event::{EVENT, NARROW, is_narrow};
use lac_render::rows::Rows;
use lac_render::{Format, Look};
use lac_store::Result;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// By this field, smallest first; with - before it, largest first [default:
    /// -time]
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    sort: Option<Sort>,

    /// Only these fields, in this order
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = column)]
    columns: Vec<Field>,

    #[command(flatten)]
    paging: Paging,

    /// Leave CSV cells that a spreadsheet would run as formulas as they are
    #[arg(long)]
    raw: bool,

    // Last: its headings go on for whatever follows.
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn run(args: ListArgs, shop: &Shop) -> Result<()> {
    distinct(&args.columns)?;
    let request = List {
        after: args
            .paging
            .after
            .as_deref()
            .map(Listed::cursor)
            .transpose()?,
        limit: shop.limit(args.paging.limit),
        filter: args.filter.filter(shop)?,
        sort: args.sort.unwrap_or_default(),
    };
    shop.ready()?;
    let mut look = shop.look();
    look.raw = args.raw;
    let is_table = shop.out.format == Format::Table;
    let listed = if !is_table {
        let rows = match shop.out.format {
            Format::Csv => Rows::csv(&args.columns, args.raw),
            _ => Rows::json(&args.columns),
        };
        stream(&rows, shop.out.format, |each| {
            shop.run_with(request, &mut Listing(each))
        })?
    } else if !args.columns.is_empty() {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut table = Columns::new(&mut out, &args.columns, look);
        let listed = shop.run_with(
            request,
            &mut Listing(&mut |event| table.push(&view_of(event)?).map_err(write_failed)),
        )?;
        table.finish().map_err(write_failed)?;
        listed
    } else {
        let columns = if is_narrow(&look) { NARROW } else { EVENT };
        shop.stream(columns, look, |push| {
            let each = &mut |event: &Cut<'_>| push(&view_of(event)?);
            shop.run_with(request, &mut Listing(each))
        })?
    };
    say(shop, &look, &listed);
    Ok(())
}

/// Does with each event what is to be done with it.
struct Listing<'e>(&'e mut dyn FnMut(&Cut<'_>) -> Result<()>);

impl Meanwhile for Listing<'_> {
    fn event(&mut self, event: &Cut<'_>) -> Result<()> {
        (self.0)(event)
    }
}

fn say(shop: &Shop, look: &Look, listed: &Listed) {
    let is_table = shop.out.format == Format::Table;
    if listed.shown == 0 && is_table {
        shop.out.say("nothing found");
    } else if is_table && look.width.is_some() {
        shop.out.say(&format!("times are in {}", look.zone));
    }
    match listed.next {
        Some(seq) => shop.more(listed.shown, Some(&seq.to_string())),
        None if listed.more => shop
            .out
            .say(&format!("{} shown, there are more", listed.shown)),
        None => {}
    }
}

/// How much is collected before it is written.
const CHUNK: usize = 64 * 1024;
/// Nobody can use half an array, so that an error within this many bytes leaves
/// nothing on stdout.
const ARRAY: usize = 8 * 1024 * 1024;

/// Writes rows to stdout as they come.
fn stream<A>(
    rows: &Rows,
    format: Format,
    run: impl FnOnce(&mut dyn FnMut(&Cut<'_>) -> Result<()>) -> Result<A>,
) -> Result<A> {
    let mut out = std::io::stdout().lock();
    let is_array = format == Format::Json;
    let mut bytes = rows.head().into_bytes();
    let (mut is_first, mut is_held) = (true, true);
    let answer = run(&mut |event| {
        if is_array {
            bytes.extend_from_slice(if is_first { b"[" } else { b",\n " });
            rows.write_open(event, &mut bytes);
        } else {
            rows.write(event, &mut bytes);
        }
        // The first row goes out at once: somebody waits for it.
        let most = match is_array {
            true if is_held => ARRAY,
            false if is_first => 0,
            _ => CHUNK,
        };
        if bytes.len() >= most {
            out.write_all(&bytes).map_err(write_failed)?;
            bytes.clear();
            is_held = false;
        }
        is_first = false;
        Ok(())
    })?;
    if is_array {
        bytes.extend_from_slice(if is_first { b"[]\n" } else { b"]\n" });
    }
    out.write_all(&bytes)
        .and_then(|()| out.flush())
        .map_err(write_failed)?;
    Ok(answer)
}
