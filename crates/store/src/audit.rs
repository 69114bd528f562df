//! The part of the port that keeps the audit log.

use super::{EventQuery, Result};
use lac_model::audit::{Event, RecordFields, SealedEvent, StoredEvent};
use lac_model::bytes::Hash;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;

/// The tree's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeHead {
    pub size: u64,
    /// The frontier's hashes, concatenated.
    pub nodes: Vec<u8>,
    pub last_time: Timestamp,
    /// The newest signed checkpoint.
    pub note: String,
}

/// A file that holds a run of events which are no longer in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveRow {
    /// The first and the last event, both included.
    pub first: u64,
    pub last: u64,
    /// The file's name in the directory of archives.
    pub name: String,
    /// The times of the first and the last event.
    pub since: Timestamp,
    pub until: Timestamp,
    /// The file's length in bytes, and its SHA-256.
    pub bytes: u64,
    pub sha256: Hash,
    /// The tree's frontier after the last event, concatenated.
    pub nodes: Vec<u8>,
    /// The greatest N of any `local:N` that its events name; 0 for none.
    pub last_local_customer: u64,
}

/// What a column of an event holds, with its type: verification takes nothing
/// for granted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'r> {
    Null,
    Integer(i64),
    Real(f64),
    /// Not necessarily UTF-8.
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// Every column of an event as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct EventCells<'r> {
    pub seq: Cell<'r>,
    pub time: Cell<'r>,
    pub action_group: Cell<'r>,
    pub action: Cell<'r>,
    pub result: Cell<'r>,
    pub admin: Cell<'r>,
    pub admin_id: Cell<'r>,
    pub session_id: Cell<'r>,
    pub customer_id: Cell<'r>,
    pub website: Cell<'r>,
    pub store_view: Cell<'r>,
    pub document: Cell<'r>,
    pub ticket: Cell<'r>,
    pub record: Cell<'r>,
    pub shopper: Cell<'r>,
    pub shopper_salt: Cell<'r>,
    pub staff: Cell<'r>,
    pub staff_salt: Cell<'r>,
}

/// An index over the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventIndex {
    Admin,
    Customer,
    Document,
    Ticket,
}

impl EventIndex {
    /// In the order of [`position`](Self::position).
    pub const ALL: [Self; 4] = [Self::Admin, Self::Customer, Self::Document, Self::Ticket];

    /// Its place among all of them.
    pub fn position(self) -> usize {
        self as usize
    }

    /// What an event has in the indexed column.
    pub fn key<'r>(self, event: &EventCells<'r>) -> Cell<'r> {
        match self {
            Self::Admin => event.admin,
            Self::Customer => event.customer_id,
            Self::Document => event.document,
            Self::Ticket => event.ticket,
        }
    }

    /// Whether it lists an event with this key: the one on admin lists all
    /// events, the others those that have a value.
    pub fn covers(self, key: Cell<'_>) -> bool {
        self == Self::Admin || key != Cell::Null
    }
}

pub trait AuditReads {
    /// `None` before the first event.
    fn audit_head(&self) -> Result<Option<TreeHead>>;
    /// The greatest stored seq; 0 for none.
    fn audit_last_seq(&self) -> Result<u64>;
    fn audit_event(&self, seq: u64) -> Result<Option<StoredEvent>>;
    /// The newest event in the database that changed a customer's consent, or
    /// removed them.
    fn audit_last_consent(
        &self,
        customer: CustomerId,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()>;
    /// The events in the database in which a customer was edited, in order.
    fn audit_customer_edits(
        &self,
        customer: CustomerId,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()>;
    /// The events of a query, in its order; only those in the database.
    fn audit_scan(
        &self,
        query: &EventQuery,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()>;
    /// The first stored seq, from `first` on, whose time is not before `time`;
    /// one more than the greatest if there is none.
    fn audit_first_seq_since(&self, first: u64, time: Timestamp) -> Result<u64>;
    /// The records of a range of seqs, both ends included, in order.
    fn audit_records(
        &self,
        first: u64,
        last: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()>;
    /// Every column of a range of events, both ends included, in order of seq.
    fn audit_cells(
        &self,
        first: u64,
        last: u64,
        each: &mut dyn FnMut(&EventCells<'_>) -> Result<()>,
    ) -> Result<()>;
    /// The entries of an index with seqs in a range (both ends included): key
    /// and seq, each key looked up in the index alone as a query looks it up.
    fn audit_index_entries(
        &self,
        index: EventIndex,
        range: [u64; 2],
        each: &mut dyn FnMut(Cell<'_>, i64) -> Result<()>,
    ) -> Result<()>;
    /// What differs between the schema as it is and as this program makes it,
    /// by the number that the store gives for its schema.
    fn schema_difference(&self) -> Result<Option<String>>;
    /// Whether the trees in which the log's tables are kept are in order, so
    /// that looking something up finds what reading everything does, and
    /// nothing is stored below the first event; what is wrong. Reads them all.
    fn audit_structure_problem(&self) -> Result<Option<String>>;
    /// The same of the tables that say who may do what: some milliseconds.
    fn access_structure_problem(&self) -> Result<Option<String>>;
    /// The roots of the first `count` complete runs of 256 leaves.
    fn audit_subtrees(&self, count: u64) -> Result<Vec<Hash>>;
    /// Every archive, oldest first.
    fn audit_archives(&self) -> Result<Vec<ArchiveRow>>;
}

/// The right to write to the audit log's tables; only
/// [`AuditWriter`](super::AuditWriter) holds one.
#[derive(Debug)]
pub struct AppendToken(pub(super) ());

/// Used by [`AuditWriter`](super::AuditWriter) alone: every call demands its token.
pub trait AuditWrites {
    fn audit_put(&self, token: &AppendToken, event: &Event, sealed: &SealedEvent) -> Result<()>;
    fn audit_put_subtree(&self, token: &AppendToken, idx: u64, root: &Hash) -> Result<()>;
    fn audit_put_head(&self, token: &AppendToken, head: &TreeHead) -> Result<()>;
    /// Adds an archive, or replaces the one that begins with the same event.
    fn audit_put_archive(&self, token: &AppendToken, archive: &ArchiveRow) -> Result<()>;
    /// Removes the shopper parts and salts of a range of events, both ends
    /// included.
    fn audit_erase(&self, token: &AppendToken, first: u64, last: u64) -> Result<()>;
}
