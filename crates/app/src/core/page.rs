//! Lists come in pages.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use lac_model::bounded::LongText;
use lac_model::fault::Fault;
use lac_store::Result;

/// Rows that one page holds at most: memory stays bounded however long the
/// list is.
pub const MAX_PAGE_ROWS: usize = 10_000;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// Goes on after the cursor of the page before.
    pub after: Option<LongText>,
    /// Rows at most; never more than [`MAX_ROWS`].
    pub limit: Option<usize>,
}

impl PageRequest {
    pub fn row_limit(&self) -> usize {
        self.limit.unwrap_or(MAX_PAGE_ROWS).min(MAX_PAGE_ROWS)
    }

    /// The cursor of a list whose cursors are numbers.
    ///
    /// # Errors
    /// `invalid_value`.
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
    /// The cursor to go on after; `None` when nothing follows.
    pub next: Option<String>,
    /// Damaged rows that are left out.
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
    /// Cuts a page from a short list that is ordered by `key`, which is also
    /// its cursor.
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
