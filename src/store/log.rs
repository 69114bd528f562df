//! Appending to the audit log, inside the transaction of the act itself.
//!
//! Opening the log compares three things before anything is added: the head row
//! with its own signature, the stored events with the head, and the head with
//! the high-water file outside the database. Otherwise one append after a
//! rollback of the database would heal the attack.

pub use super::head::{check_file, check_head};
use super::{ArchiveRow, Head, HighWater, ReadTx, Result, WriteTx};
use crate::domain::ambient::{self, Random};
use crate::domain::audit::{self, ActionGroup, Event};
use crate::domain::fault::Fault;
use crate::domain::merkle::{Frontier, Hash, SUBTREE, leaf_hash};
use crate::domain::time::Timestamp;
use crate::signing::chain::Chain;
use crate::signing::keys::PrivateKey;
use crate::signing::note::{self, Checkpoint};

/// The right to write audit rows; only the appender holds one.
#[derive(Debug)]
pub struct Pen(());

/// The proof that the act was recorded; [`WriteTx::commit`] demands it.
#[derive(Debug)]
#[must_use]
pub struct Appended {
    note: Option<String>,
    is_worth_anchoring: bool,
}

impl Appended {
    /// The checkpoint to put into the high-water file; `None` where the act's
    /// action group is not logged and nothing was appended.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The same checkpoint where it is worth anchoring: something was done
    /// about the log or the keys, or another hour (UTC) has begun since the
    /// event before. A busy store anchors hourly, not with each login.
    pub fn to_anchor(&self) -> Option<&str> {
        self.note().filter(|_| self.is_worth_anchoring)
    }
}

/// An event that was appended (or whose group is not logged).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Recorded {
    /// `None` where the action group is not logged.
    pub seq: Option<u64>,
}

/// The log, open for appending in one transaction.
pub struct Appender<'tx> {
    tx: &'tx dyn WriteTx,
    random: &'tx dyn Random,
    origin: String,
    frontier: Frontier,
    last_time: Timestamp,
    now: Timestamp,
    unlogged: Vec<ActionGroup>,
    appended: u64,
    is_worth_anchoring: bool,
    pen: Pen,
}

impl std::fmt::Debug for Appender<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Appender")
            .field("size", &self.frontier.size())
            .finish_non_exhaustive()
    }
}

impl<'tx> Appender<'tx> {
    /// Opens the log after checking it against its signature and the
    /// high-water file.
    ///
    /// # Errors
    /// `log_tampered` (exit 6) where something differs; `checkpoint_missing`
    /// (exit 8) where the high-water file is gone.
    pub fn open(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        keys: &Chain,
        high_water: &dyn HighWater,
        now: Timestamp,
    ) -> Result<Self> {
        let Some(head) = tx.audit_head()? else {
            return Err(tampered("the head of the tree is gone"));
        };
        let frontier = check_head(tx.as_read(), &head, keys)?;
        match high_water.read()? {
            None => {
                return Err(Fault::CheckpointMissing {
                    path: high_water.path(),
                });
            }
            Some(file) => check_file(tx.as_read(), &head, &file, keys)?,
        }
        Ok(Self::at(
            tx,
            random,
            keys.origin(),
            frontier,
            head.last_time,
            now,
        ))
    }

    /// Opens the log without its high-water file, to record its recovery.
    ///
    /// # Errors
    /// `log_tampered` where head and events differ.
    pub fn open_for_recovery(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        keys: &Chain,
        now: Timestamp,
    ) -> Result<Self> {
        let Some(head) = tx.audit_head()? else {
            return Err(tampered("the head of the tree is gone"));
        };
        let frontier = check_head(tx.as_read(), &head, keys)?;
        if recompute(tx.as_read(), head.size)? != frontier.root() {
            return Err(tampered(
                "the stored events do not add up to the signed checkpoint",
            ));
        }
        Ok(Self::at(
            tx,
            random,
            keys.origin(),
            frontier,
            head.last_time,
            now,
        ))
    }

    /// Starts the log of a new store.
    ///
    /// # Errors
    /// `already_exists` if there is one.
    pub fn found(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        origin: &str,
        now: Timestamp,
    ) -> Result<Self> {
        if tx.audit_head()?.is_some() || tx.audit_last_seq()? != 0 {
            return Err(Fault::AlreadyExists {
                what: "the audit log".to_owned(),
            });
        }
        let last = Timestamp::from_micros(0);
        Ok(Self::at(tx, random, origin, Frontier::new(), last, now))
    }

