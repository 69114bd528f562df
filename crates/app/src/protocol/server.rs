//! The server side of a connection.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use super::Channel;
use super::frame::{
    MAX_REQUEST, MAX_UPLOAD_CHUNK, Tag, read_body, read_frame, read_head, write_frame,
};
use super::registry;
use super::wire::{
    ClientDone, Envelope, ExportDigest, Greeting, Progress, broken_connection, encode_event_texts,
    malformed_request, stream_fault,
};
use crate::Context;
use crate::shop::import::ImportProgress;
use lac_ledger::archive::FileDigest;
use lac_ledger::export::ExportSink;
use lac_model::audit::RecordFields;
use lac_model::fault::Fault;
use lac_store::Result;

/// The maximum size of a greeting and of other small frames.
const MAX_CONTROL_FRAME: u32 = 4096;

/// Use cases that read a large part of the log or of the customers, or take a
/// file.
const HEAVY: [&str; 25] = [
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
    "sync.customers",
    "sync.orders",
];

/// A request whose bytes were received.
#[derive(Default)]
pub struct ReceivedRequest {
    bytes: Vec<u8>,
}

impl std::fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReceivedRequest")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl ReceivedRequest {
    fn parse_envelope(&self) -> Result<Envelope<'_>> {
        serde_json::from_slice(&self.bytes).map_err(malformed_request)
    }

    /// Whether it may take long, so that only a few per account run at once.
    pub fn is_heavy(&self) -> bool {
        self.parse_envelope()
            .is_ok_and(|envelope| HEAVY.contains(&envelope.use_case))
    }

    /// The access token that was sent with the request.
    pub fn token(&self) -> Result<Option<String>> {
        Ok(self
            .parse_envelope()?
            .token
            .map(std::borrow::Cow::into_owned))
    }
}

/// A stream to a client.
pub trait ServerStream: Read + Write {
    /// Whether a few bytes can be written without waiting for the client to
    /// read.
    fn is_writable(&self) -> bool {
        true
    }
}

/// A connection to a client.
#[derive(Debug)]
pub struct ServerConnection<S>(RefCell<S>);

impl<S: ServerStream> ServerConnection<S> {
    /// Wraps a stream, before the greeting.
    pub fn new(stream: S) -> Self {
        Self(RefCell::new(stream))
    }

    /// The stream, for changing its timeouts.
    pub fn stream_mut(&mut self) -> &mut S {
        self.0.get_mut()
    }

    /// Answers the greeting; `false` if the client closed the stream without
    /// one. A client with another protocol version is sent the fault.
    pub fn handshake(&mut self, timezone: impl FnOnce() -> Option<String>) -> Result<bool> {
        let mut bytes = Vec::new();
        match read_frame(self.0.get_mut(), MAX_CONTROL_FRAME, &mut bytes).map_err(stream_fault)? {
            None => return Ok(false),
            Some(Tag::Hello) => {}
            Some(_) => return Err(broken_connection("the client sent no greeting")),
        }
        let checked = serde_json::from_slice(&bytes)
            .map_err(malformed_request)
            .and_then(|greeting: Greeting| greeting.check());
        if let Err(fault) = checked {
            // With both versions exchanged, as the client sees it.
            let sent = match &fault {
                Fault::ProtocolMismatch { ours, theirs, .. } => Fault::ProtocolMismatch {
                    ours: *theirs,
                    theirs: *ours,
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                },
                other => other.clone(),
            };
            self.send_fault(&sent);
            return Err(fault);
        }
        let own = Greeting {
            timezone: timezone(),
            ..Greeting::from_this_program()
        };
        let own = serde_json::to_vec(&own).map_err(Fault::internal)?;
        write_frame(self.0.get_mut(), Tag::Hello, &[&own]).map_err(stream_fault)?;
        Ok(true)
    }

    /// Receives a request; `None` if the client closed the stream without one.
    /// `may` gets the length in bytes and can refuse it before it is read.
    pub fn receive(
        &mut self,
        may: impl FnOnce(u32) -> Result<()>,
    ) -> Result<Option<ReceivedRequest>> {
        let mut request = ReceivedRequest::default();
        match read_head(self.0.get_mut(), MAX_REQUEST).map_err(stream_fault)? {
            None => Ok(None),
            Some((Tag::Request, length)) => {
                may(length)?;
                read_body(self.0.get_mut(), length, &mut request.bytes).map_err(stream_fault)?;
                Ok(Some(request))
            }
            Some(_) => Err(broken_connection("the client sent no request")),
        }
    }

    /// Runs the request and sends the answer. Returns the fault that was sent
    /// instead, if any.
    pub fn answer(
        &mut self,
        request: &ReceivedRequest,
        context: &Context<'_>,
    ) -> Result<Option<Fault>> {
        match run_request(&self.0, request, context) {
            Ok(answer) => {
                write_frame(self.0.get_mut(), Tag::Answer, &[&answer]).map_err(stream_fault)?;
                Ok(None)
            }
            Err(fault) => {
                self.send_fault(&fault);
                Ok(Some(fault))
            }
        }
    }

    /// Sends a fault; a failure to send it is ignored.
    pub fn send_fault(&mut self, fault: &Fault) {
        if let Ok(bytes) = serde_json::to_vec(fault) {
            let _ = write_frame(self.0.get_mut(), Tag::Fault, &[&bytes]);
        }
    }
}

