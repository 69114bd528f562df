//! The tree's root at some size, from what is stored.

use crate::fault::log_tampered;
use crate::merkle::{Frontier, SUBTREE_SIZE, leaf_hash};
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, ReadTx, Result};

/// The tree's root when it had `size` leaves: from stored subtree roots and the
/// records of the last, incomplete one.
///
/// # Errors
/// `log_tampered`; `archive_needed` for a size within what archives hold, if
/// it is none of their ends.
pub fn database_root_at(tx: &dyn ReadTx, size: u64) -> Result<Hash> {
    let whole = size / SUBTREE_SIZE;
    if let Some(archive) = tx.audit_archives()?.pop()
        && archive.last > whole * SUBTREE_SIZE
        && !size.is_multiple_of(SUBTREE_SIZE)
    {
        if size < archive.last {
            return Err(Fault::ArchiveNeeded { name: archive.name });
        }
        let mut frontier = frontier_after_archive(&archive)?;
        push_records(tx, &mut frontier, size)?;
        return Ok(frontier.root());
    }
    let roots = tx.audit_subtrees(whole)?;
    if roots.len() as u64 != whole {
        return Err(log_tampered("a stored subtree root is missing"));
    }
    let mut frontier = Frontier::new();
    for root in roots {
        frontier.push_subtree(root).map_err(Fault::internal)?;
    }
    push_records(tx, &mut frontier, size)?;
    Ok(frontier.root())
}

/// The tree's frontier after the last event of an archive. It is not signed,
/// but only the true one leads to a root that is.
///
/// # Errors
/// `log_tampered` for bytes that are none.
pub fn frontier_after_archive(archive: &ArchiveRow) -> Result<Frontier> {
    Frontier::from_parts(archive.last, &archive.nodes)
        .map_err(|e| log_tampered(format!("archive {}: {e}", archive.name)))
}

/// The tree's root when it had `size` leaves, from the records that are in the
/// database.
pub fn recompute_root(tx: &dyn ReadTx, size: u64) -> Result<Hash> {
    let mut frontier = match tx.audit_archives()?.last() {
        Some(archive) => frontier_after_archive(archive)?,
        None => Frontier::new(),
    };
    push_records(tx, &mut frontier, size)?;
    Ok(frontier.root())
}

/// Hands over the events of the newest run of 256, and says whether its first
/// ones are archived. What was handed over is true only once this has ended
/// well: the records lead to the frontier, which must be a signed one.
///
/// # Errors
/// `log_tampered`.
pub fn for_each_in_newest_run(
    tx: &dyn ReadTx,
    signed: &Frontier,
    each: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
) -> Result<bool> {
    let size = signed.size();
    let before = size.saturating_sub(1) / SUBTREE_SIZE;
    let archive = tx.audit_archives()?.pop();
    let archive = archive.filter(|archive| archive.last > before * SUBTREE_SIZE);
    let is_archived = archive.is_some();
    let mut frontier = Frontier::new();
    if let Some(archive) = archive {
        frontier = frontier_after_archive(&archive)?;
    } else {
        for root in tx.audit_subtrees(before)? {
            frontier.push_subtree(root).map_err(Fault::internal)?;
        }
    }
    push_records_with(tx, &mut frontier, size, each)?;
    if frontier == *signed {
        return Ok(is_archived);
    }
    Err(log_tampered(
        "the newest events do not add up to the signed checkpoint",
    ))
}

/// Pushes the records after the frontier's own, up to and with `size`.
fn push_records(tx: &dyn ReadTx, frontier: &mut Frontier, size: u64) -> Result<()> {
    push_records_with(tx, frontier, size, &mut |_, _| Ok(()))
}

fn push_records_with(
    tx: &dyn ReadTx,
    frontier: &mut Frontier,
    size: u64,
    each: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut next = frontier.size() + 1;
    if next <= size {
        tx.audit_records(next, size, &mut |seq, record| {
            if seq != next {
                return Err(log_tampered(format!("event {next} is missing")));
            }
            next += 1;
            let _ = frontier.push(leaf_hash(record));
            each(seq, record)
        })?;
    }
    if frontier.size() == size {
        return Ok(());
    }
    Err(log_tampered(format!("event {next} is missing")))
}
