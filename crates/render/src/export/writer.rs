//! Produces an export's file and passes its bytes to an [`ExportSink`].

use std::io::{self, Write};

use super::format::{Compression, Content, ExportFormat, event_encoder, file_header};
use super::output::CompressingWriter;
use crate::xlsx::Sheets;
use lac_ledger::archive::{FileDigest, HashingWriter};
use lac_ledger::export::FileFormat;
use lac_ledger::export::{EventEncoder, ExportFormats, ExportSink, ExportWriter};
use lac_model::audit::EventView;
use lac_model::fault::Fault;
use lac_store::Result;

/// All contents and compressions.
#[derive(Debug, Clone, Copy)]
pub struct AllFormats;

impl ExportFormats for AllFormats {
    fn encoder(&self, export: &FileFormat) -> Result<Box<dyn EventEncoder>> {
        let (version, raw) = (env!("CARGO_PKG_VERSION"), !export.formula_guard);
        let form = parse_format(export)?;
        Ok(event_encoder(form.content, &export.columns, raw, version))
    }

    fn open_writer<'r>(
        &self,
        export: &FileFormat,
        receiver: &'r mut dyn ExportSink,
    ) -> Result<Box<dyn ExportWriter + 'r>> {
        let form = parse_format(export)?;
        if form.content == Content::Xlsx {
            return Ok(Box::new(WorkbookWriter::new(export, receiver)?));
        }
        Ok(Box::new(LinesWriter {
            form,
            head: file_header(form.content, &export.columns),
            output: None,
            receiver,
        }))
    }
}

fn parse_format(export: &FileFormat) -> Result<ExportFormat> {
    let unknown =
        |what: &str| Fault::invalid("the format", format!("`{what}` is not a known format"));
    let content = Content::from_name(&export.content);
    let compression = match export.compression.as_deref() {
        None => None,
        Some(name) => Some(Compression::from_name(name).ok_or_else(|| unknown(name))?),
    };
    let content = content.ok_or_else(|| unknown(&export.content))?;
    if content == Content::Xlsx && (compression.is_some() || !export.is_file) {
        let reason = "a workbook must be written to a file, and is always compressed";
        return Err(Fault::invalid("the format", reason));
    }
    Ok(ExportFormat {
        content,
        compression,
    })
}

/// A sink gets the bytes in chunks of about this size.
const CHUNK_BYTES: usize = 256 * 1024;

/// Collects bytes until there are enough for a chunk.
#[derive(Debug, Default)]
struct ChunkBuffer(Vec<u8>);

impl ChunkBuffer {
    /// Passes the bytes on if there are enough.
    fn give(&mut self, receiver: &mut dyn ExportSink) -> Result<()> {
        if self.0.len() >= CHUNK_BYTES {
            self.give_all(receiver)?;
        }
        Ok(())
    }

    fn give_all(&mut self, receiver: &mut dyn ExportSink) -> Result<()> {
        if !self.0.is_empty() {
            receiver.write_bytes(&self.0)?;
            self.0.clear();
        }
        Ok(())
    }
}

impl Write for ChunkBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of lines. The sink gets nothing before the first rows are read: a
/// caller who may not read them does not get even a header.
struct LinesWriter<'r> {
    form: ExportFormat,
    head: String,
    output: Option<CompressingWriter<ChunkBuffer>>,
    receiver: &'r mut dyn ExportSink,
}

impl LinesWriter<'_> {
    fn started(&mut self) -> Result<&mut CompressingWriter<ChunkBuffer>> {
        if self.output.is_none() {
            let made =
                CompressingWriter::new(self.form, ChunkBuffer::default()).and_then(|mut lines| {
                    lines.write_all(self.head.as_bytes())?;
                    Ok(lines)
                });
            self.output = Some(made.map_err(export_fault)?);
        }
        self.output
            .as_mut()
            .ok_or_else(|| Fault::internal("an export was ended before"))
    }
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn export_fault(error: io::Error) -> Fault {
    Fault::io("the export", error)
}

