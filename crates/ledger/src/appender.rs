//! Appending to the audit log, inside the transaction of the act itself.
//!
//! Opening the log compares three things before anything is added: the head row
//! with its own signature, the stored events with the head, and the head with
//! the high-water file outside the database. Otherwise one append after a
//! rollback of the database would heal the attack.

use crate::fault::log_tampered;
use crate::head::{check_checkpoint_file, check_head};
use crate::merkle::{Frontier, SUBTREE_SIZE};
use crate::record::seal_event;
use crate::root::recompute_root;
use crate::signing::keys::PrivateKey;
use crate::signing::log_keys::LogKeys;
use crate::signing::note::{self, Checkpoint};
use crate::state;
use lac_model::audit::{ActionGroup, Event, StateDigests, StateKind, describe_differences};
use lac_model::environment::{self, Random};
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::{AppendProof, ArchiveRow, AuditWriter, HighWaterMark, Result, TreeHead, WriteTx};

/// An event that was appended (or whose group is not logged).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct RecordedEvent {
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
    excluded_groups: Vec<ActionGroup>,
    appended: u64,
    /// The last event, which is not written before it is known whether it is
    /// the one that says what the act has left.
    pending: Option<(Event, Timestamp)>,
    /// The newest state of the log, and whether it was looked for.
    known_state: Option<(u64, StateDigests)>,
    is_state_loaded: bool,
    /// Whether the act says what the state is without having changed it.
    records_state: bool,
    accepts_state: bool,
    needs_anchoring: bool,
    writer: AuditWriter<'tx>,
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
        keys: &LogKeys,
        high_water: &dyn HighWaterMark,
        now: Timestamp,
    ) -> Result<Self> {
        let Some(head) = tx.audit_head()? else {
            return Err(log_tampered("the head of the tree is gone"));
        };
        let frontier = check_head(tx.as_read(), &head, keys)?;
        match high_water.read()? {
            None => {
                return Err(Fault::CheckpointMissing {
                    path: high_water.path(),
                });
            }
            Some(file) => check_checkpoint_file(tx.as_read(), &head, &file, keys)?,
        }
        Ok(Self::new(
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
        keys: &LogKeys,
        now: Timestamp,
    ) -> Result<Self> {
        let Some(head) = tx.audit_head()? else {
            return Err(log_tampered("the head of the tree is gone"));
        };
        let frontier = check_head(tx.as_read(), &head, keys)?;
        if recompute_root(tx.as_read(), head.size)? != frontier.root() {
            return Err(log_tampered(
                "the stored events do not add up to the signed checkpoint",
            ));
        }
        Ok(Self::new(
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
    pub fn create(
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
        Ok(Self::new(tx, random, origin, Frontier::new(), last, now))
    }

    fn new(
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
            excluded_groups: Vec::new(),
            appended: 0,
            pending: None,
            known_state: None,
            is_state_loaded: false,
            records_state: false,
            accepts_state: false,
            needs_anchoring: false,
            writer: AuditWriter::new(tx),
        }
    }

    /// Leaves these groups out (those that cannot be turned off stay in).
    pub fn exclude_groups(&mut self, groups: Vec<ActionGroup>) {
        self.excluded_groups = groups
            .into_iter()
            .filter(|g| !g.is_always_logged())
            .collect();
    }

    /// Puts these groups back in: a change of what is logged always is.
    pub fn include_all_groups(&mut self) {
        self.excluded_groups.clear();
    }

    /// A later reading of the clock, in an act that takes its time.
    pub fn advance_clock(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// The seq the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.frontier.size() + u64::from(self.pending.is_some()) + 1
    }

    /// Lets the act's last event say what the state is, whether the act changes
    /// it or not.
    pub fn record_state(&mut self) {
        self.records_state = true;
    }

    /// The same, whatever the log says of the state so far: an act that accepts
    /// what was changed in the tables.
    pub fn accept_state(&mut self) {
        self.records_state = true;
        self.accepts_state = true;
    }

    /// The newest state before this act; `None` where no event holds one yet. It
    /// is read from records that add up to what was signed.
    ///
    /// # Errors
    /// `log_tampered`.
    pub fn known_state(&mut self) -> Result<Option<(u64, StateDigests)>> {
        if !self.is_state_loaded {
            self.known_state = state::newest_state(self.tx.as_read(), &self.frontier)?;
            self.is_state_loaded = true;
        }
        Ok(self.known_state.clone())
    }

    /// Appends one event. What changes a kind of state that is tracked is
    /// recorded even where its group is left out.
    pub fn append(&mut self, event: &Event) -> Result<RecordedEvent> {
        let is_left_out = self.excluded_groups.contains(&event.action.group());
        if is_left_out {
            state::check_config_unchanged(self.tx, self.known_state()?)?;
            let is_tracked = |kind: &StateKind| kind.is_fully_logged(&self.excluded_groups);
            if !self.tx.written_state_kinds().iter().any(is_tracked) {
                return Ok(RecordedEvent { seq: None });
            }
        }
        event.check_bounds().map_err(Fault::internal)?;
        let seq = self.next_seq();
        self.write_pending(false)?;
        self.pending = Some((event.clone(), self.now));
        Ok(RecordedEvent { seq: Some(seq) })
    }

    /// What the event says of the state; the last one of an act that changed
    /// it, and the first of each run of 256.
    ///
    /// # Errors
    /// `state_tampered` where the tables were not as the log says when the act
    /// began: recording them as they are now would let that pass.
    fn state_for_event(&mut self, seq: u64, is_last: bool) -> Result<Option<StateDigests>> {
        let written = self.tx.written_state_kinds();
        let is_told = is_last && (self.records_state || !written.is_empty());
        if !is_told && !state::repeats_state_at(seq) {
            return Ok(None);
        }
        let known = self.known_state()?;
        if !is_told {
            return Ok(known.map(|(_, state)| state));
        }
        if let Some((seq, state)) = &known
            && !self.accepts_state
            && !written.is_empty()
        {
            let changed = state.find_changed(|kind| self.tx.state_digest_before(kind))?;
            if let Some(what) = describe_differences(&changed, *seq) {
                return Err(Fault::StateTampered { what });
            }
        }
        let mut state = StateDigests::default();
        for kind in StateKind::ALL {
            let before = known.as_ref().and_then(|(_, state)| state.get(kind));
            let digest = match before {
                // Where nothing was changed nothing ceased to be tracked,
                // whatever the config says now.
                Some(before) if written.is_empty() && !self.accepts_state => {
                    Some(before.to_owned())
                }
                _ if !kind.is_fully_logged(&self.excluded_groups) => None,
                Some(before) if !self.accepts_state && !written.contains(&kind) => {
                    Some(before.to_owned())
                }
                _ => Some(self.tx.state_digest(kind)?),
            };
            state.set(kind, digest);
        }
        Ok(Some(state))
    }

    /// Writes the event that waits, if one does.
    fn write_pending(&mut self, is_last: bool) -> Result<()> {
        let Some((mut event, now)) = self.pending.take() else {
            return Ok(());
        };
        let seq = self.frontier.size() + 1;
        event.state = self.state_for_event(seq, is_last)?;
        let floor = Timestamp::from_micros(self.last_time.micros() + 1);
        let (time, clock) = if now >= floor {
            (now, None)
        } else {
            (floor, Some(now))
        };
        let salts = [
            environment::random_bytes(self.random),
            environment::random_bytes(self.random),
        ];
        let sealed = seal_event(&event, seq, time, clock, salts).map_err(Fault::internal)?;
        self.writer.append(&event, &sealed)?;
        if let Some(state) = event.state {
            self.known_state = Some((seq, state));
            self.is_state_loaded = true;
        }
        if let Some(root) = self.frontier.push(sealed.leaf) {
            self.writer.put_subtree(seq / SUBTREE_SIZE - 1, &root)?;
        }
        let group = event.action.group();
        self.needs_anchoring |= matches!(group, ActionGroup::Log | ActionGroup::Keys)
            || hours_since_epoch(time) != hours_since_epoch(self.last_time);
        self.last_time = time;
        self.appended += 1;
        Ok(())
    }

    /// Lets an archive stand for its events; recorded by an event of the same
    /// transaction. What the state is, is read first: it may be said by one of
    /// those events.
    pub fn put_archive(&mut self, archive: &ArchiveRow) -> Result<()> {
        self.known_state()?;
        self.writer.put_archive(archive)
    }

    /// Removes shopper parts; the event that lists them is appended in the
    /// same transaction.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.writer.erase(first, last)
    }

    /// Signs the new checkpoint. Takes a [`Recorded`] so that a transaction
    /// without an event cannot be sealed.
    ///
    /// # Errors
    /// `state_tampered`.
    pub fn finish(mut self, _recorded: RecordedEvent, key: &PrivateKey) -> Result<AppendProof> {
        self.write_pending(true)?;
        if self.appended == 0 {
            return Ok(self.writer.finish_unlogged());
        }
        let checkpoint = Checkpoint {
            origin: self.origin,
            size: self.frontier.size(),
            root: self.frontier.root(),
        };
        let head = TreeHead {
            size: self.frontier.size(),
            nodes: self.frontier.nodes_bytes(),
            last_time: self.last_time,
            note: note::sign(&checkpoint, key),
        };
        self.writer.finish(&head, self.needs_anchoring)
    }
}

/// Hours since 1970, UTC.
fn hours_since_epoch(time: Timestamp) -> i64 {
    time.seconds().div_euclid(3600)
}
