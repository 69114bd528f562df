//! The one way to write to the audit log's tables, and the proof of it.
//!
//! A transaction cannot be committed without [`Appended`], and only an
//! [`AuditWriter`] that has come to its end gives one. What is written, and that
//! it continues what was signed, is the ledger's to know.

use super::{AppendToken, ArchiveRow, Result, TreeHead, WriteTx};
use lac_model::audit::{Event, SealedEvent};
use lac_model::bytes::Hash;

/// The proof that the act was recorded; [`WriteTx::commit`] demands it.
#[derive(Debug)]
#[must_use]
pub struct AppendProof {
    note: Option<String>,
    should_anchor: bool,
}

impl AppendProof {
    /// The checkpoint to put into the high-water file; `None` where the act's
    /// action group is not logged and nothing was appended.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The same checkpoint where it is worth anchoring: something was done
    /// about the log or the keys, or another hour (UTC) has begun since the
    /// event before. A busy store anchors hourly, not with each login.
    pub fn note_to_anchor(&self) -> Option<&str> {
        self.note().filter(|_| self.should_anchor)
    }
}

/// Writes the audit rows of one transaction.
pub struct AuditWriter<'tx> {
    tx: &'tx dyn WriteTx,
    token: AppendToken,
}

impl std::fmt::Debug for AuditWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditWriter").finish_non_exhaustive()
    }
}

impl<'tx> AuditWriter<'tx> {
    pub fn new(tx: &'tx dyn WriteTx) -> Self {
        let token = AppendToken(());
        Self { tx, token }
    }

    /// Adds an event.
    pub fn append(&self, event: &Event, sealed: &SealedEvent) -> Result<()> {
        self.tx.audit_put(&self.token, event, sealed)
    }

    /// Adds the root of a run of 256 events.
    pub fn put_subtree(&self, idx: u64, root: &Hash) -> Result<()> {
        self.tx.audit_put_subtree(&self.token, idx, root)
    }

    /// Lets an archive stand for its events.
    pub fn put_archive(&self, archive: &ArchiveRow) -> Result<()> {
        self.tx.audit_put_archive(&self.token, archive)
    }

    /// Removes shopper parts and their salts.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.tx.audit_erase(&self.token, first, last)
    }

    /// Ends with the new head. Whether its checkpoint is worth anchoring is said
    /// with [`Appended::to_anchor`].
    pub fn finish(self, head: &TreeHead, is_worth_anchoring: bool) -> Result<AppendProof> {
        self.tx.audit_put_head(&self.token, head)?;
        Ok(AppendProof {
            note: Some(head.note.clone()),
            should_anchor: is_worth_anchoring,
        })
    }

    /// Ends an act whose action group is not logged.
    pub fn finish_unlogged(self) -> AppendProof {
        AppendProof {
            note: None,
            should_anchor: false,
        }
    }
}
