//! Private keys on disk: one PEM file each, readable only by its owner.
//!
//! All checks are made on the open file, not on its path, so that nobody can
//! replace the file between check and reading.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use zeroize::Zeroizing;

use super::PrivateKey;
use crate::signing::error::{Error, KeyFileProblem, Result};

const MAX_KEY_FILE_BYTES: u64 = 16 * 1024;

/// Writes a new key file with mode 0600 and syncs file and directory. An
/// existing file or link is not touched: [`Error::KeyFileExists`].
pub fn write_private_key(path: &Path, key: &PrivateKey) -> Result<()> {
    let pem = key.to_pem()?;
    // O_EXCL, which create_new sets, does not follow a link either.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = file.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Error::KeyFileExists { path: path.into() },
        _ => io_error("create", path, source),
    })?;
    let written = file
        .write_all(pem.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|source| {
        // Half a key is useless. Report the first error, not this one.
        let _ = std::fs::remove_file(path);
        io_error("write", path, source)
    })?;
    sync_parent_dir(path)
}

/// Replaces a key file by another one and overwrites the old one's content.
/// There is a complete key at `to` at any moment.
pub fn move_private_key(from: &Path, to: &Path) -> Result<()> {
    let old = open_to_wipe(to);
    std::fs::rename(from, to).map_err(|source| io_error("move", from, source))?;
    sync_parent_dir(to)?;
    wipe(old);
    Ok(())
}

/// Overwrites and removes a key file; no error if it does not exist.
pub fn remove_private_key(path: &Path) -> Result<()> {
    let old = open_to_wipe(path);
    match std::fs::remove_file(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(io_error("remove", path, source)),
        Ok(()) => {}
    }
    wipe(old);
    sync_parent_dir(path)
}

/// Opens a regular file, and no link or pipe, so that it can be overwritten
/// after its name is gone.
fn open_to_wipe(path: &Path) -> Option<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = OpenOptions::new()
        .write(true)
        .custom_flags(flags.bits())
        .open(path)
        .ok()?;
    let metadata = file.metadata().ok()?;
    (metadata.is_file() && metadata.nlink() <= 1).then_some(file)
}

/// Overwrites the content with zeros. Copy-on-write file systems, flash memory
/// and backups may keep the old content.
fn wipe(file: Option<File>) {
    let Some(mut file) = file else { return };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let zeros = vec![0; usize::try_from(length.min(MAX_KEY_FILE_BYTES)).unwrap_or_default()];
    // The key is not used any more, so nothing depends on this.
    let _ = file.write_all(&zeros).and_then(|()| file.sync_all());
}

fn sync_parent_dir(path: &Path) -> Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let synced = File::open(parent).and_then(|directory| directory.sync_all());
    synced.map_err(|source| io_error("sync", parent, source))
}

/// Reads a key file of at most 16 KiB. [`Error::UnsafeKeyFile`], with the
/// command that fixes it, for a symbolic link, a file of another owner than the
/// real uid, or a file to which group or others have any access.
pub fn read_private_key(path: &Path) -> Result<PrivateKey> {
    // O_NONBLOCK: opening a pipe must not wait for somebody to write to it.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path);
    let file = file.map_err(|source| match source.raw_os_error() {
        Some(code) if code == Errno::ELOOP as i32 => {
            unsafe_file_error(path, KeyFileProblem::SymbolicLink)
        }
        _ => io_error("read", path, source),
    })?;
    let metadata = file
        .metadata()
        .map_err(|source| io_error("read", path, source))?;
    if let Some(problem) = find_problem(&metadata) {
        return Err(unsafe_file_error(path, problem));
    }
    let mut pem = Zeroizing::new(String::new());
    let read = file.take(MAX_KEY_FILE_BYTES + 1).read_to_string(&mut pem);
    match read {
        Err(source) if source.kind() != io::ErrorKind::InvalidData => {
            Err(io_error("read", path, source))
        }
        Ok(length) if length as u64 <= MAX_KEY_FILE_BYTES => {
            PrivateKey::from_pem(&pem).map_err(|_| Error::MalformedKeyFile { path: path.into() })
        }
        _ => Err(Error::MalformedKeyFile { path: path.into() }),
    }
}

/// As [`read_private_key`]; [`Error::WrongKey`] if the key does not have this
/// thumbprint.
pub fn read_expected_key(path: &Path, thumbprint: &str) -> Result<PrivateKey> {
    let key = read_private_key(path)?;
    let found = key.public().thumbprint();
    if found == thumbprint {
        return Ok(key);
    }
    Err(Error::WrongKey {
        path: path.into(),
        expected: thumbprint.into(),
        found,
    })
}

