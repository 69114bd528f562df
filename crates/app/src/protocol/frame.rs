//! Frames: a tag byte, the length in four bytes (big endian), and that many
//! bytes.

use std::io::{self, ErrorKind, Read, Write};

/// The maximum size of a request in bytes: enough for a file text of 16 MiB.
pub const MAX_REQUEST: u32 = 24 * 1024 * 1024;

/// For each account, requests larger than this are received one at a time.
pub const LARGE_REQUEST: u32 = 256 * 1024;

/// The maximum size of one piece of an import file.
pub const MAX_UPLOAD_CHUNK: u32 = 256 * 1024;

/// The kind of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// Both ways, first: the protocol number and the program's version.
    Hello,
    /// To the server: a use case and its request.
    Request,
    /// To the server: a piece of a file; empty at the end of the file.
    Upload,
    /// To the server: the last step is done, continue.
    Done,
    /// From the server: progress.
    Progress,
    /// From the server: one event of a list.
    Event,
    /// From the server: send the next piece of the file.
    WantUpload,
    /// From the server: bytes of an export.
    ExportBytes,
    /// From the server: the export is complete.
    ExportEnded,
    /// From the server: bytes of the export's proof.
    ProofBytes,
    /// From the server: the proof is complete.
    ProofEnded,
    /// From the server: the manifest; move all files into place.
    Publish,
    /// From the server, last: the answer.
    Answer,
    /// From the server, last: the fault, instead of an answer.
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

/// Writes one frame from several parts; a short frame takes one call to
/// `write`.
pub(super) fn write_frame(out: &mut dyn Write, tag: Tag, parts: &[&[u8]]) -> io::Result<()> {
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

/// Reads one frame into `bytes`; `None` at the end of the stream. Memory grows
/// with the bytes that arrive, not with the length that is claimed. Fails with
/// `InvalidData` for an unknown tag or more than `most` bytes, and with
/// `UnexpectedEof` for an incomplete frame.
pub(super) fn read_frame(
    from: &mut dyn Read,
    most: u32,
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Tag>> {
    let Some((tag, length)) = read_head(from, most)? else {
        return Ok(None);
    };
    read_body(from, length, bytes)?;
    Ok(Some(tag))
}

/// Reads a frame's tag and length.
pub(super) fn read_head(from: &mut dyn Read, most: u32) -> io::Result<Option<(Tag, u32)>> {
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

/// Reads a frame's bytes.
pub(super) fn read_body(from: &mut dyn Read, length: u32, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    let read = from.take(length.into()).read_to_end(bytes)?;
    if read as u64 != u64::from(length) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
