//! The story every use case tells, written once:
//! who → may they → do the rules allow it → do it and record it in one
//! transaction → answer.
//!
//! A refused, denied or not-found attempt to act is recorded too, in a
//! transaction of its own, before the error is returned. If the record cannot
//! be written, the act does not happen.

use std::ops::Deref;
use std::sync::Arc;

mod act;
mod look;
mod once;
mod strangers;
mod tend;
mod used;

pub use act::{act, act_with, act_without_checkpoint};
pub use look::{glance, is_known, look, may};
pub use strangers::record_counted;
pub use tend::tend;

use super::logbook::{Keys, commit, open_log, seal};
use super::settings::Config;
use super::view::View;
use super::who;
use lac_ledger::anchor::Anchors;
use lac_ledger::appender::{Appender, Recorded};
use lac_ledger::archive::Archives;
use lac_ledger::export::Formats;
use lac_ledger::keys::active;
use lac_ledger::signing::keys::{PrivateKey, Purpose};
use lac_ledger::signing::ring::KeyRing;
use lac_ledger::signing::secret::PlainToken;
use lac_model::access::{Actor, Identity};
use lac_model::ambient::{Clock, Random};
use lac_model::audit::{Action, Event, StateKind};
use lac_model::fault::Fault;
use lac_model::notice::Hooks;
use lac_store::Appended;
use lac_store::{ArchiveRow, HighWater, Result, Store, WriteTx};

/// What the caller showed to say who they are.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The operating-system account of the real uid, as the kernel tells it.
    OsAccount(String),
    Token(PlainToken),
    /// Something was given as a token and is none: never fall back silently.
    MalformedToken,
    /// The program itself, for what needs nobody's rights: it is no actor.
    System,
}

impl Credential {
    /// A token where one was shown, else the account.
    pub fn of(token: Option<&str>, account: &str) -> Self {
        match token.map(PlainToken::parse) {
            None => Self::OsAccount(account.to_owned()),
            Some(Ok(token)) => Self::Token(token),
            Some(Err(_)) => Self::MalformedToken,
        }
    }
}

/// Who called, as whoever received the call knows it.
#[derive(Debug, Clone)]
pub struct Caller {
    pub credential: Credential,
    pub os_account: Option<String>,
    /// The kernel's login uid, where it keeps one.
    pub login_uid: Option<u32>,
    pub ip_address: Option<String>,
}

impl Caller {
    /// The program itself, for what needs nobody's rights.
    pub fn system() -> Self {
        Self {
            credential: Credential::System,
            os_account: None,
            login_uid: None,
            ip_address: None,
        }
    }
}

/// Everything a use case works with.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub store: &'a dyn Store,
    pub high_water: &'a dyn HighWater,
    pub archives: &'a dyn Archives,
    pub anchors: &'a dyn Anchors,
    pub formats: &'a dyn Formats,
    pub keys: &'a KeyRing,
    pub clock: &'a dyn Clock,
    pub random: &'a dyn Random,
    pub caller: &'a Caller,
    /// Which programs are to be told of what is done; by name only.
    pub hooks: Hooks,
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("caller", self.caller)
            .finish_non_exhaustive()
    }
}

/// A transaction in which something is done.
pub struct Work<'tx> {
    pub tx: &'tx dyn WriteTx,
    /// What is known of the act so far; recorded whether it succeeds or fails,
    /// so fill it before the check that may refuse.
    pub draft: Event,
    view: View<'tx>,
    log: Appender<'tx>,
    keyring: Keys,
    caller: &'tx Caller,
}

impl<'tx> Deref for Work<'tx> {
    type Target = View<'tx>;

    fn deref(&self) -> &View<'tx> {
        &self.view
    }
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work")
            .field("draft", &self.draft)
            .finish_non_exhaustive()
    }
}

