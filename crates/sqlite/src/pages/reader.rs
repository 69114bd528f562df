//! Gets pages of the database through SQLite.

use rusqlite::{CachedStatement, Connection};

use lac_model::fault::Fault;

/// Something that SQLite does not write, or a page that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unusual;

/// Why reading ended early.
#[derive(Debug)]
pub(crate) enum Halt {
    Unusual,
    /// The error of the function that takes what was read.
    Failed(Fault),
}

impl From<Unusual> for Halt {
    fn from(_: Unusual) -> Self {
        Self::Unusual
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl From<rusqlite::Error> for Unusual {
    fn from(_: rusqlite::Error) -> Self {
        Self
    }
}

/// Pages beyond this one are not read: 128 GiB at 4 KiB each. The first byte of
/// a smaller number is none of the bytes that a B-tree page begins with, so no
/// B-tree page can be taken for an overflow page.
const MAX_PAGE: u32 = 0x01ff_ffff;

/// The pages of one transaction.
pub(super) struct PageReader<'c> {
    statement: CachedStatement<'c>,
    /// Bytes of a page without the reserved ones at its end.
    pub(super) usable: usize,
}

impl<'c> PageReader<'c> {
    /// Fails if SQLite was built without `sqlite_dbpage`, or if the file has a
    /// form that the store never uses.
    pub(super) fn new(conn: &'c Connection) -> Result<Self, Unusual> {
        let statement = conn.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?;
        let mut reader = Self {
            statement,
            usable: usize::MAX,
        };
        let mut first = Vec::new();
        reader.read_into(1, &mut first)?;
        let header = first.first_chunk::<100>().ok_or(Unusual)?;
        let reserved = usize::from(header[20]);
        let number = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|n| header[at + n]));
        let (auto_vacuum, encoding) = (number(52), number(56));
        reader.usable = first.len().saturating_sub(reserved);
        if auto_vacuum != 0 || encoding != 1 || !(480..=32_768).contains(&reader.usable) {
            return Err(Unusual);
        }
        Ok(reader)
    }

    /// Calls `take` with the page, without its reserved bytes.
    pub(super) fn read<T, E: From<Unusual>>(
        &mut self,
        page: u32,
        take: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<T, E> {
        if page > MAX_PAGE {
            return Err(Unusual.into());
        }
        let mut found = self.statement.query([page]).map_err(Unusual::from)?;
        let row = found.next().map_err(Unusual::from)?.ok_or(Unusual)?;
        let data = row.get_ref(0).map_err(Unusual::from)?;
        let data = data.as_blob().map_err(|_| Unusual)?;
        take(&data[..data.len().min(self.usable)])
    }

    /// Replaces `into` by the page.
    pub(super) fn read_into(&mut self, page: u32, into: &mut Vec<u8>) -> Result<(), Unusual> {
        self.read(page, |data| {
            into.clear();
            into.extend_from_slice(data);
            Ok(())
        })
    }

    /// Appends the rest of a long record: `length` bytes in a chain of pages,
    /// whose numbers are added to `chain`.
    pub(super) fn read_overflow(
        &mut self,
        first: u32,
        length: usize,
        into: &mut Vec<u8>,
        chain: &mut Vec<u32>,
    ) -> Result<(), Unusual> {
        let (mut next, mut left) = (first, length);
        let mut page = Vec::new();
        while left > 0 {
            self.read_into(next, &mut page)?;
            chain.push(next);
            let (link, content) = page.split_first_chunk::<4>().ok_or(Unusual)?;
            let taken = left.min(content.len());
            into.extend_from_slice(&content[..taken]);
            left -= taken;
            next = u32::from_be_bytes(*link);
            if (next == 0) != (left == 0) {
                return Err(Unusual);
            }
        }
        Ok(())
    }
}

/// The root page of a table or index.
pub(super) fn find_root(conn: &Connection, name: &str) -> Result<u32, Unusual> {
    let mut statement =
        conn.prepare_cached("SELECT rootpage FROM sqlite_schema WHERE name = ?1 LIMIT 2")?;
    let mut found = statement.query([name])?;
    let root: u32 = found.next()?.ok_or(Unusual)?.get(0)?;
    // SQLite gives page 1 to the schema.
    let is_only = found.next()?.is_none();
    (root > 1 && is_only).then_some(root).ok_or(Unusual)
}
