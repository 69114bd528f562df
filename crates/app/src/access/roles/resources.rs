//! Shows the tree of resources, and which of them a role has.

use serde::{Deserialize, Serialize};

use crate::core::find;
use crate::{Context, read};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::resource::Resource;
use lac_store::Result;

/// Lists the resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RoleResources {
    /// The role whose resources are marked.
    pub role: Option<ShortText>,
}

/// One resource, in the tree's order: parents before their children.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResourceNode {
    pub id: String,
    pub title: String,
    pub parent: Option<String>,
    /// The number of its ancestors.
    pub depth: usize,
    /// Whether the role has it, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// What it allows in `lac`.
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
