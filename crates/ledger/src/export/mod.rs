//! Taking events along: rows in a file and, where asked for, a proof.

pub mod encode;
mod ports;
pub mod proof_file;

pub use ports::{EventEncoder, ExportFormats, ExportSink, ExportWriter, FileFormat};
