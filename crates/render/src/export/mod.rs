//! Exports of the log: the formats, and the writers that produce the files.

mod format;
mod output;
mod writer;

pub use self::format::{
    Compression, Content, ExportFormat, content_by_name, decompress, event_encoder, file_header,
};
pub use self::output::CompressingWriter;
pub use self::writer::AllFormats;
