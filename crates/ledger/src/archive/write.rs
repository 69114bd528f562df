//! Writes archives and proofs.
//!
//! An archive is a sequence of zstd frames: one for the header, then one for
//! each [`EVENTS_PER_FRAME`] events, so that a reader can start anywhere. It
//! ends with the table of zstd's seekable format, in a frame that other zstd
//! readers skip. A proof is a single frame.

use std::fs::File;
use std::io::{self, BufReader, Seek as _, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::{EventLine, Header};
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::Result;

/// Events in each frame of an archive; the last frame can have fewer.
pub const EVENTS_PER_FRAME: u64 = 512;

const ZSTD_LEVEL: i32 = 6;

/// Magic numbers of zstd's seekable format (zstd,
/// `contrib/seekable_format/zstd_seekable_compression_format.md`).
const SKIPPABLE_FRAME_MAGIC: u32 = 0x184D_2A5E;
const SEEK_TABLE_MAGIC: u32 = 0x8F92_EAB1;

/// The first 8 bytes of the table's frame. `length` is that of the rest, in
/// bytes.
pub(super) fn seek_table_header(length: u32) -> [u8; 8] {
    let mut start = [0; 8];
    start[..4].copy_from_slice(&SKIPPABLE_FRAME_MAGIC.to_le_bytes());
    start[4..].copy_from_slice(&length.to_le_bytes());
    start
}

/// Length in bytes and SHA-256 of a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigest {
    pub bytes: u64,
    pub sha256: Hash,
}

/// Passes bytes on and computes their length and SHA-256.
#[derive(Debug)]
pub struct HashingWriter<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W> HashingWriter<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// The inner writer. What you write to it directly is not hashed.
    pub fn inner_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Counts and hashes bytes that the caller passes on itself.
    pub fn add_to_digest(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// The inner writer and the digest.
    pub fn finish(self) -> (W, FileDigest) {
        let written = FileDigest {
            bytes: self.bytes,
            sha256: self.hash.finalize().into(),
        };
        (self.out, written)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.add_to_digest(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes an archive.
pub struct ArchiveWriter<W: Write> {
    out: HashingWriter<W>,
    /// Lines of the current frame.
    buffer: Vec<u8>,
    buffered_events: u64,
    /// Compressed and decompressed length of each frame.
    frames: Vec<(u32, u32)>,
}

impl<W: Write> ArchiveWriter<W> {
    /// Writes the header to `out`.
    pub fn new(out: W, header: &Header) -> Result<Self> {
        let mut writer = Self {
            out: HashingWriter::new(out),
            buffer: Vec::new(),
            buffered_events: 0,
            frames: Vec::new(),
        };
        append_json_line(&mut writer.buffer, header)?;
        writer.write_frame()?;
        Ok(writer)
    }

    /// Adds an event. The caller adds them in order of `seq`.
    pub fn push(&mut self, line: &EventLine) -> Result<()> {
        append_json_line(&mut self.buffer, line)?;
        self.buffered_events += 1;
        if self.buffered_events == EVENTS_PER_FRAME {
            self.write_frame()?;
        }
        Ok(())
    }

    fn write_frame(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let frame = zstd::bulk::compress(&self.buffer, ZSTD_LEVEL).map_err(write_fault)?;
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(Fault::internal);
        self.frames.push((size(&frame)?, size(&self.buffer)?));
        self.buffer.clear();
        self.buffered_events = 0;
        self.out.write_all(&frame).map_err(write_fault)
    }

    /// Writes the last frame and the table.
    pub fn finish(mut self) -> Result<FileDigest> {
        self.write_frame()?;
        let count = u32::try_from(self.frames.len()).map_err(Fault::internal)?;
        let mut table = Vec::new();
        table.extend(seek_table_header(count * 8 + 9));
        for (compressed, plain) in &self.frames {
            table.extend(compressed.to_le_bytes());
            table.extend(plain.to_le_bytes());
        }
        table.extend(count.to_le_bytes());
        table.push(0); // no checksums: the whole file has one
        table.extend(SEEK_TABLE_MAGIC.to_le_bytes());
        self.out
            .write_all(&table)
            .and_then(|()| self.out.flush())
            .map_err(write_fault)?;
        Ok(self.out.finish().1)
    }
}

/// Writes a proof.
pub struct ProofWriter<'w, W: Write> {
    out: zstd::Encoder<'w, HashingWriter<W>>,
    buffer: Vec<u8>,
}

impl<W: Write> ProofWriter<'_, W> {
    /// Writes the header to `out`.
    pub fn new(out: W, header: &Header) -> Result<Self> {
        let out = zstd::Encoder::new(HashingWriter::new(out), ZSTD_LEVEL).map_err(write_fault)?;
        let mut writer = Self {
            out,
            buffer: Vec::new(),
        };
        writer.write_line(header)?;
        Ok(writer)
    }

    /// Adds an event. The caller adds them in order of `seq`.
    pub fn push(&mut self, line: &EventLine) -> Result<()> {
        self.write_line(line)
    }

    fn write_line(&mut self, line: &impl serde::Serialize) -> Result<()> {
        self.buffer.clear();
        append_json_line(&mut self.buffer, line)?;
        self.out.write_all(&self.buffer).map_err(write_fault)
    }

    /// Writes the end of the frame.
    pub fn finish(self) -> Result<FileDigest> {
        let mut out = self.out.finish().map_err(write_fault)?;
        out.flush().map_err(write_fault)?;
        Ok(out.finish().1)
    }
}

fn append_json_line(plain: &mut Vec<u8>, line: &impl serde::Serialize) -> Result<()> {
    serde_json::to_writer(&mut *plain, line).map_err(Fault::internal)?;
    plain.push(b'\n');
    Ok(())
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn write_fault(error: io::Error) -> Fault {
    Fault::io("writing an archive or a proof", error)
}

/// Length in bytes and SHA-256 of a file, read from its beginning.
pub fn file_digest(mut file: File) -> io::Result<(u64, Hash)> {
    file.seek(SeekFrom::Start(0))?;
    let mut counting = HashingWriter::new(io::sink());
    io::copy(&mut BufReader::with_capacity(1 << 18, file), &mut counting)?;
    let written = counting.finish().1;
    Ok((written.bytes, written.sha256))
}
