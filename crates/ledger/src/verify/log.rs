//! Verifies the whole log.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::chunk::{self, ChunkResult};
use super::consents::ConsentChecker;
use super::findings::Findings;
use super::indexes::{IndexHashKey, IndexSums};
use super::ranges::split_range;
use super::{LogVerification, open_note};
use crate::archive::Header;
use crate::event_log::newest_head;
use crate::merkle::{Frontier, SUBTREE_SIZE};
use crate::parallel;
use crate::receipt::open_checkpoint;
use crate::signing::NoteError;
use crate::signing::log_keys::LogKeys;
use crate::signing::note::Checkpoint;
use crate::signing::split_notes;
use crate::source::EventSource;
use lac_model::bytes::Hash;
use lac_model::environment::Random;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, Result, Store, TreeEvidence, TreeHead};

/// Events that are both in an archive and in the database: leaf, and whether
/// the `shopper` part was erased.
pub(super) type Leftover = BTreeMap<u64, (Hash, bool)>;

/// A verification of the whole log. Call
/// [`add_older_checkpoints`](Self::add_older_checkpoints), [`run`](Self::run),
/// [`compare_checkpoint_file`](Self::compare_checkpoint_file), then
/// [`into_verification`](Self::into_verification).
pub struct LogVerifier<'a> {
    store: &'a dyn Store,
    random: &'a dyn Random,
    pub(super) source: EventSource<'a>,
    pub(super) keys: LogKeys,
    pub(super) head: TreeHead,
    pub(super) archives: Vec<ArchiveRow>,
    /// Ranges of archives that are missing or unreadable.
    pub(super) missing_ranges: Vec<[u64; 2]>,
    /// Headers of the readable archives.
    pub(super) headers: Vec<(ArchiveRow, Header)>,
    pub(super) leftover: Leftover,
    stored_roots: Vec<Hash>,
    pub(super) frontier: Frontier,
    last_time: Option<i64>,
    /// Of the current archive; see `ChunkResult::local_customers`.
    pub(super) local_customers: u64,
    pub(super) erased: Vec<[u64; 2]>,
    pub(super) erasures: Vec<(u64, [u64; 2])>,
    /// The newest recorded state, as JSON, and the `seq` of its event.
    pub(super) state: Option<(u64, String)>,
    /// The first event with a recorded state.
    pub(super) state_since: Option<u64>,
    pub(super) consents: ConsentChecker,
    /// Older checkpoints, smallest first.
    older: Vec<Checkpoint>,
    /// How many of `older` were compared.
    older_compared: usize,
    pub(super) findings: Findings,
    /// How the events and indexes that were read are stored.
    tree: TreeEvidence,
    /// First and last event that are read from the database.
    window: [u64; 2],
    /// What is missing and therefore cannot be checked.
    pub missing: Vec<Fault>,
    pub(super) notes: Vec<String>,
}

