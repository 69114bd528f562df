//! Websites, store groups and store views, and how defaults are found among
//! them.

use serde::{Deserialize, Serialize};

/// A website. The one with id 0 and code `admin` is the back office's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Website {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub default_group_id: Option<i64>,
    pub is_default: bool,
}

/// A store group ("store" in the back office).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreGroup {
    pub id: i64,
    pub website_id: i64,
    pub code: String,
    pub name: String,
    pub default_store_view_id: Option<i64>,
    pub root_category_id: Option<i64>,
}

/// A store view: what a customer sees, usually in one language. The one with id
/// 0 and code `admin` is the back office's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreView {
    pub id: i64,
    pub website_id: i64,
    pub group_id: i64,
    pub code: String,
    pub name: String,
    pub active: bool,
}

impl StoreView {
    /// Whether customers can use it: all except the back office's.
    pub fn is_storefront(&self) -> bool {
        self.id != 0 && self.code != "admin" && self.website_id != 0
    }
}

/// All websites, store groups and store views. Merchants have dozens, so they
/// fit in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreTree {
    pub websites: Vec<Website>,
    pub groups: Vec<StoreGroup>,
    pub views: Vec<StoreView>,
}

impl StoreTree {
    pub fn website(&self, id: i64) -> Option<&Website> {
        self.websites.iter().find(|w| w.id == id)
    }

    pub fn website_by_code(&self, code: &str) -> Option<&Website> {
        self.websites.iter().find(|w| w.code == code)
    }

    pub fn group(&self, id: i64) -> Option<&StoreGroup> {
        self.groups.iter().find(|g| g.id == id)
    }

    pub fn group_by_code(&self, code: &str) -> Option<&StoreGroup> {
        self.groups.iter().find(|g| g.code == code)
    }

    pub fn view(&self, id: i64) -> Option<&StoreView> {
        self.views.iter().find(|v| v.id == id)
    }

    pub fn view_by_code(&self, code: &str) -> Option<&StoreView> {
        self.views.iter().find(|v| v.code == code)
    }

    /// The default website: the one that is marked as default, otherwise the
    /// first that is not the back office's (the REST API does not say which one
    /// it is).
    pub fn default_website(&self) -> Option<&Website> {
        self.default_website_among(|_| true)
    }

    /// The default website among those for which `is_there` is true.
    pub fn default_website_among(&self, is_there: impl Fn(i64) -> bool) -> Option<&Website> {
        let shops = || self.websites.iter().filter(|w| w.id != 0 && is_there(w.id));
        shops()
            .find(|w| w.is_default)
            .or_else(|| shops().min_by_key(|w| w.id))
    }

    /// The default store view of a website: that of its default group,
    /// otherwise that of the first group that has one.
    pub fn default_view(&self, website_id: i64) -> Option<&StoreView> {
        let website = self.website(website_id)?;
        let named = website.default_group_id.and_then(|id| self.group(id));
        let groups = self.groups.iter().filter(|g| g.website_id == website_id);
        named
            .into_iter()
            .chain(groups)
            .filter_map(|group| self.view(group.default_store_view_id?))
            .find(|view| view.website_id == website_id && view.is_storefront())
    }

    /// The active store views of a website.
    pub fn active_views(&self, website_id: i64) -> impl Iterator<Item = &StoreView> {
        self.views
            .iter()
            .filter(move |v| v.website_id == website_id && v.is_storefront() && v.active)
    }
}
