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
//! | (this file) | [`Store`], the two kinds of transaction, and the traits for stores, access, customers and documents |
//! | `config` `sessions` `requests` `keys` | traits and rows for config values, sessions, approval requests and notices, signing keys |
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
//!   [`CustomerId`] as the number of `CustomerId::to_stored` (`local:N` is -N),
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

mod activity;
mod append;
mod audit;
mod config;
mod damage;
pub mod dir;
mod keys;
mod permit;
mod query;
mod requests;
mod sessions;
mod state;
pub mod unknown_callers;

pub use activity::{Activity, ActivityCount};
pub use append::{AppendProof, AuditWriter};
pub use audit::{
    AppendToken, ArchiveRow, AuditReads, AuditWrites, Cell, EventCells, EventIndex, TreeHead,
};
pub use config::{ConfigReads, ConfigRow, ConfigWrites};
pub use damage::{DamageReads, DamagedRow, none_if_damaged};
pub use keys::{KeyPurpose, KeyReads, KeyRow, KeyState, KeyWrites};
pub use permit::{
    Act, AdminUserWrite, ConfigWrite, ConsentWrite, Covers, CustomerWrite, DocumentWrite, Founding,
    KeyWrite, OutboxWrite, Permit, RequestWrite, RoleWrite, SessionWrite, StoreTreeWrite,
    StorefrontWrite, TokenWrite, check_within_own_rights, demand,
};
pub use query::{CustomerPage, CustomerQuery, EventHints, EventQuery, SessionQuery};
pub use requests::{
    DeliveryOutcome, NoticeQuery, OutboxReads, OutboxWrites, RequestQuery, RequestReads,
    RequestWrites,
};
pub use sessions::{SessionReads, SessionWrites};
pub use state::StateReads;

use std::time::Duration;

use self::unknown_callers::UnknownCallers;
use lac_model::access::{AccessToken, AdminUser, Role, Storefront, TokenOwner};
use lac_model::audit::StateKind;
use lac_model::customer::{Consent, Customer};
use lac_model::document::{Document, DocumentKind};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::notice::Notice;
use lac_model::resource::ResourceSet;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
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

    /// Sets the time at which a token was last used, unless a later time is
    /// stored. Not audited. Does not wait: `busy` if somebody is writing.
    fn record_token_use(&self, id: i64, at: Timestamp) -> Result<()>;

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
    /// The file's contents; `None` if there is no file.
    fn read(&self) -> Result<Option<Vec<u8>>>;

    /// Replaces the contents with `note` (a signed checkpoint). After a power
    /// cut the old or the new contents are there, never a mixture. Called while
    /// the write lock is held.
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

    /// Commits durably, then passes the proof's checkpoint (if it has one) to
    /// `high_water`, then releases the write lock.
    ///
    /// If only the second step fails, the error is returned although the
    /// changes are stored.
    fn commit(self: Box<Self>, proof: AppendProof, high_water: &dyn HighWaterMark) -> Result<()>;
}

/// Websites, store groups and store views.
pub trait StoreTreeReads {
    /// All of them, ordered by id, including the back office's own (id 0).
    fn store_tree(&self) -> Result<StoreTree>;
    /// What refers to this website and prevents its removal: pairs of a
    /// singular noun and a count above 0, such as ("customer", 12). Config
    /// values are not counted.
    fn website_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
    /// The same for a store group.
    fn store_group_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
    /// The same for a store view.
    fn store_view_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
}

