//! Files that are written under a temporary name and renamed when complete, so
//! that a partial file never has the final name.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use nix::fcntl::OFlag;

use lac_model::fault::Fault;
use lac_store::Result;

/// Permissions of group and others.
const OWNER_ONLY: u32 = 0;

/// A file being written. The next writer reuses the temporary file of one that
/// was killed.
#[derive(Debug)]
pub(super) struct AtomicFile {
    target: PathBuf,
    path: PathBuf,
    file: File,
    /// Whether everything is on disk; nothing is written after that.
    is_synced: Cell<bool>,
    is_published: bool,
}

impl AtomicFile {
    /// Creates a temporary file beside `target` that only its owner can read.
    /// Several processes can do so at once; the last to publish wins.
    pub(super) fn create(target: &Path) -> Result<Self> {
        let refuse = |what: &str| {
            let shown = target.display();
            Err(Fault::invalid(shown.to_string(), what))
        };
        match fs::symlink_metadata(target) {
            Ok(meta) if meta.is_symlink() => {
                return refuse("it is a symbolic link; name the file itself");
            }
            Ok(meta) if meta.is_dir() => return refuse("it is a directory"),
            Ok(meta) if !meta.is_file() => {
                return refuse("it is not a regular file; use - to write to stdout");
            }
            _ => {}
        }
        let name = target.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return refuse("it is not a file name");
        };
        for n in 0..1000 {
            let path = part_path(target, name, n);
            if let Some(file) = lock_part_file(&path)? {
                remove_abandoned(target, name, n + 1);
                return Ok(Self {
                    target: target.to_path_buf(),
                    path,
                    file,
                    is_synced: Cell::new(false),
                    is_published: false,
                });
            }
        }
        Err(Fault::io(
            target.display(),
            "too many processes are writing it",
        ))
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn try_clone_file(&self) -> Result<File> {
        self.file
            .try_clone()
            .map_err(|e| Fault::io(self.path.display(), e))
    }

    /// Makes the content durable, still under the temporary name.
    pub(super) fn sync(&self) -> Result<()> {
        let synced = self.file.sync_all();
        synced.map_err(|e| Fault::io(self.path.display(), e))?;
        self.is_synced.set(true);
        Ok(())
    }

    /// Renames the file to its target.
    pub(super) fn publish(mut self) -> Result<()> {
        Self::publish_all([&mut self])
    }

    /// Renames files of one directory together, so that they do not mix with those
    /// of another process.
    pub(super) fn publish_all<'a>(asides: impl IntoIterator<Item = &'a mut Self>) -> Result<()> {
        let mut asides: Vec<&mut Self> = asides.into_iter().collect();
        let Some(first) = asides.first() else {
            return Ok(());
        };
        let parent = first.target.parent().filter(|p| !p.as_os_str().is_empty());
        let io = |at: &Path, e| Fault::io(at.display(), e);
        for temporary in asides.iter().filter(|temporary| !temporary.is_synced.get()) {
            temporary.sync()?;
        }
        let parent = parent.unwrap_or(Path::new(".")).to_path_buf();
        let dir = File::open(&parent).map_err(|e| io(&parent, e))?;
        lock_dir_briefly(&dir);
        for temporary in &mut asides {
            fs::rename(&temporary.path, &temporary.target).map_err(|e| io(&temporary.target, e))?;
            temporary.is_published = true;
        }
        dir.sync_all().map_err(|e| io(&parent, e))
    }

    /// Removes temporary files of `target` that killed processes left.
    pub(super) fn remove_leftovers(target: &Path) {
        if let Some(name) = target.file_name().and_then(|name| name.to_str()) {
            remove_abandoned(target, name, 0);
        }
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The temporary name of the `n`th concurrent writer of `target`.
fn part_path(target: &Path, name: &str, n: u32) -> PathBuf {
    target.with_file_name(format!(".{name}.{n}.part"))
}

/// Removes temporary files without a writer, from the `n`th on.
fn remove_abandoned(target: &Path, name: &str, n: u32) {
    let paths = (n..).map(|n| part_path(target, name, n));
    for path in paths.take_while(|path| fs::symlink_metadata(path).is_ok()) {
        if let Ok(Some(_held)) = lock_part_file(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Locks a directory against other writers until it is closed. After a second
/// without success, writing continues without the lock.
fn lock_dir_briefly(dir: &File) {
    for _ in 0..100 {
        if dir.try_lock().is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The empty file, or `None` if another process is writing it.
fn lock_part_file(path: &Path) -> Result<Option<File>> {
    let open = || -> io::Result<Option<File>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(path);
        let file = match file {
            // A link, or a file of another account.
            Err(e) if path.symlink_metadata().is_ok() && e.kind() != ErrorKind::NotFound => {
                return Ok(None);
            }
            other => other?,
        };
        // Another account may have created it, to read the content.
        let meta = file.metadata()?;
        let is_own = meta.is_file()
            && meta.uid() == nix::unistd::geteuid().as_raw()
            && meta.nlink() == 1
            && meta.mode() & 0o077 == OWNER_ONLY;
        if !is_own || file.try_lock().is_err() {
            return Ok(None);
        }
        // It may have been published between opening and locking it.
        let now = fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()));
        if now.ok() != Some((meta.dev(), meta.ino())) {
            return Ok(None);
        }
        file.set_len(0)?;
        Ok(Some(file))
    };
    open().map_err(|e| Fault::io(path.display(), e))
}
