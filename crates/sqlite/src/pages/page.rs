//! One page of a B-tree.

use super::reader::Unusual;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    IndexInner,
    TableInner,
    IndexLeaf,
    TableLeaf,
}

/// The page's header and the positions of its cells, before the cells are
/// checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'p> {
    data: &'p [u8],
    pub(super) kind: PageKind,
    /// The number of cells.
    pub(super) count: usize,
    /// Where the pointers to the cells begin.
    pointers: usize,
}

/// A cell, without the page number that begins it on an inner page.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellSpan {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'p> Page<'p> {
    pub(super) fn parse(data: &'p [u8]) -> Result<Self, Unusual> {
        let kind = match data.first() {
            Some(0x02) => PageKind::IndexInner,
            Some(0x05) => PageKind::TableInner,
            Some(0x0a) => PageKind::IndexLeaf,
            Some(0x0d) => PageKind::TableLeaf,
            _ => return Err(Unusual),
        };
        let pointers = match kind {
            PageKind::IndexLeaf | PageKind::TableLeaf => 8,
            PageKind::IndexInner | PageKind::TableInner => 12,
        };
        let page = Self {
            data,
            kind,
            count: usize::from(read_u16(data, 3)?),
            pointers,
        };
        let content = usize::from(read_u16(data, 5)?);
        if content < pointers + 2 * page.count || content > data.len() {
            return Err(Unusual);
        }
        Ok(page)
    }

    /// The position of a cell.
    pub(super) fn cell(&self, at: usize) -> Result<usize, Unusual> {
        read_u16(self.data, self.pointers + 2 * at).map(usize::from)
    }

    /// The page number at a position.
    pub(super) fn page_number(&self, at: usize) -> Result<u32, Unusual> {
        let bytes = self.data.get(at..).and_then(<[u8]>::first_chunk::<4>);
        bytes.map(|b| u32::from_be_bytes(*b)).ok_or(Unusual)
    }

    /// The last child of an inner page.
    pub(super) fn right_child(&self) -> Result<u32, Unusual> {
        self.page_number(8)
    }

    pub(super) fn varint(&self, at: usize) -> Result<(u64, usize), Unusual> {
        read_varint(self.data, at)
    }

    pub(super) fn bytes(&self, span: CellSpan) -> Result<&'p [u8], Unusual> {
        self.data.get(span.start..span.end).ok_or(Unusual)
    }

    /// The length of a payload at a position, and the position after it.
    pub(super) fn payload_length(&self, at: usize) -> Result<(usize, usize), Unusual> {
        let (length, next) = self.varint(at)?;
        // SQLite reads longer numbers in another way, and a record has at least
        // the length of its header and one column.
        if length < 2 || length > i32::MAX as u64 || next - at > 5 {
            return Err(Unusual);
        }
        Ok((usize::try_from(length).map_err(|_| Unusual)?, next))
    }
}

/// Checks that cells and free space cover the content of a page, each byte
/// once. A bit stands for a byte of the page.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    used: Vec<u64>,
    bytes: usize,
}

impl Coverage {
    pub(super) fn begin(&mut self, page: &Page<'_>) {
        self.used.clear();
        self.used.resize(page.data.len().div_ceil(64), 0);
        self.bytes = 0;
    }

    /// Adds a cell, from its first byte to the one after its last.
    pub(super) fn add(&mut self, start: usize, end: usize) -> Result<(), Unusual> {
        // SQLite gives a cell at least four bytes, the size of a free block.
        let end = end.max(start + 4);
        if end > self.used.len() * 64 {
            return Err(Unusual);
        }
        self.bytes += end - start;
        let mut at = start;
        while at < end {
            let (word, from) = (at / 64, at % 64);
            let count = (64 - from).min(end - at);
            let mask = (u64::MAX >> (64 - count)) << from;
            let used = &mut self.used[word];
            if *used & mask != 0 {
                return Err(Unusual);
            }
            *used |= mask;
            at += count;
        }
        Ok(())
    }

    /// Adds the free blocks, and checks that what is left is what the page
    /// says is in fragments.
    pub(super) fn finish(&mut self, page: &Page<'_>) -> Result<(), Unusual> {
        let (data, length) = (page.data, page.data.len());
        let content = usize::from(read_u16(data, 5)?);
        let mut block = usize::from(read_u16(data, 1)?);
        while block != 0 {
            let next = usize::from(read_u16(data, block)?);
            let size = usize::from(read_u16(data, block + 2)?);
            let end = block + size;
            if size < 4 || end > length || (next != 0 && next < end + 4) {
                return Err(Unusual);
            }
            self.add(block, end)?;
            block = next;
        }
        let fragments = usize::from(data[7]);
        let is_covered = self.bytes + fragments == length - content
            && self.first_used() >= content
            && self.last_used() <= length;
        is_covered.then_some(()).ok_or(Unusual)
    }

    fn first_used(&self) -> usize {
        let word = self.used.iter().position(|word| *word != 0);
        word.map_or(usize::MAX, |at| {
            at * 64 + self.used[at].trailing_zeros() as usize
        })
    }

    /// The position after the last used byte.
    fn last_used(&self) -> usize {
        let word = self.used.iter().rposition(|word| *word != 0);
        word.map_or(0, |at| {
            (at + 1) * 64 - self.used[at].leading_zeros() as usize
        })
    }
}

/// How much of a payload is on the B-tree page itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalPayload {
    most: usize,
    least: usize,
    usable: usize,
}

impl LocalPayload {
    pub(super) fn of_table(usable: usize) -> Self {
        Self {
            most: usable - 35,
            least: (usable - 12) * 32 / 255 - 23,
            usable,
        }
    }

    /// The longest payload of an index that needs no other page.
    pub(super) fn most_of_index(usable: usize) -> usize {
        (usable - 12) * 64 / 255 - 23
    }

    pub(super) fn length(&self, payload: usize) -> usize {
        if payload <= self.most {
            return payload;
        }
        let filling = self.least + (payload - self.least) % (self.usable - 4);
        if filling <= self.most {
            filling
        } else {
            self.least
        }
    }
}

fn read_u16(data: &[u8], at: usize) -> Result<u16, Unusual> {
    let bytes = data.get(at..).and_then(<[u8]>::first_chunk::<2>);
    bytes.map(|b| u16::from_be_bytes(*b)).ok_or(Unusual)
}

/// A number of one to nine bytes, and the position after it.
#[inline]
pub(super) fn read_varint(data: &[u8], at: usize) -> Result<(u64, usize), Unusual> {
    match data.get(at..) {
        Some([first @ 0..0x80, ..]) => Ok((u64::from(*first), at + 1)),
        Some([first, second @ 0..0x80, ..]) => {
            Ok((u64::from(first & 0x7f) << 7 | u64::from(*second), at + 2))
        }
        _ => read_long_varint(data, at),
    }
}

#[inline(never)]
fn read_long_varint(data: &[u8], at: usize) -> Result<(u64, usize), Unusual> {
    let mut value = 0;
    for step in 0..8 {
        let byte = *data.get(at + step).ok_or(Unusual)?;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Ok((value, at + step + 1));
        }
    }
    let last = *data.get(at + 8).ok_or(Unusual)?;
    Ok((value << 8 | u64::from(last), at + 9))
}
