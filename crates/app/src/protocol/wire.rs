//! The contents of frames.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use lac_model::audit::{EventTexts, RecordFields};
use lac_model::bounded::Version;
use lac_model::fault::Fault;
use lac_model::malformed::fault_from_serde_message;
use lac_store::Result;

/// The protocol version. Both sides must have the same.
pub const PROTOCOL: u64 = 1;

/// The first frame of both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    pub protocol: u64,
    pub version: Version,
    /// The store's time zone; sent by the server only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl Greeting {
    /// The greeting of this program, without a time zone.
    pub fn from_this_program() -> Self {
        Self {
            protocol: PROTOCOL,
            version: Version::current(),
            timezone: None,
        }
    }

    pub fn check(&self) -> Result<()> {
        if self.protocol == PROTOCOL {
            return Ok(());
        }
        Err(Fault::ProtocolMismatch {
            ours: PROTOCOL,
            theirs: self.protocol,
            version: self.version.to_string(),
        })
    }
}

/// A request as sent. The token authenticates the sender, in place of the
/// account that the kernel reports.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope<'a> {
    pub use_case: &'a str,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    pub request: &'a RawValue,
}

impl std::fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Envelope")
            .field("use_case", &self.use_case)
            .finish_non_exhaustive()
    }
}

/// The client has done its part.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ClientDone {
    /// The file name of the proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Length and hash of an export file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExportDigest {
    pub bytes: u64,
    pub sha256: [u8; 32],
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// `done` of `total`.
    At(u64, u64),
    /// Bytes of an import that were read.
    Read(u64),
    /// Items of an import that were written, and their total number.
    Written(u64, u64),
}

/// The length that means that there is no `shopper` text: it was erased, or the
/// reader may not see it.
const NO_SHOPPER_TEXT: u32 = u32::MAX;

/// An event's texts: the lengths of `record` and `shopper`, then `record`,
/// `shopper` and `staff`.
pub(super) fn encode_event_texts<'a>(
    event: &RecordFields<'a>,
    lengths: &'a mut [u8; 8],
) -> [&'a [u8]; 4] {
    let EventTexts {
        record,
        customer_part: shopper,
        staff_part: staff,
    } = event.texts;
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(NO_SHOPPER_TEXT - 1);
    lengths[..4].copy_from_slice(&length(record).to_be_bytes());
    lengths[4..].copy_from_slice(&shopper.map_or(NO_SHOPPER_TEXT, length).to_be_bytes());
    [
        &*lengths,
        record.as_bytes(),
        shopper.unwrap_or_default().as_bytes(),
        staff.as_bytes(),
    ]
}

/// The inverse of [`encode_event_texts`].
pub(super) fn decode_event_texts(bytes: &[u8]) -> Option<EventTexts<'_>> {
    let length = |at: usize| -> Option<u32> {
        let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let (record, shopper) = (length(0)?, length(4)?);
    let texts = std::str::from_utf8(bytes.get(8..)?).ok()?;
    let (record, rest) = texts.split_at_checked(record.try_into().ok()?)?;
    let (shopper, staff) = match shopper {
        NO_SHOPPER_TEXT => (None, rest),
        length => {
            let (shopper, staff) = rest.split_at_checked(length.try_into().ok()?)?;
            (Some(shopper), staff)
        }
    };
    Some(EventTexts {
        record,
        customer_part: shopper,
        staff_part: staff,
    })
}

/// The other side sent something that is not a frame, or not the expected one.
pub(super) fn broken_connection(problem: impl ToString) -> Fault {
    Fault::BrokerFailed {
        problem: problem.to_string(),
    }
}

/// The fault for an I/O error on the stream.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub(super) fn stream_fault(error: io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionReset => broken_connection("the connection was closed"),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            broken_connection("it did not answer in time")
        }
        _ => broken_connection(error),
    }
}

/// Parses the request in an envelope.
pub(super) fn parse_request<'a, T: serde::Deserialize<'a>>(
    envelope: &'a Envelope<'_>,
) -> Result<T> {
    serde_json::from_slice(envelope.request.get().as_bytes()).map_err(malformed_request)
}

/// The fault for a request that cannot be parsed. It contains neither the input
/// nor a position in it, which may be secret: at most the constraint that was
/// violated.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub(super) fn malformed_request(error: serde_json::Error) -> Fault {
    if let Some(fault) = fault_from_serde_message(&error.to_string()) {
        return fault;
    }
    let what = match error.classify() {
        serde_json::error::Category::Data => "it is not one of this program's",
        _ => "it is not JSON",
    };
    Fault::invalid("the request", what)
}
