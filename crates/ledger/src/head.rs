//! Compares the head of the tree and the checkpoint file with what was signed.

use crate::fault::log_tampered;
use crate::merkle::Frontier;
use crate::root::database_root_at;
use crate::signing::log_keys::LogKeys;
use lac_store::{ReadTx, Result, TreeHead};

/// Checks the head's signature, its size and root against the signed ones, and
/// that the newest event in the database has that number. Returns the head's
/// frontier. It does not read the events.
pub fn check_head(tx: &dyn ReadTx, head: &TreeHead, keys: &LogKeys) -> Result<Frontier> {
    let opened = keys.open(head.note.as_bytes());
    let signed = opened
        .map_err(|e| log_tampered(format!("the newest checkpoint in the database: {e}")))?
        .checkpoint;
    let frontier = Frontier::from_parts(head.size, &head.nodes)
        .map_err(|e| log_tampered(format!("the head of the tree: {e}")))?;
    if signed.size != head.size || signed.root != frontier.root() {
        return Err(log_tampered("the head of the tree is not what was signed"));
    }
    let last = tx.audit_last_seq()?;
    if last != head.size {
        return Err(log_tampered(format!(
            "the newest checkpoint covers {} events, the newest stored is {last}",
            head.size
        )));
    }
    Ok(frontier)
}

/// Compares the checkpoint file (the high-water mark outside the database) with
/// the head. An older checkpoint of the same tree is accepted: the program
/// stopped between commit and writing the file. A newer one means that an older
/// database was restored.
pub fn check_checkpoint_file(
    tx: &dyn ReadTx,
    head: &TreeHead,
    file: &[u8],
    keys: &LogKeys,
) -> Result<()> {
    if file == head.note.as_bytes() {
        return Ok(());
    }
    let opened = keys.open(file);
    let known = opened
        .map_err(|e| log_tampered(format!("the checkpoint file: {e}")))?
        .checkpoint;
    if known.size > head.size {
        return Err(log_tampered(format!(
            "the checkpoint file knows {} events, the database only {}: an older copy was put back",
            known.size, head.size
        )));
    }
    if database_root_at(tx, known.size)? != known.root {
        return Err(log_tampered(format!(
            "the first {} events are not those the checkpoint file was signed for",
            known.size
        )));
    }
    Ok(())
}
