//! The pass over the whole log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::chunk::{self, Checked};
use super::files::digest;
use super::findings::Findings;
use super::indexes::{Key, Sums};
use super::{Verified, open_note};
use crate::app::log::source::Source;
use crate::app::log::spread;
use crate::app::{Desk, View};
use crate::domain::fault::Fault;
use crate::domain::merkle::{Frontier, Hash, SUBTREE};
use crate::signing::keys::PublicKey;
use crate::signing::note::Checkpoint;
use crate::store::archive::{ARCHIVE, FRAME, Lines};
use crate::store::log::tampered;
use crate::store::{ArchiveRow, Head, Result};

/// Events in one piece of work.
const RUN: u64 = 8 * FRAME;

/// One verification under way.
pub struct Pass<'a> {
    desk: &'a Desk<'a>,
    source: Source<'a>,
    origin: String,
    key: PublicKey,
    head: Head,
    archives: Vec<ArchiveRow>,
    /// Archives that are not there.
    lost: Vec<[u64; 2]>,
    stored_roots: Vec<Hash>,
    frontier: Frontier,
    last_time: Option<i64>,
    /// Of the archive at hand.
    local_customers: u64,
    gone: Vec<[u64; 2]>,
    erasures: Vec<(u64, [u64; 2])>,
    /// Older checkpoints, smallest first, and how many were compared.
    older: Vec<Checkpoint>,
    compared: usize,
    findings: Findings,
    missing: Vec<Fault>,
}

impl<'a> Pass<'a> {
    /// # Errors
    /// What reading fails with; `log_tampered` where nothing can be begun with.
    pub fn new(
        desk: &'a Desk<'a>,
        view: &View<'a>,
        origin: String,
        key: PublicKey,
    ) -> Result<Self> {
        let head = view.read.audit_head()?;
        let head = head.ok_or_else(|| tampered("the head of the tree is gone"))?;
        let mut findings = Findings::default();
        if let Some(problem) = view.read.audit_schema_differs()? {
            findings.log(format!("the database is not as it was made: {problem}"));
        }
        let stored_roots = view.read.audit_subtrees(i64::MAX.cast_unsigned())?;
        if stored_roots.len() as u64 != head.size / SUBTREE {
            findings.log("the stored roots of the tree are not as many as they should be");
        }
        Ok(Self {
            desk,
            source: Source::of(view),
            origin,
            key,
            archives: view.read.audit_archives()?,
            head,
            lost: Vec::new(),
            stored_roots,
            frontier: Frontier::new(),
            last_time: None,
            local_customers: 0,
            gone: Vec::new(),
            erasures: Vec::new(),
            older: Vec::new(),
            compared: 0,
            findings,
            missing: Vec::new(),
        })
    }

    /// Takes older checkpoints to compare with: one, or all that an anchor
    /// holds.
    pub fn since(&mut self, notes: Option<&str>) {
        let Some(notes) = notes else { return };
        for note in notes_in(notes) {
            self.since_one(note);
        }
        self.older.sort_by_key(|older| older.size);
        self.compare_older();
    }

    fn since_one(&mut self, note: &str) {
        match open_note(note.as_bytes(), &self.origin, &self.key) {
            Ok(older) if older.size > self.head.size => self.findings.log(format!(
                "the older checkpoint knows {} events, the log has only {}: an older copy was put back",
                older.size, self.head.size
            )),
            Ok(older) => self.older.push(older),
            Err(problem) => self.findings.log(format!("the older checkpoint: {problem}")),
        }
    }

