//! Reads the entries of indexes in their order.

use std::cmp::Ordering;

use rusqlite::Connection;

use super::page::{CellSpan, Coverage, LocalPayload, Page, PageKind};
use super::reader::{Halt, PageReader, Unusual, find_root};
use super::record::split_record;
use lac_model::fault::Fault;
use lac_store::Cell;

/// SQLite's own limit.
const MAX_DEPTH: usize = 20;

/// An index by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexRoot<'n>(pub(crate) &'n str);

/// Takes the value and the key of the row of an entry.
pub(crate) type EntryTaker<'t> = &'t mut dyn FnMut(Cell<'_>, i64) -> Result<(), Fault>;

/// Reads indexes of one table, each on one column and the table's key.
pub(crate) struct IndexEntries<'c> {
    conn: &'c Connection,
    reader: PageReader<'c>,
    coverage: Coverage,
    /// A page for each level.
    levels: Vec<Vec<u8>>,
    leaf_depth: Option<usize>,
    last: Option<LastEntry>,
    /// The pages of all indexes so far.
    pages: Vec<u32>,
}

/// The entry before the current one.
#[derive(Debug, Default)]
struct LastEntry {
    kind: u8,
    number: i64,
    bytes: Vec<u8>,
    row: i64,
}

impl<'c> IndexEntries<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Self, Unusual> {
        Ok(Self {
            conn,
            reader: PageReader::new(conn)?,
            coverage: Coverage::default(),
            levels: Vec::new(),
            leaf_depth: None,
            last: None,
            pages: Vec::new(),
        })
    }

    /// Calls `each` with all entries of an index. If nothing was unusual, then
    /// they are sorted, so looking up a value finds all entries that have it.
    pub(crate) fn read(&mut self, index: IndexRoot<'_>, each: EntryTaker<'_>) -> Result<(), Halt> {
        (self.leaf_depth, self.last) = (None, None);
        let root = find_root(self.conn, index.0)?;
        self.visit(root, 0, each)
    }

    /// Whether no page belongs to two of the indexes that were read.
    pub(crate) fn are_pages_distinct(&mut self) -> bool {
        self.pages.sort_unstable();
        self.pages.windows(2).all(|pair| pair[0] != pair[1])
    }

    fn visit(&mut self, number: u32, depth: usize, each: EntryTaker<'_>) -> Result<(), Halt> {
        if depth == MAX_DEPTH {
            return Err(Halt::Unusual);
        }
        if self.levels.len() == depth {
            self.levels.push(Vec::new());
        }
        self.pages.push(number);
        let mut data = std::mem::take(&mut self.levels[depth]);
        self.reader.read_into(number, &mut data)?;
        let page = Page::parse(&data)?;
        match page.kind {
            PageKind::IndexInner if page.count > 0 => {
                check_space(&page, 4, self.reader.usable, &mut self.coverage)?;
                for at in 0..page.count {
                    let start = page.cell(at)?;
                    self.visit(page.page_number(start)?, depth + 1, each)?;
                    self.take(&page, start + 4, each)?;
                }
                self.visit(page.right_child()?, depth + 1, each)?;
            }
            PageKind::IndexLeaf if page.count > 0 || depth == 0 => {
                if *self.leaf_depth.get_or_insert(depth) != depth {
                    return Err(Halt::Unusual);
                }
                check_space(&page, 0, self.reader.usable, &mut self.coverage)?;
                for at in 0..page.count {
                    self.take(&page, page.cell(at)?, each)?;
                }
            }
            _ => return Err(Halt::Unusual),
        }
        self.levels[depth] = data;
        Ok(())
    }

    /// Gives the entry at a position to `each`.
    #[inline]
    fn take(&mut self, page: &Page<'_>, at: usize, each: EntryTaker<'_>) -> Result<(), Halt> {
        let (length, start) = page.payload_length(at)?;
        let record = page.bytes(CellSpan {
            start,
            end: start + length,
        })?;
        let [value, key, row] = split_record::<3>(record)?;
        // The key of the row is the second column, and ends every entry.
        let Cell::Integer(row) = row else {
            return Err(Halt::Unusual);
        };
        if key != Cell::Integer(row) || !self.is_after_last(value, row) {
            return Err(Halt::Unusual);
        }
        Ok(each(value, row)?)
    }

    /// Whether an entry comes after the last one in SQL's order: by value (null,
    /// number, text, blob), then by row. It then becomes the last one.
    fn is_after_last(&mut self, value: Cell<'_>, row: i64) -> bool {
        let (kind, number, bytes): (u8, i64, &[u8]) = match value {
            Cell::Null => (1, 0, &[]),
            Cell::Integer(number) => (2, number, &[]),
            Cell::Text(bytes) => (3, 0, bytes),
            Cell::Blob(bytes) => (4, 0, bytes),
            Cell::Real(_) => return false,
        };
        let last = self.last.get_or_insert_default();
        let order = (last.kind, last.number)
            .cmp(&(kind, number))
            .then_with(|| compare(&last.bytes, bytes));
        if order == Ordering::Less {
            (last.kind, last.number) = (kind, number);
            last.bytes.clear();
            last.bytes.extend_from_slice(bytes);
        } else if order == Ordering::Greater || last.row >= row {
            return false;
        }
        last.row = row;
        true
    }
}

/// The order of two values, most of which are short and the same: too short
/// for a call of `memcmp`.
#[inline]
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let (words, rest) = one.as_chunks::<8>();
    let (other_words, other_rest) = other.as_chunks::<8>();
    let is_same = words.len() == other_words.len()
        && rest.len() == other_rest.len()
        && words.iter().zip(other_words).all(|(a, b)| a == b)
        && rest.iter().zip(other_rest).all(|(a, b)| a == b);
    if is_same {
        Ordering::Equal
    } else {
        one.cmp(other)
    }
}

/// Checks that the cells of a page have their whole payload there, and cover
/// it. `before` is the length of what is before a payload.
fn check_space(
    page: &Page<'_>,
    before: usize,
    usable: usize,
    coverage: &mut Coverage,
) -> Result<(), Unusual> {
    coverage.begin(page);
    for at in 0..page.count {
        let start = page.cell(at)?;
        let (length, begin) = page.payload_length(start + before)?;
        if length > LocalPayload::most_of_index(usable) {
            return Err(Unusual);
        }
        coverage.add(start, begin + length)?;
    }
    coverage.finish(page)
}
