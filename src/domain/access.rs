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
    pub fn encloses(&self, other: &Self) -> bool {
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
    pub fn hold(&self, resource: Resource) -> bool {
        self.access == Access::All || self.resources.contains(resource)
    }

    /// Whether these rights contain all of `other`: nobody gives more than
    /// they hold.
    pub fn enclose(&self, other: &Self) -> bool {
        let access = match (self.access, other.access) {
            (Access::All, _) => true,
            (Access::Custom, Access::All) => false,
            (Access::Custom, Access::Custom) => self.resources.is_superset(&other.resources),
        };
        access && self.scope.encloses(&other.scope)
    }

    /// Rights without a limit.
    pub fn everything() -> Self {
        Self {
            access: Access::All,
            resources: ResourceSet::new(),
            scope: RoleScope::All,
        }
    }

    /// Everything, everywhere.
    pub fn is_everything(&self) -> bool {
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
    pub rights: Rights,
    pub via: Via,
}

/// What kind of account acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    AdminUser(i64),
    Storefront(i64),
}

/// How the actor showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    OsAccount,
    Token,
}

impl Actor {
    /// The admin user's id; `None` for a storefront.
    pub fn admin_id(&self) -> Option<i64> {
        match self.identity {
            Identity::AdminUser(id) => Some(id),
            Identity::Storefront(_) => None,
        }
    }

    /// Whether a website exists for this actor.
    pub fn sees(&self, website_id: i64) -> bool {
        self.rights.scope.covers(website_id)
    }
}
