//! The store's directory: its paths, and the checks that nobody else can change
//! or read them.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Result;
use lac_model::fault::Fault;
use lac_model::text::shell_quoted;

/// The directory of a store.
#[derive(Debug, Clone)]
pub struct StoreDir {
    root: PathBuf,
    keys: PathBuf,
}

impl StoreDir {
    /// The paths of a store, without any check; for `init` and `doctor`. `keys`
    /// is the directory of the keys, if it is not `keys` in the store.
    pub fn from_paths(root: &Path, keys: Option<&Path>) -> Self {
        let keys = keys.map_or_else(|| root.join("keys"), Path::to_path_buf);
        Self {
            root: root.to_path_buf(),
            keys,
        }
    }

    /// Opens a store that exists. Fails with `store_missing`, or with
    /// `store_unsafe` and the command that corrects the problem.
    pub fn open(root: &Path, keys: Option<&Path>) -> Result<Self> {
        let dir = Self::from_paths(root, keys);
        dir.check_exists()?;
        match dir.find_problems()?.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(dir),
        }
    }

    /// Checks that the database exists, without opening it.
    ///
    /// `store_missing` if nothing of a store is there; `store_unsafe` if the
    /// directory cannot be read, or if the rest of a store is there without its
    /// database.
    pub fn check_exists(&self) -> Result<()> {
        let Err(error) = fs::symlink_metadata(self.database()) else {
            return Ok(());
        };
        let path = self.root.display().to_string();
        let is_unsafe = |problem: &str, remedy: &str| Fault::StoreUnsafe {
            path: path.clone(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        };
        match error.kind() {
            ErrorKind::PermissionDenied => Err(is_unsafe(
                "this account may not look into it",
                FOREIGN_OWNER_REMEDY,
            )),
            ErrorKind::NotFound if self.checkpoint().exists() => Err(is_unsafe(
                "the database lac.db is missing, and the rest of a store is there",
                "put the store back from a backup",
            )),
            ErrorKind::NotFound => Err(Fault::StoreMissing { path }),
            _ => Err(Fault::io(path, error)),
        }
    }

    /// Creates the directories of a new store with mode 0700. `already_exists`
    /// if there is a database.
    pub fn create(root: &Path, keys: Option<&Path>) -> Result<Self> {
        let dir = Self::from_paths(root, keys);
        if fs::symlink_metadata(dir.database()).is_ok() {
            return Err(Fault::AlreadyExists {
                what: format!("a store in {}", root.display()),
            });
        }
        for path in [&dir.root, &dir.keys] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(|e| Fault::io(path.display(), e))?;
        }
        match check_permissions(&dir.root, FileProtection::OwnerWritable)?
            .or(check_permissions(&dir.keys, FileProtection::OwnerOnly)?)
        {
            Some(problem) => Err(problem),
            None => Ok(dir),
        }
    }

    /// Whether directory and database belong to the real uid. If not, it is
    /// safer not to open them.
    pub fn is_owned_by_caller(&self) -> bool {
        let me = nix::unistd::getuid().as_raw();
        [&self.root, &self.database()]
            .iter()
            .all(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.uid() == me))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn database(&self) -> PathBuf {
        self.root.join("lac.db")
    }

    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub fn checkpoint(&self) -> PathBuf {
        self.root.join("checkpoint")
    }

    pub fn keys(&self) -> &Path {
        &self.keys
    }

    pub fn key(&self, purpose: &str) -> PathBuf {
        self.keys.join(format!("{purpose}.pem"))
    }

    /// The ids of the database and its WAL. Both change when a backup is
    /// restored; a process that still has the old files open does not notice
    /// otherwise.
    pub fn file_ids(&self) -> [FileId; 2] {
        ["lac.db", "lac.db-wal"].map(|name| {
            let meta = fs::symlink_metadata(self.root.join(name)).ok()?;
            Some((meta.dev(), meta.ino()))
        })
    }

    /// All problems of the store's files, each with the command that corrects
    /// it. Everything must belong to the real uid; nobody else may write it;
    /// nobody else may read the keys; nothing may be a symbolic link or a pipe
    /// (opening a pipe can block).
    pub fn find_problems(&self) -> Result<Vec<Fault>> {
        let mut found = Vec::new();
        found.extend(check_permissions(
            &self.root,
            FileProtection::OwnerWritable,
        )?);
        found.extend(check_permissions(&self.keys, FileProtection::OwnerOnly)?);
        for name in ["lac.db", "lac.db-wal", "lac.db-shm", "checkpoint", "lock"] {
            found.extend(check_permissions(
                &self.root.join(name),
                FileProtection::OwnerWritable,
            )?);
        }
        for name in ["login.pem", "audit.pem", "login.pem.new", "audit.pem.new"] {
            found.extend(check_permissions(
                &self.keys.join(name),
                FileProtection::OwnerOnly,
            )?);
        }
        Ok(found)
    }
}

