//! Floor 2: the storage port.
//!
//! Use cases talk to these traits; adapters (`lac_sqlite`) implement them
//! and are named only where the program is put together. A transaction is the
//! only way in: [`Store::read`] gives one consistent snapshot, [`Store::write`]
//! one that holds the store's write lock from its start.
//!
//! Two proofs keep acts honest. A change demands a [`Permit`] for its kind of
//! write, bound to the transaction, which [`Permit::authorize`] makes for an act
//! that [`Covers`] it; [`WriteTx::commit`] demands [`Appended`], which only
//! [`AuditWriter`] makes. Code that forgot either does not compile.

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

/// What every call of the port returns. Adapters turn their driver's errors
/// into `database`, `busy` or `row_damaged`. What finds one row fails where
/// that row is damaged: it permits nothing. What lists rows leaves damaged ones
/// out (see [`DamageReads`]); so does a list of a person's or a token's for
/// others, never the look-up of what somebody may do.
pub type Result<T> = std::result::Result<T, Fault>;

/// A store that transactions come from.
pub trait Store {
    /// One consistent snapshot; never waits for writers.
    fn read(&self) -> Result<Box<dyn ReadTx + '_>>;

    /// A transaction that holds the write lock from its start and is rolled
    /// back unless committed. Waits its turn; `busy` after the store's timeout.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>>;

    /// Makes ready for a transaction of very many changes (`true`), and goes
    /// back to normal after it (`false`). At most 32 MiB of memory.
    fn set_bulk_mode(&self, on: bool) -> Result<()>;

    /// An empty file of one's own, as private as the store and without a name:
    /// it is gone when it is closed.
    fn scratch_file(&self) -> Result<std::fs::File>;

    /// Another way to the same store, for reading in another thread.
    fn open_reader(&self) -> Result<Box<dyn Store + Send>>;

    /// Takes the notice that is due and was tried least, for nobody else to
    /// take it before `until`, and counts the attempt; `None` if none is due.
    /// In a transaction of its own, as no act: the notice was recorded with
    /// what it tells. Removes what was delivered long ago.
    fn outbox_claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<Notice>>;

    /// Writes down how the delivery of a claimed notice came out; `false` if it
    /// is no longer that claim's.
    fn outbox_record_delivery(&self, settled: &DeliveryOutcome) -> Result<bool>;

    /// Removes at most `most` events that an archive holds from the database,
    /// in a transaction of its own; how many. No act: the archive was recorded
    /// when it was made, and nothing reads them here any more.
    fn remove_archived_events(&self, most: usize) -> Result<u64>;

    /// Notes when a token was used last, never backwards. No act, and nothing
    /// that anything depends on: whoever is writing is not waited for.
    fn record_token_use(&self, id: i64, at: Timestamp) -> Result<()>;

    /// Counts something that happened `by` times more, in a transaction of its
    /// own; a negative number takes back what was counted. Counting begins anew
    /// once `span` is over. No act: what is counted here is recorded by the event
    /// that tells of it. Waits its turn like a write, so that nobody goes
    /// uncounted by keeping others waiting, but not for the disk: a count may be
    /// lost with the machine's power.
    fn count_activity(
        &self,
        activity: Activity,
        subject: &str,
        by: i64,
        now: Timestamp,
        span: Duration,
    ) -> Result<ActivityCount>;

    /// Goes on, or ends where nobody waits for what is read any more.
    ///
    /// # Errors
    /// `broker_failed`.
    fn check_cancelled(&self) -> Result<()>;

    /// Where a program that runs many requests counts refusals in memory; `None`
    /// for any other.
    fn unknown_callers(&self) -> Option<&UnknownCallers>;

    /// Overwrites what was removed wherever it may still lie: older pages, and
    /// whatever else holds one of these words (in small letters), which nothing
    /// that is stored says any more. `false` while a reader keeps older pages.
    fn scrub(&self, words: &[String]) -> Result<bool>;

    /// Overwrites everything that was removed, by building the whole anew.
    /// `false` while a reader keeps older pages.
    fn rebuild(&self) -> Result<bool>;
}

/// Where the newest signed checkpoint is kept outside the database.
pub trait HighWaterMark {
    /// The file's bytes; `None` if there is none.
    fn read(&self) -> Result<Option<Vec<u8>>>;

    /// Replaces it whole and durably. Called under the write lock.
    fn advance(&self, note: &str) -> Result<()>;

    /// The path, for messages.
    fn path(&self) -> String;
}

/// A read transaction.
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

/// A write transaction: reads what a read transaction does, and changes.
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
    /// The kinds of state that were written in it.
    fn written_state_kinds(&self) -> Vec<StateKind>;

    /// The digest of a kind as it was before the first of those changes.
    fn state_digest_before(&self, kind: StateKind) -> Result<String>;

    /// The same transaction, for reading.
    fn as_read(&self) -> &dyn ReadTx;

    /// Commits; then, still under the write lock, advances the high-water file.
    /// The lock is released when this returns.
    fn commit(self: Box<Self>, proof: AppendProof, high_water: &dyn HighWaterMark) -> Result<()>;
}

pub trait StoreTreeReads {
    /// The whole hierarchy, the back office's own included, ordered by id.
    fn store_tree(&self) -> Result<StoreTree>;
    /// What refers to it and keeps it from being removed: nouns in the
    /// singular, each with its count above 0. Config values are not among them.
    fn website_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
    fn store_group_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
    fn store_view_references(&self, id: i64) -> Result<Vec<(String, u64)>>;
}

