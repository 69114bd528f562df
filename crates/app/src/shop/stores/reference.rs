//! References to nodes of the store hierarchy: `website:CODE`, `group:CODE`,
//! `store-view:CODE`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{StoreLevel, StoreNode};
use crate::ReadView;
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::scope::is_valid_code;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::Result;

/// A reference to a node: its level and code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StoreRef {
    pub level: StoreLevel,
    pub code: ShortText,
}

impl StoreRef {
    pub fn new(level: StoreLevel, code: ShortText) -> Self {
        Self { level, code }
    }
}

impl fmt::Display for StoreRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level.as_str(), self.code)
    }
}

impl FromStr for StoreRef {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is not website:CODE, group:CODE or store-view:CODE");
        let (level, code) = text.split_once(':').ok_or_else(wrong)?;
        let level = StoreLevel::ALL
            .into_iter()
            .find(|known| known.as_str() == level)
            .ok_or_else(wrong)?;
        if !is_valid_code(code) {
            return Err(wrong());
        }
        Ok(Self {
            level,
            code: code.parse().map_err(|_| wrong())?,
        })
    }
}

impl From<StoreRef> for String {
    fn from(address: StoreRef) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for StoreRef {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}

/// The node of a reference.
pub(super) enum StoreEntity<'a> {
    Website(&'a Website),
    Group(&'a StoreGroup),
    View(&'a StoreView),
}

impl StoreEntity<'_> {
    pub(super) fn website_id(&self) -> i64 {
        match self {
            Self::Website(website) => website.id,
            Self::Group(group) => group.website_id,
            Self::View(view) => view.website_id,
        }
    }

    pub(super) fn to_node(&self, tree: &StoreTree) -> Result<StoreNode> {
        let website = tree.website(self.website_id());
        let website = website.ok_or_else(|| Fault::internal("it belongs to no website"))?;
        Ok(match self {
            Self::Website(_) => StoreNode::from_website(tree, website),
            Self::Group(group) => StoreNode::from_group(website, group),
            Self::View(view) => {
                let group = tree.group(view.group_id);
                let group = group.ok_or_else(|| Fault::internal("it belongs to no group"))?;
                StoreNode::from_view(website, group, view)
            }
        })
    }

    /// Whether the node belongs to the back office.
    pub(super) fn is_back_office(&self) -> bool {
        match self {
            Self::Website(website) => website.id == 0,
            Self::Group(group) => group.id == 0,
            Self::View(view) => view.id == 0,
        }
    }
}

impl StoreRef {
    /// Finds the node, within the actor's role scope.
    pub(super) fn find<'v>(&self, view: &'v ReadView<'_>) -> Result<StoreEntity<'v>> {
        let tree = view.store_tree()?;
        let code = self.code.as_str();
        let found = match self.level {
            StoreLevel::Website => tree.website_by_code(code).map(StoreEntity::Website),
            StoreLevel::Group => tree.group_by_code(code).map(StoreEntity::Group),
            StoreLevel::StoreView => tree.view_by_code(code).map(StoreEntity::View),
        };
        found
            .filter(|found| view.actor.can_see_website(found.website_id()))
            .ok_or_else(|| self.missing())
    }

    fn missing(&self) -> Fault {
        let code = self.code.to_string();
        match self.level {
            StoreLevel::Website => Fault::WebsiteNotFound { website: code },
            StoreLevel::Group => Fault::StoreGroupNotFound { group: code },
            StoreLevel::StoreView => Fault::StoreViewNotFound { store_view: code },
        }
    }
}
