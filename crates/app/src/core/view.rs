//! One transaction as its reader sees it.

use std::cell::OnceCell;

use super::config::Config;
use super::context::Context;
use lac_ledger::archive::Archives;
use lac_ledger::signing::key_ring::KeyRing;
use lac_ledger::source::EventSource;
use lac_model::access::Actor;
use lac_model::environment::Random;
use lac_model::fault::Fault;
use lac_model::notice::EnabledHooks;
use lac_model::resource::Resource;
use lac_model::stores::StoreTree;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result, demand};

/// What every reader of one transaction has at hand.
pub struct ReadView<'tx> {
    pub read: &'tx dyn ReadTx,
    pub actor: Actor,
    pub now: Timestamp,
    pub config: Config,
    pub archives: &'tx dyn Archives,
    pub keys: &'tx KeyRing,
    pub random: &'tx dyn Random,
    /// Which programs are to be told of what is done.
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

    /// Reads config and store tree again after they were changed.
    pub(super) fn reload(&mut self) -> Result<()> {
        self.config = Config::read(self.read)?;
        self.store_tree = OnceCell::new();
        Ok(())
    }

    /// Where this transaction reads the log from.
    pub fn log_source(&self) -> EventSource<'tx> {
        EventSource {
            tx: self.read,
            archives: self.archives,
        }
    }

    /// Websites, store groups and store views.
    pub fn store_tree(&self) -> Result<&StoreTree> {
        if self.store_tree.get().is_none() {
            let _ = self.store_tree.set(self.read.store_tree()?);
        }
        self.store_tree
            .get()
            .ok_or_else(|| Fault::internal("no store tree"))
    }

    /// A further resource this act needs.
    ///
    /// # Errors
    /// `resource_denied`.
    pub fn require(&self, resource: Resource) -> Result<()> {
        demand(&self.actor, &[resource])
    }

    /// What concerns every website is beyond a role scope of some.
    ///
    /// # Errors
    /// `beyond_own_rights`.
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

impl std::fmt::Debug for ReadView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View")
            .field("actor", &self.actor.name)
            .finish_non_exhaustive()
    }
}
