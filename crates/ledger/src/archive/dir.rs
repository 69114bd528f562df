//! The directory of archive files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::Archives;
use lac_model::fault::Fault;
use lac_store::Result;
use lac_store::dir::{FileProtection, check_permissions};

/// Suffix of a file that is not finished.
const TEMP_SUFFIX: &str = ".new";

/// A directory with mode 0700, created when it is first needed.
#[derive(Debug, Clone)]
pub struct ArchiveDir(PathBuf);

impl ArchiveDir {
    /// Creates nothing yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path of a file. Names come from the database, so they are checked:
    /// letters, digits, `-`, `_`, `.`, and no `.` at the beginning.
    fn path(&self, name: &str) -> Result<PathBuf> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(plain) {
            let what = format!("{name:?} is not a valid name of an archive");
            return Err(Fault::LogTampered { what });
        }
        Ok(self.0.join(name))
    }

    fn create_dir(&self) -> Result<()> {
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(&self.0);
        made.map_err(|e| Fault::io(self.0.display(), e))?;
        check_permissions(&self.0, FileProtection::OwnerWritable)?.map_or(Ok(()), Err)
    }
}

impl Archives for ArchiveDir {
    fn open(&self, name: &str) -> Result<Option<File>> {
        let path = self.path(name)?;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(&path);
        match opened {
            Ok(file) if file.metadata().is_ok_and(|meta| meta.is_file()) => Ok(Some(file)),
            Ok(_) => Err(not_a_regular_file(&path)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) if e.raw_os_error() == Some(Errno::ELOOP as i32) => {
                Err(not_a_regular_file(&path))
            }
            Err(e) => Err(Fault::io(path.display(), e)),
        }
    }

    fn create(&self, name: &str) -> Result<File> {
        self.create_dir()?;
        let path = self.path(&format!("{name}{TEMP_SUFFIX}"))?;
        remove_if_exists(&path)?;
        OpenOptions::new()
            .write(true)
            .read(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| Fault::io(path.display(), e))
    }

    fn publish(&self, name: &str) -> Result<()> {
        let (temporary, path) = (
            self.path(&format!("{name}{TEMP_SUFFIX}"))?,
            self.path(name)?,
        );
        let put = || {
            File::open(&temporary)?.sync_all()?;
            fs::rename(&temporary, &path)?;
            File::open(&self.0)?.sync_all()
        };
        put().map_err(|e| Fault::io(path.display(), e))
    }

    fn remove(&self, name: &str) -> Result<()> {
        remove_if_exists(&self.path(name)?)
    }

    fn names(&self) -> Result<Vec<String>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Fault::io(self.0.display(), e)),
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let file = entry.file_type().is_ok_and(|kind| kind.is_file());
                file.then(|| entry.file_name().into_string().ok())?
            })
            .collect();
        names.sort();
        Ok(names)
    }

    fn lock(&self, owner: &str) -> Result<File> {
        self.create_dir()?;
        let path = self.0.join("lock");
        let lock = || {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .custom_flags(OFlag::O_NOFOLLOW.bits())
                .open(&path)?;
            file.lock()?;
            let mut known = String::new();
            (&mut file).take(4096).read_to_string(&mut known)?;
            if known.is_empty() {
                file.write_all(owner.as_bytes())?;
                file.sync_all()?;
                known.push_str(owner);
            }
            Ok((file, known))
        };
        let (file, known) = lock().map_err(|e: io::Error| Fault::io(path.display(), e))?;
        if known == owner {
            return Ok(file);
        }
        Err(Fault::StoreUnsafe {
            path: self.location(),
            problem: "it holds the archives of another store".to_owned(),
            remedy: "name another directory: [archive] dir in the config file".to_owned(),
        })
    }

    fn location(&self) -> String {
        Path::display(&self.0).to_string()
    }
}

fn not_a_regular_file(path: &Path) -> Fault {
    Fault::LogTampered {
        what: format!("{} is not a regular file", path.display()),
    }
}

fn remove_if_exists(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Fault::io(path.display(), e)),
        _ => Ok(()),
    }
}
