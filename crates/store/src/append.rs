//! The only way to write to the audit log's tables, and the proof that it was
//! used.
//!
//! [`WriteTx::commit`] demands an [`AppendProof`], and only a finished
//! [`AuditWriter`] gives one. What an event contains and that it continues the
//! signed log is decided in `lac_ledger`.

use super::{AppendToken, ArchiveRow, Result, TreeHead, WriteTx};
use lac_model::audit::{Event, SealedEvent};
use lac_model::bytes::Hash;

/// Proof that the event of a change was appended, or that its action group is
/// not logged. [`WriteTx::commit`] demands it.
#[derive(Debug)]
#[must_use]
pub struct AppendProof {
    note: Option<String>,
    should_anchor: bool,
}

impl AppendProof {
    /// The checkpoint to write to the high-water file; `None` if nothing was
    /// appended because the action group is not logged.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The same checkpoint, if it should also be sent to the anchor: after a
    /// change of the log or the keys, and with the first event of each hour
    /// (UTC). A busy store anchors once an hour, not at each login.
    pub fn note_to_anchor(&self) -> Option<&str> {
        self.note().filter(|_| self.should_anchor)
    }
}

/// Writes the audit log's rows of one transaction.
pub struct AuditWriter<'tx> {
    tx: &'tx dyn WriteTx,
    token: AppendToken,
}

impl<'tx> AuditWriter<'tx> {
    pub fn new(tx: &'tx dyn WriteTx) -> Self {
        let token = AppendToken(());
        Self { tx, token }
    }

    pub fn append(&self, event: &Event, sealed: &SealedEvent) -> Result<()> {
        self.tx.audit_put(&self.token, event, sealed)
    }

    /// Adds the root hash of a complete run of 256 events; `idx` counts these
    /// runs from 0.
    pub fn put_subtree(&self, idx: u64, root: &Hash) -> Result<()> {
        self.tx.audit_put_subtree(&self.token, idx, root)
    }

    /// Registers an archive file that contains a run of events.
    pub fn put_archive(&self, archive: &ArchiveRow) -> Result<()> {
        self.tx.audit_put_archive(&self.token, archive)
    }

    /// Deletes the personal data of customers (the `shopper` column and its
    /// salt) from the events `first` to `last`, both included.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.tx.audit_erase(&self.token, first, last)
    }

    /// Stores the tree's new head and gives the proof. For `should_anchor` see
    /// [`AppendProof::note_to_anchor`].
    pub fn finish(self, head: &TreeHead, should_anchor: bool) -> Result<AppendProof> {
        self.tx.audit_put_head(&self.token, head)?;
        Ok(AppendProof {
            note: Some(head.note.clone()),
            should_anchor,
        })
    }

    /// Gives the proof for a change whose action group is not logged.
    pub fn finish_unlogged(self) -> AppendProof {
        AppendProof {
            note: None,
            should_anchor: false,
        }
    }
}
