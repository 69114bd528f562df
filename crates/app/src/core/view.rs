//! What a use case can read in one transaction.

use std::cell::OnceCell;

use super::config::Config;
use super::context::Context;
use lac_ledger::archive::Archives;
use lac_ledger::signing::key_ring::KeyRing;
use lac_ledger::source::EventSource;
use lac_model::access::{Actor, StorefrontRight};
use lac_model::environment::Random;
use lac_model::fault::Fault;
use lac_model::notice::EnabledHooks;
use lac_model::resource::Resource;
use lac_model::stores::StoreTree;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result, demand};

/// One transaction: its snapshot, actor, time and config.
pub struct ReadView<'tx> {
    pub read: &'tx dyn ReadTx,
    pub actor: Actor,
    pub now: Timestamp,
    pub config: Config,
    pub archives: &'tx dyn Archives,
    pub keys: &'tx KeyRing,
    pub random: &'tx dyn Random,
    /// Which kinds of hook are configured.
    pub hooks: EnabledHooks,
    store_tree: OnceCell<StoreTree>,
}

impl<'tx> ReadView<'tx> {
    pub(super) fn new(
        context: &Context<'tx>,
        read: &'tx dyn ReadTx,
        actor: Actor,
        now: Timestamp,
        config: Config,
    ) -> Self {
        let (archives, keys, random) = (context.archives, context.keys, context.random);
        Self {
            read,
            actor,
            now,
            config,
            archives,
            keys,
            random,
            hooks: context.hooks,
            store_tree: OnceCell::new(),
        }
    }

    pub(super) fn reload(&mut self) -> Result<()> {
        self.config = Config::read(self.read)?;
        self.store_tree = OnceCell::new();
        Ok(())
    }

    /// The event source for reading the log in this transaction.
    pub fn log_source(&self) -> EventSource<'tx> {
        EventSource {
            tx: self.read,
            archives: self.archives,
        }
    }

    pub fn store_tree(&self) -> Result<&StoreTree> {
        if self.store_tree.get().is_none() {
            let _ = self.store_tree.set(self.read.store_tree()?);
        }
        self.store_tree
            .get()
            .ok_or_else(|| Fault::internal("no store tree"))
    }

    /// Fails with `resource_denied` unless the actor has this resource too.
    pub fn require(&self, resource: Resource) -> Result<()> {
        demand(&self.actor, &[resource])
    }

    /// The id of the storefront that acts. Fails with `resource_denied` for
    /// everybody else, whatever their role: only a storefront's account passes
    /// on what a customer or a customer's browser does.
    pub fn require_storefront(&self) -> Result<i64> {
        let denied = || self.storefront_denied(Resource::LAC_STOREFRONT.title().to_owned());
        self.actor.storefront_id().ok_or_else(denied)
    }

    /// Like [`require_storefront`](Self::require_storefront), for what a
    /// storefront may only do if it was added with this right.
    pub fn require_storefront_right(&self, right: StorefrontRight) -> Result<i64> {
        let id = self.require_storefront()?;
        if self.actor.storefront_rights.allows(right) {
            return Ok(id);
        }
        let title = Resource::LAC_STOREFRONT.title();
        Err(self.storefront_denied(format!("{title} with --{}", right.as_str())))
    }

    fn storefront_denied(&self, title: String) -> Fault {
        Fault::ResourceDenied {
            actor: self.actor.name.clone(),
            role: self.actor.role.clone(),
            resource: Resource::LAC_STOREFRONT.id().to_owned(),
            title,
        }
    }

    /// Fails with `beyond_own_rights` unless the actor's role scope covers all
    /// websites. `what` names the action.
    pub fn require_all_websites(&self, what: &str) -> Result<()> {
        if self.actor.rights.scope.websites().is_none() {
            return Ok(());
        }
        Err(Fault::BeyondOwnRights {
            what: format!("{what} takes a role scope of all websites"),
        })
    }

    /// The websites the actor's role scope is limited to; `None` for all.
    pub fn website_ids(&self) -> Option<Vec<i64>> {
        self.actor.rights.scope.websites().map(<[i64]>::to_vec)
    }
}
