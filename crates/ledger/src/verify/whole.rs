//! The pass over the whole log.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::chunk::{self, Checked};
use super::consents::Consents;
use super::findings::Findings;
use super::indexes::{Key, Sums};
use super::ranges::cut_up;
use super::{Verified, open_note};
use crate::archive::Header;
use crate::log::newest;
use crate::merkle::{Frontier, SUBTREE};
use crate::receipt::open;
use crate::signing::NoteError;
use crate::signing::chain::Chain;
use crate::signing::note::Checkpoint;
use crate::signing::notes_in;
use crate::source::Source;
use crate::spread;
use lac_model::ambient::Random;
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_store::{ArchiveRow, Head, Result, Store};

/// Events that are in an archive and, still, in the database: their leaves, and
/// whether the shopper part is gone.
pub type Leftover = BTreeMap<u64, (Hash, bool)>;

/// One verification under way.
pub struct Pass<'a> {
    store: &'a dyn Store,
    random: &'a dyn Random,
    pub(super) source: Source<'a>,
    pub(super) keys: Chain,
    pub(super) head: Head,
    pub(super) archives: Vec<ArchiveRow>,
    /// Archives that are not there.
    pub(super) lost: Vec<[u64; 2]>,
    /// What the archives that are there say of themselves.
    pub(super) headers: Vec<(ArchiveRow, Header)>,
    pub(super) leftover: Leftover,
    stored_roots: Vec<Hash>,
    pub(super) frontier: Frontier,
    last_time: Option<i64>,
    /// Of the archive at hand.
    pub(super) local_customers: u64,
    pub(super) gone: Vec<[u64; 2]>,
    pub(super) erasures: Vec<(u64, [u64; 2])>,
    /// The newest state that an event holds.
    pub(super) state: Option<(u64, String)>,
    /// The first event that holds one.
    pub(super) state_since: Option<u64>,
    pub(super) consents: Consents,
    /// Older checkpoints, smallest first, and how many were compared.
    older: Vec<Checkpoint>,
    compared: usize,
    pub(super) findings: Findings,
    pub missing: Vec<Fault>,
    pub(super) notes: Vec<String>,
}

