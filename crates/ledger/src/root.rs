//! Computes the tree's root at a given size from what the database stores.

use crate::fault::log_tampered;
use crate::merkle::{Frontier, SUBTREE_SIZE, leaf_hash};
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, ReadTx, Result};

/// The root of the tree of the first `size` events, from the stored subtree
/// roots and the records after them.
///
/// `archive_needed` if `size` is inside an archive and not a multiple of 256;
/// then use [`crate::tree::root_at`].
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

/// The tree's frontier after the last event of an archive. It is not signed
/// itself, but a wrong one leads to a root that does not match a signed one.
pub fn frontier_after_archive(archive: &ArchiveRow) -> Result<Frontier> {
    Frontier::from_parts(archive.last, &archive.nodes)
        .map_err(|e| log_tampered(format!("archive {}: {e}", archive.name)))
}

/// The root of the tree of the first `size` events, from all records in the
/// database.
pub fn recompute_root(tx: &dyn ReadTx, size: u64) -> Result<Hash> {
    let mut frontier = match tx.audit_archives()?.last() {
        Some(archive) => frontier_after_archive(archive)?,
        None => Frontier::new(),
    };
    push_records(tx, &mut frontier, size)?;
    Ok(frontier.root())
}

/// Calls `each` with `seq` and record of the events of the newest run of 256
/// that are in the database. Returns whether the run's first events are
/// archived.
///
/// Do not use what `each` received unless this returns `Ok`: only then do the
/// records lead to the frontier `signed`.
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

/// Pushes the records after the frontier's size, up to and including `size`.
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