    /// Computes everything anew.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn run(&mut self, at: &mut dyn FnMut(u64, u64)) -> Result<()> {
        let boundary = self.archives()?;
        let window = [boundary + 1, self.head.size];
        let total = self.head.size;
        let key = Key::new(self.desk.random);
        let mut sums = Sums::new(key, self.source.read.audit_indexes(), window);
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
        let (desk, source) = (self.desk, self.source);
        let mut further = Vec::new();
        spread::over(desk, source, &ranges, &work, &mut |checked| {
            if let Some(more) = &checked.sums {
                sums.add(more);
            }
            at(checked.range[1], total);
            self.take(checked);
            Ok(())
        })
        .or_else(|fault| match fault {
            // A page that cannot be read is a difference, not a failure.
            Fault::Database { .. } | Fault::RowDamaged { .. } | Fault::LogTampered { .. } => {
                further.push(fault.to_string());
                Ok(())
            }
            other => Err(other),
        })?;
        for problem in further {
            self.findings.log(problem);
        }
        self.finish();
        sums.compare(self.source.read, &mut self.findings)
    }

    /// Archives as files: there, whole, of this log. Where they end.
    fn archives(&mut self) -> Result<u64> {
        let mut next = 1;
        for archive in self.archives.clone() {
            if archive.first != next {
                let reach = [next, archive.first.max(next)];
                self.findings
                    .events(reach, "archives do not follow each other");
            }
            next = archive.last + 1;
            match self.source.archives.open(&archive.name)? {
                None => {
                    self.lost.push([archive.first, archive.last]);
                    let name = archive.name.clone();
                    self.missing.push(Fault::ArchiveMissing { name });
                }
                Some(file) => {
                    let (bytes, sha256) = digest(file).map_err(|e| Fault::io(&archive.name, e))?;
                    if (bytes, sha256) != (archive.bytes, archive.sha256) {
                        self.about(&archive, "it is not the file that was archived");
                    }
                    self.header(&archive)?;
                }
            }
        }
        Ok(next - 1)
    }

    fn header(&mut self, archive: &ArchiveRow) -> Result<()> {
        let Some(file) = self.source.archives.open(&archive.name)? else {
            return Ok(());
        };
        match Lines::open(&archive.name, file) {
            Ok(lines) => {
                let header = lines.header;
                let fits = header.format == ARCHIVE
                    && header.origin == self.origin
                    && header.range == Some((archive.first, archive.last));
                if !fits {
                    self.about(archive, "its header is of another archive");
                }
            }
            Err(fault) => self.about(archive, &fault.to_string()),
        }
        Ok(())
    }

    fn about(&mut self, archive: &ArchiveRow, problem: &str) {
        let problem = format!("archive {}: {problem}", archive.name);
        self.findings.events([archive.first, archive.last], problem);
    }

    /// Pieces of the archives that are there; the frontier passes over others.
    fn archived_ranges(&mut self) -> Vec<[u64; 2]> {
        let mut ranges = Vec::new();
        for archive in &self.archives {
            let range = [archive.first, archive.last];
            if !self.lost.contains(&range) {
                ranges.extend(cut_up(range));
            }
        }
        ranges
    }

    /// Puts one piece where it belongs.
    fn take(&mut self, checked: &mut Checked) {
        let [first, last] = checked.range;
        self.pass_over(first);
        for (seq, problem) in checked.wrong.drain(..) {
            self.findings.event(seq, problem);
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
        self.gone.append(&mut checked.missing);
        self.erasures.append(&mut checked.erasures);
        for leaf in &checked.leaves {
            let root = self.frontier.push(*leaf);
            if let Some(root) = root {
                self.compare_run(&root);
            }
            self.compare_older();
        }
        self.local_customers = self.local_customers.max(checked.local_customers);
        if let Some(archive) = self.archives.iter().find(|a| a.last == last).cloned() {
            if archive.nodes != self.frontier.nodes_bytes() {
                self.about(&archive, "the tree at its end is not what was kept");
            }
            if archive.local_customers != self.local_customers {
                self.about(&archive, "the ids in it are not what was kept");
            }
            self.local_customers = 0;
        }
    }

    fn times_of_archive(&mut self, [first, last]: [u64; 2], [from, to]: [i64; 2]) {
        let wrong = |a: &&ArchiveRow| {
            (a.first == first && a.since.micros() != from)
                || (a.last == last && a.until.micros() != to)
        };
        if let Some(archive) = self.archives.iter().find(wrong).cloned() {
            self.about(&archive, "the times of its events are not what was kept");
        }
    }

    /// Where an archive is lost, what was kept of the tree stands for it.
    fn pass_over(&mut self, first: u64) {
        if self.frontier.size() + 1 == first {
            return;
        }
        let before = self.archives.iter().find(|a| a.last + 1 == first);
        if let Some(frontier) = before.and_then(|a| crate::store::log::after_archive(a).ok()) {
            self.frontier = frontier;
        }
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
        match open_note(self.head.note.as_bytes(), &self.origin, &self.key) {
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

    /// Every part that is gone was listed, and every part that was listed is
    /// gone.
    fn compare_erasures(&mut self) {
        let listed = merged(self.erasures.iter().map(|(_, range)| *range).collect());
        for [first, last] in without(&self.gone, &listed) {
            let problem = "its shopper part is gone, and no erasure lists it";
            self.findings.events([first, last], problem);
        }
        let mut accounted = self.gone.clone();
        accounted.extend(&self.lost);
        for [first, last] in without(&listed, &merged(accounted)) {
            let problem = "its shopper part was erased on record, and is there";
            self.findings.events([first, last], problem);
        }
    }

    /// The file outside the database.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn compare_file(&mut self, file: Option<&[u8]>) -> Result<()> {
        let Some(file) = file else {
            let path = self.desk.high_water.path();
            self.missing.push(Fault::CheckpointMissing { path });
            return Ok(());
        };
        if file == self.head.note.as_bytes() {
            return Ok(());
        }
        let known = match open_note(file, &self.origin, &self.key) {
            Ok(known) => known,
            Err(problem) => {
                self.findings.log(format!("the checkpoint file: {problem}"));
                return Ok(());
            }
        };
        if known.size > self.head.size {
            self.findings.log(format!(
                "the checkpoint file knows {} events, the database only {}: an older copy was put back",
                known.size, self.head.size
            ));
        } else if self.findings.is_empty()
            && crate::app::log::tree::root_at(self.source, known.size)? != known.root
        {
            self.findings.log(format!(
                "the first {} events are not those the checkpoint file was signed for",
                known.size
            ));
        }
        Ok(())
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
            origin: self.origin,
            audit_seq: None,
            findings: self.findings,
            missing: self.missing,
        }
    }
}

