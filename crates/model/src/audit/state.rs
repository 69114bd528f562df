//! Digests of the tables that decide who may do what.
//!
//! An event that changes one of these tables records the digests of all of
//! them, so that later changes by other programs are detected.

use serde::{Deserialize, Serialize};

use super::action::ActionGroup;

/// A kind of state whose digest is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    Roles,
    AdminUsers,
    Tokens,
    Storefronts,
    Keys,
    Config,
    FormerIds,
}

impl StateKind {
    pub const ALL: [Self; 7] = [
        Self::Roles,
        Self::AdminUsers,
        Self::Tokens,
        Self::Storefronts,
        Self::Keys,
        Self::Config,
        Self::FormerIds,
    ];

    /// The key in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::AdminUsers => "admin_users",
            Self::Tokens => "tokens",
            Self::Storefronts => "storefronts",
            Self::Keys => "keys",
            Self::Config => "config",
            Self::FormerIds => "former_ids",
        }
    }

    /// The name in messages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::AdminUsers => "admin users",
            Self::Tokens => "access tokens",
            Self::Storefronts => "storefronts",
            Self::Keys => "keys",
            Self::Config => "config values",
            Self::FormerIds => "former ids of customers",
        }
    }

    /// The action groups that change it and may be left out of the log. If one
    /// of them is, the log does not know the digest of this kind.
    fn optional_groups(self) -> &'static [ActionGroup] {
        match self {
            Self::Config => &[
                ActionGroup::Config,
                ActionGroup::Import,
                ActionGroup::Stores,
            ],
            Self::Storefronts => &[ActionGroup::Storefronts],
            Self::FormerIds => &[ActionGroup::Customers, ActionGroup::Import],
            Self::Roles | Self::AdminUsers | Self::Tokens | Self::Keys => &[],
        }
    }

    /// Whether all changes are recorded while the groups `left_out` are not
    /// logged.
    pub fn is_fully_logged(self, left_out: &[ActionGroup]) -> bool {
        !self
            .optional_groups()
            .iter()
            .any(|group| left_out.contains(group))
    }
}

/// The digest of each kind (SHA-256 in base64url, without padding); `None` if
/// not all changes of the kind are recorded. Its serialised form is hashed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateDigests {
    roles: Option<String>,
    admin_users: Option<String>,
    tokens: Option<String>,
    storefronts: Option<String>,
    keys: Option<String>,
    config: Option<String>,
    #[serde(default)]
    former_ids: Option<String>,
}

impl StateDigests {
    pub fn get(&self, kind: StateKind) -> Option<&str> {
        match kind {
            StateKind::Roles => &self.roles,
            StateKind::AdminUsers => &self.admin_users,
            StateKind::Tokens => &self.tokens,
            StateKind::Storefronts => &self.storefronts,
            StateKind::Keys => &self.keys,
            StateKind::Config => &self.config,
            StateKind::FormerIds => &self.former_ids,
        }
        .as_deref()
    }

    pub fn set(&mut self, kind: StateKind, digest: Option<String>) {
        let place = match kind {
            StateKind::Roles => &mut self.roles,
            StateKind::AdminUsers => &mut self.admin_users,
            StateKind::Tokens => &mut self.tokens,
            StateKind::Storefronts => &mut self.storefronts,
            StateKind::Keys => &mut self.keys,
            StateKind::Config => &mut self.config,
            StateKind::FormerIds => &mut self.former_ids,
        };
        *place = digest;
    }

    /// The kinds whose digest differs from that of `now`. Kinds without a
    /// digest are skipped.
    pub fn find_changed<E>(
        &self,
        mut now: impl FnMut(StateKind) -> Result<String, E>,
    ) -> Result<Vec<StateKind>, E> {
        let mut changed = Vec::new();
        for kind in StateKind::ALL {
            if let Some(known) = self.get(kind)
                && now(kind)? != known
            {
                changed.push(kind);
            }
        }
        Ok(changed)
    }
}

/// Names the kinds that differ, for a message.
pub fn describe_differences(kinds: &[StateKind], seq: u64) -> Option<String> {
    let titles: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
    (!titles.is_empty()).then(|| format!("{} are not as event {seq} left them", titles.join(", ")))
}
