//! Invalid items of a file: the first one ends the import, or all are left out
//! and listed.

use std::fmt;

use serde::{Deserialize, Serialize};

use lac_model::fault::{Fault, FileRemedy};
use lac_store::Result;

/// A position in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ItemPosition {
    /// The physical line; the header is line 1.
    Line(u64),
    /// The item, counted from 1 across all pages.
    Item(u64),
    /// The row of a storefront's list, counted from 0.
    Row(u64),
}

impl ItemPosition {
    /// The number alone.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Line(n) | Self::Item(n) | Self::Row(n) => n,
        }
    }
}

impl fmt::Display for ItemPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(n) => write!(f, "line {n}"),
            Self::Item(n) => write!(f, "item {n}"),
            Self::Row(n) => write!(f, "row {n}"),
        }
    }
}

/// The invalid field, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ItemProblem {
    pub field: String,
    pub reason: String,
}

impl ItemProblem {
    pub(super) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}

/// An item that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedItem {
    /// `line 7` or `item 7`.
    pub at: String,
    pub field: String,
    pub reason: String,
}

/// The most invalid items that are listed one by one. Others are only counted,
/// so that memory stays bounded.
const MAX_LISTED: usize = 1_000;

/// Collects invalid items. Unless they are to be skipped, the first one ends
/// the import.
#[derive(Debug)]
pub(super) struct InvalidItems {
    file: String,
    skips_invalid: bool,
    max_listed: usize,
    listed: Vec<(ItemPosition, ItemProblem)>,
    count: u64,
}

impl InvalidItems {
    pub(super) fn new(file: &str, skip: bool) -> Self {
        Self {
            file: file.to_owned(),
            skips_invalid: skip,
            max_listed: MAX_LISTED,
            listed: Vec::new(),
            count: 0,
        }
    }

    /// For rows, whose number is limited: all that are left out are listed.
    pub(super) fn of_rows(name: &str) -> Self {
        Self {
            max_listed: usize::MAX,
            ..Self::new(name, true)
        }
    }

    /// Leaves an item out, or fails with `invalid_file`.
    pub(super) fn skip_or_fail(&mut self, at: ItemPosition, problem: ItemProblem) -> Result<()> {
        if !self.skips_invalid {
            let ItemProblem { field, reason } = problem;
            let problem = format!("{at}: {field}: {reason}");
            return Err(self.invalid(problem, Some(FileRemedy::SkipInvalid)));
        }
        self.count += 1;
        if self.listed.len() < self.max_listed {
            self.listed.push((at, problem));
        }
        Ok(())
    }

    /// The error for a problem of the whole file.
    pub(super) fn file_fault(&self, problem: &str) -> Fault {
        self.invalid(problem.to_owned(), None)
    }

    /// The error if the number of items is not the one in the file.
    pub(super) fn count_mismatch(&self, problem: &str) -> Fault {
        self.invalid(problem.to_owned(), Some(FileRemedy::Partial))
    }

    fn invalid(&self, problem: String, remedy: Option<FileRemedy>) -> Fault {
        Fault::InvalidFile {
            file: self.file.clone(),
            problem,
            remedy,
        }
    }

    /// The number of items that were left out.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The number of items that were left out and are not listed.
    pub(super) fn unlisted_count(&self) -> u64 {
        self.count - self.listed.len() as u64
    }

    /// The listed items, in the order of the file.
    pub(super) fn into_skipped(self) -> Vec<SkippedItem> {
        let show = |(at, problem): (ItemPosition, ItemProblem)| SkippedItem {
            at: at.to_string(),
            field: problem.field,
            reason: problem.reason,
        };
        self.into_listed().into_iter().map(show).collect()
    }

    /// The listed items with their positions, in the order of the file.
    pub(super) fn into_listed(mut self) -> Vec<(ItemPosition, ItemProblem)> {
        self.listed.sort_by_key(|(at, _)| *at);
        self.listed
    }
}

/// A text from the file for messages: in quotes, cut after 40 characters.
pub(super) fn quote_short(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        format!("`{short}…`")
    } else {
        format!("`{short}`")
    }
}
