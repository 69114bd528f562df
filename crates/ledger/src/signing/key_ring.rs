//! The store's private keys, read only when an act needs one.
//!
//! Which key signs is said by the store, not by the files: a process that runs
//! long would otherwise go on with a key that another process has replaced. A
//! new key lies aside (`login.pem.new`) until the transaction that names it is
//! committed; whoever finds it there afterwards puts it in its place.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::keys::{self, KeyPurpose, PrivateKey};
use super::{Error, Result};

/// The keys in a directory: `login.pem` and `audit.pem`.
#[derive(Debug)]
pub struct KeyRing {
    dir: PathBuf,
    login: Mutex<Option<LoadedKey>>,
    audit: Mutex<Option<LoadedKey>>,
    /// Keys that lie aside and whose transaction is under way.
    pending: Mutex<Vec<KeyPurpose>>,
}

#[derive(Debug, Clone)]
struct LoadedKey {
    kid: String,
    key: Arc<PrivateKey>,
    is_pending: bool,
}

impl KeyRing {
    /// Reads nothing yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            login: Mutex::default(),
            audit: Mutex::default(),
            pending: Mutex::default(),
        }
    }

    /// Where a key lies.
    pub fn path(&self, purpose: KeyPurpose) -> PathBuf {
        self.dir.join(format!("{}.pem", purpose.as_str()))
    }

    /// Where a new key lies until the store names it.
    pub fn pending_path(&self, purpose: KeyPurpose) -> PathBuf {
        self.dir.join(format!("{}.pem.new", purpose.as_str()))
    }

    /// The key that lies in its place, whatever the store says of it: read
    /// before anything is locked.
    pub fn load_current(&self, purpose: KeyPurpose) -> Result<Arc<PrivateKey>> {
        let mut held = self.cached(purpose);
        if let Some(held) = &*held {
            return Ok(Arc::clone(&held.key));
        }
        let path = self.path(purpose);
        let key = keys::read_private_key(&path).or_else(|error| match error {
            // Somebody replaced it between opening and reading.
            Error::MalformedKeyFile { .. } => keys::read_private_key(&path),
            other => Err(other),
        })?;
        Ok(cache_key(&mut held, key, false).key)
    }

    /// The key that the store names, from its place or from aside.
    pub fn load_by_kid(&self, purpose: KeyPurpose, kid: &str) -> Result<Arc<PrivateKey>> {
        self.find_key(purpose, kid).map(|held| held.key)
    }

    /// The same, and puts it in its place if it is not there yet. To be called
    /// under the store's write lock.
    pub fn load_and_install(&self, purpose: KeyPurpose, kid: &str) -> Result<Arc<PrivateKey>> {
        let held = self.find_key(purpose, kid)?;
        if held.is_pending {
            self.install(purpose);
        }
        Ok(held.key)
    }

    fn find_key(&self, purpose: KeyPurpose, kid: &str) -> Result<LoadedKey> {
        let mut held = self.cached(purpose);
        if let Some(held) = held.as_ref().filter(|held| held.kid == kid) {
            return Ok(held.clone());
        }
        let mut problem = None;
        // In its place once more: it may have been moved there meanwhile.
        for is_aside in [false, true, false] {
            let path = if is_aside {
                self.pending_path(purpose)
            } else {
                self.path(purpose)
            };
            match keys::read_expected_key(&path, kid) {
                Ok(key) => return Ok(cache_key(&mut held, key, is_aside)),
                Err(error) => problem = Some(error),
            }
        }
        Err(problem.unwrap_or(Error::MalformedKey))
    }

    /// Writes a new key aside, durably. Under the store's write lock, after the
    /// current key was [`settled`](Self::settled): what lies aside then is left
    /// from a transaction that was never committed.
    pub fn write_pending(&self, purpose: KeyPurpose, key: &PrivateKey) -> Result<()> {
        let path = self.pending_path(purpose);
        keys::remove_private_key(&path)?;
        keys::write_private_key(&path, key)?;
        self.pending().push(purpose);
        Ok(())
    }

    /// The transaction is committed: puts new keys in their places. What cannot
    /// be moved is still found aside, and moved by the next act.
    pub fn install_pending(&self) {
        for purpose in std::mem::take(&mut *self.pending()) {
            self.install(purpose);
        }
    }

    /// The commit failed, and it may have happened or not: new keys stay aside,
    /// where the next act finds them if the store names them.
    pub fn keep_pending(&self) {
        self.pending().clear();
    }

    /// The transaction will not be committed: new keys go.
    pub fn discard_pending(&self) {
        for purpose in std::mem::take(&mut *self.pending()) {
            // What stays is overwritten by the next rotation; doctor tells.
            let _ = keys::remove_private_key(&self.pending_path(purpose));
        }
    }

    fn install(&self, purpose: KeyPurpose) {
        let moved = keys::move_private_key(&self.pending_path(purpose), &self.path(purpose));
        if let Some(held) = &mut *self.cached(purpose) {
            held.is_pending = moved.is_err();
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

fn cache_key(cell: &mut Option<LoadedKey>, key: PrivateKey, is_aside: bool) -> LoadedKey {
    let held = LoadedKey {
        kid: key.public().thumbprint(),
        key: Arc::new(key),
        is_pending: is_aside,
    };
    *cell = Some(held.clone());
    held
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

        // Another process makes a key, and dies before it is in its place.
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