impl<'a> LogVerifier<'a> {
    /// Checks schema, key chain and number of subtree roots. `source` is a
    /// snapshot of `store`; `random` makes the key of the index sums.
    pub fn new(
        store: &'a dyn Store,
        random: &'a dyn Random,
        source: EventSource<'a>,
        keys: LogKeys,
    ) -> Result<Self> {
        let head = newest_head(source.tx)?;
        let mut findings = Findings::default();
        if let Some(problem) = source.tx.schema_difference()? {
            findings.add_log(Fault::SchemaTampered { what: problem }.to_string());
        }
        if !keys.is_valid() {
            findings.add_log(NoteError::KeyChain.to_string());
        }
        let stored_roots = source.tx.audit_subtrees(i64::MAX.cast_unsigned())?;
        if stored_roots.len() as u64 != head.size / SUBTREE_SIZE {
            findings
                .add_log("the number of stored subtree roots does not match the size of the log");
        }
        Ok(Self {
            store,
            random,
            source,
            keys,
            archives: source.tx.audit_archives()?,
            head,
            missing_ranges: Vec::new(),
            headers: Vec::new(),
            leftover: Leftover::new(),
            stored_roots,
            frontier: Frontier::new(),
            last_time: None,
            local_customers: 0,
            erased: Vec::new(),
            erasures: Vec::new(),
            state: None,
            state_since: None,
            consents: ConsentChecker::new(source.tx)?,
            older: Vec::new(),
            older_compared: 0,
            findings,
            tree: TreeEvidence::default(),
            window: [1, 0],
            missing: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Adds signed checkpoints to compare with: one, or all of an anchor file.
    /// Call it before [`run`](Self::run). The faults are those of
    /// [`open_checkpoint`].
    pub fn add_older_checkpoints(&mut self, notes: Option<&str>) -> Result<()> {
        let Some(notes) = notes else { return Ok(()) };
        for note in split_notes(notes) {
            self.add_older_checkpoint(note)?;
        }
        self.older.sort_by_key(|older| older.size);
        self.compare_older();
        Ok(())
    }

    fn add_older_checkpoint(&mut self, note: &str) -> Result<()> {
        let older = open_checkpoint("the older checkpoint", note, &self.keys)?.checkpoint;
        if older.size > self.head.size {
            self.findings.add_log(format!(
                "the older checkpoint knows {} events, the log has only {}: an older copy was put back",
                older.size, self.head.size
            ));
        } else {
            self.older.push(older);
        }
        Ok(())
    }

    /// Checks everything in the store. Differences become findings; only what
    /// prevents reading is an error. `at` is called with the last `seq` checked
    /// and the number of events.
    pub fn run(&mut self, at: &mut dyn FnMut(u64, u64)) -> Result<()> {
        let another = self.store.open_reader()?;
        std::thread::scope(|scope| {
            let structure = scope.spawn(move || another.read()?.audit_structure_problem());
            let read = self.verify_events(at);
            let structure = structure.join().map_err(|_| Fault::internal("a thread"))?;
            // A read that failed shows nothing.
            let seen = std::mem::take(&mut self.tree);
            let evidence = read
                .as_ref()
                .map_or_else(|_| TreeEvidence::default(), |()| seen);
            let events = self.source.tx;
            let events = events.audit_event_structure_problem(self.window, evidence);
            // A damaged page is a finding, not an error.
            let problem = match events.or_else(damage_as_finding)? {
                None => structure.or_else(damage_as_finding)?,
                problem => problem,
            };
            match problem {
                None => {}
                Some(problem) => self.findings.add_log(format!("the database: {problem}")),
            }
            if let Some(problem) = read.map(|()| None).or_else(damage_as_finding)? {
                self.findings.add_log(problem);
            }
            Ok(())
        })
    }

    fn verify_events(&mut self, at: &mut dyn FnMut(u64, u64)) -> Result<()> {
        let boundary = self.check_archive_files();
        self.read_leftover(boundary)?;
        let total = self.last_checkable_seq()?;
        let window = [boundary + 1, total];
        self.window = window;
        let key = IndexHashKey::new(self.random);
        let mut sums = IndexSums::new(key, window);
        let mut ranges = self.archived_ranges();
        ranges.extend(split_range(window));
        let archives = self.archives.clone();
        let work = |source: EventSource<'_>, range: [u64; 2], checked: ChunkResult| match archives
            .iter()
            .find(|archive| archive.last >= range[0])
        {
            Some(archive) => chunk::check_archived(source, archive, range, checked),
            None => chunk::check_stored(source, range, checked, key, window),
        };
        let (store, source) = (self.store, self.source);
        let another = store.open_reader()?;
        let (empty, archives) = (sums.clone(), &archives);
        std::thread::scope(|scope| {
            // In parallel with the rows; `None` if its snapshot has other
            // events.
            let listing = scope.spawn(move || {
                let read = another.read()?;
                if !parallel::is_unchanged_since(&*read, total, archives)? {
                    return Ok(None);
                }
                empty.scan_indexes(&*read).map(Some)
            });
            let processed =
                parallel::for_each_range(store, source, &ranges, &work, &mut |checked| {
                    if let Some(more) = &checked.index_sums {
                        sums.merge(more);
                        self.tree.add(checked.tree_part.take());
                    }
                    at(checked.range[1], total);
                    self.add_chunk(checked);
                    Ok(())
                });
            let listing = listing.join().map_err(|_| Fault::internal("a thread"))?;
            processed?;
            self.check_totals();
            self.compare_state()?;
            self.compare_consents()?;
            self.compare_headers()?;
            self.note_damaged_rows()?;
            let listed = match listing? {
                Some(listed) => listed,
                None => IndexSums::new(key, window).scan_indexes(source.tx)?,
            };
            if listed.is_proven {
                self.tree.add_indexes();
            }
            sums.compare(&listed, source.tx, &mut self.findings)
        })
    }

    /// The size in the head, but no more than the database can have: the head
    /// may be wrong.
    fn last_checkable_seq(&self) -> Result<u64> {
        let last = self.source.tx.audit_last_seq()?;
        let runs = self.stored_roots.len() as u64 + 1;
        Ok(self.head.size.min(last).min(runs * SUBTREE_SIZE))
    }

    /// Adds the result of a range, in order.
    fn add_chunk(&mut self, checked: &mut ChunkResult) {
        let [first, last] = checked.range;
        self.skip_missing_archives(first);
        for (seq, problem) in checked.problems.drain(..) {
            self.findings.add_event(seq, problem);
        }
        for seq in checked.malformed_tickets.drain(..) {
            self.add_note(format!(
                "event {seq}: its ticket is not in the allowed form, but it is what was signed"
            ));
        }
        if let (Some(before), Some([time, _])) = (self.last_time, checked.times)
            && time <= before
        {
            let problem = "its time is not after that of the event before";
            self.findings.add_event(first, problem);
        }
        if let Some([from, to]) = checked.times {
            self.check_archive_times(checked.range, [from, to]);
            self.last_time = Some(to);
        }
        self.compare_leftover(first, &checked.leaves, &checked.erased);
        self.erased.append(&mut checked.erased);
        self.erasures.append(&mut checked.erasures);
        self.state_since = self.state_since.or(checked.state_since);
        self.state = checked.state.take().or(self.state.take());
        for event in checked.consents.drain(..) {
            let findings = &mut self.findings;
            self.consents
                .add_event(&event, &self.missing_ranges, findings);
        }
        for leaf in &checked.leaves {
            let root = self.frontier.push(*leaf);
            if let Some(root) = root {
                self.compare_subtree_root(&root);
            }
            self.compare_older();
        }
        self.local_customers = self.local_customers.max(checked.local_customers);
        self.check_archive_end(last);
    }

    fn compare_subtree_root(&mut self, root: &Hash) {
        let last = self.frontier.size();
        let run = [last + 1 - SUBTREE_SIZE, last];
        let stored = usize::try_from(last / SUBTREE_SIZE - 1)
            .ok()
            .and_then(|at| self.stored_roots.get(at));
        if stored != Some(root) && !self.findings.has_finding_within(run) {
            let problem = "one of them, or their stored root, was changed";
            self.findings.add_events(run, problem);
        }
    }

    fn compare_older(&mut self) {
        let here = self.frontier.size();
        while let Some(older) = self.older.get(self.older_compared) {
            if older.size != here {
                return;
            }
            self.older_compared += 1;
            if older.root != self.frontier.root() {
                let problem =
                    format!("the first {here} events are not those of the older checkpoint");
                self.findings.add_log(problem);
            }
        }
    }

    /// The checks that need all events.
    fn check_totals(&mut self) {
        let size = self.frontier.size();
        let first = size - size % SUBTREE_SIZE + 1;
        match open_note(self.head.note.as_bytes(), &self.keys) {
            Err(problem) => {
                self.findings
                    .add_log(format!("the newest checkpoint in the database: {problem}"));
            }
            Ok(signed) => {
                if signed.size != self.head.size || signed.size != size {
                    self.findings.add_log(format!(
                        "the newest checkpoint covers {} events, {size} are stored",
                        signed.size
                    ));
                } else if signed.root != self.frontier.root() && self.findings.is_empty() {
                    let problem = "one of them was changed: they do not add up to the signed root";
                    self.findings.add_events([first.min(size), size], problem);
                }
            }
        }
        if self.head.nodes != self.frontier.nodes_bytes() && self.findings.is_empty() {
            self.findings
                .add_log("the head of the tree is not what the events add up to");
        }
        if self
            .last_time
            .is_some_and(|last| last != self.head.last_time.micros())
        {
            self.findings
                .add_log("the time of the newest event does not match the head of the tree");
        }
        match self.source.tx.audit_last_seq() {
            Ok(last) if last == self.head.size => {}
            Ok(last) => self
                .findings
                .add_log(format!("event {last} is stored beyond the checkpoint")),
            Err(fault) => self.findings.add_log(fault.to_string()),
        }
        self.compare_erasures();
    }

    /// The result, with all findings.
    pub fn into_verification(self) -> LogVerification {
        let count = |ranges: &[[u64; 2]]| ranges.iter().map(|[a, b]| b + 1 - a).sum();
        LogVerification {
            events: self.frontier.size(),
            archived: self.archives.last().map_or(0, |archive| archive.last),
            archives: self.archives.len() as u64,
            erased: count(&self.erased),
            root: STANDARD.encode(self.frontier.root()),
            since: self.older.last().map(|older| older.size),
            origin: self.keys.origin().to_owned(),
            audit_seq: None,
            findings: self.findings,
            missing: self.missing,
            notes: self.notes,
        }
    }
}

/// Turns damage of the database or an archive into the text of a finding.
fn damage_as_finding(fault: Fault) -> Result<Option<String>> {
    match fault {
        Fault::Database { .. }
        | Fault::RowDamaged { .. }
        | Fault::LogTampered { .. }
        | Fault::SchemaTampered { .. } => Ok(Some(fault.to_string())),
        other => Err(other),
    }
}
