//! The newest signed checkpoint: a receipt for whoever keeps it elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::READERS;
use crate::app::{Desk, look};
use crate::domain::audit::Action;
use crate::domain::fault::Fault;
use crate::signing::note;
use crate::store::Result;
use crate::store::log::{check_file, check_head, tampered};

/// Asks for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Newest {}

/// A signed statement of how large the log is and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The store's name.
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// The C2SP signed note, byte for byte.
    pub note: String,
    /// The public key, as C2SP tools take it.
    pub key: String,
}

impl Newest {
    /// Gives the checkpoint after comparing events, head and file, as every
    /// append does, and anchors it.
    ///
    /// # Errors
    /// `log_tampered`, `checkpoint_missing`, `key_missing`, `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Receipt> {
        // Before the snapshot: an append in between must not look like a file
        // that is ahead of the database.
        let file = desk.high_water.read()?;
        let receipt = look(desk, Action::LogRead, &READERS, |view| {
            let key = desk.keys.audit()?.public();
            let origin = view.config.store_name()?;
            let head = view
                .read
                .audit_head()?
                .ok_or_else(|| tampered("the head of the tree is gone"))?;
            check_head(view.read, &head, &origin, &key)?;
            let file = file.ok_or_else(|| Fault::CheckpointMissing {
                path: desk.high_water.path(),
            })?;
            check_file(view.read, &head, &file, &origin, &key)?;
            let checkpoint = note::open(head.note.as_bytes(), &origin, std::slice::from_ref(&key))
                .map_err(|e| tampered(e.to_string()))?;
            Ok(Receipt {
                key: note::vkey(&origin, &key),
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
