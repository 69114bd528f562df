//! Files that are written aside and put in place whole, so that no half of one
//! is ever left under its name.

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

/// Access of group and others.
const OWNER_ONLY: u32 = 0;

/// A file in the making. What is left of one that was killed is used by the
/// next.
#[derive(Debug)]
pub struct AtomicFile {
    target: PathBuf,
    path: PathBuf,
    file: File,
    /// Whether all that was written is safe; nothing is written after that.
    is_synced: Cell<bool>,
    is_published: bool,
}

impl AtomicFile {
    /// Begins a file beside `target`, readable by its owner alone. Several can
    /// be in the making at once; the last to be published stays.
    ///
    /// # Errors
    /// `invalid_value` for a target that is there and no ordinary file; `io`.
    pub fn create(target: &Path) -> Result<Self> {
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
                return refuse("it is no ordinary file; - writes to stdout");
            }
            _ => {}
        }
        let name = target.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return refuse("it is not the name of a file");
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
        Err(Fault::io(target.display(), "too many are written at once"))
    }

    /// The file, for writing.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// A second handle of it.
    ///
    /// # Errors
    /// `io`.
    pub fn try_clone_file(&self) -> Result<File> {
        self.file
            .try_clone()
            .map_err(|e| Fault::io(self.path.display(), e))
    }

    /// Makes what was written durable, still aside.
    ///
    /// # Errors
    /// `io`.
    pub fn sync(&self) -> Result<()> {
        let synced = self.file.sync_all();
        synced.map_err(|e| Fault::io(self.path.display(), e))?;
        self.is_synced.set(true);
        Ok(())
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// `io`.
    pub fn publish(mut self) -> Result<()> {
        Self::publish_all([&mut self])
    }

    /// Puts files of one directory in their places, one right after the other,
    /// and not among those of somebody else who does the same.
    ///
    /// # Errors
    /// `io`.
    pub fn publish_all<'a>(asides: impl IntoIterator<Item = &'a mut Self>) -> Result<()> {
        let mut asides: Vec<&mut Self> = asides.into_iter().collect();
        let Some(first) = asides.first() else {
            return Ok(());
        };
        let parent = first.target.parent().filter(|p| !p.as_os_str().is_empty());
        let io = |at: &Path, e| Fault::io(at.display(), e);
        for aside in asides.iter().filter(|aside| !aside.is_synced.get()) {
            aside.sync()?;
        }
        let parent = parent.unwrap_or(Path::new(".")).to_path_buf();
        let dir = File::open(&parent).map_err(|e| io(&parent, e))?;
        lock_dir_briefly(&dir);
        for aside in &mut asides {
            fs::rename(&aside.path, &aside.target).map_err(|e| io(&aside.target, e))?;
            aside.is_published = true;
        }
        dir.sync_all().map_err(|e| io(&parent, e))
    }

    /// Removes what killed programs left of files for `target`.
    pub fn remove_leftovers(target: &Path) {
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

/// Where the `n`th of those who write `target` at once does so.
fn part_path(target: &Path, name: &str, n: u32) -> PathBuf {
    target.with_file_name(format!(".{name}.{n}.part"))
}

/// Removes those that nobody is writing, from the `n`th to the last.
fn remove_abandoned(target: &Path, name: &str, n: u32) {
    let paths = (n..).map(|n| part_path(target, name, n));
    for path in paths.take_while(|path| fs::symlink_metadata(path).is_ok()) {
        if let Ok(Some(_held)) = lock_part_file(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Holds a directory, until it is closed, against others who publish there. It
/// is a courtesy: who cannot have it within a second goes on without.
fn lock_dir_briefly(dir: &File) {
    for _ in 0..100 {
        if dir.try_lock().is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The file, empty, unless somebody else is writing it.
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
            // A link, or somebody else's.
            Err(e) if path.symlink_metadata().is_ok() && e.kind() != ErrorKind::NotFound => {
                return Ok(None);
            }
            other => other?,
        };
        // Somebody else may have laid one there, to read what is written.
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
