//! Frames: one byte that says what it is, the length as four bytes (big
//! endian), then so many bytes.

use std::io::{self, ErrorKind, Read, Write};

/// The longest request, in bytes: roles and config as files of 16 MiB.
pub const MAX_REQUEST: u32 = 24 * 1024 * 1024;

/// Longer requests than this are let in one at a time of each account.
pub const LARGE_REQUEST: u32 = 256 * 1024;

/// The longest piece of a file that is sent to be imported.
pub const MAX_UPLOAD_CHUNK: u32 = 256 * 1024;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Both ways, first: the protocol's number and who speaks.
    Hello,
    /// To the store: a use case and its request.
    Request,
    /// To the store: a piece of a file; empty at its end.
    Upload,
    /// To the store: done, go on.
    Done,
    /// From the store: how far it is.
    Progress,
    /// From the store: an event of a list.
    Event,
    /// From the store: the next piece, please.
    WantUpload,
    /// From the store: bytes of an export.
    ExportBytes,
    /// From the store: the export is whole.
    ExportEnded,
    /// From the store: bytes of its proof.
    ProofBytes,
    /// From the store: the proof is whole.
    ProofEnded,
    /// From the store: the manifest; put everything in its place.
    Publish,
    /// From the store, last: the answer.
    Answer,
    /// From the store, last: why there is none.
    Fault,
}

const TAGS: [(Tag, u8); 14] = [
    (Tag::Hello, b'H'),
    (Tag::Request, b'Q'),
    (Tag::Upload, b'U'),
    (Tag::Done, b'D'),
    (Tag::Progress, b'P'),
    (Tag::Event, b'E'),
    (Tag::WantUpload, b'W'),
    (Tag::ExportBytes, b'B'),
    (Tag::ExportEnded, b'N'),
    (Tag::ProofBytes, b'R'),
    (Tag::ProofEnded, b'O'),
    (Tag::Publish, b'M'),
    (Tag::Answer, b'A'),
    (Tag::Fault, b'F'),
];

impl Tag {
    fn byte(self) -> u8 {
        TAGS.iter()
            .find(|(tag, _)| *tag == self)
            .map_or(0, |(_, byte)| *byte)
    }

    fn from_byte(byte: u8) -> Option<Self> {
        TAGS.iter()
            .find(|(_, known)| *known == byte)
            .map(|(tag, _)| *tag)
    }
}

/// Writes one frame, given in parts, with one call for short ones.
///
/// # Errors
/// What writing fails with; more than `u32::MAX` bytes.
pub fn write_frame(out: &mut dyn Write, tag: Tag, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u32::try_from(length).map_err(|_| io::Error::other("a frame too long"))?;
    let mut head = [tag.byte(), 0, 0, 0, 0];
    head[1..].copy_from_slice(&length.to_be_bytes());
    if length > 16 * 1024 {
        out.write_all(&head)?;
        return parts.iter().try_for_each(|part| out.write_all(part));
    }
    let mut whole = Vec::with_capacity(head.len() + length as usize);
    whole.extend_from_slice(&head);
    for part in parts {
        whole.extend_from_slice(part);
    }
    out.write_all(&whole)
}

/// Reads one frame into `bytes`; `None` where the stream ends before it. No
/// more is held than has arrived, whatever length is claimed.
///
/// # Errors
/// `InvalidData` for an unknown tag or more than `most` bytes; `UnexpectedEof`
/// for half a frame; what reading fails with.
pub fn read_frame(from: &mut dyn Read, most: u32, bytes: &mut Vec<u8>) -> io::Result<Option<Tag>> {
    let Some((tag, length)) = read_head(from, most)? else {
        return Ok(None);
    };
    read_body(from, length, bytes)?;
    Ok(Some(tag))
}

/// Reads what stands before the bytes: what it is, and how many follow.
///
/// # Errors
/// As [`read`].
pub fn read_head(from: &mut dyn Read, most: u32) -> io::Result<Option<(Tag, u32)>> {
    let mut head = [0; 5];
    let mut filled = 0;
    while filled < head.len() {
        match from.read(&mut head[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    let [byte, length @ ..] = head;
    let bad = |what: &str| io::Error::new(ErrorKind::InvalidData, what);
    let tag = Tag::from_byte(byte).ok_or_else(|| bad("it does not speak lac's protocol"))?;
    let length = u32::from_be_bytes(length);
    if length > most {
        return Err(bad("a frame is longer than allowed"));
    }
    Ok(Some((tag, length)))
}

/// Reads the bytes that follow.
///
/// # Errors
/// As [`read`].
pub fn read_body(from: &mut dyn Read, length: u32, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    let read = from.take(length.into()).read_to_end(bytes)?;
    if read as u64 != u64::from(length) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
