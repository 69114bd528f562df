//! The store tree within the actor's role scope, to which a file's items may
//! refer. What is outside the role scope is not found.

use super::invalid::{ItemProblem, quote_short};
use crate::ReadView;
use lac_model::stores::{StoreTree, Website};
use lac_store::Result;

/// Read before the file, and compared with the store tree again once the store
/// is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VisibleStores {
    pub tree: StoreTree,
    /// The websites of the role scope; `None` for all.
    websites: Option<Vec<i64>>,
}

impl VisibleStores {
    pub(super) fn for_view(view: &ReadView<'_>) -> Result<Self> {
        Ok(Self {
            tree: view.store_tree()?.clone(),
            websites: view.website_ids(),
        })
    }

    /// Whether a website is within the role scope.
    pub(super) fn sees(&self, website_id: i64) -> bool {
        self.websites
            .as_ref()
            .is_none_or(|ids| ids.contains(&website_id))
    }

    /// Whether the role scope is limited to some websites.
    pub(super) fn is_limited(&self) -> bool {
        self.websites.is_some()
    }

    pub(super) fn website_code(&self, id: i64) -> Option<String> {
        self.tree.website(id).map(|website| website.code.clone())
    }

    /// Checks that the website exists, and returns its id.
    pub(super) fn website(&self, field: &str, id: i64) -> std::result::Result<i64, ItemProblem> {
        let found = self.tree.website(id);
        self.visible_website_id(field, found, || id.to_string())
    }

    /// A website's id, by its code.
    pub(super) fn website_by_code(
        &self,
        field: &str,
        code: &str,
    ) -> std::result::Result<i64, ItemProblem> {
        let found = self.tree.website_by_code(code);
        self.visible_website_id(field, found, || quote_short(code))
    }

    fn visible_website_id(
        &self,
        field: &str,
        website: Option<&Website>,
        named: impl Fn() -> String,
    ) -> std::result::Result<i64, ItemProblem> {
        let seen = website.filter(|website| self.sees(website.id));
        seen.map(|website| website.id).ok_or_else(|| {
            let problem = format!("website {} not found (import websites first)", named());
            ItemProblem::new(field, problem)
        })
    }

    /// A store view's id, by its code.
    pub(super) fn store_view_by_code(
        &self,
        field: &str,
        code: &str,
    ) -> std::result::Result<i64, ItemProblem> {
        // The back office's store view is visible to all: customers created in
        // the back office have it.
        let found = self.tree.view_by_code(code);
        let seen = found.filter(|view| view.id == 0 || self.sees(view.website_id));
        seen.map(|view| view.id).ok_or_else(|| {
            let named = quote_short(code);
            let problem = format!("store view {named} not found (import store-views first)");
            ItemProblem::new(field, problem)
        })
    }

    /// A store view's id, by its code: one of the role scope's websites.
    pub(super) fn own_store_view(
        &self,
        field: &str,
        code: &str,
    ) -> std::result::Result<i64, ItemProblem> {
        let found = self.store_view_by_code(field, code)?;
        if found != 0 {
            return Ok(found);
        }
        let problem = format!("store view {} is the back office's", quote_short(code));
        Err(ItemProblem::new(field, problem))
    }

    /// Checks that a document of this store view may be imported: any, unless
    /// the role scope is limited.
    pub(super) fn check_store_view(
        &self,
        field: &str,
        id: Option<i64>,
    ) -> std::result::Result<(), ItemProblem> {
        let view = id.and_then(|id| self.tree.view(id));
        if self.websites.is_none() || view.is_some_and(|view| self.sees(view.website_id)) {
            return Ok(());
        }
        let named = id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        Err(ItemProblem::new(
            field,
            format!("store view {named} not found"),
        ))
    }
}