    fn at(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        origin: &str,
        frontier: Frontier,
        last_time: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            tx,
            random,
            origin: origin.to_owned(),
            frontier,
            last_time,
            now,
            unlogged: Vec::new(),
            appended: 0,
            is_worth_anchoring: false,
            pen: Pen(()),
        }
    }

    /// Leaves these groups out (those that cannot be turned off stay in).
    pub fn leave_out(&mut self, groups: Vec<ActionGroup>) {
        self.unlogged = groups
            .into_iter()
            .filter(|g| !g.is_always_logged())
            .collect();
    }

    /// Puts these groups back in: a change of what is logged always is.
    pub fn leave_out_nothing(&mut self) {
        self.unlogged.clear();
    }

    /// A later reading of the clock, in an act that takes its time.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The seq the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.frontier.size() + 1
    }

    /// Appends one event.
    pub fn append(&mut self, event: &Event) -> Result<Recorded> {
        if self.unlogged.contains(&event.action.group()) {
            return Ok(Recorded { seq: None });
        }
        let seq = self.next_seq();
        let floor = Timestamp::from_micros(self.last_time.micros() + 1);
        let (time, clock) = if self.now >= floor {
            (self.now, None)
        } else {
            (floor, Some(self.now))
        };
        let salts = [ambient::bytes(self.random), ambient::bytes(self.random)];
        let sealed = audit::seal(event, seq, time, clock, salts).map_err(Fault::internal)?;
        self.tx.audit_put(&self.pen, event, &sealed)?;
        if let Some(root) = self.frontier.push(sealed.leaf) {
            self.tx
                .audit_put_subtree(&self.pen, seq / SUBTREE - 1, &root)?;
        }
        let group = event.action.group();
        self.is_worth_anchoring |= matches!(group, ActionGroup::Log | ActionGroup::Keys)
            || hour(time) != hour(self.last_time);
        self.last_time = time;
        self.appended += 1;
        Ok(Recorded { seq: Some(seq) })
    }

    /// Lets an archive stand for its events; recorded by an event of the same
    /// transaction.
    pub fn put_archive(&self, archive: &ArchiveRow) -> Result<()> {
        self.tx.audit_put_archive(&self.pen, archive)
    }

    /// Removes shopper parts; the event that lists them is appended in the
    /// same transaction.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.tx.audit_erase(&self.pen, first, last)
    }

    /// Signs the new checkpoint. Takes a [`Recorded`] so that a transaction
    /// without an event cannot be sealed.
    pub fn seal(self, _recorded: Recorded, key: &PrivateKey) -> Result<Appended> {
        if self.appended == 0 {
            return Ok(Appended {
                note: None,
                is_worth_anchoring: false,
            });
        }
        let checkpoint = Checkpoint {
            origin: self.origin,
            size: self.frontier.size(),
            root: self.frontier.root(),
        };
        let note = note::sign(&checkpoint, key);
        self.tx.audit_put_head(
            &self.pen,
            &Head {
                size: self.frontier.size(),
                nodes: self.frontier.nodes_bytes(),
                last_time: self.last_time,
                note: note.clone(),
            },
        )?;
        Ok(Appended {
            note: Some(note),
            is_worth_anchoring: self.is_worth_anchoring,
        })
    }
}

/// Hours since 1970, UTC.
fn hour(time: Timestamp) -> i64 {
    time.seconds().div_euclid(3600)
}

/// The log differs from what was signed.
pub fn tampered(what: impl Into<String>) -> Fault {
    Fault::LogTampered { what: what.into() }
}

/// The tree's root when it had `size` leaves: from stored subtree roots and the
/// records of the last, incomplete one.
///
/// # Errors
/// `log_tampered`; `archive_needed` for a size within what archives hold, if
/// it is none of their ends.
pub fn root_at(tx: &dyn ReadTx, size: u64) -> Result<Hash> {
    let whole = size / SUBTREE;
    if let Some(archive) = tx.audit_archives()?.pop()
        && archive.last > whole * SUBTREE
        && !size.is_multiple_of(SUBTREE)
    {
        if size < archive.last {
            return Err(Fault::ArchiveNeeded { name: archive.name });
        }
        let mut frontier = after_archive(&archive)?;
        push_records(tx, &mut frontier, size)?;
        return Ok(frontier.root());
    }
    let roots = tx.audit_subtrees(whole)?;
    if roots.len() as u64 != whole {
        return Err(tampered("a stored subtree root is missing"));
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
pub fn after_archive(archive: &ArchiveRow) -> Result<Frontier> {
    Frontier::from_parts(archive.last, &archive.nodes)
        .map_err(|e| tampered(format!("archive {}: {e}", archive.name)))
}

/// The tree's root when it had `size` leaves, from the records that are in the
/// database.
pub fn recompute(tx: &dyn ReadTx, size: u64) -> Result<Hash> {
    let mut frontier = match tx.audit_archives()?.last() {
        Some(archive) => after_archive(archive)?,
        None => Frontier::new(),
    };
    push_records(tx, &mut frontier, size)?;
    Ok(frontier.root())
}

/// Pushes the records after the frontier's own, up to and with `size`.
fn push_records(tx: &dyn ReadTx, frontier: &mut Frontier, size: u64) -> Result<()> {
    let mut next = frontier.size() + 1;
    if next <= size {
        tx.audit_records(next, size, &mut |seq, record| {
            if seq != next {
                return Err(tampered(format!("event {next} is missing")));
            }
            next += 1;
            let _ = frontier.push(leaf_hash(record));
            Ok(())
        })?;
    }
    if frontier.size() == size {
        return Ok(());
    }
    Err(tampered(format!("event {next} is missing")))
}
