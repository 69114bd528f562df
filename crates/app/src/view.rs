//! One transaction as its reader sees it.

use std::cell::OnceCell;

use super::settings::Config;
use super::story::Desk;
use lac_ledger::archive::Archives;
use lac_ledger::signing::ring::KeyRing;
use lac_ledger::source::Source;
use lac_model::access::Actor;
use lac_model::ambient::Random;
use lac_model::fault::Fault;
use lac_model::notice::Hooks;
use lac_model::resource::Resource;
use lac_model::stores::StoreTree;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result, demand};

/// What every reader of one transaction has at hand.
pub struct View<'tx> {
    pub read: &'tx dyn ReadTx,
    pub actor: Actor,
    pub now: Timestamp,
    pub config: Config,
    pub archives: &'tx dyn Archives,
    pub keys: &'tx KeyRing,
    pub random: &'tx dyn Random,
    /// Which programs are to be told of what is done.
    pub hooks: Hooks,
    tree: OnceCell<StoreTree>,
}

impl<'tx> View<'tx> {
    pub(super) fn new(
        desk: &Desk<'tx>,
        read: &'tx dyn ReadTx,
        actor: Actor,
        now: Timestamp,
        config: Config,
    ) -> Self {
        let (archives, keys, random) = (desk.archives, desk.keys, desk.random);
        Self {
            read,
            actor,
            now,
            config,
            archives,
            keys,
            random,
            hooks: desk.hooks,
            tree: OnceCell::new(),
        }
    }

    /// Reads config and store tree again after they were changed.
    pub(super) fn reload(&mut self) -> Result<()> {
        self.config = Config::read(self.read)?;
        self.tree = OnceCell::new();
        Ok(())
    }

    /// Where this transaction reads the log from.
    pub fn source(&self) -> Source<'tx> {
        Source {
            read: self.read,
            archives: self.archives,
        }
    }

    /// Websites, store groups and store views.
    pub fn tree(&self) -> Result<&StoreTree> {
        if self.tree.get().is_none() {
            let _ = self.tree.set(self.read.store_tree()?);
        }
        self.tree
            .get()
            .ok_or_else(|| Fault::internal("no store tree"))
    }

    /// A further resource this act needs.
    ///
    /// # Errors
    /// `resource_denied`.
    pub fn demand(&self, resource: Resource) -> Result<()> {
        demand(&self.actor, &[resource])
    }

    /// What concerns every website is beyond a role scope of some.
    ///
    /// # Errors
    /// `beyond_own_rights`.
    pub fn demand_all_websites(&self, what: &str) -> Result<()> {
        if self.actor.rights.scope.websites().is_none() {
            return Ok(());
        }
        Err(Fault::BeyondOwnRights {
            what: format!("{what} takes a role scope of all websites"),
        })
    }

    /// The websites the actor's role scope is limited to; `None` for all.
    pub fn websites(&self) -> Option<Vec<i64>> {
        self.actor.rights.scope.websites().map(<[i64]>::to_vec)
    }
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View")
            .field("actor", &self.actor.name)
            .finish_non_exhaustive()
    }
}
