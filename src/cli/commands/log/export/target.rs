//! Where an export goes: a file with its manifest and proof, or stdout.

use std::fs::File;
use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};

use super::form::{Content, Form, head};
use super::output::Output;
use crate::app::log::export::Target;
use crate::cli::aside::Aside;
use crate::cli::out::{Out, write_failed};
use crate::cli::progress::Counter;
use crate::domain::audit::{EventView, Field};
use crate::domain::fault::Fault;
use crate::render::xlsx::Sheets;
use crate::store::Result;
use crate::store::archive::{Counting, Written};

/// Rows on their way to a file.
enum Rows {
    Lines(Box<Output<File>>),
    Sheets {
        sheets: Box<Sheets>,
        /// The beginning of a line whose end is still to come.
        rest: Vec<u8>,
        room: Room,
    },
    Ended,
}

/// A file, its manifest and its proof, all made aside.
pub struct FileTarget {
    path: PathBuf,
    file: Aside,
    manifest: Aside,
    rows: Rows,
    proof: Option<Aside>,
    progress: Counter,
    cut_cells: u64,
}

impl std::fmt::Debug for FileTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileTarget")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FileTarget {
    /// # Errors
    /// As [`Aside::create`].
    pub fn new(path: &Path, form: Form, columns: &[Field], raw: bool, out: &Out) -> Result<Self> {
        let file = Aside::create(path)?;
        let manifest = Aside::create(&beside(path, ".manifest.json"))?;
        Aside::clear(&beside(path, ".proof"));
        let io = |e: io::Error| Fault::io(path.display(), e);
        let rows = if form.content == Content::Xlsx {
            let names: Vec<&str> = columns.iter().map(|field| field.name()).collect();
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
            let sheets = Sheets::new(parent.unwrap_or(Path::new(".")), &names, raw);
            Rows::Sheets {
                sheets: Box::new(sheets.map_err(io)?),
                rest: Vec::new(),
                room: Room::new(parent.unwrap_or(Path::new("."))),
            }
        } else {
            let mut lines = Output::new(form, file.handle()?).map_err(io)?;
            lines
                .write_all(head(form.content, columns).as_bytes())
                .map_err(io)?;
            Rows::Lines(Box::new(lines))
        };
        Ok(Self {
            path: path.to_path_buf(),
            file,
            manifest,
            rows,
            proof: None,
            progress: Counter::new(out, "exporting"),
            cut_cells: 0,
        })
    }

    /// Cells that a sheet could not take whole.
    pub fn cut_cells(&self) -> u64 {
        self.cut_cells
    }

    fn beside(&self, ending: &str) -> PathBuf {
        beside(&self.path, ending)
    }

    fn io(&self, error: io::Error) -> Fault {
        Fault::io(self.path.display(), error)
    }
}

impl Target for FileTarget {
    fn rows(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.rows {
            Rows::Lines(lines) => lines.write_all(bytes),
            Rows::Sheets { sheets, rest, room } => {
                room.is_left().and_then(|()| fill(sheets, rest, bytes))
            }
            Rows::Ended => Ok(()),
        };
        written.map_err(|e| self.io(e))
    }

    fn at(&mut self, done: u64, total: u64) {
        self.progress.at(done, total);
    }

    fn end(&mut self) -> Result<Written> {
        self.progress.clear();
        let written = match std::mem::replace(&mut self.rows, Rows::Ended) {
            Rows::Lines(lines) => lines.end(),
            Rows::Sheets { sheets, .. } => sheets.finish(self.file.handle()?).and_then(|summary| {
                self.cut_cells = summary.cut_cells;
                digest(self.file.handle().map_err(io::Error::other)?)
            }),
            Rows::Ended => Err(io::Error::other("it was ended before")),
        };
        let written = written.map_err(|e| self.io(e))?;
        self.file.sync()?;
        Ok(written)
    }