/// `_put` inserts, or replaces the row with the same id. A code that another
/// row has is `already_exists`. A row that refers to something missing is
/// `invalid_value`. `_remove` fails with `in_use` while something refers to the
/// row. Removing a website also removes it from the limits of access tokens.
pub trait StoreTreeWrites {
    fn website_put(&self, permit: &Permit<'_, StoreTreeWrite>, website: &Website) -> Result<()>;
    fn store_group_put(
        &self,
        permit: &Permit<'_, StoreTreeWrite>,
        group: &StoreGroup,
    ) -> Result<()>;
    fn store_view_put(&self, permit: &Permit<'_, StoreTreeWrite>, view: &StoreView) -> Result<()>;
    fn website_remove(&self, permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()>;
    fn store_group_remove(&self, permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()>;
    fn store_view_remove(&self, permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()>;
}

/// Roles, admin users and storefronts.
pub trait AccessReads {
    /// All roles, ordered by name.
    fn roles(&self) -> Result<Vec<Role>>;
    fn role(&self, id: i64) -> Result<Option<Role>>;
    /// Names are compared exactly, case included.
    fn role_by_name(&self, name: &str) -> Result<Option<Role>>;
    /// The resources that were granted to a role before it got access to
    /// everything. They have no effect, and are deleted when the role becomes
    /// custom again.
    fn role_former_resources(&self, id: i64) -> Result<ResourceSet>;
    /// All admin users, ordered by name.
    fn admin_users(&self) -> Result<Vec<AdminUser>>;
    /// Whether the table of admin users has a row, damaged or not.
    fn has_admin_users(&self) -> Result<bool>;
    fn admin_user(&self, id: i64) -> Result<Option<AdminUser>>;
    fn admin_user_by_name(&self, name: &str) -> Result<Option<AdminUser>>;
    fn admin_user_by_os_account(&self, account: &str) -> Result<Option<AdminUser>>;
    /// All storefronts, ordered by name.
    fn storefronts(&self) -> Result<Vec<Storefront>>;
    fn storefront(&self, id: i64) -> Result<Option<Storefront>>;
}

/// Access tokens.
pub trait TokenReads {
    /// The token with this SHA-256 hash.
    fn access_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<AccessToken>>;
    fn access_token(&self, id: i64) -> Result<Option<AccessToken>>;
    /// The tokens that were made by using this token, oldest first.
    fn access_tokens_by_parent(&self, parent_id: i64) -> Result<Vec<AccessToken>>;
    /// All tokens of this owner, oldest first, including revoked ones.
    fn access_tokens(&self, owner: TokenOwner) -> Result<Vec<AccessToken>>;
}

/// A `_put` with id 0 inserts a row under a new id, any other id inserts or
/// replaces the row with that id. Both return the id. A name or
/// operating-system account that is already in use is `already_exists`.
/// Creation times are never replaced, nor is the name of a storefront. Removing
/// an admin user also removes their tokens.
///
/// `role_put` with access to everything keeps the resources that are stored for
/// the role (see [`AccessReads::role_former_resources`]).
pub trait AccessWrites {
    fn role_put(&self, permit: &Permit<'_, RoleWrite>, role: &Role) -> Result<i64>;
    fn role_remove(&self, permit: &Permit<'_, RoleWrite>, id: i64) -> Result<()>;
    fn admin_user_put(&self, permit: &Permit<'_, AdminUserWrite>, user: &AdminUser) -> Result<i64>;
    fn admin_user_remove(&self, permit: &Permit<'_, AdminUserWrite>, id: i64) -> Result<()>;
    fn storefront_put(
        &self,
        permit: &Permit<'_, StorefrontWrite>,
        storefront: &Storefront,
    ) -> Result<i64>;
}

/// Changes to access tokens.
pub trait TokenWrites {
    /// Inserts a token under a new id and returns the id. The secret itself is
    /// never stored, only its SHA-256 `hash`.
    fn access_token_add(
        &self,
        permit: &Permit<'_, TokenWrite>,
        token: &AccessToken,
        hash: &[u8; 32],
    ) -> Result<i64>;
    /// Revokes a token at `at`; one that is revoked already stays as it is.
    fn access_token_revoke(
        &self,
        permit: &Permit<'_, TokenWrite>,
        id: i64,
        at: Timestamp,
    ) -> Result<()>;
}

/// Customers and their consent.
pub trait CustomerReads {
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>>;
    /// All customers with this address (see
    /// [`email_key`](lac_model::customer::email_key)), ordered by website. A
    /// website has at most one.
    fn customers_by_email(&self, email_key: &str) -> Result<Vec<Customer>>;
    /// One page of a list. The order is stable, so that `query.after` continues
    /// where the page before ended.
    fn customer_page(&self, query: &CustomerQuery) -> Result<CustomerPage>;
    fn customer_count(&self) -> Result<u64>;
    /// Calls `each` with the id of every active customer on these websites
    /// (`None`: on all), ordered by id.
    fn active_customers(
        &self,
        websites: Option<&[i64]>,
        each: &mut dyn FnMut(CustomerId) -> Result<()>,
    ) -> Result<()>;
    /// The `local:N` ids that a customer had before the merchant's id became known.
    /// Events from that time contain these ids.
    fn customer_former_ids(&self, id: CustomerId) -> Result<Vec<CustomerId>>;
    /// Calls `each` with the consent of every customer.
    fn all_consents(&self, each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>) -> Result<()>;
    /// Calls `each` with the consents that are compared with the log: first
    /// those of customers who granted or revoked it, then those of customers
    /// who did neither but are named by an event in the database.
    fn consents_to_compare(
        &self,
        each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>,
    ) -> Result<()>;
    /// Calls `each` with every former id (`local:N`) and the id that replaced
    /// it.
    fn former_customer_ids(
        &self,
        each: &mut dyn FnMut(CustomerId, CustomerId) -> Result<()>,
    ) -> Result<()>;
    /// The largest N of all `local:N` ids ever given, so that none is given
    /// twice: those in any table, those of removed customers in the log, and
    /// those in archives ([`ArchiveRow::last_local_customer`]). 0 if there is
    /// none.
    fn last_local_customer_number(&self) -> Result<i64>;
}

/// Changes to customers and their consent.
pub trait CustomerWrites {
    /// Inserts a customer, or replaces the one with the same id, consent
    /// included. `already_exists` if another customer of that website has the
    /// address.
    fn customer_put(&self, permit: &Permit<'_, CustomerWrite>, customer: &Customer) -> Result<()>;
    /// Makes a customer's address available to another customer. You must call
    /// [`customer_put`](Self::customer_put) for this customer before the
    /// transaction ends. (An import needs it when two customers swap
    /// addresses.)
    fn customer_release_email(
        &self,
        permit: &Permit<'_, CustomerWrite>,
        id: CustomerId,
    ) -> Result<()>;
    /// Replaces a `local:N` id by the merchant's id, in documents, sessions,
    /// requests and notices too, and stores it as a former id.
    fn customer_renumber(
        &self,
        permit: &Permit<'_, CustomerWrite>,
        from: CustomerId,
        to: CustomerId,
    ) -> Result<()>;
    fn customer_remove(&self, permit: &Permit<'_, CustomerWrite>, id: CustomerId) -> Result<()>;
    fn consent_put(
        &self,
        permit: &Permit<'_, ConsentWrite>,
        id: CustomerId,
        consent: &Consent,
    ) -> Result<()>;
}

/// Orders, invoices, shipments and credit memos.
pub trait DocumentReads {
    /// All documents of a kind with this number, ordered by store view.
    fn documents(&self, kind: DocumentKind, number: &str) -> Result<Vec<Document>>;
    fn document(&self, kind: DocumentKind, entity_id: i64) -> Result<Option<Document>>;
    /// The number of documents of all kinds.
    fn document_count(&self) -> Result<u64>;
    /// The different e-mail addresses in a customer's documents.
    fn document_emails(&self, id: CustomerId) -> Result<Vec<String>>;
}

/// Changes to documents.
pub trait DocumentWrites {
    /// Inserts a document, or replaces the one with the same kind and entity
    /// id.
    fn document_put(&self, permit: &Permit<'_, DocumentWrite>, document: &Document) -> Result<()>;
    /// Deletes the e-mail address from a customer's documents, and from all
    /// documents with one of `emails` (in lower case). Returns how many were
    /// changed.
    fn document_erase_emails(
        &self,
        permit: &Permit<'_, DocumentWrite>,
        id: Option<CustomerId>,
        emails: &[String],
    ) -> Result<u64>;
    fn document_remove(
        &self,
        permit: &Permit<'_, DocumentWrite>,
        kind: DocumentKind,
        entity_id: i64,
    ) -> Result<()>;
}