/// Runs a request and returns the answer's bytes.
fn run_request<S: ServerStream>(
    stream: &RefCell<S>,
    request: &ReceivedRequest,
    context: &Context<'_>,
) -> Result<Vec<u8>> {
    let envelope = request.parse_envelope()?;
    let mut channel = StreamChannel {
        upload: UploadReader {
            stream,
            chunk: Vec::new(),
            at: 0,
            ended: false,
        },
        progress: ImportProgressSender(stream),
        export: ExportSender {
            stream,
            reported: 0,
            bytes: Vec::new(),
        },
    };
    registry::dispatch(&envelope, context, &mut channel)
}

/// The channel between a running use case and the client.
struct StreamChannel<'s, S> {
    upload: UploadReader<'s, S>,
    progress: ImportProgressSender<'s, S>,
    export: ExportSender<'s, S>,
}

impl<S: ServerStream> Channel for StreamChannel<'_, S> {
    fn progress(&mut self, done: u64, total: u64) {
        ExportSink::report_progress(&mut self.export, done, total);
    }

    fn event(&mut self, event: &RecordFields<'_>) -> Result<()> {
        let mut lengths = [0; 8];
        let parts = encode_event_texts(event, &mut lengths);
        send(self.export.stream, Tag::Event, &parts)
    }

    fn import_input(&mut self) -> Result<(&mut dyn Read, &dyn ImportProgress)> {
        Ok((&mut self.upload, &self.progress))
    }

    fn export_receiver(&mut self) -> Result<&mut dyn ExportSink> {
        Ok(&mut self.export)
    }
}

fn send<S: Write>(stream: &RefCell<S>, tag: Tag, parts: &[&[u8]]) -> Result<()> {
    write_frame(&mut *stream.borrow_mut(), tag, parts).map_err(stream_fault)
}

/// Sends progress without waiting for a client that does not read: the store
/// may be locked meanwhile. A lost connection is noticed at the next other
/// frame.
fn send_progress<S: ServerStream>(stream: &RefCell<S>, progress: &Progress) {
    if !stream.borrow().is_writable() {
        return;
    }
    if let Ok(bytes) = serde_json::to_vec(progress) {
        let _ = send(stream, Tag::Progress, &[&bytes]);
    }
}

/// Requests a file piece by piece, so that neither side waits for the other to
/// read.
struct UploadReader<'s, S> {
    stream: &'s RefCell<S>,
    chunk: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<S: Read + Write> Read for UploadReader<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() && !self.ended {
            let mut stream = self.stream.borrow_mut();
            write_frame(&mut *stream, Tag::WantUpload, &[])?;
            self.at = 0;
            let tag = read_frame(&mut *stream, MAX_UPLOAD_CHUNK, &mut self.chunk)?;
            if tag != Some(Tag::Upload) {
                return Err(io::Error::other("the connection was closed"));
            }
            self.ended = self.chunk.is_empty();
        }
        let count = buffer.len().min(self.chunk.len() - self.at);
        buffer[..count].copy_from_slice(&self.chunk[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// The number of progress frames for one import.
const PROGRESS_STEPS: u64 = 64;

struct ImportProgressSender<'s, S>(&'s RefCell<S>);

impl<S: ServerStream> ImportProgress for ImportProgressSender<'_, S> {
    fn bytes_read(&self, bytes: u64) {
        send_progress(self.0, &Progress::Read(bytes));
    }

    fn items_written(&self, items: u64, total: u64) {
        if items.is_multiple_of((total / PROGRESS_STEPS).max(1024)) {
            send_progress(self.0, &Progress::Written(items, total));
        }
    }
}

/// Sends an export to the client.
struct ExportSender<'s, S> {
    stream: &'s RefCell<S>,
    /// The progress reported last.
    reported: u64,
    bytes: Vec<u8>,
}

impl<S: Read + Write> ExportSender<'_, S> {
    /// Waits for the client's `Done` frame.
    fn wait_until_done(&mut self) -> Result<ClientDone> {
        let mut stream = self.stream.borrow_mut();
        match read_frame(&mut *stream, MAX_CONTROL_FRAME, &mut self.bytes).map_err(stream_fault)? {
            Some(Tag::Done) => serde_json::from_slice(&self.bytes).map_err(malformed_request),
            _ => Err(broken_connection("the connection was closed")),
        }
    }
}

impl<S: ServerStream> ExportSink for ExportSender<'_, S> {
    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        send(self.stream, Tag::ExportBytes, &[bytes])
    }

    fn report_progress(&mut self, done: u64, total: u64) {
        if done >= total || done.saturating_sub(self.reported) >= total / 200 {
            self.reported = done;
            send_progress(self.stream, &Progress::At(done, total));
        }
    }

    fn finish(&mut self, written: &FileDigest) -> Result<()> {
        let made = ExportDigest {
            bytes: written.bytes,
            sha256: written.sha256,
        };
        let made = serde_json::to_vec(&made).map_err(Fault::internal)?;
        send(self.stream, Tag::ExportEnded, &[&made])?;
        self.wait_until_done().map(|_| ())
    }

    fn write_proof(&mut self, bytes: &[u8]) -> Result<()> {
        send(self.stream, Tag::ProofBytes, &[bytes])
    }

    fn finish_proof(&mut self) -> Result<String> {
        send(self.stream, Tag::ProofEnded, &[])?;
        let name = self.wait_until_done()?.name;
        name.filter(|name| is_file_name(name))
            .ok_or_else(|| broken_connection("the proof has no name"))
    }

    fn publish(&mut self, manifest: &str) -> Result<()> {
        send(self.stream, Tag::Publish, &[manifest.as_bytes()])?;
        self.wait_until_done().map(|_| ())
    }
}

/// The name only appears in the manifest, but it must not lead to another
/// directory.
fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.contains(['/', '\0']) && name != ".."
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
