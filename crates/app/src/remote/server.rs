//! The answering side of a stream.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use super::Meanwhile;
use super::frame::{MAX_REQUEST, MAX_UPLOAD, Tag, body, head, read, write};
use super::registry;
use super::wire::{Done, Envelope, Greeting, Made, Progress, broken, event_parts, lost};
use crate::Desk;
use crate::import::Watch;
use lac_ledger::archive::Written;
use lac_ledger::export::Receiver;
use lac_model::audit::Cut;
use lac_model::fault::Fault;
use lac_model::form;
use lac_store::Result;

/// A greeting is a line.
const MAX_GREETING: u32 = 4096;

/// Use cases that read a large part of the log or of the customers, or take a
/// file.
const HEAVY: [&str; 23] = [
    "complete",
    "config.apply",
    "config.diff",
    "consent.history",
    "customer.history",
    "customer.list",
    "doctor",
    "import",
    "log.archive",
    "log.checkpoint",
    "log.erase",
    "log.export",
    "log.list",
    "log.plan_recovery",
    "log.recover",
    "log.report",
    "log.statement",
    "log.tail",
    "log.verify",
    "login.search",
    "role.apply",
    "role.diff",
    "session.list",
];

/// A request as it came.
#[derive(Default)]
pub struct Asked {
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl Asked {
    fn envelope(&self) -> Result<Envelope<'_>> {
        serde_json::from_slice(&self.bytes).map_err(malformed)
    }

    /// Whether it may take long, so that only a few of each account run at once.
    pub fn is_heavy(&self) -> bool {
        self.envelope()
            .is_ok_and(|envelope| HEAVY.contains(&envelope.use_case))
    }

    /// The access token that came with it.
    ///
    /// # Errors
    /// `invalid_value` for what is no request.
    pub fn token(&self) -> Result<Option<String>> {
        Ok(self.envelope()?.token.map(std::borrow::Cow::into_owned))
    }
}

/// Neither what was sent nor where in it, which may be a secret: at most which
/// rule of form it breaks.
#[allow(clippy::needless_pass_by_value)] // for map_err
fn malformed(error: serde_json::Error) -> Fault {
    if let Some(fault) = form::broken_rule(&error.to_string()) {
        return fault;
    }
    let what = match error.classify() {
        serde_json::error::Category::Data => "it is not one of this program's",
        _ => "it is no JSON",
    };
    Fault::invalid("the request", what)
}

/// A stream to somebody who asks.
pub trait Stream: Read + Write {
    /// Whether a few bytes more can be written without waiting for the other
    /// side to read.
    fn takes(&self) -> bool {
        true
    }
}

/// Somebody who asks over a stream.
#[derive(Debug)]
pub struct Hearing<S>(RefCell<S>);

impl<S: Stream> Hearing<S> {
    /// Takes a stream on which nothing was said yet.
    pub fn new(stream: S) -> Self {
        Self(RefCell::new(stream))
    }

    /// The stream, to change how patient it is.
    pub fn stream(&mut self) -> &mut S {
        self.0.get_mut()
    }

    /// Answers a greeting; `false` where nobody greeted.
    ///
    /// # Errors
    /// `protocol_mismatch`, which is told the other side; `broker_failed`.
    pub fn greet(&mut self, timezone: impl FnOnce() -> Option<String>) -> Result<bool> {
        let mut bytes = Vec::new();
        match read(self.0.get_mut(), MAX_GREETING, &mut bytes).map_err(lost)? {
            None => return Ok(false),
            Some(Tag::Hello) => {}
            Some(_) => return Err(broken("somebody did not greet")),
        }
        let checked = serde_json::from_slice(&bytes)
            .map_err(malformed)
            .and_then(|greeting: Greeting| greeting.check());
        if let Err(fault) = checked {
            // As the other side sees it.
            let told = match &fault {
                Fault::ProtocolMismatch { ours, theirs, .. } => Fault::ProtocolMismatch {
                    ours: *theirs,
                    theirs: *ours,
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                },
                other => other.clone(),
            };
            self.refuse(&told);
            return Err(fault);
        }
        let own = Greeting {
            timezone: timezone(),
            ..Greeting::own()
        };
        let own = serde_json::to_vec(&own).map_err(Fault::internal)?;
        write(self.0.get_mut(), Tag::Hello, &[&own]).map_err(lost)?;
        Ok(true)
    }

    /// Hears a request, if one of its length (in bytes) `may` be; `None` where
    /// nobody asked.
    ///
    /// # Errors
    /// `broker_failed`; what `may` refuses it with.
    pub fn hear(&mut self, may: impl FnOnce(u32) -> Result<()>) -> Result<Option<Asked>> {
        let mut asked = Asked::default();
        match head(self.0.get_mut(), MAX_REQUEST).map_err(lost)? {
            None => Ok(None),
            Some((Tag::Request, length)) => {
                may(length)?;
                body(self.0.get_mut(), length, &mut asked.bytes).map_err(lost)?;
                Ok(Some(asked))
            }
            Some(_) => Err(broken("somebody did not ask")),
        }
    }

    /// Runs what was asked and answers; the fault the other side was told, if
    /// any.
    ///
    /// # Errors
    /// `broker_failed` where the other side is gone.
    pub fn answer(&mut self, asked: &Asked, desk: &Desk<'_>) -> Result<Option<Fault>> {
        match serve(&self.0, asked, desk) {
            Ok(answer) => {
                write(self.0.get_mut(), Tag::Answer, &[&answer]).map_err(lost)?;
                Ok(None)
            }
            Err(fault) => {
                self.refuse(&fault);
                Ok(Some(fault))
            }
        }
    }

