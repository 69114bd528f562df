//! The storage port: the traits that use cases call to read and change a store,
//! and that a database adapter (`lac_sqlite`) implements. It also holds the
//! [permits](Permit) that changes demand, and the [paths](dir) of a store on
//! disk.
//!
//! This crate must not name a database, run SQL, make the bytes of a record,
//! read a clock or print. It depends on `lac_model` only. Its errors are
//! [`Fault`]s: no type of a driver appears here.
//!
//! | module | contents |
//! | --- | --- |
//! | (this file) | [`Store`] and the two kinds of transaction |
//! | `stores` `access` `customers` | traits for websites and store views; roles, admin users and tokens; customers, consent and documents |
//! | `config` `sessions` `requests` `keys` | traits and rows for config values, sessions, approval requests and notices, signing keys |
//! | `consent_asks` | traits for asks for consent, and for grants through storefronts |
//! | `audit` | traits and rows for the audit log |
//! | `append` | [`AuditWriter`], the only way to write to the audit log, and [`AppendProof`], which it gives |
//! | `permit` | [`Permit`], and the functions that make one |
//! | `query` | what lists can be filtered by |
//! | `damage` | what happens to rows that cannot be read |
//! | `state` | digests of tables, which the audit log records |
//! | `activity` [`unknown_callers`] | counts of things that are not recorded one by one |
//! | [`dir`] | the store's directory and its file permissions |
//!
//! # How a change is made
//!
//! 1. [`Store::write`] begins a transaction and takes the store's write lock.
//! 2. [`Permit::authorize`] checks the actor's rights *in that transaction* and
//!    gives a permit. Every changing call demands a permit that [`Covers`] its
//!    kind of write.
//! 3. [`AuditWriter`] appends the event that describes the change, and gives an
//!    [`AppendProof`].
//! 4. [`WriteTx::commit`] demands that proof.
//!
//! Code that leaves out a check or a record does not compile.
//!
//! # Writing an adapter
//!
//! An adapter implements [`Store`] and, for its transaction types, [`ReadTx`]
//! and [`WriteTx`] with all their supertraits. It has to keep these promises,
//! which the types cannot express:
//!
//! - **One writer.** Between [`Store::write`] and the end of that transaction
//!   no other process can write. Sequence numbers and times of events only
//!   grow, because each writer reads the log's head that the writer before it
//!   left.
//! - **Snapshots.** All reads of one transaction see the same state of the
//!   store (in SQL: at least *repeatable read*), and a write transaction sees
//!   its own changes.
//! - **Durability.** When [`WriteTx::commit`] returns, the changes survive a
//!   power cut. The high-water file is advanced after the commit and before the
//!   lock is released: it must never be ahead of the database.
//! - **No trust in rows.** Other programs may have edited the database. Each
//!   value is checked against the type of its field; a row that does not fit is
//!   `row_damaged`, never a panic and never a default that grants something.
//! - **State kinds.** A write that changes rows behind a [`StateKind`]
//!   remembers that kind, and its digest, before the first such change (see
//!   [`WriteTx::written_state_kinds`]).
//! - **Exact texts.** Records and the two parts of an event are stored and
//!   returned byte for byte: their hashes are in the log's tree.
//! - **Values.** A [`Timestamp`] is stored as microseconds since 1970 (UTC), a
//!   `CustomerId` as the number of `CustomerId::to_stored` (`local:N` is -N),
//!   a flag as 1 or 0, an enum as its `as_str`. State digests and `log verify`
//!   depend on these values.
//! - **Order.** Texts are compared and ordered byte for byte (in PostgreSQL:
//!   collation `C`), also where the order is part of a digest.
//! - **Ids.** An id of an admin user or token, and the number of a notice, is
//!   never given twice, even after the row is removed: sessions and the log
//!   still contain it.
//! - **Unique.** Codes of websites, store groups and store views; names of
//!   roles, admin users and storefronts; operating-system accounts; hashes of
//!   tokens; a customer's address within a website; the open session of an
//!   admin user.
//! - **First rows.** A new store contains the back office's website, store
//!   group and store view, each with id 0.
//!
//! Permits and tokens are proofs for the compiler: an adapter takes them and
//! ignores them.

mod access;
mod activity;
mod append;
mod audit;
pub mod checkpoint_file;
mod config;
mod consent_asks;
mod customers;
mod damage;
pub mod dir;
mod keys;
mod permit;
mod query;
mod requests;
mod sessions;
mod state;
mod stores;
pub mod unknown_callers;

