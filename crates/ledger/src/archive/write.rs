//! Writing runs of events.
//!
//! An archive is a series of zstd frames, the header in one of its own and
//! then [`FRAME`] events in each, so that a reader can begin anywhere, and ends
//! with the table of zstd's seekable format (in a frame that other readers
//! skip). A proof is one frame.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::{Header, Line};
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::Result;

/// Events in one frame of an archive.
pub const FRAME: u64 = 512;

/// Fast, and small enough.
const LEVEL: i32 = 6;

/// Frame and magic number of zstd's seekable format (zstd, contrib/
/// seekable_format/zstd_seekable_compression_format.md).
const SKIPPABLE: u32 = 0x184D_2A5E;
const SEEKABLE: u32 = 0x8F92_EAB1;

/// What stands before a table of that length.
pub fn table_start(length: u32) -> [u8; 8] {
    let mut start = [0; 8];
    start[..4].copy_from_slice(&SKIPPABLE.to_le_bytes());
    start[4..].copy_from_slice(&length.to_le_bytes());
    start
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    pub sha256: Hash,
}

/// Counts and hashes what goes by.
#[derive(Debug)]
pub struct Counting<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W> Counting<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// Where it goes.
    pub fn inner_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// What went by, and where it went.
    pub fn end(self) -> (W, Written) {
        let written = Written {
            bytes: self.bytes,
            sha256: self.hash.finalize().into(),
        };
        (self.out, written)
    }
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes an archive, in frames of [`FRAME`] events.
pub struct ArchiveWriter<W: Write> {
    out: Counting<W>,
    /// Lines of the frame that is being filled.
    plain: Vec<u8>,
    held: u64,
    /// Compressed and plain length of each frame.
    frames: Vec<(u32, u32)>,
}

impl<W: Write> std::fmt::Debug for ArchiveWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArchiveWriter").finish_non_exhaustive()
    }
}

impl<W: Write> ArchiveWriter<W> {
    /// # Errors
    /// `io`.
    pub fn new(out: W, header: &Header) -> Result<Self> {
        let mut writer = Self {
            out: Counting::new(out),
            plain: Vec::new(),
            held: 0,
            frames: Vec::new(),
        };
        add(&mut writer.plain, header)?;
        writer.end_frame()?;
        Ok(writer)
    }

    /// Adds an event.
    ///
    /// # Errors
    /// `io`.
    pub fn push(&mut self, line: &Line) -> Result<()> {
        add(&mut self.plain, line)?;
        self.held += 1;
        if self.held == FRAME {
            self.end_frame()?;
        }
        Ok(())
    }

    fn end_frame(&mut self) -> Result<()> {
        if self.plain.is_empty() {
            return Ok(());
        }
        let frame = zstd::bulk::compress(&self.plain, LEVEL).map_err(failed)?;
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(Fault::internal);
        self.frames.push((size(&frame)?, size(&self.plain)?));
        self.plain.clear();
        self.held = 0;
        self.out.write_all(&frame).map_err(failed)
    }

    /// Ends it.
    ///
    /// # Errors
    /// `io`.
    pub fn finish(mut self) -> Result<Written> {
        self.end_frame()?;
        let count = u32::try_from(self.frames.len()).map_err(Fault::internal)?;
        let mut table = Vec::new();
        table.extend(table_start(count * 8 + 9));
        for (compressed, plain) in &self.frames {
            table.extend(compressed.to_le_bytes());
            table.extend(plain.to_le_bytes());
        }
        table.extend(count.to_le_bytes());
        table.push(0); // no checksums: the whole file has one
        table.extend(SEEKABLE.to_le_bytes());
        self.out
            .write_all(&table)
            .and_then(|()| self.out.flush())
            .map_err(failed)?;
        Ok(self.out.end().1)
    }
}

/// Writes a proof, in one frame.
pub struct ProofWriter<'w, W: Write> {
    out: zstd::Encoder<'w, Counting<W>>,
    plain: Vec<u8>,
}

impl<W: Write> std::fmt::Debug for ProofWriter<'_, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProofWriter").finish_non_exhaustive()
    }
}

impl<W: Write> ProofWriter<'_, W> {
    /// # Errors
    /// `io`.
    pub fn new(out: W, header: &Header) -> Result<Self> {
        let out = zstd::Encoder::new(Counting::new(out), LEVEL).map_err(failed)?;
        let mut writer = Self {
            out,
            plain: Vec::new(),
        };
        writer.put(header)?;
        Ok(writer)
    }

    /// Adds an event.
    ///
    /// # Errors
    /// `io`.
    pub fn push(&mut self, line: &Line) -> Result<()> {
        self.put(line)
    }

    fn put(&mut self, line: &impl serde::Serialize) -> Result<()> {
        self.plain.clear();
        add(&mut self.plain, line)?;
        self.out.write_all(&self.plain).map_err(failed)
    }

    /// Ends it.
    ///
    /// # Errors
    /// `io`.
    pub fn finish(self) -> Result<Written> {
        let mut out = self.out.finish().map_err(failed)?;
        out.flush().map_err(failed)?;
        Ok(out.end().1)
    }
}

fn add(plain: &mut Vec<u8>, line: &impl serde::Serialize) -> Result<()> {
    serde_json::to_writer(&mut *plain, line).map_err(Fault::internal)?;
    plain.push(b'\n');
    Ok(())
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn failed(error: io::Error) -> Fault {
    Fault::io("writing an archive or a proof", error)
}