    fn proof(&mut self) -> Result<Box<dyn Write + '_>> {
        let aside = Aside::create(&self.beside(".proof"))?;
        let file = aside.handle()?;
        self.proof = Some(aside);
        Ok(Box::new(io::BufWriter::with_capacity(1 << 18, file)))
    }

    fn proof_ended(&mut self) -> Result<String> {
        if let Some(proof) = &self.proof {
            proof.sync()?;
        }
        let name = self.beside(".proof");
        Ok(name
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned())
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        let written = self.manifest.file().write_all(manifest.as_bytes());
        written.map_err(|e| self.io(e))?;
        // The manifest last: without it the others are not yet an export.
        let files = self.proof.iter_mut().chain([&mut self.file]);
        Aside::publish_all(files.chain([&mut self.manifest]))
    }
}

/// The file that stands beside another under its name with an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Room on the disk. The library that writes workbooks ends the program where
/// its temporary files find none, so it is asked for beforehand.
#[derive(Debug)]
struct Room {
    dir: PathBuf,
    asked: u64,
}

/// Kept free, in bytes: far more than a few runs of rows take.
const SPARE: u64 = 64 * 1024 * 1024;

impl Room {
    fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_path_buf(),
            asked: 0,
        }
    }

    /// Asks now and then.
    fn is_left(&mut self) -> io::Result<()> {
        self.asked += 1;
        if !(self.asked - 1).is_multiple_of(8) {
            return Ok(());
        }
        let disk = nix::sys::statvfs::statvfs(&self.dir)?;
        // Their types differ from system to system.
        #[allow(clippy::useless_conversion)]
        let free =
            u64::from(disk.blocks_available()).saturating_mul(u64::from(disk.fragment_size()));
        if free < SPARE {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

/// Whole lines go into the sheets, the rest waits.
fn fill(sheets: &mut Sheets, rest: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    rest.extend_from_slice(bytes);
    let Some(end) = rest.iter().rposition(|b| *b == b'\n') else {
        return Ok(());
    };
    for line in rest[..end].split(|b| *b == b'\n') {
        let event: EventView = serde_json::from_slice(line)?;
        sheets.push(&event)?;
    }
    rest.drain(..=end);
    Ok(())
}

/// Length and hash of a file that was written out of order.
fn digest(mut file: File) -> io::Result<Written> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(0))?;
    let mut counting = Counting::new(io::sink());
    io::copy(&mut file, &mut counting)?;
    Ok(counting.end().1)
}

/// Stdout, which gets the rows alone, and nothing before it is known that they
/// may be read.
#[derive(Debug)]
pub struct StdoutTarget {
    form: Form,
    head: String,
    lines: Option<Output<Stdout>>,
}

impl StdoutTarget {
    /// # Errors
    /// `invalid_value` for a workbook, which cannot be written front to back.
    pub fn new(form: Form, columns: &[Field]) -> Result<Self> {
        if form.content == Content::Xlsx {
            let reason = "a workbook needs a file: it cannot go to stdout";
            return Err(Fault::invalid("FILE", reason));
        }
        Ok(Self {
            form,
            head: head(form.content, columns),
            lines: None,
        })
    }

    /// Stdout, once the head is written.
    fn begun(&mut self) -> io::Result<&mut Output<Stdout>> {
        if self.lines.is_none() {
            let mut lines = Output::new(self.form, io::stdout())?;
            lines.write_all(self.head.as_bytes())?;
            self.lines = Some(lines);
        }
        self.lines
            .as_mut()
            .ok_or_else(|| io::Error::other("it was ended before"))
    }
}

impl Target for StdoutTarget {
    fn rows(&mut self, bytes: &[u8]) -> Result<()> {
        self.begun()
            .and_then(|lines| lines.write_all(bytes))
            .map_err(write_failed)
    }

    fn at(&mut self, _done: u64, _total: u64) {}

    fn end(&mut self) -> Result<Written> {
        self.begun().map_err(write_failed)?;
        let lines = self.lines.take();
        let lines = lines.ok_or_else(|| Fault::internal("it was ended before"))?;
        lines.end().map_err(write_failed)
    }

    fn proof(&mut self) -> Result<Box<dyn Write + '_>> {
        Err(Fault::internal("a proof on stdout"))
    }

    fn proof_ended(&mut self) -> Result<String> {
        Err(Fault::internal("a proof on stdout"))
    }

    fn publish(&mut self, _manifest: &str) -> Result<()> {
        Ok(())
    }
}
