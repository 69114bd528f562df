//! The store's private keys, read only when an act needs one.
//!
//! Which key signs is said by the store, not by the files: a process that runs
//! long would otherwise go on with a key that another process has replaced. A
//! new key lies aside (`login.pem.new`) until the transaction that names it is
//! committed; whoever finds it there afterwards puts it in its place.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::keys::{self, PrivateKey, Purpose};
use super::{Error, Result};

/// The keys in a directory: `login.pem` and `audit.pem`.
#[derive(Debug)]
pub struct KeyRing {
    dir: PathBuf,
    login: Mutex<Option<Held>>,
    audit: Mutex<Option<Held>>,
    /// Keys that lie aside and whose transaction is under way.
    made: Mutex<Vec<Purpose>>,
}

#[derive(Debug, Clone)]
struct Held {
    kid: String,
    key: Arc<PrivateKey>,
    is_aside: bool,
}

impl KeyRing {
    /// Reads nothing yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            login: Mutex::default(),
            audit: Mutex::default(),
            made: Mutex::default(),
        }
    }

    /// Where a key lies.
    pub fn path(&self, purpose: Purpose) -> PathBuf {
        self.dir.join(format!("{}.pem", purpose.as_str()))
    }

    /// Where a new key lies until the store names it.
    pub fn path_aside(&self, purpose: Purpose) -> PathBuf {
        self.dir.join(format!("{}.pem.new", purpose.as_str()))
    }

    /// The key that lies in its place, whatever the store says of it: read
    /// before anything is locked.
    ///
    /// # Errors
    /// A file that is missing, unsafe or no key.
    pub fn at_hand(&self, purpose: Purpose) -> Result<Arc<PrivateKey>> {
        let mut held = self.held(purpose);
        if let Some(held) = &*held {
            return Ok(Arc::clone(&held.key));
        }
        let path = self.path(purpose);
        let key = keys::read_private_key(&path).or_else(|error| match error {
            // Somebody replaced it between opening and reading.
            Error::MalformedKeyFile { .. } => keys::read_private_key(&path),
            other => Err(other),
        })?;
        Ok(keep(&mut held, key, false).key)
    }

    /// The key that the store names, from its place or from aside.
    ///
    /// # Errors
    /// [`Error::WrongKey`] where neither holds it; a file that is missing,
    /// unsafe or no key.
    pub fn named(&self, purpose: Purpose, kid: &str) -> Result<Arc<PrivateKey>> {
        self.find(purpose, kid).map(|held| held.key)
    }

    /// The same, and puts it in its place if it is not there yet. To be called
    /// under the store's write lock.
    ///
    /// # Errors
    /// As [`named`](Self::named).
    pub fn settled(&self, purpose: Purpose, kid: &str) -> Result<Arc<PrivateKey>> {
        let held = self.find(purpose, kid)?;
        if held.is_aside {
            self.place(purpose);
        }
        Ok(held.key)
    }

    fn find(&self, purpose: Purpose, kid: &str) -> Result<Held> {
        let mut held = self.held(purpose);
        if let Some(held) = held.as_ref().filter(|held| held.kid == kid) {
            return Ok(held.clone());
        }
        let mut problem = None;
        // In its place once more: it may have been moved there meanwhile.
        for is_aside in [false, true, false] {
            let path = if is_aside {
                self.path_aside(purpose)
            } else {
                self.path(purpose)
            };
            match keys::read_expected_key(&path, kid) {
                Ok(key) => return Ok(keep(&mut held, key, is_aside)),
                Err(error) => problem = Some(error),
            }
        }
        Err(problem.unwrap_or(Error::MalformedKey))
    }

    /// Writes a new key aside, durably. Under the store's write lock, after the
    /// current key was [`settled`](Self::settled): what lies aside then is left
    /// from a transaction that was never committed.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn make(&self, purpose: Purpose, key: &PrivateKey) -> Result<()> {
        let path = self.path_aside(purpose);
        keys::remove_private_key(&path)?;
        keys::write_private_key(&path, key)?;
        self.made().push(purpose);
        Ok(())
    }

    /// The transaction is committed: puts new keys in their places. What cannot
    /// be moved is still found aside, and moved by the next act.
    pub fn place_made(&self) {
        for purpose in std::mem::take(&mut *self.made()) {
            self.place(purpose);
        }
    }

    /// The commit failed, and it may have happened or not: new keys stay aside,
    /// where the next act finds them if the store names them.
    pub fn leave_made(&self) {
        self.made().clear();
    }

    /// The transaction will not be committed: new keys go.
    pub fn discard_made(&self) {
        for purpose in std::mem::take(&mut *self.made()) {
            // What stays is overwritten by the next rotation; doctor tells.
            let _ = keys::remove_private_key(&self.path_aside(purpose));
        }
    }

    fn place(&self, purpose: Purpose) {
        let moved = keys::move_private_key(&self.path_aside(purpose), &self.path(purpose));
        if let Some(held) = &mut *self.held(purpose) {
            held.is_aside = moved.is_err();
        }
    }

    fn held(&self, purpose: Purpose) -> MutexGuard<'_, Option<Held>> {
        let cell = match purpose {
            Purpose::Login => &self.login,
            Purpose::Audit => &self.audit,
        };
        cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self) -> MutexGuard<'_, Vec<Purpose>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep(cell: &mut Option<Held>, key: PrivateKey, is_aside: bool) -> Held {
    let held = Held {
        kid: key.public().thumbprint(),
        key: Arc::new(key),
        is_aside,
    };
    *cell = Some(held.clone());
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_says_which_key_signs() {
        let dir = tempfile::tempdir().unwrap();
        let [old, new, other] = [1, 2, 3].map(|seed| PrivateKey::from_seed([seed; 32]));
        let kid = |key: &PrivateKey| key.public().thumbprint();
        let ring = KeyRing::new(dir.path());
        let purpose = Purpose::Login;
        keys::write_private_key(&ring.path(purpose), &old).unwrap();
        assert_eq!(ring.at_hand(purpose).unwrap().public(), old.public());
        ring.make(purpose, &other).unwrap();
        ring.discard_made();
        assert!(!ring.path_aside(purpose).exists());

        // Another process makes a key, and dies before it is in its place.
        KeyRing::new(dir.path()).make(purpose, &new).unwrap();
        assert_eq!(
            ring.named(purpose, &kid(&new)).unwrap().public(),
            new.public()
        );
        assert!(ring.path_aside(purpose).exists());
        assert_eq!(
            ring.settled(purpose, &kid(&new)).unwrap().public(),
            new.public()
        );
        assert!(!ring.path_aside(purpose).exists());
        let again = keys::read_private_key(&ring.path(purpose)).unwrap();
        assert_eq!(again.public(), new.public());
        let gone = ring.named(purpose, &kid(&old));
        assert!(matches!(gone, Err(Error::WrongKey { .. })));
    }
}
