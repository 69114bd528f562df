//! Pages of a list.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use lac_model::bounded::LongText;
use lac_model::fault::Fault;
use lac_store::Result;

/// The maximum number of rows in one page, which bounds memory.
pub const MAX_PAGE_ROWS: usize = 10_000;

/// The part of a list that is requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The cursor of the previous page; the list continues after it.
    pub after: Option<LongText>,
    /// The maximum number of rows; [`MAX_PAGE_ROWS`] is the upper limit.
    pub limit: Option<usize>,
}

impl PageRequest {
    pub fn row_limit(&self) -> usize {
        self.limit.unwrap_or(MAX_PAGE_ROWS).min(MAX_PAGE_ROWS)
    }

    /// The cursor of a list whose cursors are numbers.
    pub fn numeric_cursor<N: FromStr>(&self) -> Result<Option<N>> {
        let bad = || Fault::invalid("--after", "not a cursor of this list");
        let number = |cursor: &str| cursor.parse().map_err(|_| bad());
        self.after.as_deref().map(number).transpose()
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The cursor for the next page; `None` on the last page.
    pub next: Option<String>,
    /// The number of damaged rows that were left out.
    #[serde(default)]
    pub left_out: u64,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
            left_out: 0,
        }
    }
}

impl<T> Page<T> {
    /// Takes one page from a short list sorted by `key`. The cursor is the key.
    pub fn from_sorted<S>(
        all: Vec<S>,
        part: &PageRequest,
        key: impl Fn(&S) -> &str,
        row: impl Fn(S) -> Result<T>,
    ) -> Result<Self> {
        let is_after = |item: &S| part.after.as_deref().is_none_or(|after| key(item) > after);
        let mut rest = all.into_iter().filter(is_after);
        let mut last = None;
        let mut rows = Vec::new();
        for item in rest.by_ref().take(part.row_limit()) {
            last = Some(key(&item).to_owned());
            rows.push(row(item)?);
        }
        let next = if rest.next().is_some() { last } else { None };
        Ok(Self {
            rows,
            next,
            left_out: 0,
        })
    }
}
