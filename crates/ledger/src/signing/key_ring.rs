//! The store's private keys, read when they are first needed.
//!
//! The database decides which key is active, not the file names: a process that
//! runs for a long time must notice that another process replaced the key. A
//! new key is pending (`login.pem.new`) until the transaction that names it is
//! committed. If the process stops in between, the next one that finds the file
//! installs it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::keys::{self, KeyPurpose, PrivateKey};
use super::{Error, Result};

/// The private keys in a directory: `login.pem` and `audit.pem`.
#[derive(Debug)]
pub struct KeyRing {
    dir: PathBuf,
    login: Mutex<Option<LoadedKey>>,
    audit: Mutex<Option<LoadedKey>>,
    /// Pending keys of the current transaction.
    pending: Mutex<Vec<KeyPurpose>>,
}

#[derive(Debug, Clone)]
struct LoadedKey {
    kid: String,
    key: Arc<PrivateKey>,
    is_pending: bool,
}

impl KeyRing {
    /// `dir` is the directory of the key files. Reads nothing yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            login: Mutex::default(),
            audit: Mutex::default(),
            pending: Mutex::default(),
        }
    }

    /// The path of a key file.
    pub fn path(&self, purpose: KeyPurpose) -> PathBuf {
        self.dir.join(format!("{}.pem", purpose.as_str()))
    }

    /// The path of a new key until it is installed.
    pub fn pending_path(&self, purpose: KeyPurpose) -> PathBuf {
        self.dir.join(format!("{}.pem.new", purpose.as_str()))
    }

    /// The installed key, whatever the database says: for use before a
    /// transaction begins.
    pub fn load_current(&self, purpose: KeyPurpose) -> Result<Arc<PrivateKey>> {
        let mut loaded = self.cached(purpose);
        if let Some(loaded) = &*loaded {
            return Ok(Arc::clone(&loaded.key));
        }
        let path = self.path(purpose);
        let key = keys::read_private_key(&path).or_else(|error| match error {
            // Another process replaced the file between opening and reading.
            Error::MalformedKeyFile { .. } => keys::read_private_key(&path),
            other => Err(other),
        })?;
        Ok(cache_key(&mut loaded, key, false).key)
    }

    /// The key with thumbprint `kid`, installed or pending. [`Error::WrongKey`]
    /// if neither file has it.
    pub fn load_by_kid(&self, purpose: KeyPurpose, kid: &str) -> Result<Arc<PrivateKey>> {
        self.find_key(purpose, kid).map(|loaded| loaded.key)
    }

    /// As [`load_by_kid`](Self::load_by_kid); a pending key is also installed.
    /// Call it with the store's write lock held.
    pub fn load_and_install(&self, purpose: KeyPurpose, kid: &str) -> Result<Arc<PrivateKey>> {
        let loaded = self.find_key(purpose, kid)?;
        if loaded.is_pending {
            self.install(purpose);
        }
        Ok(loaded.key)
    }

    fn find_key(&self, purpose: KeyPurpose, kid: &str) -> Result<LoadedKey> {
        let mut loaded = self.cached(purpose);
        if let Some(loaded) = loaded.as_ref().filter(|loaded| loaded.kid == kid) {
            return Ok(loaded.clone());
        }
        let mut problem = None;
        // Try the installed key again: the pending one may have been moved
        // meanwhile.
        for is_pending in [false, true, false] {
            let path = if is_pending {
                self.pending_path(purpose)
            } else {
                self.path(purpose)
            };
            match keys::read_expected_key(&path, kid) {
                Ok(key) => return Ok(cache_key(&mut loaded, key, is_pending)),
                Err(error) => problem = Some(error),
            }
        }
        Err(problem.unwrap_or(Error::MalformedKey))
    }

    /// Writes a new key as pending and syncs it. Call it with the store's write
    /// lock held, after [`load_and_install`](Self::load_and_install): a pending
    /// key that is still there then belongs to a transaction that was never
    /// committed, and is overwritten.
    pub fn write_pending(&self, purpose: KeyPurpose, key: &PrivateKey) -> Result<()> {
        let path = self.pending_path(purpose);
        keys::remove_private_key(&path)?;
        keys::write_private_key(&path, key)?;
        self.pending().push(purpose);
        Ok(())
    }

    /// After the commit: installs pending keys. If a file cannot be moved, the
    /// next write installs it.
    pub fn install_pending(&self) {
        for purpose in std::mem::take(&mut *self.pending()) {
            self.install(purpose);
        }
    }

    /// After a failed commit, which may have happened or not: keeps pending
    /// keys. The next write installs them if the database names them.
    pub fn keep_pending(&self) {
        self.pending().clear();
    }

    /// After a rollback: removes pending keys.
    pub fn discard_pending(&self) {
        for purpose in std::mem::take(&mut *self.pending()) {
            // If this fails, `lac doctor` reports the file and the next
            // rotation overwrites it.
            let _ = keys::remove_private_key(&self.pending_path(purpose));
        }
    }

    fn install(&self, purpose: KeyPurpose) {
        let moved = keys::move_private_key(&self.pending_path(purpose), &self.path(purpose));
        if let Some(loaded) = &mut *self.cached(purpose) {
            loaded.is_pending = moved.is_err();
        }
    }

    fn cached(&self, purpose: KeyPurpose) -> MutexGuard<'_, Option<LoadedKey>> {
        let cell = match purpose {
            KeyPurpose::Login => &self.login,
            KeyPurpose::Audit => &self.audit,
        };
        cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, Vec<KeyPurpose>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cache_key(cell: &mut Option<LoadedKey>, key: PrivateKey, is_pending: bool) -> LoadedKey {
    let loaded = LoadedKey {
        kid: key.public().thumbprint(),
        key: Arc::new(key),
        is_pending,
    };
    *cell = Some(loaded.clone());
    loaded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_selects_the_signing_key() {
        let dir = tempfile::tempdir().unwrap();
        let [old, new, other] = [1, 2, 3].map(|seed| PrivateKey::from_seed([seed; 32]));
        let kid = |key: &PrivateKey| key.public().thumbprint();
        let ring = KeyRing::new(dir.path());
        let purpose = KeyPurpose::Login;
        keys::write_private_key(&ring.path(purpose), &old).unwrap();
        assert_eq!(ring.load_current(purpose).unwrap().public(), old.public());
        ring.write_pending(purpose, &other).unwrap();
        ring.discard_pending();
        assert!(!ring.pending_path(purpose).exists());

        // Another process writes a key and stops before it is installed.
        KeyRing::new(dir.path())
            .write_pending(purpose, &new)
            .unwrap();
        assert_eq!(
            ring.load_by_kid(purpose, &kid(&new)).unwrap().public(),
            new.public()
        );
        assert!(ring.pending_path(purpose).exists());
        assert_eq!(
            ring.load_and_install(purpose, &kid(&new)).unwrap().public(),
            new.public()
        );
        assert!(!ring.pending_path(purpose).exists());
        let again = keys::read_private_key(&ring.path(purpose)).unwrap();
        assert_eq!(again.public(), new.public());
        let gone = ring.load_by_kid(purpose, &kid(&old));
        assert!(matches!(gone, Err(Error::WrongKey { .. })));
    }
}
