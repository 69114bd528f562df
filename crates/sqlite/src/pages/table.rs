//! Reads rows of a table in order of their keys.

use rusqlite::Connection;

use super::page::{CellSpan, Coverage, LocalPayload, Page, PageKind};
use super::reader::{Halt, PageReader, Unusual, find_root};
use super::record::split_record;
use lac_model::fault::Fault;
use lac_store::{Cell, TreePart};

/// SQLite's own limit.
const MAX_DEPTH: usize = 20;

/// Takes the key and the columns of a row.
pub(crate) type RowTaker<'t, const N: usize> =
    &'t mut dyn FnMut(i64, &[Cell<'_>; N]) -> Result<(), Fault>;

/// Reads some rows of a table of `N` columns, the first of which is the key.
pub(crate) struct TableScan<'c, const N: usize> {
    reader: PageReader<'c>,
    root: u32,
    /// First and last key to read, inclusive.
    range: [i64; 2],
    leaf: Leaf<'c>,
}

/// What reads the rows of a leaf.
struct Leaf<'c> {
    conn: &'c Connection,
    local: LocalPayload,
    coverage: Coverage,
    cells: Vec<TableCell>,
    /// A whole record that is longer than a page.
    record: Vec<u8>,
    seen: TreePart,
}

/// A row on its page.
#[derive(Debug, Clone, Copy)]
struct TableCell {
    key: i64,
    /// The length of the record.
    length: usize,
    /// The part of the record that is on this page.
    local: CellSpan,
    /// The first page of the rest; 0 if there is none.
    overflow: u32,
}

/// The child pages of an inner page, each with its largest possible key.
type Children = Vec<(u32, i64)>;

impl<'c, const N: usize> TableScan<'c, N> {
    pub(crate) fn new(conn: &'c Connection, table: &str, range: [i64; 2]) -> Result<Self, Unusual> {
        let reader = PageReader::new(conn)?;
        let leaf = Leaf {
            conn,
            local: LocalPayload::of_table(reader.usable),
            coverage: Coverage::default(),
            cells: Vec::new(),
            record: Vec::new(),
            seen: TreePart::default(),
        };
        Ok(Self {
            root: find_root(conn, table)?,
            range,
            reader,
            leaf,
        })
    }

    /// Calls `each` with the rows in order. If nothing was unusual, then
    /// looking up any key of the range finds the row that was given to `each`,
    /// or none if there was none.
    pub(crate) fn run(mut self, each: RowTaker<'_, N>) -> Result<TreePart, Halt> {
        self.visit(self.root, [i64::MIN, i64::MAX], 0, each)?;
        Ok(self.leaf.seen)
    }

    fn visit(
        &mut self,
        number: u32,
        bounds: [i64; 2],
        depth: usize,
        each: RowTaker<'_, N>,
    ) -> Result<(), Halt> {
        let [first, last] = self.range;
        let leaf = &mut self.leaf;
        let children = self.reader.read(number, |data| {
            let page = Page::parse(data)?;
            match page.kind {
                PageKind::TableInner if depth < MAX_DEPTH => {
                    Ok(read_children(&page, bounds, &mut leaf.coverage)?)
                }
                PageKind::TableLeaf if page.count > 0 || depth == 0 => {
                    leaf.take_rows(&page, bounds, depth, [first, last], each)?;
                    Ok(Children::new())
                }
                _ => Err(Halt::Unusual),
            }
        })?;
        let mut low = bounds[0];
        for (child, high) in children {
            if low <= last && high >= first {
                self.visit(child, [low, high], depth + 1, each)?;
            }
            low = high.saturating_add(1);
        }
        Ok(())
    }
}

