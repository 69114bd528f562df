//! A buffer over the input. Bytes are hashed as they are read, and dropped once
//! they are used.

use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

use super::ImportProgress;
use lac_model::fault::Fault;
use lac_store::Result;

const CHUNK_BYTES: usize = 128 * 1024;
/// The most white space in which the first other byte is searched.
const MAX_LEADING_BLANK: usize = 1024 * 1024;

/// The greatest length of an item or row, in bytes. Real ones have a few
/// kilobytes; a file with an unclosed quote must not fill the memory.
pub(super) const MAX_ITEM_BYTES: usize = 16 * 1024 * 1024;

/// Input that is read once, from start to end.
pub(super) struct InputBuffer<'r> {
    name: &'r str,
    input: &'r mut dyn Read,
    progress: &'r dyn ImportProgress,
    hash: Sha256,
    buffer: Vec<u8>,
    start: usize,
    read: u64,
    at_end: bool,
}

impl<'r> InputBuffer<'r> {
    pub(super) fn new(
        name: &'r str,
        input: &'r mut dyn Read,
        progress: &'r dyn ImportProgress,
    ) -> Self {
        Self {
            name,
            input,
            progress,
            hash: Sha256::new(),
            buffer: Vec::new(),
            start: 0,
            read: 0,
            at_end: false,
        }
    }

    /// The bytes that were read and not skipped.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Drops the first `count` bytes.
    pub(super) fn skip(&mut self, count: usize) {
        self.start += count;
    }

    /// Reads more bytes. `false` at the end of the input.
    pub(super) fn fill(&mut self) -> Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        self.start = 0;
        let old = self.buffer.len();
        self.buffer.resize(old + CHUNK_BYTES, 0);
        let count = loop {
            match self.input.read(&mut self.buffer[old..]) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(|e| Fault::io(self.name, e))?,
            }
        };
        self.buffer.truncate(old + count);
        self.hash.update(&self.buffer[old..]);
        self.read += count as u64;
        self.progress.bytes_read(self.read);
        self.at_end = count == 0;
        Ok(!self.at_end)
    }

    /// The next byte.
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        while self.bytes().is_empty() && self.fill()? {}
        Ok(self.bytes().first().copied())
    }

    /// The first byte that is not white space, without skipping anything. After
    /// 1 MiB of white space, returns its first byte.
    pub(super) fn first_non_blank(&mut self) -> Result<Option<u8>> {
        let mut seen = 0;
        loop {
            let rest = &self.bytes()[seen..];
            if let Some(byte) = rest.iter().find(|b| !b.is_ascii_whitespace()) {
                return Ok(Some(*byte));
            }
            seen = self.bytes().len();
            if seen >= MAX_LEADING_BLANK {
                return Ok(self.bytes().first().copied());
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Skips white space and returns the next byte.
    pub(super) fn skip_blank(&mut self) -> Result<Option<u8>> {
        loop {
            let blank = self.bytes().iter().take_while(|b| b.is_ascii_whitespace());
            self.skip(blank.count());
            if !self.bytes().is_empty() || !self.fill()? {
                return Ok(self.bytes().first().copied());
            }
        }
    }

    /// Skips `mark` if the next bytes are equal to it. Returns whether they
    /// are.
    pub(super) fn skip_prefix(&mut self, mark: &[u8]) -> Result<bool> {
        while self.bytes().len() < mark.len() && self.fill()? {}
        let found = self.bytes().starts_with(mark);
        if found {
            self.skip(mark.len());
        }
        Ok(found)
    }

    /// SHA-256 of all bytes that were read, in hex.
    pub(super) fn into_digest(self) -> String {
        use std::fmt::Write;
        let mut text = String::with_capacity(64);
        for byte in self.hash.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}
