//! `website:CODE`, `group:CODE`, `store-view:CODE`: what one names a node of
//! the store hierarchy by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Node;
use crate::View;
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::scope::valid_code;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::Result;

/// A level of the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Website,
    Group,
    StoreView,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Website, Self::Group, Self::StoreView];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Group => "group",
            Self::StoreView => "store-view",
        }
    }
}

/// One node, by its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address {
    pub level: Level,
    pub code: ShortText,
}

impl Address {
    pub fn new(level: Level, code: ShortText) -> Self {
        Self { level, code }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level.as_str(), self.code)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is not website:CODE, group:CODE or store-view:CODE");
        let (level, code) = text.split_once(':').ok_or_else(wrong)?;
        let level = Level::ALL
            .into_iter()
            .find(|known| known.as_str() == level)
            .ok_or_else(wrong)?;
        if !valid_code(code) {
            return Err(wrong());
        }
        Ok(Self {
            level,
            code: code.parse().map_err(|_| wrong())?,
        })
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}

/// The node an address leads to.
pub(super) enum Found<'a> {
    Website(&'a Website),
    Group(&'a StoreGroup),
    View(&'a StoreView),
}

impl Found<'_> {
    pub(super) fn website_id(&self) -> i64 {
        match self {
            Self::Website(website) => website.id,
            Self::Group(group) => group.website_id,
            Self::View(view) => view.website_id,
        }
    }

    pub(super) fn node(&self, tree: &StoreTree) -> Result<Node> {
        let website = tree.website(self.website_id());
        let website = website.ok_or_else(|| Fault::internal("it belongs to no website"))?;
        Ok(match self {
            Self::Website(_) => Node::website(tree, website),
            Self::Group(group) => Node::group(website, group),
            Self::View(view) => {
                let group = tree.group(view.group_id);
                let group = group.ok_or_else(|| Fault::internal("it belongs to no group"))?;
                Node::view(website, group, view)
            }
        })
    }

    /// Whether it is one of the back office's own three.
    pub(super) fn is_back_office(&self) -> bool {
        match self {
            Self::Website(website) => website.id == 0,
            Self::Group(group) => group.id == 0,
            Self::View(view) => view.id == 0,
        }
    }
}

impl Address {
    /// The node within the actor's role scope.
    ///
    /// # Errors
    /// `website_not_found`, `store_group_not_found`, `store_view_not_found`.
    pub(super) fn find<'v>(&self, view: &'v View<'_>) -> Result<Found<'v>> {
        let tree = view.tree()?;
        let code = self.code.as_str();
        let found = match self.level {
            Level::Website => tree.website_by_code(code).map(Found::Website),
            Level::Group => tree.group_by_code(code).map(Found::Group),
            Level::StoreView => tree.view_by_code(code).map(Found::View),
        };
        found
            .filter(|found| view.actor.sees(found.website_id()))
            .ok_or_else(|| self.missing())
    }

    fn missing(&self) -> Fault {
        let code = self.code.to_string();
        match self.level {
            Level::Website => Fault::WebsiteNotFound { website: code },
            Level::Group => Fault::StoreGroupNotFound { group: code },
            Level::StoreView => Fault::StoreViewNotFound { store_view: code },
        }
    }
}