impl Leaf<'_> {
    /// Checks a leaf and gives its rows to `each`.
    fn take_rows<const N: usize>(
        &mut self,
        page: &Page<'_>,
        bounds: [i64; 2],
        depth: usize,
        [first, last]: [i64; 2],
        each: RowTaker<'_, N>,
    ) -> Result<(), Halt> {
        if *self.seen.depth.get_or_insert(depth) != depth {
            return Err(Halt::Unusual);
        }
        let (coverage, cells) = (&mut self.coverage, &mut self.cells);
        check_leaf(page, bounds, self.local, coverage, cells)?;
        for cell in &self.cells {
            if !(first..=last).contains(&cell.key) {
                continue;
            }
            let mut record = page.bytes(cell.local)?;
            if cell.overflow != 0 {
                self.record.clear();
                self.record.extend_from_slice(record);
                let rest = cell.length - record.len();
                let pages = &mut self.seen.pages;
                // Another statement: that of the leaf is in use.
                PageReader::new(self.conn)?.read_overflow(
                    cell.overflow,
                    rest,
                    &mut self.record,
                    pages,
                )?;
                record = &self.record;
            }
            let mut columns = split_record::<N>(record)?;
            if columns[0] != Cell::Null {
                return Err(Halt::Unusual);
            }
            columns[0] = Cell::Integer(cell.key);
            each(cell.key, &columns)?;
        }
        Ok(())
    }
}

/// The children of an inner page, whose keys must be within `bounds` and grow.
fn read_children(
    page: &Page<'_>,
    [low, high]: [i64; 2],
    coverage: &mut Coverage,
) -> Result<Children, Unusual> {
    let mut children = Children::with_capacity(page.count + 1);
    let mut least = low;
    coverage.begin(page);
    for at in 0..page.count {
        let start = page.cell(at)?;
        let (key, end) = page.varint(start + 4)?;
        let key = key.cast_signed();
        coverage.add(start, end)?;
        // What is right of a key is greater, and there is something.
        if key < least || key >= high {
            return Err(Unusual);
        }
        children.push((page.page_number(start)?, key));
        least = key + 1;
    }
    children.push((page.right_child()?, high));
    coverage.finish(page)?;
    (page.count > 0).then_some(children).ok_or(Unusual)
}

/// Collects the cells of a leaf, whose keys must be within `bounds` and grow.
fn check_leaf(
    page: &Page<'_>,
    [low, high]: [i64; 2],
    local: LocalPayload,
    coverage: &mut Coverage,
    cells: &mut Vec<TableCell>,
) -> Result<(), Unusual> {
    cells.clear();
    coverage.begin(page);
    let mut before = None;
    for at in 0..page.count {
        let start = page.cell(at)?;
        let (length, next) = page.payload_length(start)?;
        let (key, begin) = page.varint(next)?;
        let key = key.cast_signed();
        let kept = local.length(length);
        let span = CellSpan {
            start: begin,
            end: begin + kept,
        };
        let (overflow, end) = if kept < length {
            (page.page_number(span.end)?, span.end + 4)
        } else {
            (0, span.end)
        };
        coverage.add(start, end)?;
        if key < low || key > high || before.is_some_and(|before| before >= key) {
            return Err(Unusual);
        }
        if kept < length && overflow == 0 {
            return Err(Unusual);
        }
        before = Some(key);
        cells.push(TableCell {
            key,
            length,
            local: span,
            overflow,
        });
    }
    coverage.finish(page)
}

/// Whether the inner pages lead to leaves that have no key of `range`, or are
/// unusual.
pub(crate) fn leaves_outside(
    conn: &Connection,
    table: &str,
    [first, last]: [i64; 2],
) -> Result<bool, Unusual> {
    let mut reader = PageReader::new(conn)?;
    let mut data = Vec::new();
    // Only the outermost pages can lead out of the range.
    for side in [true, false] {
        let mut number = find_root(conn, table)?;
        let mut bounds = [i64::MIN, i64::MAX];
        for _ in 0..=MAX_DEPTH {
            reader.read_into(number, &mut data)?;
            let page = Page::parse(&data)?;
            if page.kind == PageKind::TableLeaf {
                break;
            }
            if page.kind != PageKind::TableInner {
                return Err(Unusual);
            }
            let children = read_children(&page, bounds, &mut Coverage::default())?;
            let mut low = bounds[0];
            for (at, (child, high)) in children.iter().enumerate() {
                if *high < first || low > last {
                    return Ok(true);
                }
                if at == if side { 0 } else { children.len() - 1 } {
                    (number, bounds) = (*child, [low, *high]);
                }
                low = high.saturating_add(1);
            }
        }
    }
    Ok(false)
}
