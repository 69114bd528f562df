//! Files of roles and admin users (`lac-roles/1`).

pub(super) mod directory;
pub(super) mod plan;
mod read;
mod write;

pub(super) use directory::AccessDirectory;
pub(super) use plan::AccessChange;
pub(super) use read::AccessFile;
pub(super) use write::write_file;

use std::collections::{BTreeMap, BTreeSet};

use crate::ReadView;
use lac_model::access::{Access, Actor};
use lac_model::resource::{Resource, ResourceSet};

/// The value of the file's `format` key.
pub const FORMAT: &str = "lac-roles/1";

/// Roles and admin users by name, as a store has them or a file declares them.
/// `None` if the file lacks the section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AccessState {
    pub roles: Option<BTreeMap<String, RoleState>>,
    pub users: Option<BTreeMap<String, UserState>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RoleState {
    pub access: Access,
    /// Empty if access is `all`.
    pub resources: ResourceSet,
    /// The websites of a custom scope that the actor can see, by code; `None`
    /// for all.
    pub websites: Option<BTreeSet<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserState {
    pub role: String,
    pub full_name: Option<String>,
    pub os_account: Option<String>,
    pub enabled: bool,
}

/// A section of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileSection {
    Roles,
    Users,
}

impl FileSection {
    pub(super) const ALL: [Self; 2] = [Self::Roles, Self::Users];

    /// The resource needed to read and change it.
    pub(super) fn resource(self) -> Resource {
        match self {
            Self::Roles => Resource::ACL_ROLES,
            Self::Users => Resource::ACL_USERS,
        }
    }

    pub(super) fn may_be_read_by(self, actor: &Actor) -> bool {
        actor.rights.allows(self.resource())
    }

    /// A message that the section was left out.
    fn left_out(self) -> String {
        let what = match self {
            Self::Roles => "roles",
            Self::Users => "admin users",
        };
        format!("{what}: that takes {}", self.resource())
    }
}

/// Messages about the sections that the actor may not read.
pub(super) fn left_out_sections(view: &ReadView<'_>, parts: &[FileSection]) -> Vec<String> {
    let hidden = parts
        .iter()
        .filter(|part| !part.may_be_read_by(&view.actor));
    hidden.map(|part| part.left_out()).collect()
}