fn find_problem(metadata: &Metadata) -> Option<KeyFileProblem> {
    if !metadata.is_file() {
        Some(KeyFileProblem::NotAFile)
    } else if metadata.uid() != nix::unistd::getuid().as_raw() {
        Some(KeyFileProblem::ForeignOwner)
    } else if metadata.mode() & 0o077 != 0 {
        Some(KeyFileProblem::Exposed)
    } else {
        None
    }
}

fn unsafe_file_error(path: &Path, problem: KeyFileProblem) -> Error {
    let quoted = shell_quoted(path);
    let mend = match problem {
        KeyFileProblem::Exposed => format!("chmod 600 {quoted}"),
        // No `chown`: the file may rightly belong to the other account.
        KeyFileProblem::ForeignOwner => "run as the account it belongs to".to_owned(),
        KeyFileProblem::SymbolicLink => format!("mv \"$(readlink -f {quoted})\" {quoted}"),
        KeyFileProblem::NotAFile => format!("ls -ld {quoted}"),
    };
    Error::UnsafeKeyFile {
        path: path.into(),
        problem,
        remedy: mend,
    }
}

/// The path, quoted for a POSIX shell.
fn shell_quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !text.starts_with('-') && text.chars().all(plain) {
        return text.into_owned();
    }
    let here = if text.starts_with('-') { "./" } else { "" };
    format!("'{here}{}'", text.replace('\'', r"'\''"))
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io {
        action,
        path: path.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rfc_key;
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn written_keys_are_readable_only_by_the_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("login.pem");
        write_private_key(&path, &rfc_key()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(
            read_private_key(&path).unwrap().public(),
            rfc_key().public()
        );
        let named = |kid: &str| read_expected_key(&path, kid);
        assert!(named(&rfc_key().public().thumbprint()).is_ok());
        assert!(matches!(named("other"), Err(Error::WrongKey { .. })));
        let again = write_private_key(&path, &rfc_key());
        assert!(matches!(again, Err(Error::KeyFileExists { .. })));
    }

    #[test]
    fn moving_a_key_wipes_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let [old, new] = ["login.pem", "login.pem.new"].map(|name| dir.path().join(name));
        write_private_key(&old, &rfc_key()).unwrap();
        let next = PrivateKey::from_seed([3; 32]);
        write_private_key(&new, &next).unwrap();
        let mut held = File::open(&old).unwrap();
        move_private_key(&new, &old).unwrap();
        assert_eq!(read_private_key(&old).unwrap().public(), next.public());
        let mut left = Vec::new();
        held.read_to_end(&mut left).unwrap();
        assert!(!left.is_empty() && left.iter().all(|byte| *byte == 0));
        let mut held = File::open(&old).unwrap();
        remove_private_key(&old).unwrap();
        remove_private_key(&old).unwrap();
        left.clear();
        held.read_to_end(&mut left).unwrap();
        assert!(!left.is_empty() && left.iter().all(|byte| *byte == 0));
        assert!(!old.exists() && !new.exists());
    }

    #[test]
    fn exposed_keys_are_refused_with_a_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it's mine");
        write_private_key(&path, &rfc_key()).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let Err(Error::UnsafeKeyFile {
            problem,
            remedy: mend,
            ..
        }) = read_private_key(&path)
        else {
            panic!("read an exposed key");
        };
        assert_eq!(problem, KeyFileProblem::Exposed);
        assert!(mend.starts_with("chmod 600 '/") && mend.ends_with(r"/it'\''s mine'"));
    }

    #[test]
    fn links_directories_and_pipes_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let [key, link, pipe] = ["key", "link", "pipe"].map(|name| dir.path().join(name));
        write_private_key(&key, &rfc_key()).unwrap();
        symlink(&key, &link).unwrap();
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let problem = |path: &Path| match read_private_key(path) {
            Err(Error::UnsafeKeyFile { problem, .. }) => problem,
            other => panic!("{other:?}"),
        };
        assert_eq!(problem(&link), KeyFileProblem::SymbolicLink);
        assert_eq!(problem(&pipe), KeyFileProblem::NotAFile);
        assert_eq!(problem(dir.path()), KeyFileProblem::NotAFile);
        let dangling = dir.path().join("dangling");
        symlink("elsewhere", &dangling).unwrap();
        assert!(write_private_key(&dangling, &rfc_key()).is_err());
    }

    #[test]
    fn malformed_and_missing_files_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        for contents in [b"\xff\xfe".to_vec(), b"hello".to_vec(), vec![b'\n'; 20_000]] {
            fs::write(&path, contents).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            let read = read_private_key(&path);
            assert!(matches!(read, Err(Error::MalformedKeyFile { .. })));
        }
        let missing = read_private_key(&dir.path().join("missing"));
        assert!(matches!(missing, Err(Error::Io { action: "read", .. })));
    }
}
