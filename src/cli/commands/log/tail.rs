//! `lac log tail`.

use std::io::{BufWriter, stdout};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::cursor::CursorFile;
use super::filter::FilterArgs;
use crate::cli::out::{Out, stdout_error};
use crate::cli::runner::Cli;
use lac_app::log::{LogIsNewest, LogPosition, LogTail, LogTailBatch, MAX_BATCH, TailStart};
use lac_model::audit::Filter;
use lac_render::event::{EVENT, NARROW, prefers_narrow_table};
use lac_render::row_stream::RowStream;
use lac_render::{OutputFormat, Style};
use lac_store::Result;

const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Attempts to open a store that is being replaced: 5 s.
const MAX_REOPEN_ATTEMPTS: u32 = 20;

#[derive(Debug, Args)]
pub(super) struct TailArgs {
    /// Start with the last N matching events [default: 10]
    #[arg(short = 'n', value_name = "N")]
    number: Option<usize>,

    /// Wait for new events, until Ctrl-C
    #[arg(short, long)]
    follow: bool,

    /// Store in this file how far the log was read, and continue there the next time
    #[arg(long, value_name = "FILE")]
    cursor_file: Option<PathBuf>,

    /// Do not escape CSV cells that a spreadsheet would run as formulas
    #[arg(long)]
    raw: bool,

    // Last, because its help heading applies to all later arguments.
    #[command(flatten)]
    filter: FilterArgs,
}

pub(super) fn run(args: TailArgs, cli: &Cli) -> Result<()> {
    cli.connect()?; // the style needs the store's time zone
    let mut style = cli.style();
    style.raw = args.raw;
    if cli.out.format == OutputFormat::Table && style.width.is_some() {
        cli.out.print_note(&format!("times are in {}", style.zone));
    }
    Follower::new(args, cli)?.run(style)
}

struct Follower<'s> {
    cli: &'s Cli,
    /// Set after the store's files were replaced.
    reopened: Option<Cli>,
    filter: Filter,
    number: usize,
    follow: bool,
    cursor: Option<CursorFile>,
}

impl<'s> Follower<'s> {
    fn new(args: TailArgs, cli: &'s Cli) -> Result<Self> {
        Ok(Self {
            cli,
            reopened: None,
            filter: args.filter.into_filter(cli)?,
            number: args.number.unwrap_or(10),
            follow: args.follow,
            cursor: args.cursor_file.map(CursorFile),
        })
    }

    fn run(mut self, style: Style) -> Result<()> {
        let mut out = BufWriter::new(stdout().lock());
        let format = self.cli.out.format;
        let is_narrow = format == OutputFormat::Table && prefers_narrow_table(&style);
        let columns = if is_narrow { NARROW } else { EVENT };
        let mut lines = RowStream::new(&mut out, columns, format, style);
        let known = match &self.cursor {
            Some(cursor) => cursor.read()?,
            None => None,
        };
        // Without --follow, events appended meanwhile do not matter.
        let mut left = match known {
            None if !self.follow => self.number,
            _ => usize::MAX,
        };
        let mut start = known.map_or(TailStart::Last(self.number), TailStart::After);
        let mut shown = 0;
        loop {
            let LogTailBatch { events, at, more } = self.next_batch(start.clone(), left)?;
            left = left.saturating_sub(events.len());
            shown += events.len();
            lines.push(&events).map_err(stdout_error)?;
            // Only now: events that were not written must be read again.
            if let Some(cursor) = &self.cursor
                && start != TailStart::After(at.clone())
            {
                cursor.write(&at)?;
            }
            if !more || left == 0 {
                if !self.follow {
                    break;
                }
                self.wait_for_events(&at)?;
            }
            start = TailStart::After(at);
        }
        lines.finish().map_err(stdout_error)?;
        if shown == 0 && format == OutputFormat::Table {
            self.cli.out.print_note("nothing found");
        }
        Ok(())
    }

    fn next_batch(&self, start: TailStart, left: usize) -> Result<LogTailBatch> {
        let filter = self.filter.clone();
        let limit = left.min(MAX_BATCH);
        let request = LogTail {
            filter,
            start,
            limit,
        };
        self.current_cli().run(request)
    }

    fn current_cli(&self) -> &Cli {
        self.reopened.as_ref().unwrap_or(self.cli)
    }

    /// Returns when events were appended, and fails when stdout is closed. Also
    /// reopens a replaced database, because the open handle still reads the old
    /// files.
    fn wait_for_events(&mut self, at: &LogPosition) -> Result<()> {
        let mut in_vain = 0;
        loop {
            Out::wait_while_read(POLL_INTERVAL)?;
            if self.current_cli().is_replaced() {
                match reopen(self.cli) {
                    Ok(again) => self.reopened = Some(again),
                    Err(_) if in_vain < MAX_REOPEN_ATTEMPTS => {
                        in_vain += 1;
                        continue;
                    }
                    Err(fault) => return Err(fault),
                }
            }
            if !self.current_cli().run(LogIsNewest { at: at.clone() })? {
                return Ok(());
            }
        }
    }
}

/// Opens the store without migrating first: it may be incomplete, and must not
/// be migrated then.
fn reopen(cli: &Cli) -> Result<Cli> {
    cli.clone_unopened().connect_without_migrating()?;
    let again = cli.clone_unopened();
    again.connect()?;
    Ok(again)
}
