//! Reads B-trees from the pages of the file, for the verification of the log
//! (the format: <https://www.sqlite.org/fileformat2.html>).
//!
//! One pass over the pages gives the rows and proves what otherwise takes
//! `PRAGMA quick_check` a second pass: that a lookup, which follows the keys in
//! the inner pages, finds what a read of the whole tree finds. A page is sound
//! if
//!
//! - its cells, free blocks and fragments cover its content and do not overlap
//! - its keys grow, and are between the keys of the inner pages that lead to it
//! - all leaves have the same depth
//!
//! The pages come through SQLite, so they are those of the transaction,
//! including those in the write-ahead log.
//!
//! It accepts only what SQLite itself writes. Anything else is unusual, and
//! the caller then asks SQLite, so damage is described by SQLite and nothing
//! is accepted that SQLite would read in another way.

mod index;
mod page;
mod reader;
mod record;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::index::{IndexEntries, IndexRoot};
pub(crate) use self::reader::Halt;
pub(crate) use self::table::{TableScan, leaves_outside};
