//! The tree of resources, and what a role holds of it.

use serde::{Deserialize, Serialize};

use crate::core::find;
use crate::{Context, read};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Asks for the tree.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RoleResources {
    /// Marks what this role holds.
    pub role: Option<ShortText>,
}

/// One resource, in the tree's order: parents before their children.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResourceNode {
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

impl RoleResources {
    /// # Errors
    /// `resource_denied`, `role_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<ResourceNode>> {
        read(context, Action::RoleRead, &[Resource::ACL_ROLES], |view| {
            let role = self.role.as_deref();
            let role = role.map(|name| find::role(view, name)).transpose()?;
            let node = |resource: Resource| ResourceNode {
                id: resource.id().to_owned(),
                title: resource.title().to_owned(),
                parent: resource.parent().map(|parent| parent.id().to_owned()),
                depth: resource.depth(),
                granted: role.as_ref().map(|role| role.rights.allows(resource)),
                meaning: resource.description().to_owned(),
            };
            Ok(Resource::all().map(node).collect())
        })
    }
}
