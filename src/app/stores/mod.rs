//! Websites, store groups and store views: list them, add, edit, remove.

mod address;
mod list;

pub use address::{Address, Level};
pub use list::{List, Node};
