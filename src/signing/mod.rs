//! Floor 2: keys, login tokens, signed checkpoints and access tokens.
//!
//! Nothing here reads a clock or makes randomness; both are arguments. Only
//! [`keys::read_private_key`] and [`keys::write_private_key`] touch the disk.

mod error;
pub mod keys;
pub mod note;
mod provider;
pub mod secret;
pub mod token;

pub use error::{Error, NoteError, Result, TokenError};
