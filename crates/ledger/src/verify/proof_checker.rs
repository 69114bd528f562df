//! Checks events and their hashes against a signed root, and the rows of an
//! export against the events.

use std::io::{BufReader, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::archive::{EventLine, EventLines, Header, PartDisclosure};
use crate::export::EventEncoder;
use crate::fault::log_tampered;
use crate::manifest::{Manifest, ProofStrength};
use crate::proof::{MultiproofError, multiproof_root};
use crate::signing::note::Checkpoint;
use crate::source::archived_fields;
use lac_model::audit::{EventField, Matcher, RecordFields};
use lac_model::bytes::Hash;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Checks the events of a proof or an archive against the root of a checkpoint.
pub struct ProofChecker<'c> {
    name: &'c str,
    range: Option<(u64, u64)>,
    hashes: Vec<Hash>,
    signed: &'c Checkpoint,
}

/// One event of a proof. It is proven only if [`ProofChecker::run`] succeeds.
#[derive(Debug, Clone, Copy)]
pub struct ProofEvent<'e> {
    pub seq: u64,
    pub record: &'e RecordFields<'e>,
    /// Whether the `shopper` and the `staff` part are withheld.
    pub withheld: [bool; 2],
}

impl<'c> ProofChecker<'c> {
    /// Checks the header against the verified checkpoint `signed`: origin,
    /// range, number of events, form of the hashes. `name` is for messages.
    pub fn new(name: &'c str, header: &Header, signed: &'c Checkpoint) -> Result<Self> {
        let hash = |text: &String| -> Option<Hash> { STANDARD.decode(text).ok()?.try_into().ok() };
        let hashes: Option<Vec<Hash>> = header.hashes.iter().map(hash).collect();
        let fits = |(first, last): (u64, u64)| {
            first >= 1 && first <= last && last <= signed.size && last - first + 1 == header.events
        };
        if !header.range.is_none_or(fits) || header.origin != signed.origin {
            return Err(log_tampered(format!(
                "{name}: its header is not of its checkpoint"
            )));
        }
        Ok(Self {
            name,
            range: header.range,
            hashes: hashes.ok_or_else(|| log_tampered(format!("{name}: a hash is damaged")))?,
            signed,
        })
    }

    /// Calls `each` with every event, computes the root and compares it with
    /// the signed one. Returns the number of events. Use what `each` received
    /// only if this succeeds.
    pub fn run(
        self,
        lines: EventLines<'_>,
        each: &mut dyn FnMut(&ProofEvent<'_>) -> Result<()>,
    ) -> Result<u64> {
        let mut count = 0;
        let leaves = lines.map(|line| {
            let line = line?;
            let whole = line.restore()?;
            let fields = archived_fields(count + 1, &whole)
                .map_err(|e| log_tampered(format!("{}: {e}", self.name)))?;
            let seq = fields.seq().filter(|seq| *seq > 0);
            let seq =
                seq.ok_or_else(|| log_tampered(format!("{}: an event has no number", self.name)))?;
            if let Some((first, _)) = self.range
                && seq != first + count
            {
                let what = format!("{}: event {} is missing", self.name, first + count);
                return Err(log_tampered(what));
            }
            count += 1;
            each(&ProofEvent {
                seq,
                record: &fields,
                withheld: withheld_parts(&line),
            })?;
            Ok((seq - 1, whole.leaf()))
        });
        let hashes = self.hashes.iter().copied().map(Ok::<_, Fault>);
        let root = match multiproof_root(leaves, hashes, self.signed.size) {
            Ok(root) => root,
            Err(MultiproofError::Read(fault)) => return Err(fault),
            Err(other) => return Err(log_tampered(format!("{}: {other}", self.name))),
        };
        // A proof without events has the root itself as its only hash; that of
        // an empty log has none.
        if root == self.signed.root {
            return Ok(count);
        }
        let what = format!(
            "{}: its events are not those of the signed checkpoint",
            self.name
        );
        Err(log_tampered(what))
    }
}

fn withheld_parts(line: &EventLine) -> [bool; 2] {
    [&line.shopper, &line.staff].map(|part| matches!(part, PartDisclosure::Withheld(_)))
}

/// Compares the rows of an export with rows encoded from its proof.
pub(super) struct ExportRowChecker<'r> {
    manifest: &'r Manifest,
    matcher: Matcher,
    encode: &'r dyn EventEncoder,
    file: BufReader<Box<dyn Read>>,
    expected: Vec<u8>,
    found: Vec<u8>,
    count: u64,
    /// Number of rows without `shopper` part.
    pub redacted_rows: u64,
    /// Times of the first and the last event of the proof.
    times: Option<[Timestamp; 2]>,
}