/// The signed notes of a text, one or several with an empty line between
/// them; a text that is none comes back as it is.
fn notes_in(text: &str) -> Vec<&str> {
    let mut notes = Vec::new();
    let mut rest = text;
    while let Some(signature) = rest.find("\n\n\u{2014} ") {
        // Signature lines go on until a line that is none.
        let mut end = signature + 2;
        while rest[end..].starts_with('\u{2014}') {
            end += rest[end..].find('\n').map_or(rest.len() - end, |at| at + 1);
        }
        notes.push(&rest[..end]);
        rest = rest[end..].trim_start_matches('\n');
    }
    if notes.is_empty() || !rest.trim().is_empty() {
        notes.push(rest);
    }
    notes
}

fn cut_up([first, last]: [u64; 2]) -> Vec<[u64; 2]> {
    let starts = (first..=last).step_by(usize::try_from(RUN).unwrap_or(1));
    starts
        .map(|from| [from, (from + RUN - 1).min(last)])
        .collect()
}

/// Sorted, and without overlaps.
fn merged(mut ranges: Vec<[u64; 2]>) -> Vec<[u64; 2]> {
    ranges.sort_unstable();
    let mut all: Vec<[u64; 2]> = Vec::new();
    for [first, last] in ranges {
        match all.last_mut() {
            Some([_, end]) if first <= *end + 1 => *end = last.max(*end),
            _ => all.push([first, last]),
        }
    }
    all
}

/// What of `ranges` is not in `others`; both sorted and without overlaps.
fn without(ranges: &[[u64; 2]], others: &[[u64; 2]]) -> Vec<[u64; 2]> {
    let mut rest = Vec::new();
    for [first, last] in ranges {
        let mut from = *first;
        let start = others.partition_point(|[_, end]| *end < from);
        for [begin, end] in &others[start..] {
            if *begin > *last {
                break;
            }
            if *begin > from {
                rest.push([from, begin - 1]);
            }
            from = from.max(end + 1);
        }
        if from <= *last {
            rest.push([from, *last]);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_one_after_another() {
        let note = "log\n1\nAAA=\n\n\u{2014} log sig\n";
        let two = format!("{note}\n{note}");
        assert_eq!(notes_in(note), [note]);
        assert_eq!(notes_in(&two), [note, note]);
        assert_eq!(notes_in("garbage"), ["garbage"]);
        assert_eq!(notes_in(&format!("{note}\nhalf")), [note, "half"]);
        assert_eq!(notes_in(""), [""]);
    }

    #[test]
    fn ranges_without_others() {
        let all = merged(vec![[5, 9], [1, 3], [4, 4], [20, 20]]);
        assert_eq!(all, [[1, 9], [20, 20]]);
        assert_eq!(without(&all, &[[2, 3], [8, 30]]), [[1, 1], [4, 7]]);
        assert_eq!(without(&all, &[]), all);
        assert_eq!(without(&[], &all), [[0, 0]; 0]);
    }
}
