//! Returns the newest signed checkpoint, as a receipt to keep elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::LOG_READERS;
use crate::{Context, SigningKeys, read};
use lac_ledger::event_log::newest_head;
use lac_ledger::fault::log_tampered;
use lac_ledger::head::{check_checkpoint_file, check_head};
use lac_ledger::receipt::{Receipt, prove_continuation};
use lac_ledger::signing::note::{self};
use lac_model::audit::Action;
use lac_model::bounded::FileText;
use lac_model::fault::Fault;
use lac_store::Result;

/// Requests the newest signed checkpoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogCheckpoint {
    /// An older signed checkpoint; the answer proves that the newest one
    /// continues it.
    pub since: Option<FileText>,
}

impl LogCheckpoint {
    /// Returns the checkpoint after comparing events, head and checkpoint file
    /// as every append does, and anchors it.
    ///
    /// # Errors
    /// `log_tampered`, `checkpoint_missing`, `key_missing`, `resource_denied`;
    /// for an older checkpoint, those of
    /// [`open_checkpoint`](lac_ledger::receipt::open_checkpoint).
    pub fn run(self, context: &Context<'_>) -> Result<Receipt> {
        // Read before the snapshot: otherwise an append in between would look
        // like a checkpoint file that is ahead of the database.
        let file = context.high_water.read()?;
        let receipt = read(context, Action::LogRead, &LOG_READERS, |view| {
            let origin = view.config.store_name()?;
            let keys = SigningKeys::load(context.keys, view.read, &origin)?.chain;
            let head = newest_head(view.read)?;
            check_head(view.read, &head, &keys)?;
            let file = file.ok_or_else(|| Fault::CheckpointMissing {
                path: context.high_water.path(),
            })?;
            check_checkpoint_file(view.read, &head, &file, &keys)?;
            let opened = keys.open(head.note.as_bytes());
            let checkpoint = opened.map_err(|e| log_tampered(e.to_string()))?.checkpoint;
            let older = self.since.as_deref();
            let consistency =
                older.map(|older| prove_continuation(view.log_source(), older, &checkpoint, &keys));
            Ok(Receipt {
                consistency: consistency.transpose()?,
                key: note::verifier_key(&origin, keys.newest()),
                size: checkpoint.size,
                root: STANDARD.encode(checkpoint.root),
                note: head.note,
                origin,
            })
        })?;
        context.anchors.append_note(&receipt.note);
        Ok(receipt)
    }
}
