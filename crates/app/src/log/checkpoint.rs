//! The newest signed checkpoint: a receipt for whoever keeps it elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::READERS;
use crate::{Desk, Keys, look};
use lac_ledger::fault::tampered;
use lac_ledger::head::{check_file, check_head};
use lac_ledger::receipt::{Receipt, continues};
use lac_ledger::signing::note::{self};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::form::FileText;
use lac_store::Result;

/// Asks for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Newest {
    /// An older signed checkpoint: prove that the newest one continues it.
    pub since: Option<FileText>,
}

impl Newest {
    /// Gives the checkpoint after comparing events, head and file, as every
    /// append does, and anchors it.
    ///
    /// # Errors
    /// `log_tampered`, `checkpoint_missing`, `key_missing`, `resource_denied`; of
    /// an older checkpoint as [`open`].
    pub fn run(self, desk: &Desk<'_>) -> Result<Receipt> {
        // Before the snapshot: an append in between must not look like a file
        // that is ahead of the database.
        let file = desk.high_water.read()?;
        let receipt = look(desk, Action::LogRead, &READERS, |view| {
            let origin = view.config.store_name()?;
            let keys = Keys::of(desk.keys, view.read, &origin)?.chain;
            let head = view
                .read
                .audit_head()?
                .ok_or_else(|| tampered("the head of the tree is gone"))?;
            check_head(view.read, &head, &keys)?;
            let file = file.ok_or_else(|| Fault::CheckpointMissing {
                path: desk.high_water.path(),
            })?;
            check_file(view.read, &head, &file, &keys)?;
            let opened = keys.open(head.note.as_bytes());
            let checkpoint = opened.map_err(|e| tampered(e.to_string()))?.checkpoint;
            let older = self.since.as_deref();
            let consistency =
                older.map(|older| continues(view.source(), older, &checkpoint, &keys));
            Ok(Receipt {
                consistency: consistency.transpose()?,
                key: note::vkey(&origin, keys.newest()),
                size: checkpoint.size,
                root: STANDARD.encode(checkpoint.root),
                note: head.note,
                origin,
            })
        })?;
        desk.anchors.keep(&receipt.note);
        Ok(receipt)
    }
}
