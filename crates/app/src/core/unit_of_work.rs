//! A unit of work: one write transaction, its event, and its outcome.

use std::ops::Deref;
use std::sync::Arc;

use super::config::Config;
use super::context::{Caller, Context};
use super::event::{set_actor, set_caller};
use super::record::{OpenLog, SigningKeys, seal};
use super::view::ReadView;
use lac_ledger::appender::{Appender, RecordedEvent};
use lac_ledger::key_rows::active_key;
use lac_ledger::signing::keys::{KeyPurpose, PrivateKey};
use lac_model::access::Actor;
use lac_model::audit::{Action, Event, StateKind};
use lac_model::customer::Customer;
use lac_store::{AppendProof, ArchiveRow, Result, WriteTx};

/// A write transaction together with the event that records it.
pub struct UnitOfWork<'tx> {
    pub tx: &'tx dyn WriteTx,
    /// The event so far. It is recorded whether the use case succeeds or fails,
    /// so fill it in before any check that may refuse.
    pub draft: Event,
    pub(super) view: ReadView<'tx>,
    pub(super) log: Appender<'tx>,
    pub(super) signing_keys: SigningKeys,
    pub(super) caller: &'tx Caller,
}

impl<'tx> Deref for UnitOfWork<'tx> {
    type Target = ReadView<'tx>;

    fn deref(&self) -> &ReadView<'tx> {
        &self.view
    }
}

impl<'tx> UnitOfWork<'tx> {
    /// Reads config and keys, and opens the log with `open`. The actor is the
    /// program, until somebody is identified.
    pub(super) fn open(
        context: &Context<'tx>,
        open: OpenLog,
        tx: &'tx dyn WriteTx,
        draft: Event,
        caller: &'tx Caller,
    ) -> Result<Self> {
        let now = context.clock.now();
        let config = Config::read(tx.as_read())?;
        let signing_keys = SigningKeys::load_for_write(context, tx, &config)?;
        let log = open(context, tx, &config, &signing_keys.chain, now)?;
        Ok(Self {
            tx,
            draft,
            view: ReadView::new(context, tx.as_read(), Actor::system(), now, config),
            log,
            signing_keys,
            caller,
        })
    }

    /// The work is for this actor from now on.
    pub(super) fn set_actor(&mut self, actor: Actor) {
        set_actor(&mut self.draft, &actor);
        self.view.actor = actor;
    }
}

impl UnitOfWork<'_> {
    pub fn record(&mut self) -> Result<RecordedEvent> {
        self.log.append(&self.draft)
    }

    /// Fills the customer in the event, in place of what the caller named.
    pub fn describe_customer(&mut self, customer: &Customer) -> Result<()> {
        let website = self.store_tree()?.website(customer.website_id);
        self.draft.website = website.map(|website| website.code.clone());
        self.draft.customer_id = Some(customer.id);
        self.draft.customer_email = Some(customer.email.clone());
        self.draft.details.remove("customer");
        Ok(())
    }

    /// A further event of the same use case, with actor and caller filled in.
    pub fn event(&self, action: Action) -> Event {
        let mut event = Event::new(action);
        set_caller(&mut event, self.caller);
        set_actor(&mut event, &self.view.actor);
        event
    }

    /// Replaces events in the database with an archive of them.
    pub fn put_archive(&mut self, archive: &ArchiveRow) -> Result<()> {
        self.log.put_archive(archive)
    }

    /// Removes the personal data of events `first` to `last`, which the draft
    /// must list as erased.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.log.erase(first, last)
    }

    /// Appends an event made with [`event`](Self::event).
    pub fn record_event(&mut self, event: &Event) -> Result<RecordedEvent> {
        self.log.append(event)
    }

    pub fn next_seq(&self) -> u64 {
        self.log.next_seq()
    }

    /// Logs everything from here on, whatever the config says: a change of what
    /// is logged is always logged itself.
    pub fn log_everything(&mut self) {
        self.log.include_all_groups();
    }

    /// Adds digests of roles, admin users, tokens, storefronts, keys and config
    /// to the last event of this transaction.
    pub fn record_state_digests(&mut self) {
        self.log.record_state();
    }

    /// Like [`record_state_digests`](Self::record_state_digests), but accepts
    /// state that differs from the log. Returns the seq of the event with the
    /// last known digests and the kinds of state that differ from it.
    pub fn accept_state(&mut self) -> Result<Option<(u64, Vec<StateKind>)>> {
        self.log.accept_state();
        let Some((seq, state)) = self.log.known_state()? else {
            return Ok(None);
        };
        let changed = state.find_changed(|kind| self.tx.state_digest(kind))?;
        Ok(Some((seq, changed)))
    }

    /// The keys as read at the start of this transaction.
    pub fn signing_keys(&self) -> &SigningKeys {
        &self.signing_keys
    }

    pub fn login_key(&self) -> Result<Arc<PrivateKey>> {
        let row = active_key(&self.signing_keys.rows, KeyPurpose::Login)?;
        Ok(self
            .view
            .keys
            .load_and_install(KeyPurpose::Login, &row.kid)?)
    }

    /// Signs the log with this key from now on.
    pub fn set_audit_key(&mut self, key: PrivateKey) {
        self.signing_keys.signing_key = Arc::new(key);
    }

    /// Reads config and store tree again after they were changed.
    pub fn reload(&mut self) -> Result<()> {
        self.view.reload()
    }

    /// Signs the log if an event was recorded.
    pub(super) fn seal(self, recorded: Option<RecordedEvent>) -> Result<Option<AppendProof>> {
        let (log, tx, key) = (self.log, self.tx, &self.signing_keys.signing_key);
        recorded
            .map(|recorded| seal(log, tx, recorded, key))
            .transpose()
    }
}

/// How a use case succeeded.
#[derive(Debug)]
pub enum WriteOutcome<A> {
    Recorded(A, RecordedEvent),
    /// Nothing to change; nothing is written.
    Unchanged(A),
}

impl<A> WriteOutcome<A> {
    pub(super) fn split(self) -> (A, Option<RecordedEvent>) {
        match self {
            Self::Recorded(answer, recorded) => (answer, Some(recorded)),
            Self::Unchanged(answer) => (answer, None),
        }
    }
}
