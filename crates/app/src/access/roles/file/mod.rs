//! Roles and admin users as a file declares them (`lac-roles/1`).

pub mod directory;
pub mod plan;
mod read;
mod write;

pub use directory::AccessDirectory;
pub use plan::AccessChange;
pub use read::AccessFile;
pub use write::write_file;

use std::collections::{BTreeMap, BTreeSet};

use crate::ReadView;
use lac_model::access::{Access, Actor};
use lac_model::resource::{Resource, ResourceSet};

/// What a file says of itself.
pub const FORMAT: &str = "lac-roles/1";

/// Roles and admin users by name: what a store holds or what a file wants, in
/// the same words. A part that is `None` is not spoken of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessState {
    pub roles: Option<BTreeMap<String, RoleState>>,
    pub users: Option<BTreeMap<String, UserState>>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleState {
    pub access: Access,
    /// Empty where access is `all`.
    pub resources: ResourceSet,
    /// The websites of a custom scope, by code, as far as the actor sees them;
    /// `None` for all.
    pub websites: Option<BTreeSet<String>>,
}

/// An admin user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserState {
    pub role: String,
    pub full_name: Option<String>,
    pub os_account: Option<String>,
    pub enabled: bool,
}

/// One of the two parts of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSection {
    Roles,
    Users,
}

impl FileSection {
    pub const ALL: [Self; 2] = [Self::Roles, Self::Users];

    /// What reading and changing it takes.
    pub fn resource(self) -> Resource {
        match self {
            Self::Roles => Resource::ACL_ROLES,
            Self::Users => Resource::ACL_USERS,
        }
    }

    /// Whether the actor may read it.
    pub fn may_be_read_by(self, actor: &Actor) -> bool {
        actor.rights.allows(self.resource())
    }

    /// That it was left out, for people.
    fn left_out(self) -> String {
        let what = match self {
            Self::Roles => "roles",
            Self::Users => "admin users",
        };
        format!("{what}: that takes {}", self.resource())
    }
}

/// Those of the parts that the actor may not read, for people.
pub fn left_out_sections(view: &ReadView<'_>, parts: &[FileSection]) -> Vec<String> {
    let hidden = parts
        .iter()
        .filter(|part| !part.may_be_read_by(&view.actor));
    hidden.map(|part| part.left_out()).collect()
}