impl<'r> ExportRowChecker<'r> {
    /// `file` is the decompressed export; `encode` writes rows in its format.
    pub(super) fn new(
        manifest: &'r Manifest,
        encode: &'r dyn EventEncoder,
        file: Box<dyn Read>,
    ) -> Self {
        Self {
            matcher: Matcher::new(&manifest.filter, manifest.visible.as_ref()),
            manifest,
            encode,
            file: BufReader::with_capacity(1 << 18, file),
            expected: Vec::new(),
            found: Vec::new(),
            count: 0,
            redacted_rows: 0,
            times: None,
        }
    }

    /// Compares the text before the first row.
    pub(super) fn check_header(&mut self, head: &str) -> Result<()> {
        self.expected.clear();
        self.expected.extend_from_slice(head.as_bytes());
        self.compare("its header")
    }

    /// If the event matches the filter, the next row must be that of the event.
    /// A sparse proof may contain no other events.
    pub(super) fn check_event(
        &mut self,
        event: &ProofEvent<'_>,
        strength: ProofStrength,
    ) -> Result<()> {
        let time = event.record.decoded_value(EventField::Time);
        let time = time.and_then(|text| text.parse::<Timestamp>().ok());
        let time = time.ok_or_else(|| self.row_fault(event.seq, "has no time"))?;
        self.times = Some([self.times.map_or(time, |[first, _]| first), time]);
        if !self.matcher.matches(event.record) {
            return match strength {
                ProofStrength::Sparse => Err(self.row_fault(event.seq, "does not fit its filter")),
                ProofStrength::Range => Ok(()),
            };
        }
        if event.withheld[1] {
            return Err(self.row_fault(event.seq, "is shown without its staff part"));
        }
        self.count += 1;
        self.redacted_rows += u64::from(event.withheld[0]);
        self.expected.clear();
        self.encode.encode(event.record, &mut self.expected)?;
        self.compare(&format!("the row of event {}", event.seq))
    }

    /// The file must end here, and a range proof must reach the bounds of the
    /// filter, or of the log of `size` events.
    pub(super) fn finish(&mut self, range: Option<(u64, u64)>, size: u64) -> Result<()> {
        let name = &self.manifest.file;
        let mut more = [0];
        let further = self.file.read(&mut more).map_err(|e| Fault::io(name, e))?;
        if further > 0 || self.count != self.manifest.rows {
            return Err(log_tampered(format!(
                "{name} has other rows than its proof"
            )));
        }
        let Some((first, last)) = range else {
            return Ok(());
        };
        let filter = &self.manifest.filter;
        let (from, to) = match self.times {
            Some([from, to]) => (Some(from), Some(to)),
            None => (None, None),
        };
        let begins = first == 1 || filter.since.is_some_and(|since| from < Some(since));
        let ends = last == size || filter.until.is_some_and(|until| to >= Some(until));
        if begins && ends {
            return Ok(());
        }
        Err(log_tampered(format!(
            "the proof of {name} does not reach the bounds of its filter"
        )))
    }

    fn compare(&mut self, what: &str) -> Result<()> {
        let name = &self.manifest.file;
        self.found.resize(self.expected.len(), 0);
        match self.file.read_exact(&mut self.found) {
            Ok(()) if self.found == self.expected => Ok(()),
            Ok(()) => Err(log_tampered(format!(
                "{name}: {what} is not what the log says"
            ))),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(log_tampered(format!("{name}: {what} is missing")))
            }
            Err(e) => Err(log_tampered(format!("{name}: {e}"))),
        }
    }

    fn row_fault(&self, seq: u64, what: &str) -> Fault {
        log_tampered(format!("{}: event {seq} {what}", self.manifest.file))
    }
}