impl ExportWriter for LinesWriter<'_> {
    fn write_rows(&mut self, bytes: &[u8]) -> Result<()> {
        self.started()?;
        match &mut self.output {
            // Enough for a chunk of their own: they need not be copied.
            Some(CompressingWriter::Plain(lines)) if bytes.len() >= CHUNK_BYTES => {
                lines.inner_mut().give_all(self.receiver)?;
                self.receiver.write_bytes(bytes)?;
                lines.add_to_digest(bytes);
                Ok(())
            }
            Some(lines) => {
                lines.write_all(bytes).map_err(export_fault)?;
                lines.inner_mut().give(self.receiver)
            }
            None => Ok(()),
        }
    }

    fn report_progress(&mut self, done: u64, total: u64) {
        self.receiver.report_progress(done, total);
    }

    fn finish(&mut self) -> Result<FileDigest> {
        self.started()?;
        let lines = self.output.take();
        let lines = lines.ok_or_else(|| Fault::internal("an export was ended before"))?;
        let (mut rest, written) = lines.finish().map_err(export_fault)?;
        rest.give_all(self.receiver)?;
        self.receiver.finish(&written)?;
        Ok(written)
    }

    fn truncated_cells(&self) -> u64 {
        0
    }

    fn proof_writer(&mut self) -> Result<Box<dyn Write + '_>> {
        Ok(Box::new(io::BufWriter::with_capacity(
            CHUNK_BYTES,
            ProofSink(&mut *self.receiver),
        )))
    }

    fn finish_proof(&mut self) -> Result<String> {
        self.receiver.finish_proof()
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        self.receiver.publish(manifest)
    }
}

/// Writes the proof to the sink.
struct ProofSink<'r>(&'r mut dyn ExportSink);

impl Write for ProofSink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_proof(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A workbook. Like [`LinesWriter`], it gives the sink nothing before the first
/// rows are read.
struct WorkbookWriter<'r> {
    sheets: Option<Box<Sheets<HashingWriter<ChunkBuffer>>>>,
    /// The beginning of a line that is not complete yet.
    partial_line: Vec<u8>,
    cut_cells: u64,
    receiver: &'r mut dyn ExportSink,
}

impl<'r> WorkbookWriter<'r> {
    fn new(export: &FileFormat, receiver: &'r mut dyn ExportSink) -> Result<Self> {
        let names: Vec<&str> = export.columns.iter().map(|field| field.name()).collect();
        let out = HashingWriter::new(ChunkBuffer::default());
        let sheets = Sheets::new(out, &names, !export.formula_guard).map_err(export_fault)?;
        Ok(Self {
            sheets: Some(Box::new(sheets)),
            partial_line: Vec::new(),
            cut_cells: 0,
            receiver,
        })
    }

    /// Adds a row for each complete line, and keeps the rest.
    fn push_lines(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.partial_line.extend_from_slice(bytes);
        let (Some(end), Some(sheets)) = (
            self.partial_line.iter().rposition(|b| *b == b'\n'),
            self.sheets.as_mut(),
        ) else {
            return Ok(());
        };
        for line in self.partial_line[..end].split(|b| *b == b'\n') {
            let event: EventView = serde_json::from_slice(line)?;
            sheets.push(&event)?;
        }
        self.partial_line.drain(..=end);
        Ok(())
    }
}

impl ExportWriter for WorkbookWriter<'_> {
    fn write_rows(&mut self, bytes: &[u8]) -> Result<()> {
        self.push_lines(bytes).map_err(export_fault)?;
        match &mut self.sheets {
            Some(sheets) => sheets.inner_mut().inner_mut().give(self.receiver),
            None => Ok(()),
        }
    }

    fn report_progress(&mut self, done: u64, total: u64) {
        self.receiver.report_progress(done, total);
    }

    fn finish(&mut self) -> Result<FileDigest> {
        let sheets = self.sheets.take();
        let sheets = sheets.ok_or_else(|| Fault::internal("an export was ended before"))?;
        let (counting, summary) = sheets.finish().map_err(export_fault)?;
        self.cut_cells = summary.cut_cells;
        let (pieces, written) = counting.finish();
        self.receiver.write_bytes(&pieces.0)?;
        self.receiver.finish(&written)?;
        Ok(written)
    }

    fn truncated_cells(&self) -> u64 {
        self.cut_cells
    }

    fn proof_writer(&mut self) -> Result<Box<dyn Write + '_>> {
        Ok(Box::new(ProofSink(&mut *self.receiver)))
    }

    fn finish_proof(&mut self) -> Result<String> {
        self.receiver.finish_proof()
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        self.receiver.publish(manifest)
    }
}
