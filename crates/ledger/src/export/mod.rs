//! Exports: encodes events into the rows of a file, with an optional proof.
//! File formats and files are behind the traits of this module.

pub mod encode;
mod ports;
pub mod proof_file;

pub use ports::{EventEncoder, ExportFormats, ExportSink, ExportWriter, FileFormat};