impl<'a> Pass<'a> {
    /// # Errors
    /// What reading fails with; `log_tampered` where nothing can be begun with.
    pub fn new(
        store: &'a dyn Store,
        random: &'a dyn Random,
        source: Source<'a>,
        keys: Chain,
    ) -> Result<Self> {
        let head = newest(source.read)?;
        let mut findings = Findings::default();
        if let Some(problem) = source.read.schema_differs()? {
            findings.log(Fault::SchemaTampered { what: problem }.to_string());
        }
        if !keys.is_sound() {
            findings.log(NoteError::Chain.to_string());
        }
        let stored_roots = source.read.audit_subtrees(i64::MAX.cast_unsigned())?;
        if stored_roots.len() as u64 != head.size / SUBTREE {
            findings.log("the stored roots of the tree are not as many as they should be");
        }
        Ok(Self {
            store,
            random,
            source,
            keys,
            archives: source.read.audit_archives()?,
            head,
            lost: Vec::new(),
            headers: Vec::new(),
            leftover: Leftover::new(),
            stored_roots,
            frontier: Frontier::new(),
            last_time: None,
            local_customers: 0,
            gone: Vec::new(),
            erasures: Vec::new(),
            state: None,
            state_since: None,
            consents: Consents::new(source.read)?,
            older: Vec::new(),
            compared: 0,
            findings,
            missing: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Takes older checkpoints to compare with: one, or all that an anchor
    /// holds.
    ///
    /// # Errors
    /// As [`crate::receipt::open`] says of an older checkpoint.
    pub fn since(&mut self, notes: Option<&str>) -> Result<()> {
        let Some(notes) = notes else { return Ok(()) };
        for note in notes_in(notes) {
            self.since_one(note)?;
        }
        self.older.sort_by_key(|older| older.size);
        self.compare_older();
        Ok(())
    }

    fn since_one(&mut self, note: &str) -> Result<()> {
        let older = open("the older checkpoint", note, &self.keys)?.checkpoint;
        if older.size > self.head.size {
            self.findings.log(format!(
                "the older checkpoint knows {} events, the log has only {}: an older copy was put back",
                older.size, self.head.size
            ));
        } else {
            self.older.push(older);
        }
        Ok(())
    }

    /// Computes everything anew.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn run(&mut self, at: &mut dyn FnMut(u64, u64)) -> Result<()> {
        let another = self.store.another()?;
        std::thread::scope(|scope| {
            let structure = scope.spawn(move || another.read()?.audit_structure());
            let read = self.read(at);
            let structure = structure.join().map_err(|_| Fault::internal("a thread"))?;
            // A page that cannot be read is a difference, not a failure.
            match structure.or_else(damage)? {
                None => {}
                Some(problem) => self.findings.log(format!("the database: {problem}")),
            }
            if let Some(problem) = read.map(|()| None).or_else(damage)? {
                self.findings.log(problem);
            }
            Ok(())
        })
    }

    fn read(&mut self, at: &mut dyn FnMut(u64, u64)) -> Result<()> {
        let boundary = self.archives();
        self.read_leftover(boundary)?;
        let total = self.bound()?;
        let window = [boundary + 1, total];
        let key = Key::new(self.random);
        let mut sums = Sums::new(key, window);
        let mut ranges = self.archived_ranges();
        ranges.extend(cut_up(window));
        let archives = self.archives.clone();
        let work = |source: Source<'_>, range: [u64; 2], checked: Checked| match archives
            .iter()
            .find(|archive| archive.last >= range[0])
        {
            Some(archive) => chunk::archived(source, archive, range, checked),
            None => chunk::stored(source, range, checked, key, window),
        };
        let (store, source) = (self.store, self.source);
        let another = store.another()?;
        let (empty, archives) = (sums.clone(), &archives);
        std::thread::scope(|scope| {
            // Beside the rows; nothing where it would see another log.
            let listing = scope.spawn(move || {
                let read = another.read()?;
                if !spread::is_same_log(&*read, total, archives)? {
                    return Ok(None);
                }
                empty.listed(&*read).map(Some)
            });
            let seen = spread::over(store, source, &ranges, &work, &mut |checked| {
                if let Some(more) = &checked.sums {
                    sums.add(more);
                }
                at(checked.range[1], total);
                self.take(checked);
                Ok(())
            });
            let listing = listing.join().map_err(|_| Fault::internal("a thread"))?;
            seen?;
            self.finish();
            self.compare_state()?;
            self.compare_consents()?;
            self.compare_headers()?;
            self.name_damaged_rows()?;
            let listed = match listing? {
                Some(listed) => listed,
                None => Sums::new(key, window).listed(source.read)?,
            };
            sums.compare(&listed, source.read, &mut self.findings)
        })
    }

    /// How far there are events to look at: what the head says, unless it
    /// claims more than there can be.
    fn bound(&self) -> Result<u64> {
        let last = self.source.read.audit_last_seq()?;
        let runs = self.stored_roots.len() as u64 + 1;
        Ok(self.head.size.min(last).min(runs * SUBTREE))
    }

    /// Puts one piece where it belongs.
    fn take(&mut self, checked: &mut Checked) {
        let [first, last] = checked.range;
        self.pass_over(first);
        for (seq, problem) in checked.wrong.drain(..) {
            self.findings.event(seq, problem);
        }
        for seq in checked.out_of_form.drain(..) {
            self.note(format!(
                "event {seq}: its ticket is out of form, and is what was signed"
            ));
        }
        if let (Some(before), Some([time, _])) = (self.last_time, checked.times)
            && time <= before
        {
            let problem = "its time is not after that of the event before";
            self.findings.event(first, problem);
        }
        if let Some([from, to]) = checked.times {
            self.times_of_archive(checked.range, [from, to]);
            self.last_time = Some(to);
        }
        self.compare_leftover(first, &checked.leaves, &checked.missing);
        self.gone.append(&mut checked.missing);
        self.erasures.append(&mut checked.erasures);
        self.state_since = self.state_since.or(checked.state_since);
        self.state = checked.state.take().or(self.state.take());
        for event in checked.consents.drain(..) {
            let findings = &mut self.findings;
            self.consents.take(&event, &self.lost, findings);
        }
        for leaf in &checked.leaves {
            let root = self.frontier.push(*leaf);
            if let Some(root) = root {
                self.compare_run(&root);
            }
            self.compare_older();
        }
        self.local_customers = self.local_customers.max(checked.local_customers);
        self.end_of_archive(last);
    }

    fn compare_run(&mut self, root: &Hash) {
        let last = self.frontier.size();
        let run = [last + 1 - SUBTREE, last];
        let stored = usize::try_from(last / SUBTREE - 1)
            .ok()
            .and_then(|at| self.stored_roots.get(at));
        if stored != Some(root) && !self.findings.name_one_of(run) {
            let problem = "one of them was changed, or the root that was kept of them";
            self.findings.events(run, problem);
        }
    }

    fn compare_older(&mut self) {
        let here = self.frontier.size();
        while let Some(older) = self.older.get(self.compared) {
            if older.size != here {
                return;
            }
            self.compared += 1;
            if older.root != self.frontier.root() {
                let problem =
                    format!("the first {here} events are not those of the older checkpoint");
                self.findings.log(problem);
            }
        }
    }

    /// What can be said once all events were seen.
    fn finish(&mut self) {
        let size = self.frontier.size();
        let first = size - size % SUBTREE + 1;
        match open_note(self.head.note.as_bytes(), &self.keys) {
            Err(problem) => {
                self.findings
                    .log(format!("the newest checkpoint in the database: {problem}"));
            }
            Ok(signed) => {
                if signed.size != self.head.size || signed.size != size {
                    self.findings.log(format!(
                        "the newest checkpoint covers {} events, {size} are stored",
                        signed.size
                    ));
                } else if signed.root != self.frontier.root() && self.findings.is_empty() {
                    let problem = "one of them was changed: they do not add up to the signed root";
                    self.findings.events([first.min(size), size], problem);
                }
            }
        }
        if self.head.nodes != self.frontier.nodes_bytes() && self.findings.is_empty() {
            self.findings
                .log("the head of the tree is not what the events add up to");
        }
        if self
            .last_time
            .is_some_and(|last| last != self.head.last_time.micros())
        {
            self.findings
                .log("the time of the newest event is not what was kept");
        }
        match self.source.read.audit_last_seq() {
            Ok(last) if last == self.head.size => {}
            Ok(last) => self
                .findings
                .log(format!("event {last} is stored beyond the checkpoint")),
            Err(fault) => self.findings.log(fault.to_string()),
        }
        self.compare_erasures();
    }

    pub fn verified(self) -> Verified {
        let count = |ranges: &[[u64; 2]]| ranges.iter().map(|[a, b]| b + 1 - a).sum();
        Verified {
            events: self.frontier.size(),
            archived: self.archives.last().map_or(0, |archive| archive.last),
            archives: self.archives.len() as u64,
            erased: count(&self.gone),
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

/// A database or an archive that cannot be read as what it should be, in words.
fn damage(fault: Fault) -> Result<Option<String>> {
    match fault {
        Fault::Database { .. }
        | Fault::RowDamaged { .. }
        | Fault::LogTampered { .. }
        | Fault::SchemaTampered { .. } => Ok(Some(fault.to_string())),
        other => Err(other),
    }
}