    /// Tells the other side why there is no answer. Whether it hears it or not.
    pub fn refuse(&mut self, fault: &Fault) {
        if let Ok(bytes) = serde_json::to_vec(fault) {
            let _ = write(self.0.get_mut(), Tag::Fault, &[&bytes]);
        }
    }
}

/// Runs a request; the answer's bytes.
///
/// # Errors
/// The use case's own; `invalid_value` for a request that is none.
fn serve<S: Stream>(stream: &RefCell<S>, asked: &Asked, desk: &Desk<'_>) -> Result<Vec<u8>> {
    let envelope = asked.envelope()?;
    let mut meanwhile = OverStream {
        upload: Upload {
            stream,
            piece: Vec::new(),
            at: 0,
            ended: false,
        },
        watch: Watcher(stream),
        out: Out {
            stream,
            told: 0,
            bytes: Vec::new(),
        },
    };
    registry::dispatch(&envelope, desk, &mut meanwhile)
}

/// A request of a use case.
///
/// # Errors
/// `invalid_value`.
pub(super) fn parse<'a, T: serde::Deserialize<'a>>(envelope: &'a Envelope<'_>) -> Result<T> {
    serde_json::from_slice(envelope.request.get().as_bytes()).map_err(malformed)
}

/// What passes over a stream while a use case runs.
struct OverStream<'s, S> {
    upload: Upload<'s, S>,
    watch: Watcher<'s, S>,
    out: Out<'s, S>,
}

impl<S: Stream> Meanwhile for OverStream<'_, S> {
    fn at(&mut self, done: u64, total: u64) {
        Receiver::at(&mut self.out, done, total);
    }

    fn event(&mut self, event: &Cut<'_>) -> Result<()> {
        let mut lengths = [0; 8];
        let parts = event_parts(event, &mut lengths);
        say(self.out.stream, Tag::Event, &parts)
    }

    fn import(&mut self) -> Result<(&mut dyn Read, &dyn Watch)> {
        Ok((&mut self.upload, &self.watch))
    }

    fn receiver(&mut self) -> Result<&mut dyn Receiver> {
        Ok(&mut self.out)
    }
}

fn say<S: Write>(stream: &RefCell<S>, tag: Tag, parts: &[&[u8]]) -> Result<()> {
    write(&mut *stream.borrow_mut(), tag, parts).map_err(lost)
}

/// Tells how far it is, but never waits for who does not listen: the store may
/// be locked meanwhile. Who is gone will be noticed when it matters.
fn tell<S: Stream>(stream: &RefCell<S>, progress: &Progress) {
    if !stream.borrow().takes() {
        return;
    }
    if let Ok(bytes) = serde_json::to_vec(progress) {
        let _ = say(stream, Tag::Progress, &[&bytes]);
    }
}

/// A file that is asked for piece by piece, so that neither side ever waits for
/// the other to read.
struct Upload<'s, S> {
    stream: &'s RefCell<S>,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<S: Read + Write> Read for Upload<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && !self.ended {
            let mut stream = self.stream.borrow_mut();
            write(&mut *stream, Tag::Want, &[])?;
            self.at = 0;
            let tag = read(&mut *stream, MAX_UPLOAD, &mut self.piece)?;
            if tag != Some(Tag::Upload) {
                return Err(io::Error::other("the connection was closed"));
            }
            self.ended = self.piece.is_empty();
        }
        let count = buffer.len().min(self.piece.len() - self.at);
        buffer[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Progress of an import is told so often.
const STEPS: u64 = 64;

struct Watcher<'s, S>(&'s RefCell<S>);

impl<S: Stream> Watch for Watcher<'_, S> {
    fn read(&self, bytes: u64) {
        tell(self.0, &Progress::Read(bytes));
    }

    fn done(&self, items: u64, total: u64) {
        if items.is_multiple_of((total / STEPS).max(1024)) {
            tell(self.0, &Progress::Written(items, total));
        }
    }
}

/// An export on its way.
struct Out<'s, S> {
    stream: &'s RefCell<S>,
    /// How far the other side knows it is.
    told: u64,
    bytes: Vec<u8>,
}

impl<S: Read + Write> Out<'_, S> {
    /// Waits until the other side has done its part.
    fn done(&mut self) -> Result<Done> {
        let mut stream = self.stream.borrow_mut();
        match read(&mut *stream, MAX_GREETING, &mut self.bytes).map_err(lost)? {
            Some(Tag::Done) => serde_json::from_slice(&self.bytes).map_err(malformed),
            _ => Err(broken("the connection was closed")),
        }
    }
}

impl<S: Stream> Receiver for Out<'_, S> {
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        say(self.stream, Tag::Bytes, &[bytes])
    }

    fn at(&mut self, done: u64, total: u64) {
        if done >= total || done.saturating_sub(self.told) >= total / 200 {
            self.told = done;
            tell(self.stream, &Progress::At(done, total));
        }
    }

    fn ended(&mut self, written: &Written) -> Result<()> {
        let made = Made {
            bytes: written.bytes,
            sha256: written.sha256,
        };
        let made = serde_json::to_vec(&made).map_err(Fault::internal)?;
        say(self.stream, Tag::Ended, &[&made])?;
        self.done().map(|_| ())
    }

    fn proof_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        say(self.stream, Tag::Proof, &[bytes])
    }

    fn proof_ended(&mut self) -> Result<String> {
        say(self.stream, Tag::ProofEnded, &[])?;
        let name = self.done()?.name;
        name.filter(|name| is_file_name(name))
            .ok_or_else(|| broken("the proof has no name"))
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        say(self.stream, Tag::Publish, &[manifest.as_bytes()])?;
        self.done().map(|_| ())
    }
}

/// It only goes into the manifest, but nothing that leads elsewhere does.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.contains(['/', '\0']) && name != ".."
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
