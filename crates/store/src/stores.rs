//! The part of the port for websites, store groups and store views.

use super::{Permit, Result, StoreTreeWrite};
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};

/// Websites, store groups and store views.
pub trait StoreTreeReads {
    /// All of them, ordered by id, including the back office's own (id 0).
    fn store_tree(&self) -> Result<StoreTree>;
    /// What refers to this website and prevents its removal: pairs of a
    /// singular noun and a count above 0, such as ("customer", 12). Config
    /// values are not counted.
    fn website_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
    /// The same for a store group.
    fn store_group_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
    /// The same for a store view.
    fn store_view_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
}

/// `_put` inserts, or replaces the row with the same id. A code that another
/// row has is `already_exists`. A row that refers to something missing is
/// `invalid_value`. `_remove` fails with `in_use` while something refers to the
/// row. Removing a website also removes it from the limits of access tokens.
pub trait StoreTreeWrites {
    fn website_put(&self, permit: &Permit<'_, StoreTreeWrite>, website: &Website) -> Result<()>;
    fn store_group_put(
        &self,
        permit: &Permit<'_, StoreTreeWrite>,
        group: &StoreGroup,
    ) -> Result<()>;
    fn store_view_put(&self, permit: &Permit<'_, StoreTreeWrite>, view: &StoreView) -> Result<()>;
    fn website_remove(&self, permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()>;
    fn store_group_remove(&self, permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()>;
    fn store_view_remove(&self, permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()>;
}
