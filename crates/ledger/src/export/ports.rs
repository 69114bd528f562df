//! Traits that an export needs from others: encoders of rows, files, and where
//! their bytes go.

use crate::archive::FileDigest;
use lac_model::audit::{EventField, RecordFields};
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use lac_store::Result;

/// The layout of an export's file.
#[derive(Debug, Clone, Default)]
pub struct FileFormat {
    /// Columns in this order; empty for all.
    pub columns: BoundedList<EventField, MAX_VALUES_PER_FIELD>,
    /// `csv`, `jsonl`, `xlsx` or `ocsf`.
    pub content: ShortText,
    /// `zst` or `gz`.
    pub compression: Option<ShortText>,
    /// Whether cells that a spreadsheet would run as formulas get a leading
    /// `'`.
    pub formula_guard: bool,
    /// Whether the target is a file, not stdout.
    pub is_file: bool,
}

/// Encodes an event as a row.
pub trait EventEncoder: Sync {
    /// Appends the row of an event to `out`.
    ///
    /// # Errors
    /// Internal ones only.
    fn encode(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) -> Result<()>;
}

/// Writes an export in its file format. Nothing has its final name before
/// [`publish`](Self::publish), so that the export can be recorded first.
pub trait ExportWriter {
    /// Writes encoded rows.
    ///
    /// # Errors
    /// `io`.
    fn write_rows(&mut self, bytes: &[u8]) -> Result<()>;
    /// Reports how many events were searched, and of how many.
    fn report_progress(&mut self, done: u64, total: u64);
    /// After the last row: completes the temporary file and syncs it.
    ///
    /// # Errors
    /// `io`.
    fn finish(&mut self) -> Result<FileDigest>;
    /// Number of cells that were longer than the file format allows.
    fn truncated_cells(&self) -> u64;
    /// The writer of the proof file.
    ///
    /// # Errors
    /// `io`.
    fn proof_writer(&mut self) -> Result<Box<dyn std::io::Write + '_>>;
    /// Completes the proof. Returns the name of its file, without directories.
    ///
    /// # Errors
    /// `io`.
    fn finish_proof(&mut self) -> Result<String>;
    /// Writes the manifest and gives all files their final names.
    ///
    /// # Errors
    /// `io`.
    fn publish(&mut self, manifest: &str) -> Result<()>;
}

/// Takes the bytes of an export: files, or stdout. Nothing has its final name
/// before [`publish`](Self::publish).
pub trait ExportSink {
    /// Writes bytes of the export.
    ///
    /// # Errors
    /// `io`.
    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// Reports how many events were searched, and of how many.
    fn report_progress(&mut self, done: u64, total: u64);
    /// After the last byte: syncs the temporary file.
    ///
    /// # Errors
    /// `io`.
    fn finish(&mut self, written: &FileDigest) -> Result<()>;
    /// Writes bytes of the proof.
    ///
    /// # Errors
    /// `io`.
    fn write_proof(&mut self, bytes: &[u8]) -> Result<()>;
    /// Completes the proof. Returns the name of its file, without directories.
    ///
    /// # Errors
    /// `io`.
    fn finish_proof(&mut self) -> Result<String>;
    /// Writes the manifest and gives all files their final names.
    ///
    /// # Errors
    /// `io`.
    fn publish(&mut self, manifest: &str) -> Result<()>;
}

/// The available file formats.
pub trait ExportFormats: Sync {
    /// The encoder for rows of a format.
    ///
    /// # Errors
    /// `invalid_value` for an unknown format.
    fn encoder(&self, format: &FileFormat) -> Result<Box<dyn EventEncoder>>;
    /// Starts a file in a format; its bytes go to `receiver`.
    ///
    /// # Errors
    /// As [`ExportFormats::encoder`], and `io`.
    fn open_writer<'r>(
        &self,
        format: &FileFormat,
        receiver: &'r mut dyn ExportSink,
    ) -> Result<Box<dyn ExportWriter + 'r>>;
}
