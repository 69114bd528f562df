//! The shop's data: stores and their config, customers and their consent,
//! documents, and imports of all of them.

pub mod completion;
pub mod config;
pub mod consent;
pub mod customers;
pub mod documents;
pub mod import;
pub mod stores;
