//! The store's private keys, read only when an act needs one.

use std::cell::OnceCell;
use std::path::PathBuf;

use super::keys::{self, PrivateKey, Purpose};
use super::{Error, Result};

/// The keys in a directory: `login.pem` and `audit.pem`.
#[derive(Debug)]
pub struct KeyRing {
    dir: PathBuf,
    login: OnceCell<PrivateKey>,
    audit: OnceCell<PrivateKey>,
}

impl KeyRing {
    /// Reads nothing yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            login: OnceCell::new(),
            audit: OnceCell::new(),
        }
    }

    /// Where a key lies.
    pub fn path(&self, purpose: Purpose) -> PathBuf {
        self.dir.join(format!("{}.pem", purpose.as_str()))
    }

    /// The key that signs login tokens.
    ///
    /// # Errors
    /// A file that is missing, unsafe or no key.
    pub fn login(&self) -> Result<&PrivateKey> {
        self.get(Purpose::Login, &self.login)
    }

    /// The key that signs checkpoints of the audit log.
    ///
    /// # Errors
    /// A file that is missing, unsafe or no key.
    pub fn audit(&self) -> Result<&PrivateKey> {
        self.get(Purpose::Audit, &self.audit)
    }

    fn get<'k>(&self, purpose: Purpose, cell: &'k OnceCell<PrivateKey>) -> Result<&'k PrivateKey> {
        if cell.get().is_none() {
            let _ = cell.set(keys::read_private_key(&self.path(purpose))?);
        }
        cell.get().ok_or(Error::MalformedKey)
    }
}
