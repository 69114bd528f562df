//! The audit log as a data structure. It knows nothing of who is asking.

pub mod access_token;
pub mod anchor;
pub mod appender;
pub mod archive;
pub mod archive_builder;
pub mod event_log;
pub mod export;
pub mod fault;
pub mod head;
pub mod key_rows;
pub mod manifest;
pub mod merkle;
pub mod parallel;
pub mod proof;
pub mod receipt;
pub mod record;
pub mod report;
pub mod report_summary;
pub mod root;
pub mod signing;
pub mod source;
pub mod state;
pub mod statement;
pub mod tree;
pub mod verify;
