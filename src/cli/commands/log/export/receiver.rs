//! Who takes an export: a file with its manifest and proof, or stdout.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::early::Early;
use crate::cli::aside::Aside;
use crate::cli::out::{Out, write_failed};
use crate::cli::progress::Counter;
use lac_ledger::archive::Written;
use lac_ledger::export::Receiver;
use lac_model::fault::Fault;
use lac_store::Result;

/// A file, its manifest and its proof, all made aside.
pub struct FileReceiver {
    path: PathBuf,
    file: Aside,
    bytes: Early,
    manifest: Aside,
    proof: Option<Aside>,
    /// The proof of an older export, which would contradict this one.
    stale: Option<PathBuf>,
    progress: Counter,
}

impl std::fmt::Debug for FileReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileReceiver")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FileReceiver {
    /// # Errors
    /// As [`Aside::create`].
    pub fn new(path: &Path, has_proof: bool, out: &Out) -> Result<Self> {
        let file = Aside::create(path)?;
        let manifest = Aside::create(&beside(path, ".manifest.json"))?;
        let place = beside(path, ".proof");
        Aside::clear(&place);
        let proof = has_proof.then(|| Aside::create(&place)).transpose()?;
        Ok(Self {
            path: path.to_path_buf(),
            bytes: Early::new(file.handle()?),
            file,
            manifest,
            proof,
            stale: (!has_proof).then_some(place),
            progress: Counter::new(out, "exporting"),
        })
    }

    fn io(&self, error: io::Error) -> Fault {
        Fault::io(self.path.display(), error)
    }
}

impl Receiver for FileReceiver {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes.write_all(bytes).map_err(|e| self.io(e))
    }

    fn at(&mut self, done: u64, total: u64) {
        self.progress.at(done, total);
    }

    fn ended(&mut self, _written: &Written) -> Result<()> {
        self.progress.clear();
        self.bytes.flush().map_err(|e| self.io(e))?;
        self.file.sync()
    }

    fn proof_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let proof = self.proof.as_ref();
        let proof = proof.ok_or_else(|| Fault::internal("a proof that nobody asked for"))?;
        proof.file().write_all(bytes).map_err(|e| self.io(e))
    }

    fn proof_ended(&mut self) -> Result<String> {
        if let Some(proof) = &self.proof {
            proof.sync()?;
        }
        let name = beside(&self.path, ".proof");
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
        Aside::publish_all(files.chain([&mut self.manifest]))?;
        match &self.stale {
            Some(proof) => remove_proof(proof).map_err(|e| Fault::io(proof.display(), e)),
            None => Ok(()),
        }
    }
}

/// Removes the proof of the export that was replaced; a link or a directory of
/// that name is none.
fn remove_proof(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => fs::remove_file(path),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// The file that stands beside another under its name with an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Stdout, which gets the rows alone.
#[derive(Debug)]
pub struct StdoutReceiver;

impl Receiver for StdoutReceiver {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        io::stdout().write_all(bytes).map_err(write_failed)
    }

    fn at(&mut self, _done: u64, _total: u64) {}

    fn ended(&mut self, _written: &Written) -> Result<()> {
        io::stdout().flush().map_err(write_failed)
    }

    fn proof_bytes(&mut self, _bytes: &[u8]) -> Result<()> {
        Err(Fault::internal("a proof on stdout"))
    }

    fn proof_ended(&mut self) -> Result<String> {
        Err(Fault::internal("a proof on stdout"))
    }

    fn publish(&mut self, _manifest: &str) -> Result<()> {
        Ok(())
    }
}
