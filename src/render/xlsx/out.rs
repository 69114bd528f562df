//! Where a workbook goes, and what can go wrong there.

use std::io::{self, Write};

use rust_xlsxwriter::XlsxError;

/// Keeps the first error and takes everything from then on: the ZIP writer
/// would otherwise say on stderr that it cannot end a file nobody reads.
pub(super) struct FirstError<W> {
    out: W,
    error: Option<io::Error>,
}

impl<W: Write> FirstError<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, error: None }
    }

    /// The first error, or that of flushing.
    pub(super) fn end(mut self) -> io::Result<()> {
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }
}

impl<W: Write> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.error.is_some() {
            return Ok(bytes.len());
        }
        match self.out.write(bytes) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let kind = error.kind();
                self.error = Some(error);
                Err(kind.into())
            }
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What lies beneath, so that a closed pipe or a full disk can be told.
pub(super) fn io_error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => error,
        XlsxError::ZipError(error) => error.into(),
        other => io::Error::other(other),
    }
}
