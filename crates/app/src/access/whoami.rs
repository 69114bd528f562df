//! Shows the actor and their rights.

use serde::{Deserialize, Serialize};

use crate::{Context, ReadView, read, read_unrecorded};
use lac_model::access::{Access, AuthMethod, Identity};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::Result;

/// Shows the actor's own account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WhoAmI {
    /// Do not record a failure, for a note beside another command that records
    /// its own.
    #[serde(default)]
    pub unrecorded: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActorView {
    pub name: String,
    /// `admin_user` or `storefront`.
    pub kind: String,
    pub full_name: Option<String>,
    pub role: Option<String>,
    /// `os_account` or `token`.
    pub via: AuthMethod,
    pub os_account: Option<String>,
    /// `all` or `custom`.
    pub access: Access,
    /// The actor's resources; all of them for `all`.
    #[serde(deserialize_with = "lac_model::resource::deserialize_known")]
    pub resources: Vec<Resource>,
    /// The websites of a custom scope, by code; `null` for all.
    pub websites: Option<Vec<String>>,
    pub store: String,
}

impl WhoAmI {
    /// # Errors
    /// `not_authenticated`.
    pub fn run(self, context: &Context<'_>) -> Result<ActorView> {
        if self.unrecorded {
            let found = read_unrecorded(context, &[], |view| {
                Self::actor_view(context, view).map(Some)
            });
            return found.ok_or_else(|| Fault::NotAuthenticated {
                reason: "no admin user or storefront has that account or token".to_owned(),
                remedy: None,
            });
        }
        read(context, Action::AdminUserRead, &[], |view| {
            Self::actor_view(context, view)
        })
    }

    fn actor_view(context: &Context<'_>, view: &ReadView<'_>) -> Result<ActorView> {
        let actor = &view.actor;
        let tree = view.store_tree()?;
        let codes = |ids: Vec<i64>| {
            ids.iter()
                .filter_map(|id| Some(tree.website(*id)?.code.clone()))
                .collect()
        };
        let websites = view.website_ids().map(codes);
        let kind = match actor.identity {
            Identity::AdminUser(_) => "admin_user",
            Identity::Storefront(_) => "storefront",
            Identity::Upkeep => "upkeep",
        };
        Ok(ActorView {
            name: actor.name.clone(),
            kind: kind.to_owned(),
            full_name: actor.full_name.clone(),
            role: actor.role.clone(),
            via: actor.via,
            os_account: context.caller.os_account.clone(),
            access: actor.rights.access,
            resources: Resource::all()
                .filter(|r| actor.rights.allows(*r))
                .collect(),
            websites,
            store: view.config.store_name()?,
        })
    }
}
