//! Makes an export's file, byte by byte, for whoever takes it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::form::{Compression, Content, Form, encoder, head};
use super::output::Output;
use crate::app::log::export::{Encode, Export, Formats, Receiver, Target};
use crate::domain::audit::EventView;
use crate::domain::fault::Fault;
use crate::render::xlsx::Sheets;
use crate::store::archive::{Counting, Written};
use crate::store::{Result, Store};

/// Every content and compression there is.
#[derive(Debug, Clone, Copy)]
pub struct EveryForm;

impl Formats for EveryForm {
    fn encoder(&self, export: &Export) -> Result<Box<dyn Encode>> {
        let (version, raw) = (env!("CARGO_PKG_VERSION"), !export.formula_guard);
        let form = form_of(export)?;
        Ok(encoder(form.content, &export.columns, raw, version))
    }

    fn target<'r>(
        &self,
        export: &Export,
        store: &dyn Store,
        receiver: &'r mut dyn Receiver,
    ) -> Result<Box<dyn Target + 'r>> {
        let form = form_of(export)?;
        if form.content == Content::Xlsx {
            return Ok(Box::new(Book::new(export, store, receiver)?));
        }
        Ok(Box::new(Lines {
            form,
            head: head(form.content, &export.columns),
            begun: None,
            receiver,
        }))
    }
}

fn form_of(export: &Export) -> Result<Form> {
    let unknown = |what: &str| Fault::invalid("the format", format!("`{what}` is none"));
    let content = Content::from_name(&export.content);
    let compression = match export.compression.as_deref() {
        None => None,
        Some(name) => Some(Compression::from_name(name).ok_or_else(|| unknown(name))?),
    };
    let content = content.ok_or_else(|| unknown(&export.content))?;
    if content == Content::Xlsx && (compression.is_some() || export.file.is_none()) {
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
        let lines = self.begun()?;
        lines.write_all(bytes).map_err(failed)?;
        let pieces = &mut lines.inner_mut().0;
        if pieces.len() >= CHUNK {
            let bytes = std::mem::take(pieces);
            self.receiver.bytes(&bytes)?;
            let mut bytes = bytes;
            bytes.clear();
            if let Some(lines) = &mut self.begun {
                lines.inner_mut().0 = bytes;
            }
        }
        Ok(())
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

/// A workbook: written out of order, so it is made whole first.
struct Book<'r> {
    sheets: Option<Box<Sheets>>,
    /// The beginning of a line whose end is still to come.
    rest: Vec<u8>,
    room: Room,
    scratch: File,
    cut_cells: u64,
    receiver: &'r mut dyn Receiver,
}

impl<'r> Book<'r> {
    fn new(export: &Export, store: &dyn Store, receiver: &'r mut dyn Receiver) -> Result<Self> {
        let dir = receiver.room().unwrap_or_else(|| store.scratch_dir());
        let names: Vec<&str> = export.columns.iter().map(|field| field.name()).collect();
        let sheets = Sheets::new(&dir, &names, !export.formula_guard).map_err(failed)?;
        Ok(Self {
            sheets: Some(Box::new(sheets)),
            rest: Vec::new(),
            room: Room { dir, asked: 0 },
            scratch: store.scratch()?,
            cut_cells: 0,
            receiver,
        })
    }

    /// Whole lines go into the sheets, the rest waits.
    fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.room.is_left()?;
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

    fn finish(&mut self) -> io::Result<Written> {
        let sheets = self.sheets.take();
        let sheets = sheets.ok_or_else(|| io::Error::other("it was ended before"))?;
        self.cut_cells = sheets.finish(self.scratch.try_clone()?)?.cut_cells;
        self.scratch.seek(SeekFrom::Start(0))?;
        let mut counting = Counting::new(io::sink());
        let mut bytes = vec![0; CHUNK];
        loop {
            let count = self.scratch.read(&mut bytes)?;
            if count == 0 {
                return Ok(counting.end().1);
            }
            counting.write_all(&bytes[..count])?;
            let given = self.receiver.bytes(&bytes[..count]);
            given.map_err(io::Error::other)?;
        }
    }
}

impl Target for Book<'_> {
    fn rows(&mut self, bytes: &[u8]) -> Result<()> {
        self.fill(bytes).map_err(failed)
    }

    fn at(&mut self, done: u64, total: u64) {
        self.receiver.at(done, total);
    }

    fn end(&mut self) -> Result<Written> {
        let written = self.finish().map_err(failed)?;
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

/// Room on the disk. The library that writes workbooks panics where its
/// temporary files find none, so it is asked for beforehand.
#[derive(Debug)]
struct Room {
    dir: PathBuf,
    asked: u64,
}

/// Kept free, in bytes: far more than a few runs of rows take.
const SPARE: u64 = 64 * 1024 * 1024;

impl Room {
    /// Asks now and then.
    fn is_left(&mut self) -> io::Result<()> {
        self.asked += 1;
        if !(self.asked - 1).is_multiple_of(8) {
            return Ok(());
        }
        if free(&self.dir)? < SPARE {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

fn free(dir: &Path) -> io::Result<u64> {
    let disk = nix::sys::statvfs::statvfs(dir)?;
    // Their types differ from system to system.
    #[allow(clippy::useless_conversion)]
    let free = u64::from(disk.blocks_available()).saturating_mul(u64::from(disk.fragment_size()));
    Ok(free)
}
