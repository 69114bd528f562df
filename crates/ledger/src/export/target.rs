//! What an export needs of others: rows, files, somebody who takes them.

use crate::archive::Written;
use lac_model::audit::{Cut, Field};
use lac_model::form::{BoundedList, SOME, ShortText};
use lac_store::Result;

/// How an export's file is laid out.
#[derive(Debug, Clone, Default)]
pub struct FileFormat {
    /// All of them if empty.
    pub columns: BoundedList<Field, SOME>,
    /// `csv`, `jsonl`, `xlsx` or `ocsf`.
    pub content: ShortText,
    /// `zst` or `gz`.
    pub compression: Option<ShortText>,
    pub formula_guard: bool,
    /// Whether it goes to a file, not to stdout.
    pub is_file: bool,
}

/// Turns one event into a row's bytes.
pub trait Encode: Sync {
    /// # Errors
    /// Only internal ones.
    fn encode(&self, event: &Cut<'_>, out: &mut Vec<u8>) -> Result<()>;
}

/// Where an export goes: made aside, and put in place once it is recorded.
pub trait Target {
    /// Takes the bytes of some rows.
    ///
    /// # Errors
    /// `io`.
    fn rows(&mut self, bytes: &[u8]) -> Result<()>;
    /// How far it is: events looked at, of how many.
    fn at(&mut self, done: u64, total: u64);
    /// All rows are there: makes the file whole and durable, still aside.
    ///
    /// # Errors
    /// `io`.
    fn end(&mut self) -> Result<Written>;
    /// Cells that a sheet could not take whole.
    fn cut_cells(&self) -> u64;
    /// Where the proof goes.
    ///
    /// # Errors
    /// `io`.
    fn proof(&mut self) -> Result<Box<dyn std::io::Write + '_>>;
    /// The proof is whole; its name.
    ///
    /// # Errors
    /// `io`.
    fn proof_ended(&mut self) -> Result<String>;
    /// Puts everything in its place, the manifest beside it.
    ///
    /// # Errors
    /// `io`.
    fn publish(&mut self, manifest: &str) -> Result<()>;
}

/// Takes the bytes of an export: a file with its manifest and proof, or stdout.
/// Everything is made aside until it is published.
pub trait Receiver {
    /// Some bytes of the file.
    ///
    /// # Errors
    /// `io`.
    fn bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// How far it is: events looked at, of how many.
    fn at(&mut self, done: u64, total: u64);
    /// The file is whole: makes it durable.
    ///
    /// # Errors
    /// `io`.
    fn ended(&mut self, written: &Written) -> Result<()>;
    /// Some bytes of the proof.
    ///
    /// # Errors
    /// `io`.
    fn proof_bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// The proof is whole; its name.
    ///
    /// # Errors
    /// `io`.
    fn proof_ended(&mut self) -> Result<String>;
    /// Puts everything in its place, the manifest beside it.
    ///
    /// # Errors
    /// `io`.
    fn publish(&mut self, manifest: &str) -> Result<()>;
}

/// Knows how the files of each format are made.
pub trait Formats: Sync {
    /// What turns events into rows.
    ///
    /// # Errors
    /// `invalid_value` for a format that is none.
    fn encoder(&self, format: &FileFormat) -> Result<Box<dyn Encode>>;
    /// What makes the file of the rows.
    ///
    /// # Errors
    /// As [`Formats::encoder`], and `io`.
    fn target<'r>(
        &self,
        format: &FileFormat,
        receiver: &'r mut dyn Receiver,
    ) -> Result<Box<dyn Target + 'r>>;
}
