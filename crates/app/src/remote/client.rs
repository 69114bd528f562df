//! The asking side of a stream.

use std::borrow::Cow;
use std::io::{Read, Write};

use serde_json::value::{RawValue, to_raw_value};

use super::frame::{MAX_UPLOAD, Tag, read, write};
use super::wire::{Done, Envelope, Greeting, Made, Progress, broken, event_texts, lost};
use super::{Meanwhile, UseCase};
use lac_ledger::archive::Written;
use lac_model::audit::Cut;
use lac_model::fault::Fault;
use lac_store::Result;

/// An answer is as long as it is; more than this is none.
const MAX_FRAME: u32 = 1 << 30;

/// What the store's side said of itself.
#[derive(Debug, Clone)]
pub struct Welcome {
    pub version: String,
    pub timezone: Option<String>,
}

/// A stream to where the store is, greeted; for one request.
#[derive(Debug)]
pub struct Line<S> {
    stream: S,
    pub welcome: Welcome,
}

impl<S: Read + Write> Line<S> {
    /// Greets.
    ///
    /// # Errors
    /// `protocol_mismatch`, `broker_failed`; what the other side refuses with.
    pub fn open(mut stream: S) -> Result<Self> {
        let own = serde_json::to_vec(&Greeting::own()).map_err(Fault::internal)?;
        // A side that refuses says so and closes: what it said still counts.
        let sent = write(&mut stream, Tag::Hello, &[&own]);
        let mut bytes = Vec::new();
        let greeting: Greeting = match read(&mut stream, MAX_FRAME, &mut bytes) {
            Ok(Some(Tag::Hello)) => serde_json::from_slice(&bytes).map_err(broken)?,
            Ok(Some(Tag::Fault)) => return Err(fault(&bytes)),
            Ok(Some(_)) => return Err(broken("it did not greet")),
            Ok(None) => return Err(broken("the connection was closed")),
            Err(error) => return Err(lost(sent.err().unwrap_or(error))),
        };
        greeting.check()?;
        Ok(Self {
            stream,
            welcome: Welcome {
                version: greeting.version.into_string(),
                timezone: greeting.timezone,
            },
        })
    }

    /// Asks, and does its part until there is an answer.
    ///
    /// # Errors
    /// The use case's own; `broker_failed`; what `meanwhile` fails with.
    pub fn ask<U: UseCase>(
        self,
        request: &U,
        token: Option<&str>,
        meanwhile: &mut dyn Meanwhile,
    ) -> Result<U::Answer> {
        let request = to_raw_value(request).map_err(Fault::internal)?;
        let answer = self.ask_raw(U::NAME, &request, token, meanwhile)?;
        serde_json::from_slice(&answer).map_err(broken)
    }

    /// The same for every use case, so that it is there once; the answer's
    /// bytes.
    ///
    /// # Errors
    /// As [`Line::ask`].
    pub fn ask_raw(
        mut self,
        use_case: &str,
        request: &RawValue,
        token: Option<&str>,
        meanwhile: &mut dyn Meanwhile,
    ) -> Result<Vec<u8>> {
        let envelope = Envelope {
            use_case,
            token: token.map(Cow::Borrowed),
            request,
        };
        let envelope = serde_json::to_vec(&envelope).map_err(Fault::internal)?;
        let sent = write(&mut self.stream, Tag::Request, &[&envelope]);
        let mut bytes = Vec::new();
        loop {
            let tag = match read(&mut self.stream, MAX_FRAME, &mut bytes) {
                Ok(Some(tag)) => tag,
                Ok(None) => return Err(broken("the connection was closed")),
                Err(error) => return Err(lost(sent.err().unwrap_or(error))),
            };
            match tag {
                Tag::Answer => return Ok(bytes),
                Tag::Fault => return Err(fault(&bytes)),
                other => self.meanwhile(other, &bytes, meanwhile)?,
            }
        }
    }

    fn meanwhile(&mut self, tag: Tag, bytes: &[u8], meanwhile: &mut dyn Meanwhile) -> Result<()> {
        match tag {
            Tag::Event => {
                let texts = event_texts(bytes).ok_or_else(|| broken("no event"))?;
                meanwhile.event(&Cut::new(texts).map_err(broken)?)
            }
            Tag::Progress => {
                progress(&serde_json::from_slice(bytes).map_err(broken)?, meanwhile);
                Ok(())
            }
            Tag::Want => self.upload(meanwhile),
            Tag::Bytes => meanwhile.receiver()?.bytes(bytes),
            Tag::Proof => meanwhile.receiver()?.proof_bytes(bytes),
            Tag::Ended => {
                let made: Made = serde_json::from_slice(bytes).map_err(broken)?;
                meanwhile.receiver()?.ended(&Written {
                    bytes: made.bytes,
                    sha256: made.sha256,
                })?;
                self.done(Done::default())
            }
            Tag::ProofEnded => {
                let name = Some(meanwhile.receiver()?.proof_ended()?);
                self.done(Done { name })
            }
            Tag::Publish => {
                let manifest = std::str::from_utf8(bytes).map_err(broken)?;
                meanwhile.receiver()?.publish(manifest)?;
                self.done(Done::default())
            }
            _ => Err(broken("an unexpected frame")),
        }
    }

    fn done(&mut self, done: Done) -> Result<()> {
        let done = serde_json::to_vec(&done).map_err(Fault::internal)?;
        write(&mut self.stream, Tag::Done, &[&done]).map_err(lost)
    }

    fn upload(&mut self, meanwhile: &mut dyn Meanwhile) -> Result<()> {
        let (input, _) = meanwhile.import()?;
        let mut piece = vec![0; MAX_UPLOAD as usize];
        let mut filled = 0;
        // What comes through a pipe comes in small pieces.
        while filled < piece.len() {
            match input.read(&mut piece[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Fault::io("the file", e)),
            }
        }
        write(&mut self.stream, Tag::Upload, &[&piece[..filled]]).map_err(lost)
    }
}

fn progress(progress: &Progress, meanwhile: &mut dyn Meanwhile) {
    match *progress {
        Progress::At(done, total) => match meanwhile.receiver() {
            Ok(receiver) => receiver.at(done, total),
            Err(_) => meanwhile.at(done, total),
        },
        Progress::Read(bytes) => {
            if let Ok((_, watch)) = meanwhile.import() {
                watch.read(bytes);
            }
        }
        Progress::Written(items, total) => {
            if let Ok((_, watch)) = meanwhile.import() {
                watch.done(items, total);
            }
        }
    }
}

/// The fault in a frame.
fn fault(bytes: &[u8]) -> Fault {
    serde_json::from_slice(bytes).unwrap_or_else(broken)
}

impl Line<std::os::unix::net::UnixStream> {
    /// Whether the other side still listens. It says nothing of its own, so
    /// anything that can be read here is its end.
    pub fn is_open(&self) -> bool {
        let mut byte = [0];
        let quiet = self.stream.set_nonblocking(true).is_ok();
        let read = (&self.stream).read(&mut byte);
        let loud = self.stream.set_nonblocking(false).is_ok();
        let waits = matches!(read, Err(e) if e.kind() == std::io::ErrorKind::WouldBlock);
        quiet && loud && waits
    }
}
