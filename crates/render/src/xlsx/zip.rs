//! Writes a ZIP file of deflated parts from front to back, without seeking
//! (PKWARE's APPNOTE).

use std::io::{self, Write};

use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, Status};

/// Flag: the sizes of a part follow its data, because they are not known
/// before.
const SIZES_FOLLOW: u16 = 1 << 3;
const DEFLATED: u16 = 8;
/// 1980-01-01, the format's earliest date.
const NO_DATE: u16 = 0x21;
/// Version 2.0, or 4.5 if 64-bit numbers are used.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
const UNIX: u16 = 3 << 8;
/// A regular file that only its owner may read.
const MODE: u32 = 0o100_600 << 16;

/// How many compressed bytes are collected before they are written.
const BUFFER: usize = 64 * 1024;

/// A ZIP file that is being written.
pub(super) struct Zip<W> {
    out: W,
    /// Bytes written.
    at: u64,
    parts: Vec<Part>,
    deflate: Compress,
    crc: Hasher,
    packed: Vec<u8>,
    /// Larger numbers are written as 64-bit numbers.
    limit: u64,
}

struct Part {
    name: String,
    /// The offset of its header.
    at: u64,
    crc: u32,
    packed: u64,
    plain: u64,
}

impl<W: Write> Zip<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            at: 0,
            parts: Vec::new(),
            deflate: Compress::new(Compression::default(), false),
            crc: Hasher::new(),
            packed: Vec::with_capacity(BUFFER),
            limit: u64::from(u32::MAX - 1),
        }
    }

    pub(super) fn inner_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Adds a complete part.
    pub(super) fn add(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.begin(name)?;
        self.write(text.as_bytes())?;
        self.end()
    }

    /// Begins a part. The previous one must have ended.
    pub(super) fn begin(&mut self, name: &str) -> io::Result<()> {
        self.deflate.reset();
        self.crc = Hasher::new();
        let part = Part {
            name: name.to_owned(),
            at: self.at,
            crc: 0,
            packed: 0,
            plain: 0,
        };
        let mut header = Vec::new();
        put32(&mut header, [0x0403_4b50]);
        put16(&mut header, [VERSION]);
        put_common(&mut header, &part, [0, 0], 0);
        header.extend(part.name.bytes());
        self.parts.push(part);
        self.put(&header)
    }

    /// Adds data to the current part.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.crc.update(bytes);
        self.deflate(bytes, FlushCompress::None)
    }

    /// Ends the current part.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.deflate(&[], FlushCompress::Finish)?;
        let mut sizes = Vec::new();
        if let Some(part) = self.parts.last_mut() {
            part.crc = self.crc.clone().finalize();
            part.packed = self.deflate.total_out();
            part.plain = self.deflate.total_in();
            put32(&mut sizes, [0x0807_4b50, part.crc]);
            if part.packed.max(part.plain) > self.limit {
                put64(&mut sizes, [part.packed, part.plain]);
            } else {
                put32(&mut sizes, [low(part.packed), low(part.plain)]);
            }
        }
        self.put(&sizes)
    }

    /// Writes the directory of the parts and returns the writer.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let (start, count) = (self.at, self.parts.len() as u64);
        let mut end = Vec::new();
        for part in &self.parts {
            put_entry(&mut end, part, self.limit);
        }
        let size = end.len() as u64;
        let is_wide = size.max(start) > self.limit || count >= u64::from(u16::MAX);
        if is_wide {
            put32(&mut end, [0x0606_4b50]);
            put64(&mut end, [44]);
            put16(&mut end, [VERSION_64 | UNIX, VERSION_64]);
            put32(&mut end, [0, 0]);
            put64(&mut end, [count, count, size, start]);
            put32(&mut end, [0x0706_4b50, 0]);
            put64(&mut end, [start + size]);
            put32(&mut end, [1]);
        }
        let [size, start] = [size, start].map(|n| if is_wide { u32::MAX } else { low(n) });
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        put32(&mut end, [0x0605_4b50]);
        put16(&mut end, [0, 0, count, count]);
        put32(&mut end, [size, start]);
        put16(&mut end, [0]);
        self.put(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn deflate(&mut self, mut bytes: &[u8], flush: FlushCompress) -> io::Result<()> {
        loop {
            let before = self.deflate.total_in();
            let packed = &mut self.packed;
            let status = self.deflate.compress_vec(bytes, packed, flush);
            let is_ended = status.map_err(io::Error::other)? == Status::StreamEnd;
            let taken = usize::try_from(self.deflate.total_in() - before);
            bytes = bytes.get(taken.unwrap_or(bytes.len())..).unwrap_or(&[]);
            let is_full = self.packed.len() == self.packed.capacity();
            if is_full || is_ended {
                self.out.write_all(&self.packed)?;
                self.at += self.packed.len() as u64;
                self.packed.clear();
            }
            let wants_more = flush == FlushCompress::None && bytes.is_empty();
            if is_ended || wants_more && !is_full {
                return Ok(());
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// A part's entry in the directory.
fn put_entry(out: &mut Vec<u8>, part: &Part, limit: u64) {
    let numbers = [part.plain, part.packed, part.at];
    let is_wide = numbers.iter().any(|n| *n > limit);
    let [plain, packed, at] = numbers.map(|n| if is_wide { u32::MAX } else { low(n) });
    let version = if is_wide { VERSION_64 } else { VERSION };
    put32(out, [0x0201_4b50]);
    put16(out, [version | UNIX, version]);
    put_common(out, part, [packed, plain], if is_wide { 28 } else { 0 });
    put16(out, [0, 0, 0]);
    put32(out, [MODE, at]);
    out.extend(part.name.bytes());
    if is_wide {
        put16(out, [1, 24]);
        put64(out, numbers);
    }
}

/// The fields that a part's header and its entry share.
fn put_common(out: &mut Vec<u8>, part: &Part, [packed, plain]: [u32; 2], extra: u16) {
    put16(out, [SIZES_FOLLOW, DEFLATED, 0, NO_DATE]);
    put32(out, [part.crc, packed, plain]);
    let name = u16::try_from(part.name.len()).unwrap_or(u16::MAX);
    put16(out, [name, extra]);
}

/// `number` in 32 bits, or the marker for a number that needs 64.
fn low(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn put16<const N: usize>(out: &mut Vec<u8>, numbers: [u16; N]) {
    out.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
}

fn put32<const N: usize>(out: &mut Vec<u8>, numbers: [u32; N]) {
    out.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
}

fn put64<const N: usize>(out: &mut Vec<u8>, numbers: [u64; N]) {
    out.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
}

#[cfg(test)]
#[path = "zip_tests.rs"]
mod tests;
