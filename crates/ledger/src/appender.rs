//! Appends events in the transaction of the change that they record.
//!
//! Before the first append, three things are compared: the head with its
//! signature, the newest event in the database with the head, and the head with
//! the checkpoint file outside the database. Without the last one, the first
//! append after somebody restored an older database would sign the restored
//! log.

use crate::event_log::newest_head;
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

/// An appended event. [`Appender::finish`] demands one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct RecordedEvent {
    /// `None` if the event's action group is left out of the log.
    pub seq: Option<u64>,
}

/// Where the log stood within a transaction.
#[derive(Debug)]
pub struct AppendMark {
    frontier: Frontier,
    last_time: Timestamp,
    appended: u64,
    known_state: Option<(u64, StateDigests)>,
    is_state_loaded: bool,
    needs_anchoring: bool,
}

/// The log, opened for appending in one transaction.
pub struct Appender<'tx> {
    tx: &'tx dyn WriteTx,
    random: &'tx dyn Random,
    origin: String,
    frontier: Frontier,
    last_time: Timestamp,
    now: Timestamp,
    excluded_groups: Vec<ActionGroup>,
    appended: u64,
    /// The last event. It is written when the next one comes or at the end:
    /// only the last event of a transaction records the state.
    pending: Option<(Event, Timestamp)>,
    /// The newest recorded state, once `is_state_loaded`.
    known_state: Option<(u64, StateDigests)>,
    is_state_loaded: bool,
    /// Whether to record the state although no tracked table was changed.
    records_state: bool,
    accepts_state: bool,
    needs_anchoring: bool,
    writer: AuditWriter<'tx>,
}

impl<'tx> Appender<'tx> {
    /// Checks the log and opens it for appending. `log_tampered` if it differs
    /// from what was signed; `checkpoint_missing` if there is no checkpoint
    /// file.
    ///
    /// `now` becomes the time of the events, unless the newest event is later.
    pub fn open(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        keys: &LogKeys,
        high_water: &dyn HighWaterMark,
        now: Timestamp,
    ) -> Result<Self> {
        let (log, head) = Self::at_signed_head(tx, random, keys, now)?;
        let file = high_water.read()?.ok_or_else(|| Fault::CheckpointMissing {
            path: high_water.path(),
        })?;
        check_checkpoint_file(tx.as_read(), &head, &file, keys)?;
        Ok(log)
    }

    /// Opens the log without the checkpoint file, to record that it is
    /// replaced. All records in the database are hashed instead.
    pub fn open_for_recovery(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        keys: &LogKeys,
        now: Timestamp,
    ) -> Result<Self> {
        let (log, head) = Self::at_signed_head(tx, random, keys, now)?;
        if recompute_root(tx.as_read(), head.size)? != log.frontier.root() {
            return Err(log_tampered(
                "the stored events do not add up to the signed checkpoint",
            ));
        }
        Ok(log)
    }

    /// Continues the log after its head, which must be the one that was signed.
    fn at_signed_head(
        tx: &'tx dyn WriteTx,
        random: &'tx dyn Random,
        keys: &LogKeys,
        now: Timestamp,
    ) -> Result<(Self, TreeHead)> {
        let head = newest_head(tx.as_read())?;
        let frontier = check_head(tx.as_read(), &head, keys)?;
        let log = Self::new(tx, random, keys.origin(), frontier, head.last_time, now);
        Ok((log, head))
    }

    /// Starts the log of a new store. `already_exists` if it has events.
    /// `origin` must satisfy [`note::is_valid_origin`].
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

    /// Leaves these action groups out of the log, except those that are always
    /// logged.
    pub fn exclude_groups(&mut self, groups: Vec<ActionGroup>) {
        self.excluded_groups = groups
            .into_iter()
            .filter(|g| !g.is_always_logged())
            .collect();
    }

    /// Leaves no group out, for the event that changes what is logged.
    pub fn include_all_groups(&mut self) {
        self.excluded_groups.clear();
    }

