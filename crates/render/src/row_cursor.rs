//! Writes short pieces of a row. Copying a fixed number of bytes, of which only
//! the first count, is faster than copying the right number.

use lac_model::bytes::{BLOCK_BYTES, Block};

/// Memory for a row, and how much of it is written.
pub(super) struct RowCursor<'o> {
    room: &'o mut [u8],
    at: usize,
}

impl RowCursor<'_> {
    /// How many bytes behind the row are overwritten with what does not count.
    pub(super) const MARGIN: usize = 2 * BLOCK_BYTES;

    /// Adds what `write` writes, which is at most `most` bytes.
    #[inline]
    pub(super) fn append(out: &mut Vec<u8>, most: usize, write: impl FnOnce(&mut RowCursor<'_>)) {
        let start = out.len();
        out.resize(start + most + Self::MARGIN, 0);
        let mut cursor = RowCursor {
            room: &mut out[start..],
            at: 0,
        };
        write(&mut cursor);
        let end = start + cursor.at;
        out.truncate(end);
    }

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        self.room[self.at] = byte;
        self.at += 1;
    }

    /// Adds the first `length` bytes of a block.
    #[inline]
    pub(super) fn push_block(&mut self, block: &Block, length: usize) {
        self.room[self.at..self.at + BLOCK_BYTES].copy_from_slice(block);
        self.at += length;
    }

    /// Adds the first `length` bytes of two blocks.
    #[inline]
    pub(super) fn push_blocks(&mut self, blocks: &[u8; 2 * BLOCK_BYTES], length: usize) {
        self.room[self.at..self.at + 2 * BLOCK_BYTES].copy_from_slice(blocks);
        self.at += length;
    }

    #[inline]
    pub(super) fn push_slice(&mut self, bytes: &[u8]) {
        self.room[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }
}