pub use access::{AccessReads, AccessWrites, TokenReads, TokenWrites};
pub use activity::{Activity, ActivityCount};
pub use append::{AppendProof, AuditWriter};
pub use audit::{
    AppendToken, ArchiveRow, AuditReads, AuditWrites, Cell, EventCells, EventIndex, TreeEvidence,
    TreeHead, TreePart,
};
pub use config::{ConfigReads, ConfigRow, ConfigWrites};
pub use consent_asks::{ConsentAskQuery, ConsentAskReads, ConsentAskWrites};
pub use customers::{CustomerReads, CustomerWrites, DocumentReads, DocumentWrites};
pub use damage::{DamageReads, DamagedRow, none_if_damaged};
pub use keys::{KeyPurpose, KeyReads, KeyRow, KeyState, KeyWrites};
pub use permit::{
    Act, AdminUserWrite, ConfigWrite, ConsentAskWrite, ConsentWrite, Covers, CustomerWrite,
    DocumentWrite, Founding, KeyWrite, OutboxWrite, Permit, RequestWrite, RoleWrite, SessionWrite,
    StoreTreeWrite, StorefrontWrite, TokenWrite, check_within_own_rights, demand,
};
pub use query::{CustomerPage, CustomerQuery, EventHints, EventQuery, SessionQuery};
pub use requests::{
    DeliveryOutcome, NoticeQuery, OutboxReads, OutboxWrites, RequestQuery, RequestReads,
    RequestWrites,
};
pub use sessions::{Redemption, SessionReads, SessionWrites};
pub use state::StateReads;
pub use stores::{StoreTreeReads, StoreTreeWrites};

use std::time::Duration;

use self::unknown_callers::UnknownCallers;
use lac_model::audit::StateKind;
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::notice::Notice;
use lac_model::time::Timestamp;

/// The result of every call of the port.
///
/// Adapters translate the driver's errors: `busy` if a lock was not free in
/// time, `row_damaged` for a row whose values do not fit their types,
/// `already_exists` for a second row with a unique name or code, `in_use` for
/// the removal of a row that others refer to, `database` for everything else.
///
/// Damaged rows:
/// - A call that looks up one row fails with `row_damaged`. The row grants
///   nothing.
/// - A call that lists rows leaves damaged ones out and counts them (see
///   [`DamageReads`]). These fail instead, because a partial answer would be
///   wrong: `store_tree`, `config_rows`, `signing_keys`, `customers_by_email`,
///   `documents`, and all calls of [`AuditReads`].
/// - If one of the resources or websites that a role, token or storefront lists
///   cannot be read, the whole row is damaged.
pub type Result<T> = std::result::Result<T, Fault>;

/// An open store. Each value is one connection.
pub trait Store {
    /// Begins a read transaction: one consistent snapshot. Does not wait for
    /// writers.
    fn read(&self) -> Result<Box<dyn ReadTx + '_>>;

    /// Begins a write transaction, which holds the store's write lock until it
    /// is committed or dropped. Dropping it rolls it back.
    ///
    /// Callers are served in the order in which they ask. `busy` if the lock is
    /// not free within the store's timeout.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>>;

    /// Prepares the connection for a transaction with very many changes
    /// (`true`), or returns to normal (`false`). May use up to 32 MiB of
    /// memory.
    fn set_bulk_mode(&self, on: bool) -> Result<()>;

    /// Creates an empty temporary file. It has no name, is as private as the
    /// store, and disappears when it is closed.
    fn scratch_file(&self) -> Result<std::fs::File>;

    /// Opens a second, read-only connection to the same store, for use in
    /// another thread.
    fn open_reader(&self) -> Result<Box<dyn Store + Send>>;

    /// Claims a notice for delivery: of those due at `now`, the one with the
    /// fewest attempts. Counts the attempt. Nobody else can claim it before
    /// `until`. `None` if no notice is due.
    ///
    /// Runs in its own transaction and is not audited, because the event that
    /// the notice reports is on record already. Also removes notices that were
    /// delivered more than
    /// [`DELIVERED_RETENTION`](lac_model::notice::DELIVERED_RETENTION) ago. A
    /// claim that was made after `now` (by another clock) does not count.
    fn outbox_claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<Notice>>;

    /// Stores the outcome of a delivery, and removes the payload once it is
    /// delivered. `false`, and no change, if the notice has been claimed again
    /// since.
    fn outbox_record_delivery(&self, outcome: &DeliveryOutcome) -> Result<bool>;

    /// Deletes up to `max` events that are in an archive from the database,
    /// and returns how many.
    ///
    /// Runs in its own transaction and is not audited, because making the
    /// archive is on record. Queries of the log ignore these events already.
    fn remove_archived_events(&self, max: usize) -> Result<u64>;

    /// Sets the time at which, and the address from which, a token was last
    /// used, unless a later time is stored. Not audited. Does not wait: `busy` if somebody is writing.
    fn record_token_use(&self, id: i64, at: Timestamp, from: Option<&str>) -> Result<()>;

