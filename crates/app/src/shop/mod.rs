//! What the shop is: its stores and their config, its customers and their
//! consent, its documents, and how they come in.

pub mod completion;
pub mod config;
pub mod consent;
pub mod customers;
pub mod documents;
pub mod import;
pub mod stores;
