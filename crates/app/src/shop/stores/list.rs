//! Lists the store hierarchy: each website, its groups, and their store views.

use serde::{Deserialize, Serialize};

use super::{StoreLevel, StoreNode};
use crate::{Context, read};
use lac_model::audit::Action;
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD};
use lac_model::resource::Resource;
use lac_model::stores::{StoreTree, Website};
use lac_store::Result;

/// Asks for the store hierarchy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StoresList {
    /// Only these levels; empty for all.
    pub levels: BoundedList<StoreLevel, MAX_VALUES_PER_FIELD>,
    /// Whether to include the back office's nodes.
    pub back_office: bool,
}

impl StoresList {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<StoreNode>> {
        read(context, Action::StoreRead, &[Resource::STORE], |view| {
            let tree = view.store_tree()?;
            let mut nodes = Vec::new();
            for website in &tree.websites {
                if view.actor.can_see_website(website.id) && (website.id != 0 || self.back_office) {
                    push_website(tree, website, &mut nodes);
                }
            }
            // The default among the websites that the actor can see.
            let default = tree.default_website_among(|id| view.actor.can_see_website(id));
            for node in &mut nodes {
                if node.kind == StoreLevel::Website {
                    node.default = default.is_some_and(|website| website.id == node.id);
                }
            }
            nodes.retain(|node| self.levels.is_empty() || self.levels.contains(&node.kind));
            Ok(nodes)
        })
    }
}

fn push_website(tree: &StoreTree, website: &Website, nodes: &mut Vec<StoreNode>) {
    nodes.push(StoreNode::from_website(tree, website));
    for group in tree.groups.iter().filter(|g| g.website_id == website.id) {
        nodes.push(StoreNode::from_group(website, group));
        let views = tree.views.iter().filter(|view| view.group_id == group.id);
        nodes.extend(views.map(|view| StoreNode::from_view(website, group, view)));
    }
}
