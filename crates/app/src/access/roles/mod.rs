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
mod question;
mod resources;
mod scope;
mod steps;

pub use access::RoleSetAccess;
pub use apply::{RoleApplied, RoleApply};
pub use change::RoleChanged;
pub use create::RoleCreate;
pub use delete::{RoleDelete, RoleDeleted};
pub use diff::{RoleDiff, RoleDifferences};
pub use export::{RoleExport, RoleExported};
pub use file::FORMAT;
pub use file::plan::{AccessChange, UserProfile};
pub use grants::{RoleAllow, RoleDeny};
pub use list::{RoleList, RoleShow, RoleSummary};
pub use resources::{ResourceNode, RoleResources};
pub use scope::RoleSetScope;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::naming::website_codes;
use crate::ReadView;
use crate::core::find;
use lac_model::access::{Access, Rights, Role, RoleScope};
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::resource::Resource;
use lac_store::Result;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    pub name: String,
    /// `all` or `custom`.
    pub access: Access,
    /// The role's resources; all of them for `all`.
    #[serde(deserialize_with = "lac_model::resource::deserialize_known")]
    pub resources: Vec<Resource>,
    /// `all` or `custom`.
    pub scope: String,
    /// The websites of a custom scope, by code, as far as the actor can see
    /// them; `null` for all.
    pub websites: Option<Vec<String>>,
    /// The admin users who have it.
    pub users: Vec<String>,
}

impl RoleView {
    fn from_role(view: &ReadView<'_>, role: &Role) -> Result<Self> {
        let users = view.read.admin_users()?.into_iter();
        Ok(Self {
            name: role.name.clone(),
            access: role.rights.access,
            resources: Resource::all().filter(|r| role.rights.allows(*r)).collect(),
            scope: scope_name(&role.rights.scope).to_owned(),
            websites: website_codes(view, &role.rights.scope)?,
            users: users
                .filter(|user| user.role_id == role.id)
                .map(|user| user.name)
                .collect(),
        })
    }
}

/// A requested scope: all websites, or some by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeSelection {
    All,
    Websites(BoundedList<ShortText, MAX_VALUES_PER_FIELD>),
}

impl ScopeSelection {
    fn resolve(&self, view: &ReadView<'_>) -> Result<RoleScope> {
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

fn scope_name(scope: &RoleScope) -> &'static str {
    match scope {
        RoleScope::All => "all",
        RoleScope::Websites(_) => "custom",
    }
}

/// Rights in the form of an event's `before` and `after`.
fn rights_summary(view: &ReadView<'_>, rights: &Rights) -> Result<Value> {
    let tree = view.store_tree()?;
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
