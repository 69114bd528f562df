//! The audit log as a data structure. It knows nothing of who is asking.

pub mod anchor;
pub mod appender;
pub mod archive;
pub mod archive_file;
pub mod export;
pub mod fault;
pub mod head;
pub mod keys;
pub mod log;
pub mod manifest;
pub mod merkle;
pub mod proof;
pub mod receipt;
pub mod record;
pub mod report;
pub mod root;
pub mod signing;
pub mod source;
pub mod spread;
pub mod state;
pub mod statement;
pub mod summary;
pub mod tree;
pub mod verify;
