//! What frames hold.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use lac_model::audit::{EventTexts, RecordFields};
use lac_model::bounded::{self, Version};
use lac_model::fault::Fault;
use lac_store::Result;

/// The protocol's number. Both sides must speak the same.
pub const PROTOCOL: u64 = 1;

/// What both sides say first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    pub protocol: u64,
    /// The program's version.
    pub version: Version,
    /// The store's time zone; from the store only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl Greeting {
    /// This program's.
    pub fn from_this_program() -> Self {
        Self {
            protocol: PROTOCOL,
            version: Version::current(),
            timezone: None,
        }
    }

    /// # Errors
    /// `protocol_mismatch`.
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

/// A request on its way. The token is what its sender shows besides what the
/// kernel tells of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope<'a> {
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

/// Done, and what came of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ClientDone {
    /// The name of a proof's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Length and hash of what was made.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExportDigest {
    pub bytes: u64,
    pub sha256: [u8; 32],
}

/// How far something is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// `done` of `total`.
    At(u64, u64),
    /// Bytes of an import that were read.
    Read(u64),
    /// Items of an import that were written, of how many.
    Written(u64, u64),
}

/// No shopper part: it was erased, or is none of the reader's business.
const NO_SHOPPER_PART: u32 = u32::MAX;

/// An event's texts: the lengths of record and shopper part, then the three.
pub fn encode_event_texts<'a>(event: &RecordFields<'a>, lengths: &'a mut [u8; 8]) -> [&'a [u8]; 4] {
    let EventTexts {
        record,
        customer_part: shopper,
        staff_part: staff,
    } = event.texts;
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(NO_SHOPPER_PART - 1);
    lengths[..4].copy_from_slice(&length(record).to_be_bytes());
    lengths[4..].copy_from_slice(&shopper.map_or(NO_SHOPPER_PART, length).to_be_bytes());
    [
        &*lengths,
        record.as_bytes(),
        shopper.unwrap_or_default().as_bytes(),
        staff.as_bytes(),
    ]
}

/// Reads them back.
pub fn decode_event_texts(bytes: &[u8]) -> Option<EventTexts<'_>> {
    let length = |at: usize| -> Option<u32> {
        let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let (record, shopper) = (length(0)?, length(4)?);
    let texts = std::str::from_utf8(bytes.get(8..)?).ok()?;
    let (record, rest) = texts.split_at_checked(record.try_into().ok()?)?;
    let (shopper, staff) = match shopper {
        NO_SHOPPER_PART => (None, rest),
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

/// Something that is no frame, or not the one expected.
pub fn broken_connection(problem: impl ToString) -> Fault {
    Fault::BrokerFailed {
        problem: problem.to_string(),
    }
}

/// A stream that failed.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub fn stream_fault(error: io::Error) -> Fault {
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

/// A request of a use case.
///
/// # Errors
/// `invalid_value`.
pub(super) fn parse_request<'a, T: serde::Deserialize<'a>>(
    envelope: &'a Envelope<'_>,
) -> Result<T> {
    serde_json::from_slice(envelope.request.get().as_bytes()).map_err(malformed_request)
}

/// Neither what was sent nor where in it, which may be a secret: at most which
/// rule of form it breaks.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub(super) fn malformed_request(error: serde_json::Error) -> Fault {
    if let Some(fault) = bounded::fault_from_serde_message(&error.to_string()) {
        return fault;
    }
    let what = match error.classify() {
        serde_json::error::Category::Data => "it is not one of this program's",
        _ => "it is no JSON",
    };
    Fault::invalid("the request", what)
}
