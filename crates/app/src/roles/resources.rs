//! The tree of resources, and what a role holds of it.

use serde::{Deserialize, Serialize};

use crate::{Desk, find, look};
use lac_model::audit::Action;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Asks for the tree.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tree {
    /// Marks what this role holds.
    pub role: Option<ShortText>,
}

/// One resource, in the tree's order: parents before their children.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Node {
    pub id: String,
    pub title: String,
    pub parent: Option<String>,
    /// How many ancestors it has.
    pub depth: usize,
    /// Whether the role holds it, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// What it lets one do here.
    pub meaning: String,
}

impl Tree {
    /// # Errors
    /// `resource_denied`, `role_not_found`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<Node>> {
        look(desk, Action::RoleRead, &[Resource::ACL_ROLES], |view| {
            let role = self.role.as_deref();
            let role = role.map(|name| find::role(view, name)).transpose()?;
            let node = |resource: Resource| Node {
                id: resource.id().to_owned(),
                title: resource.title().to_owned(),
                parent: resource.parent().map(|parent| parent.id().to_owned()),
                depth: resource.depth(),
                granted: role.as_ref().map(|role| role.rights.hold(resource)),
                meaning: resource.meaning().to_owned(),
            };
            Ok(Resource::all().map(node).collect())
        })
    }
}
