//! Renders results: tables and pages for people, JSON and CSV for programs,
//! and the formats of exports (CSV, JSON lines, Excel workbooks, OCSF).
//!
//! The crate turns values of `lac-model` and `lac-ledger` into text and bytes.
//! It writes to the writer that it gets. It never prints, reads the store,
//! checks rights, or asks for the time: [`Style`] has the current time, the
//! time zone and the width of the terminal. All text from outside goes through
//! [`sanitize`] before it reaches a terminal, a page or a spreadsheet.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`mod@column`] | columns of lists and tables |
//! | [`list`] | lists, row by row, in all output formats |
//! | [`row_stream`] | lists that do not end |
//! | [`one`] | a single result |
//! | [`layout`] | fits tables to the width of a terminal |
//! | [`styled_text`] | text with an emphasis |
//! | [`sanitize`] | makes text from outside safe |
//! | [`event`] | columns and fields of audit events |
//! | [`row_encoder`] | events as rows of JSON or CSV, from the stored text |
//! | [`export`] | export formats, and the writers of exported files |
//! | [`xlsx`] | events as an Excel workbook |
//! | [`ocsf`] | events as OCSF records |
//! | [`page`] | pages for people, and how they look on a terminal |
//! | [`html`] | pages as HTML files |
//! | [`report`] | the access report as a page |
//! | [`statement`] | a customer's statement as a page |

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
mod row_cursor;
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

/// Output formats of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputFormat {
    Table,
    /// One array for a list, one object for a single result.
    Json,
    /// One object on each line.
    Jsonl,
    Csv,
}

impl OutputFormat {
    /// Whether the output is JSON. Then errors are JSON too, and nothing is
    /// shortened.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }

    /// Whether the output is for programs: fields by their names, and no text
    /// for people.
    pub fn is_machine_readable(self) -> bool {
        self != Self::Table
    }
}

/// Settings that the output depends on.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// `general/locale/timezone`: the time zone of the times in tables and
    /// pages.
    pub zone: Tz,
    pub now: Timestamp,
    /// Width of the terminal in columns; `None` if output does not go to a
    /// terminal.
    pub width: Option<u16>,
    pub color: bool,
    /// Whether CSV cells are written without the formula guard (`--raw`).
    pub raw: bool,
}

impl Style {
    /// A time for people. On a terminal, the relative time follows in brackets.
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

    /// A time for a narrow column: without the relative time.
    pub fn short_time(&self, time: Timestamp) -> String {
        time.format_in(self.zone)
    }
}
