//! Websites, store groups and store views in answers.

use serde::{Deserialize, Serialize};

use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};

/// A level of the store hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreLevel {
    Website,
    Group,
    StoreView,
}

impl StoreLevel {
    pub const ALL: [Self; 3] = [Self::Website, Self::Group, Self::StoreView];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Group => "group",
            Self::StoreView => "store-view",
        }
    }
}

/// One website, store group or store view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreNode {
    pub kind: StoreLevel,
    pub id: i64,
    pub code: String,
    pub name: String,
    /// The code of its website; for a website, its own code.
    pub website: String,
    /// The code of its group; for a group, its own code; `null` for a website.
    pub group: Option<String>,
    /// Whether it is the default of its parent or, for a website, of the store.
    pub default: bool,
    /// `null` for websites and groups.
    pub active: Option<bool>,
}

impl StoreNode {
    pub(super) fn from_website(tree: &StoreTree, website: &Website) -> Self {
        Self {
            kind: StoreLevel::Website,
            id: website.id,
            code: website.code.clone(),
            name: website.name.clone(),
            website: website.code.clone(),
            group: None,
            default: tree.default_website().is_some_and(|w| w.id == website.id),
            active: None,
        }
    }

    pub(super) fn from_group(website: &Website, group: &StoreGroup) -> Self {
        Self {
            kind: StoreLevel::Group,
            id: group.id,
            code: group.code.clone(),
            name: group.name.clone(),
            website: website.code.clone(),
            group: Some(group.code.clone()),
            default: website.default_group_id == Some(group.id),
            active: None,
        }
    }

    pub(super) fn from_view(website: &Website, group: &StoreGroup, view: &StoreView) -> Self {
        Self {
            kind: StoreLevel::StoreView,
            id: view.id,
            code: view.code.clone(),
            name: view.name.clone(),
            website: website.code.clone(),
            group: Some(group.code.clone()),
            default: group.default_store_view_id == Some(view.id),
            active: Some(view.active),
        }
    }
}