    /// Sets the time of the next events, in a transaction that takes long.
    /// Never moves back.
    pub fn advance_clock(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    /// Where the log stands, to go back to with [`rewind`](Self::rewind).
    pub fn mark(&mut self) -> Result<AppendMark> {
        self.write_pending(false)?;
        Ok(AppendMark {
            frontier: self.frontier.clone(),
            last_time: self.last_time,
            appended: self.appended,
            known_state: self.known_state.clone(),
            is_state_loaded: self.is_state_loaded,
            needs_anchoring: self.needs_anchoring,
        })
    }

    /// Forgets the events since `mark`. Their rows must have been rolled back
    /// (see [`WriteTx::attempt`]).
    pub fn rewind(&mut self, mark: AppendMark) {
        self.pending = None;
        self.frontier = mark.frontier;
        self.last_time = mark.last_time;
        self.appended = mark.appended;
        self.known_state = mark.known_state;
        self.is_state_loaded = mark.is_state_loaded;
        self.needs_anchoring = mark.needs_anchoring;
    }

    /// The `seq` that the next event will get.
    pub fn next_seq(&self) -> u64 {
        self.frontier.size() + u64::from(self.pending.is_some()) + 1
    }

    /// Records the state in the last event, even if no tracked table was
    /// changed.
    pub fn record_state(&mut self) {
        self.records_state = true;
    }

    /// Like [`record_state`](Self::record_state), but without the comparison
    /// with the newest recorded state: accepts changes of the tables that no
    /// event recorded.
    pub fn accept_state(&mut self) {
        self.records_state = true;
        self.accepts_state = true;
    }

    /// The newest recorded state before this transaction and the `seq` of its
    /// event; `None` if there is none yet. It comes from records that lead to
    /// the signed root.
    pub fn known_state(&mut self) -> Result<Option<(u64, StateDigests)>> {
        if !self.is_state_loaded {
            self.known_state = state::newest_state(self.tx.as_read(), &self.frontier)?;
            self.is_state_loaded = true;
        }
        Ok(self.known_state.clone())
    }

    /// Appends one event. If its group is left out of the log, it is recorded
    /// nonetheless when the transaction changed a table whose state is tracked.
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

    /// The state to put into event `seq`: the new one in the last event of a
    /// transaction that changed it, a repetition in the first event of each run
    /// of 256.
    ///
    /// `state_tampered` if the tables did not match the recorded state when the
    /// transaction began. Otherwise the event would record somebody else's
    /// change as its own.
    fn state_for_event(&mut self, seq: u64, is_last: bool) -> Result<Option<StateDigests>> {
        let written = self.tx.written_state_kinds();
        let is_recorded = is_last && (self.records_state || !written.is_empty());
        if !is_recorded && !state::repeats_state_at(seq) {
            return Ok(None);
        }
        let known = self.known_state()?;
        if !is_recorded {
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
                // Nothing was written, so every kind stays tracked, whatever
                // the config says now.
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

    /// Registers an archive. From then on its events are read from the file;
    /// the database removes them later. An event in the same transaction
    /// records it.
    pub fn put_archive(&mut self, archive: &ArchiveRow) -> Result<()> {
        // It may be in an event that is read from the archive afterwards.
        self.known_state()?;
        self.writer.put_archive(archive)
    }

    /// Removes the `shopper` parts and salts of the events `first` to `last`,
    /// inclusive. Append the event that lists them in the same transaction.
    pub fn erase(&self, first: u64, last: u64) -> Result<()> {
        self.writer.erase(first, last)
    }

    /// Writes the last event and signs the new checkpoint. The
    /// [`RecordedEvent`] makes sure that there is one. `state_tampered` as for
    /// [`append`](Self::append).
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

/// Hours since 1970-01-01 00:00 UTC.
fn hours_since_epoch(time: Timestamp) -> i64 {
    time.seconds().div_euclid(3600)
}