impl Work<'_> {
    /// Appends the draft as a success.
    pub fn record(&mut self) -> Result<Recorded> {
        self.log.append(&self.draft)
    }

    /// A further event of the same act, with actor and caller filled in.
    pub fn event(&self, action: Action) -> Event {
        let mut event = Event::new(action);
        from_caller(&mut event, self.caller);
        sign_in(&mut event, &self.view.actor);
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
    pub fn record_also(&mut self, event: &Event) -> Result<Recorded> {
        self.log.append(event)
    }

    /// The seq the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.log.next_seq()
    }

    /// From here on everything is logged, whatever the config says: a change
    /// of what is logged always is.
    pub fn log_everything(&mut self) {
        self.log.leave_out_nothing();
    }

    /// Lets the act's last event say what roles, admin users, tokens,
    /// storefronts, keys and config come to.
    pub fn tell_state(&mut self) {
        self.log.tell_state();
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
        let changed = state.changed(|kind| self.tx.state_digest(kind))?;
        Ok(Some((seq, changed)))
    }

    /// The keys as this transaction found them.
    pub fn keyring(&self) -> &Keys {
        &self.keyring
    }

    /// The key that signs login tokens.
    ///
    /// # Errors
    /// `key_missing`, `key_mismatch`.
    pub fn login_key(&self) -> Result<Arc<PrivateKey>> {
        let row = active(&self.keyring.rows, Purpose::Login)?;
        Ok(self.view.keys.settled(Purpose::Login, &row.kid)?)
    }

    /// Lets another key sign the log from this act on.
    pub fn sign_with(&mut self, key: PrivateKey) {
        self.keyring.audit = Arc::new(key);
    }

    /// Reads config and store tree again after they were changed.
    pub fn reload(&mut self) -> Result<()> {
        self.view.reload()
    }

    /// Signs the log as it is after the last record; nothing without one.
    fn seal(self, recorded: Option<Recorded>) -> Result<Option<Appended>> {
        let (log, tx, key) = (self.log, self.tx, &self.keyring.audit);
        recorded
            .map(|recorded| seal(log, tx, recorded, key))
            .transpose()
    }
}

/// How a use case ended well.
#[derive(Debug)]
pub enum Done<A> {
    /// Something changed, and was recorded.
    Recorded(A, Recorded),
    /// Everything was so already: nothing is written.
    Unchanged(A),
}

impl<A> Done<A> {
    fn split(self) -> (A, Option<Recorded>) {
        match self {
            Self::Recorded(answer, recorded) => (answer, Some(recorded)),
            Self::Unchanged(answer) => (answer, None),
        }
    }
}

/// Records a failed attempt on a path of its own, and gives the fault back; or
/// the error that kept it from being recorded.
fn refuse(desk: &Desk<'_>, mut draft: Event, fault: Fault) -> Fault {
    if !fault.is_recorded() {
        return fault;
    }
    if let Fault::NotAuthenticated { .. } = fault {
        return strangers::refuse(desk, draft, fault);
    }
    draft.fail(&fault);
    match write_down(desk, &draft) {
        Ok(()) => fault,
        // Nobody may recover the file by being denied its recovery.
        Err(Fault::CheckpointMissing { .. }) if draft.action == Action::LogRecover => fault,
        Err(error) => error,
    }
}

fn write_down(desk: &Desk<'_>, event: &Event) -> Result<()> {
    desk.keys.at_hand(Purpose::Audit)?;
    let tx = desk.store.write()?;
    let proof = {
        let config = Config::read(tx.as_read())?;
        let keys = Keys::settled(desk, &*tx, &config)?;
        let mut log = open_log(desk, &*tx, &config, &keys.chain, desk.clock.now())?;
        let recorded = log.append(event)?;
        log.seal(recorded, &keys.audit)?
    };
    commit(desk, tx, proof)
}

/// Who acts. A storefront is no admin user: it is named in the details.
fn sign_in(event: &mut Event, actor: &Actor) {
    match actor.identity {
        Identity::AdminUser(id) => {
            event.admin = Some(actor.name.clone());
            event.admin_id = Some(id);
            event.role.clone_from(&actor.role);
        }
        Identity::Storefront(_) => event.detail("storefront", actor.name.clone()),
        Identity::Upkeep => {}
    }
}

fn from_caller(event: &mut Event, caller: &Caller) {
    event.ip_address.clone_from(&caller.ip_address);
    event.os_account.clone_from(&caller.os_account);
    event.login_uid = caller.login_uid;
}
