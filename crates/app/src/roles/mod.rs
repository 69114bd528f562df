//! Roles: *Resource Access* and *Role Scope*.

mod access;
mod apply;
mod change;
mod create;
mod delete;
mod diff;
mod export;
mod file;
mod grants;
mod list;
mod resources;
mod scope;
mod steps;

pub use access::SetAccess;
pub use apply::{Applied, Apply};
pub use change::Changed;
pub use create::Create;
pub use delete::{Delete, Deleted};
pub use diff::{Diff, Differences};
pub use export::{Export, Exported};
pub use file::FORMAT;
pub use file::plan::{Change, Person};
pub use grants::{Allow, Deny};
pub use list::{List, RoleRow, Show};
pub use resources::{Node, Tree};
pub use scope::SetScope;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{View, find};
use lac_model::access::{Access, Rights, Role, RoleScope};
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, SOME, ShortText};
use lac_model::resource::{Resource, ResourceError};
use lac_store::Result;

/// A role as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    pub name: String,
    /// `all` or `custom`.
    pub access: Access,
    /// What is held; every resource for `all`.
    pub resources: Vec<Resource>,
    /// `all` or `custom`.
    pub scope: String,
    /// The websites of a custom scope, by code, as far as the actor's own
    /// scope reaches; `null` for all.
    pub websites: Option<Vec<String>>,
    /// The admin users who have it.
    pub users: Vec<String>,
}

impl RoleView {
    fn of(view: &View<'_>, role: &Role) -> Result<Self> {
        let users = view.read.admin_users()?.into_iter();
        Ok(Self {
            name: role.name.clone(),
            access: role.rights.access,
            resources: Resource::all().filter(|r| role.rights.hold(*r)).collect(),
            scope: scope_word(&role.rights.scope).to_owned(),
            websites: codes(view, &role.rights.scope)?,
            users: users
                .filter(|user| user.role_id == role.id)
                .map(|user| user.name)
                .collect(),
        })
    }
}

/// The scope a role is to have: all, or websites by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeWish {
    All,
    Websites(BoundedList<ShortText, SOME>),
}

impl ScopeWish {
    /// # Errors
    /// `website_not_found`, also outside the actor's own scope.
    fn find(&self, view: &View<'_>) -> Result<RoleScope> {
        let Self::Websites(codes) = self else {
            return Ok(RoleScope::All);
        };
        let ids = codes.iter().map(|code| Ok(find::website(view, code)?.id));
        let mut ids = ids.collect::<Result<Vec<i64>>>()?;
        ids.sort_unstable();
        ids.dedup();
        Ok(RoleScope::Websites(ids))
    }
}

fn scope_word(scope: &RoleScope) -> &'static str {
    match scope {
        RoleScope::All => "all",
        RoleScope::Websites(_) => "custom",
    }
}

/// The websites of a custom scope that exist for the actor.
pub(super) fn codes(view: &View<'_>, scope: &RoleScope) -> Result<Option<Vec<String>>> {
    let Some(ids) = scope.websites() else {
        return Ok(None);
    };
    let tree = view.tree()?;
    let seen = ids.iter().filter(|id| view.actor.sees(**id));
    Ok(Some(
        seen.filter_map(|id| Some(tree.website(*id)?.code.clone()))
            .collect(),
    ))
}

/// Rights as an event's `before` and `after` carry them.
fn summary(view: &View<'_>, rights: &Rights) -> Result<Value> {
    let tree = view.tree()?;
    let scope = match rights.scope.websites() {
        None => json!("all"),
        Some(ids) => ids
            .iter()
            .filter_map(|id| Some(tree.website(*id)?.code.clone()))
            .collect(),
    };
    let resources = match rights.access {
        Access::All => Value::Null,
        Access::Custom => rights.resources.iter().map(Resource::id).collect(),
    };
    Ok(json!({
        "access": rights.access.as_str(),
        "resources": resources,
        "scope": scope,
    }))
}

/// Resources as people name them.
///
/// # Errors
/// `resource_not_found`; `invalid_value` for one that fits several.
pub(super) fn named(texts: &[ShortText], with_children: bool) -> Result<Vec<Resource>> {
    let mut found = Vec::new();
    for text in texts {
        let resource = Resource::parse(text).map_err(fault)?;
        if with_children {
            found.extend(resource.subtree());
        } else {
            found.push(resource);
        }
    }
    Ok(found)
}

fn fault(error: ResourceError) -> Fault {
    let text = error.to_string();
    match error {
        ResourceError::Unknown {
            nearest: Some(near),
            ..
        } => Fault::ResourceNotFound {
            reason: format!("{text}; did you mean {near}?"),
        },
        ResourceError::Unknown { nearest: None, .. } | ResourceError::Former { .. } => {
            Fault::ResourceNotFound { reason: text }
        }
        ResourceError::Ambiguous { .. } => Fault::invalid("RESOURCE", text),
    }
}
