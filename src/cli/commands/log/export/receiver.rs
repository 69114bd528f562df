//! Where an export goes: a file with its manifest and proof, or stdout.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::background_writer::BackgroundWriter;
use crate::cli::atomic_file::AtomicFile;
use crate::cli::out::{Out, stdout_error};
use crate::cli::progress::EventProgressBar;
use lac_ledger::archive::FileDigest;
use lac_ledger::export::ExportSink;
use lac_model::fault::Fault;
use lac_store::Result;

/// A file, its manifest and its proof, all under temporary names.
pub(super) struct FileReceiver {
    path: PathBuf,
    file: AtomicFile,
    writer: BackgroundWriter,
    manifest: AtomicFile,
    proof: Option<AtomicFile>,
    /// The proof file of an older export, which does not match this one.
    stale_proof: Option<PathBuf>,
    progress: EventProgressBar,
}

impl std::fmt::Debug for FileReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileReceiver")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FileReceiver {
    pub(super) fn new(path: &Path, has_proof: bool, out: &Out) -> Result<Self> {
        let file = AtomicFile::create(path)?;
        let manifest = AtomicFile::create(&sibling_path(path, ".manifest.json"))?;
        let place = sibling_path(path, ".proof");
        AtomicFile::remove_leftovers(&place);
        let proof = has_proof.then(|| AtomicFile::create(&place)).transpose()?;
        Ok(Self {
            path: path.to_path_buf(),
            writer: BackgroundWriter::new(file.try_clone_file()?),
            file,
            manifest,
            proof,
            stale_proof: (!has_proof).then_some(place),
            progress: EventProgressBar::new(out, "exporting"),
        })
    }

    fn io(&self, error: io::Error) -> Fault {
        Fault::io(self.path.display(), error)
    }
}

impl ExportSink for FileReceiver {
    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.write_all(bytes).map_err(|e| self.io(e))
    }

    fn report_progress(&mut self, done: u64, total: u64) {
        self.progress.update(done, total);
    }

    fn finish(&mut self, _written: &FileDigest) -> Result<()> {
        self.progress.clear();
        self.writer.flush().map_err(|e| self.io(e))?;
        self.file.sync()
    }

    fn write_proof(&mut self, bytes: &[u8]) -> Result<()> {
        let proof = self.proof.as_ref();
        let proof = proof.ok_or_else(|| Fault::internal("an unexpected proof"))?;
        proof.file().write_all(bytes).map_err(|e| self.io(e))
    }

    fn finish_proof(&mut self) -> Result<String> {
        if let Some(proof) = &self.proof {
            proof.sync()?;
        }
        let name = sibling_path(&self.path, ".proof");
        Ok(name
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned())
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        let written = self.manifest.file().write_all(manifest.as_bytes());
        written.map_err(|e| self.io(e))?;
        // The manifest comes last: without it there is no complete export.
        let files = self.proof.iter_mut().chain([&mut self.file]);
        AtomicFile::publish_all(files.chain([&mut self.manifest]))?;
        match &self.stale_proof {
            Some(proof) => remove_stale_proof(proof).map_err(|e| Fault::io(proof.display(), e)),
            None => Ok(()),
        }
    }
}

/// Removes the proof of the replaced export, if it is a regular file.
fn remove_stale_proof(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => fs::remove_file(path),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The path of the file with an ending added to its name.
fn sibling_path(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Stdout, which only gets the rows.
#[derive(Debug)]
pub(super) struct StdoutReceiver;

impl ExportSink for StdoutReceiver {
    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        io::stdout().write_all(bytes).map_err(stdout_error)
    }

    fn report_progress(&mut self, _done: u64, _total: u64) {}

    fn finish(&mut self, _written: &FileDigest) -> Result<()> {
        io::stdout().flush().map_err(stdout_error)
    }

    fn write_proof(&mut self, _bytes: &[u8]) -> Result<()> {
        Err(Fault::internal("a proof on stdout"))
    }

    fn finish_proof(&mut self) -> Result<String> {
        Err(Fault::internal("a proof on stdout"))
    }

    fn publish(&mut self, _manifest: &str) -> Result<()> {
        Ok(())
    }
}
