//! The client side of a connection.

use std::borrow::Cow;
use std::io::{Read, Write};

use serde_json::value::{RawValue, to_raw_value};

use super::frame::{MAX_UPLOAD_CHUNK, Tag, read_frame, write_frame};
use super::wire::{
    ClientDone, Envelope, ExportDigest, Greeting, Progress, broken_connection, decode_event_texts,
    stream_fault,
};
use super::{Channel, UseCase};
use lac_ledger::archive::FileDigest;
use lac_model::audit::RecordFields;
use lac_model::fault::Fault;
use lac_store::Result;

/// Answers have no limit of their own; a longer frame is an error.
const MAX_ANSWER: u32 = 1 << 30;

/// What the server's greeting contains.
#[derive(Debug, Clone)]
pub struct ServerInfo {
    pub version: String,
    pub timezone: Option<String>,
}

/// A connection to the process that has the store, after the greeting. It takes
/// one request.
#[derive(Debug)]
pub struct ClientConnection<S> {
    stream: S,
    pub server: ServerInfo,
}

impl<S: Read + Write> ClientConnection<S> {
    /// Exchanges greetings.
    pub fn open(mut stream: S) -> Result<Self> {
        let own = serde_json::to_vec(&Greeting::from_this_program()).map_err(Fault::internal)?;
        // A server that refuses the connection sends a fault and closes. The
        // fault can be read even if writing failed.
        let sent = write_frame(&mut stream, Tag::Hello, &[&own]);
        let mut bytes = Vec::new();
        let greeting: Greeting = match read_frame(&mut stream, MAX_ANSWER, &mut bytes) {
            Ok(Some(Tag::Hello)) => serde_json::from_slice(&bytes).map_err(broken_connection)?,
            Ok(Some(Tag::Fault)) => return Err(parse_fault(&bytes)),
            Ok(Some(_)) => return Err(broken_connection("it sent no greeting")),
            Ok(None) => return Err(broken_connection("the connection was closed")),
            Err(error) => return Err(stream_fault(sent.err().unwrap_or(error))),
        };
        greeting.check()?;
        Ok(Self {
            stream,
            server: ServerInfo {
                version: greeting.version.into_string(),
                timezone: greeting.timezone,
            },
        })
    }

    /// Sends a request and serves `channel` until the answer arrives.
    pub fn call<U: UseCase>(
        self,
        request: &U,
        token: Option<&str>,
        channel: &mut dyn Channel,
    ) -> Result<U::Answer> {
        let request = to_raw_value(request).map_err(Fault::internal)?;
        let answer = self.call_raw(U::NAME, &request, token, channel)?;
        serde_json::from_slice(&answer).map_err(broken_connection)
    }

    /// Like [`call`](Self::call), but not generic over the use case, so that it
    /// is compiled once. Returns the answer's bytes.
    pub fn call_raw(
        mut self,
        use_case: &str,
        request: &RawValue,
        token: Option<&str>,
        channel: &mut dyn Channel,
    ) -> Result<Vec<u8>> {
        let envelope = Envelope {
            use_case,
            token: token.map(Cow::Borrowed),
            request,
        };
        let envelope = serde_json::to_vec(&envelope).map_err(Fault::internal)?;
        let sent = write_frame(&mut self.stream, Tag::Request, &[&envelope]);
        let mut bytes = Vec::new();
        loop {
            let tag = match read_frame(&mut self.stream, MAX_ANSWER, &mut bytes) {
                Ok(Some(tag)) => tag,
                Ok(None) => return Err(broken_connection("the connection was closed")),
                Err(error) => return Err(stream_fault(sent.err().unwrap_or(error))),
            };
            match tag {
                Tag::Answer => return Ok(bytes),
                Tag::Fault => return Err(parse_fault(&bytes)),
                other => self.handle_frame(other, &bytes, channel)?,
            }
        }
    }

    fn handle_frame(&mut self, tag: Tag, bytes: &[u8], channel: &mut dyn Channel) -> Result<()> {
        match tag {
            Tag::Event => {
                let texts = decode_event_texts(bytes)
                    .ok_or_else(|| broken_connection("a malformed event"))?;
                channel.event(&RecordFields::new(texts).map_err(broken_connection)?)
            }
            Tag::Progress => {
                forward_progress(
                    &serde_json::from_slice(bytes).map_err(broken_connection)?,
                    channel,
                );
                Ok(())
            }
            Tag::WantUpload => self.send_upload(channel),
            Tag::ExportBytes => channel.export_receiver()?.write_bytes(bytes),
            Tag::ProofBytes => channel.export_receiver()?.write_proof(bytes),
            Tag::ExportEnded => {
                let made: ExportDigest =
                    serde_json::from_slice(bytes).map_err(broken_connection)?;
                channel.export_receiver()?.finish(&FileDigest {
                    bytes: made.bytes,
                    sha256: made.sha256,
                })?;
                self.send_done(ClientDone::default())
            }
            Tag::ProofEnded => {
                let name = Some(channel.export_receiver()?.finish_proof()?);
                self.send_done(ClientDone { name })
            }
            Tag::Publish => {
                let manifest = std::str::from_utf8(bytes).map_err(broken_connection)?;
                channel.export_receiver()?.publish(manifest)?;
                self.send_done(ClientDone::default())
            }
            _ => Err(broken_connection("an unexpected frame")),
        }
    }

    fn send_done(&mut self, done: ClientDone) -> Result<()> {
        let done = serde_json::to_vec(&done).map_err(Fault::internal)?;
        write_frame(&mut self.stream, Tag::Done, &[&done]).map_err(stream_fault)
    }

    fn send_upload(&mut self, channel: &mut dyn Channel) -> Result<()> {
        let (input, _) = channel.import_input()?;
        let mut piece = vec![0; MAX_UPLOAD_CHUNK as usize];
        let mut filled = 0;
        // A pipe delivers small pieces.
        while filled < piece.len() {
            match input.read(&mut piece[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Fault::io("the file", e)),
            }
        }
        write_frame(&mut self.stream, Tag::Upload, &[&piece[..filled]]).map_err(stream_fault)
    }
}

fn forward_progress(progress: &Progress, channel: &mut dyn Channel) {
    match *progress {
        Progress::At(done, total) => match channel.export_receiver() {
            Ok(receiver) => receiver.report_progress(done, total),
            Err(_) => channel.progress(done, total),
        },
        Progress::Read(bytes) => {
            if let Ok((_, watch)) = channel.import_input() {
                watch.bytes_read(bytes);
            }
        }
        Progress::Written(items, total) => {
            if let Ok((_, watch)) = channel.import_input() {
                watch.items_written(items, total);
            }
        }
    }
}

fn parse_fault(bytes: &[u8]) -> Fault {
    serde_json::from_slice(bytes).unwrap_or_else(broken_connection)
}

impl ClientConnection<std::os::unix::net::UnixStream> {
    /// Whether the server is still connected. It sends nothing unasked, so
    /// anything readable here is the end of the stream.
    pub fn is_open(&self) -> bool {
        let mut byte = [0];
        let switched = self.stream.set_nonblocking(true).is_ok();
        let read = (&self.stream).read(&mut byte);
        let restored = self.stream.set_nonblocking(false).is_ok();
        let is_waiting = matches!(read, Err(e) if e.kind() == std::io::ErrorKind::WouldBlock);
        switched && restored && is_waiting
    }
}