/// Puts are upserts by id. Removing what is still referenced is `in_use`.
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

pub trait AccessReads {
    /// Ordered by name.
    fn roles(&self) -> Result<Vec<Role>>;
    fn role(&self, id: i64) -> Result<Option<Role>>;
    /// Names are matched exactly.
    fn role_by_name(&self, name: &str) -> Result<Option<Role>>;
    /// What a role with access to everything was granted before it had that.
    /// It counts for nothing, and goes when the role becomes custom.
    fn role_former_resources(&self, id: i64) -> Result<ResourceSet>;
    /// Ordered by name.
    fn admin_users(&self) -> Result<Vec<AdminUser>>;
    /// Whether there is any row at all, damaged or not.
    fn has_admin_users(&self) -> Result<bool>;
    fn admin_user(&self, id: i64) -> Result<Option<AdminUser>>;
    fn admin_user_by_name(&self, name: &str) -> Result<Option<AdminUser>>;
    fn admin_user_by_os_account(&self, account: &str) -> Result<Option<AdminUser>>;
    /// Ordered by name.
    fn storefronts(&self) -> Result<Vec<Storefront>>;
    fn storefront(&self, id: i64) -> Result<Option<Storefront>>;
}

pub trait TokenReads {
    /// By the SHA-256 of the token.
    fn access_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<AccessToken>>;
    fn access_token(&self, id: i64) -> Result<Option<AccessToken>>;
    /// Those that were made by whoever acted with this one, oldest first.
    fn access_tokens_by_parent(&self, parent_id: i64) -> Result<Vec<AccessToken>>;
    /// Oldest first, revoked ones included.
    fn access_tokens(&self, owner: TokenOwner) -> Result<Vec<AccessToken>>;
}

/// A put with id 0 inserts; the id is returned.
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

pub trait TokenWrites {
    /// Returns the token's id. Only the hash is kept.
    fn access_token_add(
        &self,
        permit: &Permit<'_, TokenWrite>,
        token: &AccessToken,
        hash: &[u8; 32],
    ) -> Result<i64>;
    fn access_token_revoke(
        &self,
        permit: &Permit<'_, TokenWrite>,
        id: i64,
        at: Timestamp,
    ) -> Result<()>;
}

pub trait CustomerReads {
    fn customer(&self, id: CustomerId) -> Result<Option<Customer>>;
    /// All customers with this address (see `domain::customer::email_key`),
    /// one per website, ordered by website.
    fn customers_by_email(&self, email_key: &str) -> Result<Vec<Customer>>;
    /// One page, in a stable order that `after` continues.
    fn customer_page(&self, query: &CustomerQuery) -> Result<CustomerPage>;
    fn customer_count(&self) -> Result<u64>;
    /// Ids of active customers on these websites (`None` for all), in order.
    fn active_customers(
        &self,
        websites: Option<&[i64]>,
        each: &mut dyn FnMut(CustomerId) -> Result<()>,
    ) -> Result<()>;
    /// The `local:N` that a customer was before the merchant's id became known;
    /// events from then name them so.
    fn customer_former_ids(&self, id: CustomerId) -> Result<Vec<CustomerId>>;
    /// Everybody's consent.
    fn all_consents(&self, each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>) -> Result<()>;
    /// Of who has said yes or no, and then of who has said nothing although an
    /// event in the database names them.
    fn consents_to_compare(
        &self,
        each: &mut dyn FnMut(CustomerId, &Consent) -> Result<()>,
    ) -> Result<()>;
    /// Every `local:N` that became known under another id, and that id.
    fn former_customer_ids(
        &self,
        each: &mut dyn FnMut(CustomerId, CustomerId) -> Result<()>,
    ) -> Result<()>;
    /// The greatest N of any `local:N`, also of removed ones that sessions,
    /// documents or the log still name.
    fn last_local_customer_number(&self) -> Result<i64>;
}

pub trait CustomerWrites {
    /// Upsert by id, consent included.
    fn customer_put(&self, permit: &Permit<'_, CustomerWrite>, customer: &Customer) -> Result<()>;
    /// Frees a customer's address for another one within this transaction, in
    /// which the customer must be put again.
    fn customer_release_email(
        &self,
        permit: &Permit<'_, CustomerWrite>,
        id: CustomerId,
    ) -> Result<()>;
    /// Gives a `local:N` the merchant's id that became known, in documents and
    /// sessions too.
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

pub trait DocumentReads {
    /// All documents of a kind with this number, ordered by store view.
    fn documents(&self, kind: DocumentKind, number: &str) -> Result<Vec<Document>>;
    fn document(&self, kind: DocumentKind, entity_id: i64) -> Result<Option<Document>>;
    /// Of all kinds.
    fn document_count(&self) -> Result<u64>;
    /// The addresses that a customer's documents hold, each once.
    fn document_emails(&self, id: CustomerId) -> Result<Vec<String>>;
}

pub trait DocumentWrites {
    /// Upsert by kind and entity id.
    fn document_put(&self, permit: &Permit<'_, DocumentWrite>, document: &Document) -> Result<()>;
    /// Removes the address from the documents of a customer, and from those
    /// that have one of these addresses (in small letters); from how many.
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
