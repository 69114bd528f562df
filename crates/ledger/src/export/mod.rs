//! Taking events along: rows in a file and, where asked for, a proof.

pub mod pass;
pub mod proof;
mod target;

pub use target::{Encode, FileFormat, Formats, Receiver, Target};
