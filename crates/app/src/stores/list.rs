//! The hierarchy as a list: each website, its groups, their views.

use serde::{Deserialize, Serialize};

use super::Level;
use crate::{Desk, look};
use lac_model::audit::Action;
use lac_model::form::{BoundedList, SOME};
use lac_model::resource::Resource;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::Result;

/// Asks for the hierarchy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct List {
    /// Only these levels; empty for all.
    pub levels: BoundedList<Level, SOME>,
    /// The back office's own as well.
    pub back_office: bool,
}

/// One website, store group or store view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub kind: Level,
    pub id: i64,
    pub code: String,
    pub name: String,
    /// Its own website's code.
    pub website: String,
    /// Its own group's code; `null` for a website.
    pub group: Option<String>,
    /// The default of what it belongs to (a website: of all).
    pub default: bool,
    /// `null` for what is not a store view.
    pub active: Option<bool>,
}

impl List {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<Node>> {
        look(desk, Action::StoreRead, &[Resource::STORE], |view| {
            let tree = view.tree()?;
            let mut nodes = Vec::new();
            for website in &tree.websites {
                if view.actor.sees(website.id) && (website.id != 0 || self.back_office) {
                    branch(tree, website, &mut nodes);
                }
            }
            // Of those that exist for the actor.
            let default = tree.default_website_among(|id| view.actor.sees(id));
            for node in &mut nodes {
                if node.kind == Level::Website {
                    node.default = default.is_some_and(|website| website.id == node.id);
                }
            }
            nodes.retain(|node| self.levels.is_empty() || self.levels.contains(&node.kind));
            Ok(nodes)
        })
    }
}

fn branch(tree: &StoreTree, website: &Website, nodes: &mut Vec<Node>) {
    nodes.push(Node::website(tree, website));
    for group in tree.groups.iter().filter(|g| g.website_id == website.id) {
        nodes.push(Node::group(website, group));
        let views = tree.views.iter().filter(|view| view.group_id == group.id);
        nodes.extend(views.map(|view| Node::view(website, group, view)));
    }
}

impl Node {
    pub(super) fn website(tree: &StoreTree, website: &Website) -> Self {
        Self {
            kind: Level::Website,
            id: website.id,
            code: website.code.clone(),
            name: website.name.clone(),
            website: website.code.clone(),
            group: None,
            default: tree.default_website().is_some_and(|w| w.id == website.id),
            active: None,
        }
    }

    pub(super) fn group(website: &Website, group: &StoreGroup) -> Self {
        Self {
            kind: Level::Group,
            id: group.id,
            code: group.code.clone(),
            name: group.name.clone(),
            website: website.code.clone(),
            group: Some(group.code.clone()),
            default: website.default_group_id == Some(group.id),
            active: None,
        }
    }

    pub(super) fn view(website: &Website, group: &StoreGroup, view: &StoreView) -> Self {
        Self {
            kind: Level::StoreView,
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
