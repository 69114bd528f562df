//! The part of the port for roles, admin users, storefronts and access tokens.

use super::{AdminUserWrite, Permit, Result, RoleWrite, StorefrontWrite, TokenWrite};
use lac_model::access::{AccessToken, AdminUser, Role, Storefront, TokenOwner};
use lac_model::resource::ResourceSet;
use lac_model::time::Timestamp;

/// Roles, admin users and storefronts.
pub trait AccessReads {
    /// All roles, ordered by name.
    fn roles(&self) -> Result<Vec<Role>>;
    fn role(&self, id: i64) -> Result<Option<Role>>;
    /// Names are compared exactly, case included.
    fn role_by_name(&self, name: &str) -> Result<Option<Role>>;
    /// The resources that were granted to a role before it got access to
    /// everything. They have no effect, and are deleted when the role becomes
    /// custom again.
    fn role_former_resources(&self, id: i64) -> Result<ResourceSet>;
    /// All admin users, ordered by name.
    fn admin_users(&self) -> Result<Vec<AdminUser>>;
    /// Whether the table of admin users has a row, damaged or not.
    fn has_admin_users(&self) -> Result<bool>;
    fn admin_user(&self, id: i64) -> Result<Option<AdminUser>>;
    fn admin_user_by_name(&self, name: &str) -> Result<Option<AdminUser>>;
    fn admin_user_by_os_account(&self, account: &str) -> Result<Option<AdminUser>>;
    /// All storefronts, ordered by name.
    fn storefronts(&self) -> Result<Vec<Storefront>>;
    fn storefront(&self, id: i64) -> Result<Option<Storefront>>;
}

/// Access tokens.
pub trait TokenReads {
    /// The token with this SHA-256 hash.
    fn access_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<AccessToken>>;
    fn access_token(&self, id: i64) -> Result<Option<AccessToken>>;
    /// The tokens that were made by using this token, oldest first.
    fn access_tokens_by_parent(&self, parent_id: i64) -> Result<Vec<AccessToken>>;
    /// All tokens of this owner, oldest first, including revoked ones.
    fn access_tokens(&self, owner: TokenOwner) -> Result<Vec<AccessToken>>;
}

/// A `_put` with id 0 inserts a row under a new id, any other id inserts or
/// replaces the row with that id. Both return the id. A name or
/// operating-system account that is already in use is `already_exists`.
/// Creation times are never replaced, nor is the name of a storefront. Removing
/// an admin user also removes their tokens.
///
/// `role_put` with access to everything keeps the resources that are stored for
/// the role (see [`AccessReads::role_former_resources`]).
pub trait AccessWrites {
    fn role_put(&self, permit: &Permit<'_, RoleWrite>, role: &Role) -> Result<i64>;
    fn role_remove(&self, permit: &Permit<'_, RoleWrite>, id: i64) -> Result<()>;
    fn admin_user_put(&self, permit: &Permit<'_, AdminUserWrite>, user: &AdminUser) -> Result<i64>;
    fn admin_user_remove(&self, permit: &Permit<'_, AdminUserWrite>, id: i64) -> Result<()>;
    fn storefront_put(
        &self,
        permit: &Permit<'_, StorefrontWrite>,
        storefront: &Storefront,
    ) -> Result<i64>;
}

/// Changes to access tokens.
pub trait TokenWrites {
    /// Inserts a token under a new id and returns the id. The secret itself is
    /// never stored, only its SHA-256 `hash`.
    fn access_token_add(
        &self,
        permit: &Permit<'_, TokenWrite>,
        token: &AccessToken,
        hash: &[u8; 32],
    ) -> Result<i64>;
    /// Lets a token expire at `at`, unless it expires before.
    fn access_token_expire(
        &self,
        permit: &Permit<'_, TokenWrite>,
        id: i64,
        at: Timestamp,
    ) -> Result<()>;
    /// Revokes a token at `at`; one that is revoked already stays as it is.
    fn access_token_revoke(
        &self,
        permit: &Permit<'_, TokenWrite>,
        id: i64,
        at: Timestamp,
    ) -> Result<()>;
}
