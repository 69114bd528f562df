//! Who may do what: roles, admin users, storefront accounts, and the actor
//! that one of them is for the length of one act.

use serde::{Deserialize, Serialize};

use super::resource::{Resource, ResourceSet};
use super::time::Timestamp;

/// *Resource Access*: everything, or a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    All,
    Custom,
}

impl Access {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Custom => "custom",
        }
    }
}

/// *Role Scope*: every website, or some (by id).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleScope {
    All,
    Websites(Vec<i64>),
}

impl RoleScope {
    /// Whether a website lies within.
    pub fn covers(&self, website_id: i64) -> bool {
        match self {
            Self::All => true,
            Self::Websites(ids) => ids.contains(&website_id),
        }
    }

    /// Whether all of `other` lies within.
    pub fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Websites(_), Self::All) => false,
            (Self::Websites(_), Self::Websites(ids)) => ids.iter().all(|id| self.covers(*id)),
        }
    }

    /// The websites of a custom scope; `None` for all.
    pub fn websites(&self) -> Option<&[i64]> {
        match self {
            Self::All => None,
            Self::Websites(ids) => Some(ids),
        }
    }
}

/// What somebody may do, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    pub access: Access,
    /// What a `custom` access grants, each resource for itself.
    pub resources: ResourceSet,
    pub scope: RoleScope,
}

impl Rights {
    /// Whether a resource is held. Grants are explicit: holding a parent says
    /// nothing of its children.
    pub fn allows(&self, resource: Resource) -> bool {
        self.access == Access::All || self.resources.contains(resource)
    }

    /// Whether these rights contain all of `other`: nobody gives more than
    /// they hold.
    pub fn is_superset(&self, other: &Self) -> bool {
        let access = match (self.access, other.access) {
            (Access::All, _) => true,
            (Access::Custom, Access::All) => false,
            (Access::Custom, Access::Custom) => self.resources.is_superset(&other.resources),
        };
        access && self.scope.is_superset(&other.scope)
    }

    /// Whether what a limit names is held: one that names nothing asks for no
    /// more than there is.
    pub fn covers_named_limits(&self, limit: &Self) -> bool {
        let resources =
            limit.access == Access::All || limit.resources.iter().all(|r| self.allows(r));
        resources
            && limit
                .scope
                .websites()
                .is_none_or(|ids| ids.iter().all(|id| self.scope.covers(*id)))
    }

    /// What both hold: rights and their limit.
    #[must_use]
    pub fn intersection(&self, limit: &Self) -> Self {
        let (access, resources) = match (self.access, limit.access) {
            (Access::All, _) => (limit.access, limit.resources.clone()),
            (_, Access::All) => (self.access, self.resources.clone()),
            (Access::Custom, Access::Custom) => {
                let both = self.resources.iter().filter(|r| limit.allows(*r));
                (Access::Custom, both.collect())
            }
        };
        let scope = match (&self.scope, &limit.scope) {
            (RoleScope::All, scope) | (scope, RoleScope::All) => scope.clone(),
            (RoleScope::Websites(ids), other) => {
                let both = ids.iter().copied().filter(|id| other.covers(*id));
                RoleScope::Websites(both.collect())
            }
        };
        Self {
            access,
            resources,
            scope,
        }
    }

    /// Rights without a limit.
    pub fn unrestricted() -> Self {
        Self {
            access: Access::All,
            resources: ResourceSet::new(),
            scope: RoleScope::All,
        }
    }

    /// Everything, everywhere.
    pub fn is_unrestricted(&self) -> bool {
        self.access == Access::All && self.scope == RoleScope::All
    }
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub id: i64,
    pub name: String,
    pub rights: Rights,
}

/// An admin user (a person's account); has exactly one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminUser {
    pub id: i64,
    pub name: String,
    pub full_name: Option<String>,
    pub role_id: i64,
    /// The operating-system account that is this admin user here.
    pub os_account: Option<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
}

/// A storefront's own account: it redeems login URLs for its websites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storefront {
    pub id: i64,
    pub name: String,
    pub websites: Vec<i64>,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// A personal access token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    pub id: i64,
    pub owner: TokenOwner,
    pub name: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// Kept to the minute.
    pub last_used_at: Option<Timestamp>,
    /// What it is limited to; counts only together with the owner's own rights.
    pub limit: Rights,
    /// The token that its maker acted with; it counts no longer than that one.
    pub parent_id: Option<i64>,
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenOwner {
    AdminUser(i64),
    Storefront(i64),
}

/// Who is acting now, with the rights they have at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub identity: Identity,
    pub name: String,
    pub full_name: Option<String>,
    pub role: Option<String>,
    /// What the role holds, as far as the token's limit reaches.
    pub rights: Rights,
    pub via: AuthMethod,
    /// The token that was shown, if one was.
    pub token: Option<ActingToken>,
}

/// What acting by a token means for what one may hand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingToken {
    pub id: i64,
    /// Nothing made by it may outlive it.
    pub expires_at: Option<Timestamp>,
    /// Nothing made by it may hold more.
    pub limit: Rights,
    pub last_used_at: Option<Timestamp>,
    /// The token that it was made with.
    pub parent_id: Option<i64>,
}

impl ActingToken {
    /// Whether it stands for less than its owner: it has a limit, or was made
    /// with another token, with which it ends.
    pub fn is_restricted(&self) -> bool {
        self.parent_id.is_some() || !self.limit.is_unrestricted()
    }
}

impl AccessToken {
    /// This token, shown.
    pub fn to_acting_token(&self) -> ActingToken {
        ActingToken {
            id: self.id,
            expires_at: self.expires_at,
            limit: self.limit.clone(),
            last_used_at: self.last_used_at,
            parent_id: self.parent_id,
        }
    }
}

/// What kind of account acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    AdminUser(i64),
    Storefront(i64),
    /// The program itself, where it writes down what time has done.
    Upkeep,
}

/// How the actor showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    OsAccount,
    Token,
}

impl Actor {
    /// The admin user's id; `None` for a storefront.
    pub fn admin_id(&self) -> Option<i64> {
        match self.identity {
            Identity::AdminUser(id) => Some(id),
            Identity::Storefront(_) | Identity::Upkeep => None,
        }
    }

    /// Nobody: holds nothing and sees nothing.
    pub fn system() -> Self {
        Self {
            identity: Identity::Upkeep,
            name: String::new(),
            full_name: None,
            role: None,
            rights: Rights {
                access: Access::Custom,
                resources: ResourceSet::new(),
                scope: RoleScope::Websites(Vec::new()),
            },
            via: AuthMethod::OsAccount,
            token: None,
        }
    }

    /// Whether a website exists for this actor.
    pub fn can_see_website(&self, website_id: i64) -> bool {
        self.rights.scope.covers(website_id)
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
