//! Keys and signatures: signed notes and checkpoints, key chains, private key
//! files, login tokens.
//!
//! Nothing here reads a clock or generates randomness; both are arguments. Only
//! [`key_ring`] and [`keys`] access files.

mod error;
mod jwt_provider;
pub mod key_ring;
pub mod keys;
pub mod log_keys;
pub mod login_token;
pub mod note;
mod note_list;

pub use error::{Error, NoteError, Result, TokenError};
pub use note_list::split_notes;

impl From<Error> for lac_model::fault::Fault {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind::NotFound;
        match &error {
            Error::UnsafeKeyFile {
                path, remedy: mend, ..
            } => Self::StoreUnsafe {
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
            Error::WrongKey {
                path,
                expected,
                found,
            } => Self::KeyMismatch {
                path: path.display().to_string(),
                expected: expected.clone(),
                found: found.clone(),
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
