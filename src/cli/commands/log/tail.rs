//! `lac log tail`.

use std::io::{BufWriter, stdout};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::cursor::CursorFile;
use super::filter::FilterArgs;
use crate::cli::out::{Out, write_failed};
use crate::cli::shop::Shop;
use lac_app::log::{BATCH, IsNewest, Position, Start, Tail, Tailed};
use lac_model::audit::Filter;
use lac_render::event::{EVENT, NARROW, is_narrow};
use lac_render::lines::Lines;
use lac_render::{Format, Look};
use lac_store::Result;

/// How often a follower looks whether there is news.
const POLL: Duration = Duration::from_millis(250);

/// Looks in vain at a store that is being replaced before giving up: 5 s.
const PATIENCE: u32 = 20;

#[derive(Debug, Args)]
pub struct TailArgs {
    /// Begin with the last N events of the filter [default: 10]
    #[arg(short = 'n', value_name = "N")]
    number: Option<usize>,

    /// Go on with events as they are appended, until Ctrl-C
    #[arg(short, long)]
    follow: bool,

    /// Remember in this file how far the log was read, and begin there instead
    /// where it exists
    #[arg(long, value_name = "FILE")]
    cursor_file: Option<PathBuf>,

    /// Leave CSV cells that a spreadsheet would run as formulas as they are
    #[arg(long)]
    raw: bool,

    // Last: its headings go on for whatever follows.
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn run(args: TailArgs, shop: &Shop) -> Result<()> {
    shop.ready()?; // the look depends on the store's zone
    let mut look = shop.look();
    look.raw = args.raw;
    if shop.out.format == Format::Table && look.width.is_some() {
        shop.out.say(&format!("times are in {}", look.zone));
    }
    Reader::new(args, shop)?.run(look)
}

/// Reads on and on.
struct Reader<'s> {
    shop: &'s Shop,
    /// The store, opened anew after its files were replaced.
    again: Option<Shop>,
    filter: Filter,
    number: usize,
    follow: bool,
    cursor: Option<CursorFile>,
}

impl<'s> Reader<'s> {
    fn new(args: TailArgs, shop: &'s Shop) -> Result<Self> {
        Ok(Self {
            shop,
            again: None,
            filter: args.filter.filter(shop)?,
            number: args.number.unwrap_or(10),
            follow: args.follow,
            cursor: args.cursor_file.map(CursorFile),
        })
    }

    fn run(mut self, look: Look) -> Result<()> {
        let mut out = BufWriter::new(stdout().lock());
        let format = self.shop.out.format;
        let is_narrow = format == Format::Table && is_narrow(&look);
        let columns = if is_narrow { NARROW } else { EVENT };
        let mut lines = Lines::new(&mut out, columns, format, look);
        let known = match &self.cursor {
            Some(cursor) => cursor.read()?,
            None => None,
        };
        // Without following, events that come meanwhile are not waited for.
        let mut left = match known {
            None if !self.follow => self.number,
            _ => usize::MAX,
        };
        let mut start = known.map_or(Start::Last(self.number), Start::After);
        let mut shown = 0;
        loop {
            let Tailed { events, at, more } = self.next(start.clone(), left)?;
            left = left.saturating_sub(events.len());
            shown += events.len();
            lines.push(&events).map_err(write_failed)?;
            // Only now: what was not written must come again.
            if let Some(cursor) = &self.cursor
                && start != Start::After(at.clone())
            {
                cursor.write(&at)?;
            }
            if !more || left == 0 {
                if !self.follow {
                    break;
                }
                self.wait_for_news(&at)?;
            }
            start = Start::After(at);
        }
        lines.finish().map_err(write_failed)?;
        if shown == 0 && format == Format::Table {
            self.shop.out.say("nothing found");
        }
        Ok(())
    }

    fn next(&self, start: Start, left: usize) -> Result<Tailed> {
        let filter = self.filter.clone();
        let limit = left.min(BATCH);
        let request = Tail {
            filter,
            start,
            limit,
        };
        self.store().run(request)
    }

    fn store(&self) -> &Shop {
        self.again.as_ref().unwrap_or(self.shop)
    }

    /// Returns when something was appended, and fails when nobody listens any
    /// more. A database that was replaced would go on looking as it was to
    /// whoever has it open, so that is looked for as well.
    fn wait_for_news(&mut self, at: &Position) -> Result<()> {
        let mut in_vain = 0;
        loop {
            Out::pause(POLL)?;
            if self.store().is_replaced() {
                match reopened(self.shop) {
                    Ok(again) => self.again = Some(again),
                    Err(_) if in_vain < PATIENCE => {
                        in_vain += 1;
                        continue;
                    }
                    Err(fault) => return Err(fault),
                }
            }
            if !self.store().run(IsNewest { at: at.clone() })? {
                return Ok(());
            }
        }
    }
}

/// A store that is only half there must not be brought up to date: first it is
/// taken as it is.
fn reopened(shop: &Shop) -> Result<Shop> {
    shop.again().ready_as_it_is()?;
    let again = shop.again();
    again.ready()?;
    Ok(again)
}
