//! One write: the transaction, its event, and how it ends.

use std::ops::Deref;
use std::sync::Arc;

use super::context::Caller;
use super::event::{set_actor, set_caller};
use super::record::{SigningKeys, seal};
use super::view::ReadView;
use lac_ledger::appender::{Appender, RecordedEvent};
use lac_ledger::key_rows::active_key;
use lac_ledger::signing::keys::{KeyPurpose, PrivateKey};
use lac_model::audit::{Action, Event, StateKind};
use lac_store::{AppendProof, ArchiveRow, Result, WriteTx};

/// A transaction in which something is done.
pub struct UnitOfWork<'tx> {
    pub tx: &'tx dyn WriteTx,
    /// What is known of the act so far; recorded whether it succeeds or fails,
    /// so fill it before the check that may refuse.
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

impl std::fmt::Debug for UnitOfWork<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnitOfWork")
            .field("draft", &self.draft)
            .finish_non_exhaustive()
    }
}

impl UnitOfWork<'_> {
    /// Appends the draft as a success.
    pub fn record(&mut self) -> Result<RecordedEvent> {
        self.log.append(&self.draft)
    }

    /// A further event of the same act, with actor and caller filled in.
    pub fn event(&self, action: Action) -> Event {
        let mut event = Event::new(action);
        set_caller(&mut event, self.caller);
        set_actor(&mut event, &self.view.actor);
        event
    }

    /// Lets an archive stand for its events.
    pub fn put_archive(&mut self, archive: &ArchiveRow) -> Result<()> {
        self.log.put_archive(archive)
    }

    /// Removes the shopper parts of events that the draft lists as erased.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.log.erase(first, last)
    }

    /// Appends a further event.
    pub fn record_event(&mut self, event: &Event) -> Result<RecordedEvent> {
        self.log.append(event)
    }

    /// The seq the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.log.next_seq()
    }

    /// From here on everything is logged, whatever the config says: a change
    /// of what is logged always is.
    pub fn log_everything(&mut self) {
        self.log.include_all_groups();
    }

    /// Lets the act's last event say what roles, admin users, tokens,
    /// storefronts, keys and config come to.
    pub fn record_state_digests(&mut self) {
        self.log.record_state();
    }

    /// The same, however it differs from what the log says so far; the kinds
    /// that do, and the event they differ from.
    ///
    /// # Errors
    /// The store's own.
    pub fn accept_state(&mut self) -> Result<Option<(u64, Vec<StateKind>)>> {
        self.log.accept_state();
        let Some((seq, state)) = self.log.known_state()? else {
            return Ok(None);
        };
        let changed = state.find_changed(|kind| self.tx.state_digest(kind))?;
        Ok(Some((seq, changed)))
    }

    /// The keys as this transaction found them.
    pub fn signing_keys(&self) -> &SigningKeys {
        &self.signing_keys
    }

    /// The key that signs login tokens.
    ///
    /// # Errors
    /// `key_missing`, `key_mismatch`.
    pub fn login_key(&self) -> Result<Arc<PrivateKey>> {
        let row = active_key(&self.signing_keys.rows, KeyPurpose::Login)?;
        Ok(self
            .view
            .keys
            .load_and_install(KeyPurpose::Login, &row.kid)?)
    }

    /// Lets another key sign the log from this act on.
    pub fn set_audit_key(&mut self, key: PrivateKey) {
        self.signing_keys.signing_key = Arc::new(key);
    }

    /// Reads config and store tree again after they were changed.
    pub fn reload(&mut self) -> Result<()> {
        self.view.reload()
    }

    /// Signs the log as it is after the last record; nothing without one.
    pub(super) fn seal(self, recorded: Option<RecordedEvent>) -> Result<Option<AppendProof>> {
        let (log, tx, key) = (self.log, self.tx, &self.signing_keys.signing_key);
        recorded
            .map(|recorded| seal(log, tx, recorded, key))
            .transpose()
    }
}

/// How a use case ended well.
#[derive(Debug)]
pub enum WriteOutcome<A> {
    /// Something changed, and was recorded.
    Recorded(A, RecordedEvent),
    /// Everything was so already: nothing is written.
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
