//! What an export needs of others: rows, files, somebody who takes them.

use crate::archive::FileDigest;
use lac_model::audit::{EventField, RecordFields};
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use lac_store::Result;

/// How an export's file is laid out.
#[derive(Debug, Clone, Default)]
pub struct FileFormat {
    /// All of them if empty.
    pub columns: BoundedList<EventField, MAX_VALUES_PER_FIELD>,
    /// `csv`, `jsonl`, `xlsx` or `ocsf`.
    pub content: ShortText,
    /// `zst` or `gz`.
    pub compression: Option<ShortText>,
    pub formula_guard: bool,
    /// Whether it goes to a file, not to stdout.
    pub is_file: bool,
}

/// Turns one event into a row's bytes.
pub trait EventEncoder: Sync {
    /// # Errors
    /// Only internal ones.
    fn encode(&self, event: &RecordFields<'_>, out: &mut Vec<u8>) -> Result<()>;
}

/// Where an export goes: made aside, and put in place once it is recorded.
pub trait ExportWriter {
    /// Takes the bytes of some rows.
    ///
    /// # Errors
    /// `io`.
    fn write_rows(&mut self, bytes: &[u8]) -> Result<()>;
    /// How far it is: events looked at, of how many.
    fn report_progress(&mut self, done: u64, total: u64);
    /// All rows are there: makes the file whole and durable, still aside.
    ///
    /// # Errors
    /// `io`.
    fn finish(&mut self) -> Result<FileDigest>;
    /// Cells that a sheet could not take whole.
    fn truncated_cells(&self) -> u64;
    /// Where the proof goes.
    ///
    /// # Errors
    /// `io`.
    fn proof_writer(&mut self) -> Result<Box<dyn std::io::Write + '_>>;
    /// The proof is whole; its name.
    ///
    /// # Errors
    /// `io`.
    fn finish_proof(&mut self) -> Result<String>;
    /// Puts everything in its place, the manifest beside it.
    ///
    /// # Errors
    /// `io`.
    fn publish(&mut self, manifest: &str) -> Result<()>;
}

/// Takes the bytes of an export: a file with its manifest and proof, or stdout.
/// Everything is made aside until it is published.
pub trait ExportSink {
    /// Some bytes of the file.
    ///
    /// # Errors
    /// `io`.
    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// How far it is: events looked at, of how many.
    fn report_progress(&mut self, done: u64, total: u64);
    /// The file is whole: makes it durable.
    ///
    /// # Errors
    /// `io`.
    fn finish(&mut self, written: &FileDigest) -> Result<()>;
    /// Some bytes of the proof.
    ///
    /// # Errors
    /// `io`.
    fn write_proof(&mut self, bytes: &[u8]) -> Result<()>;
    /// The proof is whole; its name.
    ///
    /// # Errors
    /// `io`.
    fn finish_proof(&mut self) -> Result<String>;
    /// Puts everything in its place, the manifest beside it.
    ///
    /// # Errors
    /// `io`.
    fn publish(&mut self, manifest: &str) -> Result<()>;
}

/// Knows how the files of each format are made.
pub trait ExportFormats: Sync {
    /// What turns events into rows.
    ///
    /// # Errors
    /// `invalid_value` for a format that is none.
    fn encoder(&self, format: &FileFormat) -> Result<Box<dyn EventEncoder>>;
    /// What makes the file of the rows.
    ///
    /// # Errors
    /// As [`Formats::encoder`], and `io`.
    fn open_writer<'r>(
        &self,
        format: &FileFormat,
        receiver: &'r mut dyn ExportSink,
    ) -> Result<Box<dyn ExportWriter + 'r>>;
}