/// Device and inode of a file; `None` if there is no file.
pub type FileId = Option<(u64, u64)>;

/// What other accounts must not do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileProtection {
    /// Others may read it, but not write it.
    OwnerWritable,
    /// Others may neither read nor write it.
    OwnerOnly,
}

/// The advice for a file that belongs to somebody else. It does not say
/// `chown`: a reader with the rights to run it would lock the owner out.
const FOREIGN_OWNER_REMEDY: &str = "run as the account it belongs to, or name one of your own; \
     staff reach a store that is kept for all through its broker";

/// Checks one file or directory. A missing one has no problem.
pub fn check_permissions(path: &Path, secrecy: FileProtection) -> Result<Option<Fault>> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Fault::io(path.display(), e)),
    };
    let shown = path.display().to_string();
    let quoted = shell_quoted(&shown);
    let unsafe_because = |problem: String, remedy: String| {
        Ok(Some(Fault::StoreUnsafe {
            path: shown.clone(),
            problem,
            remedy,
        }))
    };
    let me = nix::unistd::getuid().as_raw();
    let is_mine = meta.uid() == me;
    if meta.file_type().is_symlink() {
        let link = "it is a symbolic link".to_owned();
        let remedy = if is_mine {
            format!("name the real path, or replace the link: rm {quoted}")
        } else {
            "name the real path".to_owned()
        };
        return unsafe_because(link, remedy);
    }
    if is_mine && !meta.is_file() && !meta.is_dir() {
        let what = "it is neither a file nor a directory".to_owned();
        return unsafe_because(what, format!("remove it: rm {quoted}"));
    }
    if !is_mine {
        return unsafe_because(
            format!("it belongs to uid {}, not to you (uid {me})", meta.uid()),
            FOREIGN_OWNER_REMEDY.to_owned(),
        );
    }
    let mode = meta.mode() & 0o777;
    match secrecy {
        FileProtection::OwnerWritable if mode & 0o022 != 0 => unsafe_because(
            format!("others can write it (mode {mode:04o})"),
            format!("chmod go-w {quoted}"),
        ),
        FileProtection::OwnerOnly if mode & 0o077 != 0 => unsafe_because(
            format!("others can read or write it (mode {mode:04o})"),
            format!("chmod go-rwx {quoted}"),
        ),
        _ => Ok(None),
    }
}

/// Replaces a file (mode 0600): writes `PATH.new`, syncs and renames it. The
/// directory is not synced, so after a power cut the old file may be there, but
/// never part of the new one.
pub fn replace_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    // Remove an old `.new` file instead of writing into it: it could be a link
    // to another file.
    match fs::remove_file(&temporary) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&temporary, path)
}

/// Creates an empty file with mode 0600; it must not exist yet.
pub fn create_private_file(path: &Path) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| Fault::io(path.display(), e))
}
