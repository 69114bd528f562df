//! Floor 2: keys, login tokens, signed checkpoints and access tokens.
//!
//! Nothing here reads a clock or makes randomness; both are arguments. Only
//! [`keys::read_private_key`] and [`keys::write_private_key`] touch the disk.

mod error;
pub mod keys;
pub mod note;
mod provider;
pub mod ring;
pub mod secret;
pub mod token;

pub use error::{Error, NoteError, Result, TokenError};

impl From<Error> for crate::domain::fault::Fault {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind::NotFound;
        match &error {
            Error::UnsafeKeyFile { path, mend, .. } => Self::StoreUnsafe {
                path: path.display().to_string(),
                problem: error.to_string(),
                remedy: mend.clone(),
            },
            Error::Io { path, source, .. } if source.kind() == NotFound => Self::KeyMissing {
                purpose: path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                path: path.display().to_string(),
            },
            Error::KeyFileExists { path } => Self::AlreadyExists {
                what: format!("the key file {}", path.display()),
            },
            Error::Token(token) => Self::TokenInvalid {
                reason: token.reason().to_owned(),
            },
            other => Self::Io {
                what: "key".to_owned(),
                problem: other.to_string(),
            },
        }
    }
}