    /// Sets the time at which a storefront last checked an active session,
    /// unless a later time is stored or the session has run out at `at`. Not
    /// audited. `busy` if the lock is not free within the store's timeout.
    fn record_session_check(&self, id: &SessionId, at: Timestamp) -> Result<()>;

    /// Adds `by` to a count (a negative number subtracts) and returns the
    /// result. A count starts again once `span` has passed since it began.
    ///
    /// Runs in its own transaction and is not audited; events report the
    /// counts. It waits for the write lock, so that an attacker who keeps the
    /// store busy is still counted. It does not wait for the disk: a power cut
    /// may lose a count.
    fn count_activity(
        &self,
        activity: Activity,
        subject: &str,
        by: i64,
        now: Timestamp,
        span: Duration,
    ) -> Result<ActivityCount>;

    /// A number that is another one once somebody else has committed a change:
    /// two equal numbers from the same connection mean that the store is the
    /// same. Numbers of different connections cannot be compared.
    fn data_version(&self) -> Result<i64>;

    /// Does nothing, or fails if the caller has gone away, so that a long loop
    /// can end early.
    ///
    /// # Errors
    /// `broker_failed`.
    fn check_cancelled(&self) -> Result<()>;

    /// Where a long-running program (the broker) counts refused callers in
    /// memory. `None` in a program that runs one command.
    fn unknown_callers(&self) -> Option<&UnknownCallers>;

    /// Overwrites deleted data everywhere in the store's files (in SQLite: in
    /// the write-ahead log and in free pages). `words` are texts in lower case
    /// that no row contains any more; if one is still found in a file, that
    /// file is rebuilt. `false` if a reader still uses old pages: then call it
    /// again later.
    fn scrub(&self, words: &[String]) -> Result<bool>;

    /// Overwrites all deleted data by rebuilding the database. `false` if a
    /// reader still uses old pages.
    fn rebuild(&self) -> Result<bool>;
}

/// The file outside the database with the newest signed checkpoint. A database
/// that was replaced by an older copy is detected by it.
pub trait HighWaterMark {
    /// The newest note (a signed checkpoint); `None` if there is no file.
    /// Whether the note is genuine is not checked.
    fn read(&self) -> Result<Option<Vec<u8>>>;

    /// All notes in the file, oldest first.
    fn read_notes(&self) -> Result<Option<Vec<Vec<u8>>>>;

    /// Makes `note` the newest one. After a power cut, an older note may be the
    /// newest again. Called after a commit, while the write lock is held.
    fn advance(&self, note: &str) -> Result<()>;

    /// The file's path, for messages.
    fn path(&self) -> String;
}

/// A read transaction, made by [`Store::read`].
pub trait ReadTx:
    ConfigReads
    + StoreTreeReads
    + AccessReads
    + TokenReads
    + CustomerReads
    + DocumentReads
    + SessionReads
    + RequestReads
    + ConsentAskReads
    + OutboxReads
    + KeyReads
    + StateReads
    + AuditReads
    + DamageReads
{
}

/// A write transaction, made by [`Store::write`]. It has all calls of a read
/// transaction, and sees its own changes.
pub trait WriteTx:
    ReadTx
    + ConfigWrites
    + StoreTreeWrites
    + AccessWrites
    + TokenWrites
    + CustomerWrites
    + DocumentWrites
    + SessionWrites
    + RequestWrites
    + ConsentAskWrites
    + OutboxWrites
    + KeyWrites
    + AuditWrites
{
    /// The kinds of state that this transaction has changed so far. The event
    /// that is appended at its end records their new digests.
    ///
    /// Which calls change which kind: `role_*` Roles; `admin_user_put`
    /// AdminUsers; `admin_user_remove` AdminUsers and Tokens; `storefront_put`
    /// Storefronts; `access_token_*` Tokens, or Storefronts if the token
    /// belongs to one; `website_remove` the same for tokens limited to it;
    /// `signing_key_put` Keys; `config_*` Config; `customer_renumber`
    /// FormerIds.
    fn written_state_kinds(&self) -> Vec<StateKind>;

    /// The digest of `kind` before this transaction changed anything. An error
    /// if it has not changed any kind of state yet.
    fn state_digest_before(&self, kind: StateKind) -> Result<String>;

    fn as_read(&self) -> &dyn ReadTx;

    /// Runs `body`. If it fails, what it changed is undone and the transaction
    /// goes on; its fault is the inner result. The outer error means that the
    /// transaction cannot go on.
    fn attempt(&self, body: &mut dyn FnMut() -> Result<()>) -> Result<Result<()>>;

    /// Commits durably, then passes the proof's checkpoint (if it has one) to
    /// `high_water`, then releases the write lock.
    ///
    /// If only the second step fails, the error is returned although the
    /// changes are stored.
    fn commit(self: Box<Self>, proof: AppendProof, high_water: &dyn HighWaterMark) -> Result<()>;
}
