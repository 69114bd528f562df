//! `lac log list`.

use std::io::{BufWriter, Write};

use clap::Args;

use super::field_table::{FieldTable, check_distinct, parse_field};
use super::filter::FilterArgs;
use crate::cli::args::Paging;
use crate::cli::out::stdout_error;
use crate::cli::runner::Cli;
use lac_app::log::{LogList, LogListSummary, LogSort};
use lac_app::protocol::Channel;
use lac_ledger::event_log::event_view;
use lac_model::audit::{EventField, RecordFields};
use lac_render::event::{EVENT, NARROW, prefers_narrow_table};
use lac_render::row_encoder::EventRowEncoder;
use lac_render::{OutputFormat, Style};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Sort by this field; a - before it reverses the order [default: -time]
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    sort: Option<LogSort>,

    /// Only these fields, in this order
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = parse_field)]
    columns: Vec<EventField>,

    #[command(flatten)]
    paging: Paging,

    /// Do not escape CSV cells that a spreadsheet would run as formulas
    #[arg(long)]
    raw: bool,

    // Last, because its help heading applies to all later arguments.
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) fn run(args: ListArgs, cli: &Cli) -> Result<()> {
    check_distinct(&args.columns)?;
    let request = LogList {
        after: args
            .paging
            .after
            .as_deref()
            .map(LogListSummary::parse_cursor)
            .transpose()?,
        limit: cli.row_limit(args.paging.limit),
        filter: args.filter.into_filter(cli)?,
        sort: args.sort.unwrap_or_default(),
    };
    cli.connect()?;
    let mut style = cli.style();
    style.raw = args.raw;
    let is_table = cli.out.format == OutputFormat::Table;
    let listed = if !is_table {
        let rows = match cli.out.format {
            OutputFormat::Csv => EventRowEncoder::csv(&args.columns, args.raw),
            _ => EventRowEncoder::json(&args.columns),
        };
        write_rows(&rows, cli.out.format, |each| {
            cli.run_with_channel(request, &mut EventChannel(each))
        })?
    } else if !args.columns.is_empty() {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut table = FieldTable::new(&mut out, &args.columns, style);
        let listed = cli.run_with_channel(
            request,
            &mut EventChannel(&mut |event| table.push(&event_view(event)?).map_err(stdout_error)),
        )?;
        table.finish().map_err(stdout_error)?;
        listed
    } else {
        let columns = if prefers_narrow_table(&style) {
            NARROW
        } else {
            EVENT
        };
        cli.print_rows(columns, style, |push| {
            let each = &mut |event: &RecordFields<'_>| push(&event_view(event)?);
            cli.run_with_channel(request, &mut EventChannel(each))
        })?
    };
    print_footer(cli, &style, &listed);
    Ok(())
}

struct EventChannel<'e>(&'e mut dyn FnMut(&RecordFields<'_>) -> Result<()>);

impl Channel for EventChannel<'_> {
    fn event(&mut self, event: &RecordFields<'_>) -> Result<()> {
        (self.0)(event)
    }
}

fn print_footer(cli: &Cli, style: &Style, listed: &LogListSummary) {
    let is_table = cli.out.format == OutputFormat::Table;
    if listed.shown == 0 && is_table {
        cli.out.print_note("nothing found");
    } else if is_table && style.width.is_some() {
        cli.out.print_note(&format!("times are in {}", style.zone));
    }
    match listed.next {
        Some(seq) => cli.print_next_page_hint(listed.shown, Some(&seq.to_string())),
        None if listed.more => cli
            .out
            .print_note(&format!("{} shown, there are more", listed.shown)),
        None => {}
    }
}

const CHUNK_BYTES: usize = 64 * 1024;
/// JSON output is buffered up to this size, so that an early error leaves no
/// partial array on stdout.
const MAX_HELD_ARRAY_BYTES: usize = 8 * 1024 * 1024;

fn write_rows<A>(
    rows: &EventRowEncoder,
    format: OutputFormat,
    run: impl FnOnce(&mut dyn FnMut(&RecordFields<'_>) -> Result<()>) -> Result<A>,
) -> Result<A> {
    let mut out = std::io::stdout().lock();
    let is_array = format == OutputFormat::Json;
    let mut bytes = rows.header().into_bytes();
    let (mut is_first, mut is_held) = (true, true);
    let answer = run(&mut |event| {
        if is_array {
            bytes.extend_from_slice(if is_first { b"[" } else { b",\n " });
            rows.write_unterminated(event, &mut bytes);
        } else {
            rows.write(event, &mut bytes);
        }
        // Print the first row at once.
        let most = match is_array {
            true if is_held => MAX_HELD_ARRAY_BYTES,
            false if is_first => 0,
            _ => CHUNK_BYTES,
        };
        if bytes.len() >= most {
            out.write_all(&bytes).map_err(stdout_error)?;
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
        .map_err(stdout_error)?;
    Ok(answer)
}
