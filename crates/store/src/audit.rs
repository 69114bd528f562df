//! The port's traits and rows for the audit log.
//!
//! The log is a Merkle tree over its events. An event is stored as three texts:
//! the *record*, which is never changed; the *customer part*, which an erasure
//! deletes; and the *staff part*. The record contains salted hashes of the two
//! parts. Some values are also stored in columns, so that they can be indexed.

use super::{EventQuery, Result};
use lac_model::audit::{Event, RecordFields, SealedEvent, StoredEvent};
use lac_model::bytes::Hash;
use lac_model::ids::CustomerId;
use lac_model::time::Timestamp;

/// The head of the tree, after the newest event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeHead {
    pub size: u64,
    /// The hashes of the frontier (the roots of the complete subtrees),
    /// concatenated.
    pub nodes: Vec<u8>,
    pub last_time: Timestamp,
    /// The newest signed checkpoint, as a signed note.
    pub note: String,
}

/// An archive file with a run of events, which are deleted from the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveRow {
    /// The seqs of the first and the last event, both included.
    pub first: u64,
    pub last: u64,
    /// The file's name, without its directory.
    pub name: String,
    /// The times of the first and the last event.
    pub since: Timestamp,
    pub until: Timestamp,
    /// The file's length in bytes and its SHA-256.
    pub bytes: u64,
    pub sha256: Hash,
    /// The tree's frontier after the last event, as in [`TreeHead::nodes`].
    pub nodes: Vec<u8>,
    /// The largest N of all `local:N` ids in its events; 0 if there is none.
    pub last_local_customer: u64,
}

/// A value in a column, with the type that the database says it has:
/// verification must not assume that it is the type of the schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'r> {
    Null,
    Integer(i64),
    Real(f64),
    /// Not necessarily UTF-8.
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// All columns of an event, as stored.
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

impl EventCells<'_> {
    /// Whether it is a successful event that granted or revoked a consent, or
    /// removed a customer.
    fn changes_consent(&self) -> bool {
        let is = |cell: Cell<'_>, text: &str| cell == Cell::Text(text.as_bytes());
        is(self.result, "success")
            && if is(self.action_group, "consent") {
                is(self.action, "grant") || is(self.action, "revoke")
            } else {
                is(self.action_group, "customers") && is(self.action, "remove")
            }
    }
}

/// What reading a part of a table showed about how it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreePart {
    /// The depth of the leaves that were read; `None` if there are none.
    pub depth: Option<usize>,
    /// Pages that belong to one row each: the rest of rows that are too long
    /// for a leaf.
    pub pages: Vec<u32>,
}

/// So many pages of long rows are compared, in 8 MiB. More are no evidence, so
/// that memory does not grow with the log.
const MAX_PAGES: usize = 2 << 20;

/// What reading a whole table, part by part, and its indexes showed about how
/// they are stored. Until something is added, it shows nothing.
#[derive(Debug, Clone, Default)]
pub struct TreeEvidence {
    /// `None` if looking up the events of a part might not find them.
    parts: Option<TreePart>,
    has_parts: bool,
    has_indexes: bool,
}

impl TreeEvidence {
    /// Adds a part of the table; `None` if looking up its events might not find
    /// them.
    pub fn add(&mut self, part: Option<TreePart>) {
        let before = self.has_parts.then(|| self.parts.take());
        self.has_parts = true;
        self.parts = match (before, part) {
            (None, part) => part,
            (Some(Some(mut all)), Some(part)) => {
                all.pages.extend(part.pages);
                let is_even = all.depth.is_none() || part.depth.is_none();
                let is_same = is_even || all.depth == part.depth;
                all.depth = all.depth.or(part.depth);
                (is_same && all.pages.len() <= MAX_PAGES).then_some(all)
            }
            _ => None,
        };
    }

    /// Adds that looking up a value in an index finds all entries that were
    /// read.
    pub fn add_indexes(&mut self) {
        self.has_indexes = true;
    }

    /// Whether looking up any event or index entry that was read finds it, and
    /// no two events share a page.
    pub fn is_complete(mut self) -> bool {
        let Some(parts) = &mut self.parts else {
            return false;
        };
        parts.pages.sort_unstable();
        self.has_indexes && parts.pages.windows(2).all(|pair| pair[0] != pair[1])
    }
}

