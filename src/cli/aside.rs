//! Files that are written aside and put in place whole, so that no half of one
//! is ever left under its name.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use crate::domain::fault::Fault;
use crate::store::Result;

/// A file in the making. What is left of one that was killed is used by the
/// next.
#[derive(Debug)]
pub struct Aside {
    target: PathBuf,
    path: PathBuf,
    file: File,
    is_published: bool,
}

impl Aside {
    /// Begins a file beside `target`, mode 0600. Several can be in the making
    /// at once; the last to be published stays.
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
            Ok(meta) if !meta.is_file() || meta.file_type().is_fifo() => {
                return refuse("it is no ordinary file; - writes to stdout");
            }
            _ => {}
        }
        let name = target.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return refuse("it is not the name of a file");
        };
        for n in 0..1000 {
            let path = target.with_file_name(format!(".{name}.{n}.part"));
            if let Some(file) = take(&path)? {
                return Ok(Self {
                    target: target.to_path_buf(),
                    path,
                    file,
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
    pub fn handle(&self) -> Result<File> {
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
        synced.map_err(|e| Fault::io(self.path.display(), e))
    }

    /// Puts it in its place, once it was synced.
    ///
    /// # Errors
    /// `io`.
    pub fn put(&mut self) -> Result<()> {
        let put = || {
            fs::rename(&self.path, &self.target)?;
            let parent = self.target.parent().filter(|p| !p.as_os_str().is_empty());
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
        };
        put().map_err(|e| Fault::io(self.target.display(), e))?;
        self.is_published = true;
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The file, empty, unless somebody else is writing it.
fn take(path: &Path) -> Result<Option<File>> {
    let open = || -> io::Result<Option<File>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
            .open(path)?;
        if file.try_lock().is_err() || !file.metadata()?.is_file() {
            return Ok(None);
        }
        // It may have been published between opening and locking it.
        use std::os::unix::fs::MetadataExt;
        let now = fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()));
        let meta = file.metadata()?;
        if now.ok() != Some((meta.dev(), meta.ino())) {
            return Ok(None);
        }
        file.set_len(0)?;
        Ok(Some(file))
    };
    open().map_err(|e| Fault::io(path.display(), e))
}
