//! Makes an export's file, byte by byte, for whoever takes it.

use std::io::{self, Write};

use super::form::{Compression, Content, Form, encoder, head};
use super::output::Output;
use crate::xlsx::Sheets;
use lac_ledger::archive::{Counting, Written};
use lac_ledger::export::FileFormat;
use lac_ledger::export::{Encode, Formats, Receiver, Target};
use lac_model::audit::EventView;
use lac_model::fault::Fault;
use lac_store::Result;

/// Every content and compression there is.
#[derive(Debug, Clone, Copy)]
pub struct EveryForm;

impl Formats for EveryForm {
    fn encoder(&self, export: &FileFormat) -> Result<Box<dyn Encode>> {
        let (version, raw) = (env!("CARGO_PKG_VERSION"), !export.formula_guard);
        let form = form_of(export)?;
        Ok(encoder(form.content, &export.columns, raw, version))
    }

    fn target<'r>(
        &self,
        export: &FileFormat,
        receiver: &'r mut dyn Receiver,
    ) -> Result<Box<dyn Target + 'r>> {
        let form = form_of(export)?;
        if form.content == Content::Xlsx {
            return Ok(Box::new(Book::new(export, receiver)?));
        }
        Ok(Box::new(Lines {
            form,
            head: head(form.content, &export.columns),
            begun: None,
            receiver,
        }))
    }
}

fn form_of(export: &FileFormat) -> Result<Form> {
    let unknown = |what: &str| Fault::invalid("the format", format!("`{what}` is none"));
    let content = Content::from_name(&export.content);
    let compression = match export.compression.as_deref() {
        None => None,
        Some(name) => Some(Compression::from_name(name).ok_or_else(|| unknown(name))?),
    };
    let content = content.ok_or_else(|| unknown(&export.content))?;
    if content == Content::Xlsx && (compression.is_some() || !export.is_file) {
        let reason = "a workbook is a file, and compressed already";
        return Err(Fault::invalid("the format", reason));
    }
    Ok(Form {
        content,
        compression,
    })
}

/// Bytes for a receiver are collected up to here.
const CHUNK: usize = 256 * 1024;

/// Hands pieces of some size to the receiver once they are flushed out.
#[derive(Debug, Default)]
struct Pieces(Vec<u8>);

impl Pieces {
    fn give(&mut self, receiver: &mut dyn Receiver) -> Result<()> {
        if self.0.len() >= CHUNK {
            receiver.bytes(&self.0)?;
            self.0.clear();
        }
        Ok(())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of lines. Nothing is given out before the first rows are there: who
/// may not read them gets not even a header.
struct Lines<'r> {
    form: Form,
    head: String,
    begun: Option<Output<Pieces>>,
    receiver: &'r mut dyn Receiver,
}

impl Lines<'_> {
    fn begun(&mut self) -> Result<&mut Output<Pieces>> {
        if self.begun.is_none() {
            let made = Output::new(self.form, Pieces::default()).and_then(|mut lines| {
                lines.write_all(self.head.as_bytes())?;
                Ok(lines)
            });
            self.begun = Some(made.map_err(failed)?);
        }
        self.begun
            .as_mut()
            .ok_or_else(|| Fault::internal("an export was ended before"))
    }
}

#[allow(clippy::needless_pass_by_value)] // for map_err
fn failed(error: io::Error) -> Fault {
    Fault::io("the export", error)
}

impl Target for Lines<'_> {
    fn rows(&mut self, bytes: &[u8]) -> Result<()> {
        self.begun()?.write_all(bytes).map_err(failed)?;
        match &mut self.begun {
            Some(lines) => lines.inner_mut().give(self.receiver),
            None => Ok(()),
        }
    }

    fn at(&mut self, done: u64, total: u64) {
        self.receiver.at(done, total);
    }

    fn end(&mut self) -> Result<Written> {
        self.begun()?;
        let lines = self.begun.take();
        let lines = lines.ok_or_else(|| Fault::internal("an export was ended before"))?;
        let (pieces, written) = lines.end().map_err(failed)?;
        self.receiver.bytes(&pieces.0)?;
        self.receiver.ended(&written)?;
        Ok(written)
    }

    fn cut_cells(&self) -> u64 {
        0
    }

    fn proof(&mut self) -> Result<Box<dyn Write + '_>> {
        Ok(Box::new(io::BufWriter::with_capacity(
            CHUNK,
            Proof(&mut *self.receiver),
        )))
    }

    fn proof_ended(&mut self) -> Result<String> {
        self.receiver.proof_ended()
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        self.receiver.publish(manifest)
    }
}

/// The proof on its way.
struct Proof<'r>(&'r mut dyn Receiver);

impl Write for Proof<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.proof_bytes(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A workbook. Like a file of lines, it gives out nothing before the first rows.
struct Book<'r> {
    sheets: Option<Box<Sheets<Counting<Pieces>>>>,
    /// The beginning of a line whose end is still to come.
    rest: Vec<u8>,
    cut_cells: u64,
    receiver: &'r mut dyn Receiver,
}

impl<'r> Book<'r> {
    fn new(export: &FileFormat, receiver: &'r mut dyn Receiver) -> Result<Self> {
        let names: Vec<&str> = export.columns.iter().map(|field| field.name()).collect();
        let out = Counting::new(Pieces::default());
        let sheets = Sheets::new(out, &names, !export.formula_guard).map_err(failed)?;
        Ok(Self {
            sheets: Some(Box::new(sheets)),
            rest: Vec::new(),
            cut_cells: 0,
            receiver,
        })
    }

    /// Whole lines become rows, the rest waits.
    fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.rest.extend_from_slice(bytes);
        let (Some(end), Some(sheets)) = (
            self.rest.iter().rposition(|b| *b == b'\n'),
            self.sheets.as_mut(),
        ) else {
            return Ok(());
        };
        for line in self.rest[..end].split(|b| *b == b'\n') {
            let event: EventView = serde_json::from_slice(line)?;
            sheets.push(&event)?;
        }
        self.rest.drain(..=end);
        Ok(())
    }
}

impl Target for Book<'_> {
    fn rows(&mut self, bytes: &[u8]) -> Result<()> {
        self.fill(bytes).map_err(failed)?;
        match &mut self.sheets {
            Some(sheets) => sheets.inner_mut().inner_mut().give(self.receiver),
            None => Ok(()),
        }
    }

    fn at(&mut self, done: u64, total: u64) {
        self.receiver.at(done, total);
    }

    fn end(&mut self) -> Result<Written> {
        let sheets = self.sheets.take();
        let sheets = sheets.ok_or_else(|| Fault::internal("an export was ended before"))?;
        let (counting, summary) = sheets.finish().map_err(failed)?;
        self.cut_cells = summary.cut_cells;
        let (pieces, written) = counting.end();
        self.receiver.bytes(&pieces.0)?;
        self.receiver.ended(&written)?;
        Ok(written)
    }

    fn cut_cells(&self) -> u64 {
        self.cut_cells
    }

    fn proof(&mut self) -> Result<Box<dyn Write + '_>> {
        Ok(Box::new(Proof(&mut *self.receiver)))
    }

    fn proof_ended(&mut self) -> Result<String> {
        self.receiver.proof_ended()
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        self.receiver.publish(manifest)
    }
}
