//! Compresses an export if asked to, and counts and hashes the bytes of the
//! file.

use std::io::{self, Write};

use super::format::{Compression, ExportFormat};
use lac_ledger::archive::{FileDigest, HashingWriter};

/// On rows of the log, level 1 takes half the time of levels 2 to 4 and makes
/// smaller files: their longer searches find matches among random ids.
const ZSTD_LEVEL: i32 = 1;

/// Compresses what is written to it.
pub enum CompressingWriter<W: Write> {
    Plain(HashingWriter<W>),
    Zst(zstd::Encoder<'static, HashingWriter<W>>),
    Gz(flate2::write::GzEncoder<HashingWriter<W>>),
}

impl<W: Write> CompressingWriter<W> {
    pub fn new(form: ExportFormat, out: W) -> io::Result<Self> {
        let out = HashingWriter::new(out);
        Ok(match form.compression {
            None => Self::Plain(out),
            Some(Compression::Zst) => {
                let mut encoder = zstd::Encoder::new(out, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zst(encoder)
            }
            Some(Compression::Gz) => {
                let level = flate2::Compression::default();
                Self::Gz(flate2::write::GzEncoder::new(out, level))
            }
        })
    }

    /// The underlying writer.
    pub fn inner_mut(&mut self) -> &mut W {
        match self {
            Self::Plain(out) => out.inner_mut(),
            Self::Zst(out) => out.get_mut().inner_mut(),
            Self::Gz(out) => out.get_mut().inner_mut(),
        }
    }

    /// Ends the compression. Returns the underlying writer, and size and hash
    /// of the file.
    pub fn finish(self) -> io::Result<(W, FileDigest)> {
        let mut out = match self {
            Self::Plain(out) => out,
            Self::Zst(encoder) => encoder.finish()?,
            Self::Gz(encoder) => encoder.finish()?,
        };
        out.flush()?;
        Ok(out.finish())
    }
}

impl<W: Write> Write for CompressingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Zst(out) => out.write(bytes),
            Self::Gz(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Zst(out) => out.flush(),
            Self::Gz(out) => out.flush(),
        }
    }
}