/// An index of the table of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventIndex {
    Admin,
    Customer,
    Document,
    Ticket,
    /// The customers of events that changed a consent: see
    /// [`AuditReads::audit_last_consent`].
    Consent,
}

impl EventIndex {
    /// In the order of [`position`](Self::position).
    pub const ALL: [Self; 5] = [
        Self::Admin,
        Self::Customer,
        Self::Document,
        Self::Ticket,
        Self::Consent,
    ];

    /// Its position in [`ALL`](Self::ALL).
    pub fn position(self) -> usize {
        self as usize
    }

    /// The event's value in the indexed column.
    pub fn key<'r>(self, event: &EventCells<'r>) -> Cell<'r> {
        match self {
            Self::Admin => event.admin,
            Self::Customer => event.customer_id,
            Self::Document => event.document,
            Self::Ticket => event.ticket,
            Self::Consent if event.changes_consent() => event.customer_id,
            Self::Consent => Cell::Null,
        }
    }

    /// Whether an event with this value is in the index. The index on `admin`
    /// contains all events, the others only those that have a value.
    pub fn covers(self, key: Cell<'_>) -> bool {
        self == Self::Admin || key != Cell::Null
    }
}

/// Reading the audit log. Except for [`audit_archives`](Self::audit_archives),
/// these calls see only events that are in the database. Events that an archive
/// holds may still be there until they are deleted.
///
/// Each call reads the table itself or one index that is named in the adapter,
/// never an index of the database's choice: `log verify` proves that exactly
/// these indexes are complete. The calls that look for problems return `None`
/// only after they have looked.
pub trait AuditReads {
    /// The tree's head; `None` before the first event.
    fn audit_head(&self) -> Result<Option<TreeHead>>;
    /// The largest seq in the database; 0 if there is no event.
    fn audit_last_seq(&self) -> Result<u64>;
    fn audit_event(&self, seq: u64) -> Result<Option<StoredEvent>>;
    /// Calls `each` with the newest successful event that granted or revoked
    /// this customer's consent or removed the customer, if there is one.
    fn audit_last_consent(
        &self,
        customer: CustomerId,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()>;
    /// Calls `each` with the successful edits of this customer, ordered by seq.
    fn audit_customer_edits(
        &self,
        customer: CustomerId,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()>;
    /// Calls `each` with the events that match `query`, in the order it asks
    /// for. Archived events are left out, even if they are not deleted yet. An
    /// error from `each` ends the scan and is returned.
    fn audit_scan(
        &self,
        query: &EventQuery,
        each: &mut dyn FnMut(&RecordFields<'_>) -> Result<()>,
    ) -> Result<()>;
    /// The first seq, from `first` on, of an event at `time` or later; the
    /// largest seq plus 1 if there is none.
    fn audit_first_seq_since(&self, first: u64, time: Timestamp) -> Result<u64>;
    /// Calls `each` with the seq and the record of the events `first` to
    /// `last`, both included, ordered by seq.
    fn audit_records(
        &self,
        first: u64,
        last: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()>;
    /// Calls `each` with all columns of the events `first` to `last`, both
    /// included, ordered by seq. `None` if this did not show that looking up
    /// each of these seqs finds the same.
    fn audit_cells(
        &self,
        first: u64,
        last: u64,
        each: &mut dyn FnMut(&EventCells<'_>) -> Result<()>,
    ) -> Result<Option<TreePart>>;
    /// Calls `each` with the value and the seq of the entries of all indexes
    /// whose seqs are in `range`, both ends included. `false` if
    /// this did not show that looking up a value finds the same entries; then
    /// what was passed to `each` does not count, and
    /// [`audit_index_entries`](Self::audit_index_entries) has to be asked.
    fn audit_all_index_entries(
        &self,
        range: [u64; 2],
        each: &mut dyn FnMut(EventIndex, Cell<'_>, i64) -> Result<()>,
    ) -> Result<bool>;
    /// Calls `each` with the value and the seq of the entries of an index whose
    /// seqs are in `range`, both ends included. The entries are read from the
    /// index alone, and each value is looked up as a query looks it up, so that
    /// an entry that queries would miss is missing here too.
    fn audit_index_entries(
        &self,
        index: EventIndex,
        range: [u64; 2],
        each: &mut dyn FnMut(Cell<'_>, i64) -> Result<()>,
    ) -> Result<()>;
    /// What differs between the database's schema and the one that this program
    /// creates for the same version; `None` if nothing does.
    fn schema_difference(&self) -> Result<Option<String>>;
    /// What is wrong with the structure of the audit log's tables (in SQLite:
    /// their B-trees), if anything is: whether looking up a row finds the same
    /// as reading the whole table, and whether nothing is stored below the
    /// first event. Reads these tables completely, except for that of events:
    /// see [`audit_event_structure_problem`](Self::audit_event_structure_problem).
    fn audit_structure_problem(&self) -> Result<Option<String>>;
    /// The same for the table of events and its indexes. `evidence` is what
    /// reading the events of `range` (both ends included) and the indexes
    /// showed. The table is read again only if it is not enough.
    fn audit_event_structure_problem(
        &self,
        range: [u64; 2],
        evidence: TreeEvidence,
    ) -> Result<Option<String>>;
    /// The same for the tables of roles, admin users, storefronts and tokens.
    /// Takes milliseconds.
    fn access_structure_problem(&self) -> Result<Option<String>>;
    /// The root hashes of the first `count` complete runs of 256 events.
    fn audit_subtrees(&self, count: u64) -> Result<Vec<Hash>>;
    /// All archives, oldest first.
    fn audit_archives(&self) -> Result<Vec<ArchiveRow>>;
}

/// Proof that a call comes from an [`AuditWriter`](super::AuditWriter): nothing
/// else can make one.
#[derive(Debug)]
pub struct AppendToken(pub(super) ());

/// Writing to the audit log. Only [`AuditWriter`](super::AuditWriter) can call
/// these, because every call demands its token.
pub trait AuditWrites {
    /// Inserts an event; its seq must not exist.
    fn audit_put(&self, token: &AppendToken, event: &Event, sealed: &SealedEvent) -> Result<()>;
    fn audit_put_subtree(&self, token: &AppendToken, idx: u64, root: &Hash) -> Result<()>;
    fn audit_put_head(&self, token: &AppendToken, head: &TreeHead) -> Result<()>;
    /// Inserts an archive, or replaces the one with the same first event.
    fn audit_put_archive(&self, token: &AppendToken, archive: &ArchiveRow) -> Result<()>;
    /// Deletes the customer parts and their salts of the events `first` to
    /// `last`, both included.
    fn audit_erase(&self, token: &AppendToken, first: u64, last: u64) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_complete(parts: &[Option<TreePart>]) -> bool {
        let mut evidence = TreeEvidence::default();
        for part in parts {
            evidence.add(part.clone());
        }
        assert!(!evidence.clone().is_complete(), "the indexes were not read");
        evidence.add_indexes();
        evidence.is_complete()
    }

    #[test]
    fn a_table_is_shown_to_be_sound_only_as_a_whole() {
        let part = |depth, pages: &[u32]| {
            let pages = pages.to_vec();
            Some(TreePart { depth, pages })
        };
        let [one, other] = [part(Some(2), &[7, 9]), part(Some(2), &[8])];
        let empty = part(None, &[]);
        assert!(is_complete(&[one.clone(), empty.clone(), other.clone()]));
        assert!(is_complete(&[empty, one.clone()]));
        assert!(!is_complete(&[]), "nothing was read");
        assert!(!is_complete(&[None, one.clone()]));
        assert!(!is_complete(&[one.clone(), None, other]));
        assert!(!is_complete(&[one.clone(), part(Some(3), &[])]), "uneven");
        assert!(!is_complete(&[one.clone(), part(Some(2), &[9])]), "shared");
        assert!(!is_complete(&[part(Some(2), &[4, 4])]), "shared");
        let many: Vec<u32> = (100..).take(MAX_PAGES).collect();
        assert!(!is_complete(&[one, part(Some(2), &many)]), "too many");
    }
}
