//! Floor 3: what results look like: tables for people, JSON, JSON lines and
//! CSV for programs. Writes to what it is given; never prints.

pub mod column;
mod csv_cells;
pub mod event;
pub mod export;
pub mod html;
pub mod layout;
pub mod list;
pub mod ocsf;
pub mod one;
pub mod page;
mod page_info;
pub mod report;
pub mod row_encoder;
pub mod row_stream;
pub mod sanitize;
pub mod statement;
pub mod styled_text;
mod table;
pub mod xlsx;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use lac_model::time::Timestamp;

/// The formats of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputFormat {
    Table,
    /// One array (lists) or object.
    Json,
    /// One object a line.
    Jsonl,
    Csv,
}

impl OutputFormat {
    /// Whether programs read it: errors are JSON then, and nothing is cut.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }

    /// Whether what is shown is an object or a row with names, and nothing for
    /// people.
    pub fn is_machine_readable(self) -> bool {
        self != Self::Table
    }
}

/// What rendering for people depends on.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// `general/locale/timezone`; times in tables are shown in it.
    pub zone: Tz,
    pub now: Timestamp,
    /// Columns of the terminal; `None` where output is no terminal.
    pub width: Option<u16>,
    pub color: bool,
    /// Formula guard of CSV cells off (`--raw`).
    pub raw: bool,
}

impl Style {
    /// A time for people: relative beside the absolute one on a terminal,
    /// absolute with its zone elsewhere.
    pub fn time(&self, time: Timestamp) -> String {
        if self.width.is_some() {
            return format!(
                "{} ({})",
                time.format_in(self.zone),
                time.format_relative(self.now)
            );
        }
        time.format_in(self.zone)
    }

    /// A time in a narrow column.
    pub fn short_time(&self, time: Timestamp) -> String {
        time.format_in(self.zone)
    }
}
