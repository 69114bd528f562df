//! Roles, admin users, storefronts and access tokens, and the rights they have.
//! An [`Actor`] is the account that carries out one act.

use serde::{Deserialize, Serialize};

use super::resource::{Resource, ResourceSet};
use super::time::Timestamp;

/// *Resource Access* in Adobe Commerce: all resources, or a set of them.
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

/// *Role Scope* in Adobe Commerce: all websites, or some of them (ids).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleScope {
    All,
    Websites(Vec<i64>),
}

impl RoleScope {
    pub fn covers(&self, website_id: i64) -> bool {
        match self {
            Self::All => true,
            Self::Websites(ids) => ids.contains(&website_id),
        }
    }

    /// Whether all websites of `other` are in this scope.
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

/// The rights of a role, a token or an actor: resources and websites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    pub access: Access,
    /// The granted resources, if access is `custom`.
    pub resources: ResourceSet,
    pub scope: RoleScope,
}

impl Rights {
    /// Whether a resource is granted. A granted parent does not grant its
    /// children.
    pub fn allows(&self, resource: Resource) -> bool {
        self.access == Access::All || self.resources.contains(resource)
    }

    /// Whether these rights include all of `other`.
    pub fn is_superset(&self, other: &Self) -> bool {
        let access = match (self.access, other.access) {
            (Access::All, _) => true,
            (Access::Custom, Access::All) => false,
            (Access::Custom, Access::Custom) => self.resources.is_superset(&other.resources),
        };
        access && self.scope.is_superset(&other.scope)
    }

    /// Whether the resources and websites that `limit` lists are included here.
    /// A limit of "all" lists nothing and is always covered.
    pub fn covers_named_limits(&self, limit: &Self) -> bool {
        let resources =
            limit.access == Access::All || limit.resources.iter().all(|r| self.allows(r));
        resources
            && limit
                .scope
                .websites()
                .is_none_or(|ids| ids.iter().all(|id| self.scope.covers(*id)))
    }

    /// The rights that both have.
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

    /// All resources on all websites.
    pub fn unrestricted() -> Self {
        Self {
            access: Access::All,
            resources: ResourceSet::new(),
            scope: RoleScope::All,
        }
    }

    pub fn is_unrestricted(&self) -> bool {
        self.access == Access::All && self.scope == RoleScope::All
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub id: i64,
    pub name: String,
    pub rights: Rights,
}

/// An admin user: the account of one person, with exactly one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminUser {
    pub id: i64,
    pub name: String,
    pub full_name: Option<String>,
    pub role_id: i64,
    /// The operating-system account that signs in as this admin user.
    pub os_account: Option<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
}

/// The account of a storefront, which redeems login URLs for its websites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storefront {
    pub id: i64,
    pub name: String,
    pub websites: Vec<i64>,
    pub rights: StorefrontRights,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// What a storefront may do besides redeeming login URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorefrontRight {
    /// Pass on what customers decide about their consent.
    Consent,
    /// Keep customers and orders in step with the shop.
    Sync,
}

impl StorefrontRight {
    pub const ALL: [Self; 2] = [Self::Consent, Self::Sync];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Sync => "sync",
        }
    }

    pub fn parse_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == name)
    }
}

/// A set of [`StorefrontRight`]s. Admin users have none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorefrontRights {
    pub may_consent: bool,
    pub may_sync: bool,
}

impl StorefrontRights {
    pub fn allows(self, right: StorefrontRight) -> bool {
        match right {
            StorefrontRight::Consent => self.may_consent,
            StorefrontRight::Sync => self.may_sync,
        }
    }

    pub fn iter(self) -> impl Iterator<Item = StorefrontRight> {
        let all = StorefrontRight::ALL.into_iter();
        all.filter(move |right| self.allows(*right))
    }
}

impl FromIterator<StorefrontRight> for StorefrontRights {
    fn from_iter<I: IntoIterator<Item = StorefrontRight>>(rights: I) -> Self {
        let mut found = Self::default();
        for right in rights {
            match right {
                StorefrontRight::Consent => found.may_consent = true,
                StorefrontRight::Sync => found.may_sync = true,
            }
        }
        found
    }
}

/// An access token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    pub id: i64,
    pub owner: TokenOwner,
    pub name: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// Rounded down to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The address that it was last used from, if the caller had one.
    pub last_used_from: Option<String>,
    /// The token's own rights. It can do what both these and its owner's rights
    /// allow.
    pub limit: Rights,
    /// The token that was used to create this one; this one is valid only while
    /// that one is.
    pub parent_id: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenOwner {
    AdminUser(i64),
    Storefront(i64),
}

/// The account that carries out an act, with its current rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub identity: Identity,
    pub name: String,
    pub full_name: Option<String>,
    pub role: Option<String>,
    /// The role's rights, reduced by the token's limit.
    pub rights: Rights,
    /// What a storefront may do besides; nothing for an admin user.
    pub storefront_rights: StorefrontRights,
    pub via: AuthMethod,
    /// The token that was used, if any.
    pub token: Option<ActingToken>,
}

/// The limits that a token puts on what is created with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingToken {
    pub id: i64,
    /// Tokens created with it must not expire later.
    pub expires_at: Option<Timestamp>,
    /// Tokens created with it must not have more rights.
    pub limit: Rights,
    pub last_used_at: Option<Timestamp>,
    pub last_used_from: Option<String>,
    /// The token that was used to create it.
    pub parent_id: Option<i64>,
}

impl ActingToken {
    /// Whether it can do less than its owner: it has a limit, or it ends with
    /// the token that created it.
    pub fn is_restricted(&self) -> bool {
        self.parent_id.is_some() || !self.limit.is_unrestricted()
    }
}

impl AccessToken {
    /// Whether it is neither revoked nor expired. Its owner and the tokens that
    /// it descends from can still make it invalid.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    pub fn to_acting_token(&self) -> ActingToken {
        ActingToken {
            id: self.id,
            expires_at: self.expires_at,
            limit: self.limit.clone(),
            last_used_at: self.last_used_at,
            last_used_from: self.last_used_from.clone(),
            parent_id: self.parent_id,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    AdminUser(i64),
    Storefront(i64),
    /// The program itself, when it stores that something has expired.
    Upkeep,
}

/// How the actor was identified.
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

    /// The storefront's id; `None` for an admin user.
    pub fn storefront_id(&self) -> Option<i64> {
        match self.identity {
            Identity::Storefront(id) => Some(id),
            Identity::AdminUser(_) | Identity::Upkeep => None,
        }
    }

    /// The program itself: no rights, and no website is visible.
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
            storefront_rights: StorefrontRights::default(),
            via: AuthMethod::OsAccount,
            token: None,
        }
    }

    /// Whether the actor can see a website. To the actor, others do not exist.
    pub fn can_see_website(&self, website_id: i64) -> bool {
        self.rights.scope.covers(website_id)
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
