//! Reads archives and proofs. The files are untrusted: lengths are bounded and
//! every deviation from the format is `log_tampered`.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use super::write::seek_table_header;
use super::{EventLine, Header};
use lac_model::fault::Fault;
use lac_store::Result;

/// The longest line that is read, in bytes (64 MiB).
pub const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;

/// The most bytes that are reserved for a frame before it is decompressed.
const MAX_PREALLOCATED: usize = 4 * 1024 * 1024;

/// Reads a file from beginning to end: the header, then an iterator over its
/// events. The iterator ends with an error if there are fewer or more events
/// than the header says.
pub struct EventLines<'r> {
    name: String,
    input: BufReader<Box<dyn Read + 'r>>,
    /// Not verified; see [`crate::verify::ProofChecker`].
    pub header: Header,
    text: String,
    count: u64,
    is_finished: bool,
}

impl<'r> EventLines<'r> {
    /// Reads the header. `name` is for messages; `compressed` is the zstd file.
    pub fn open(name: &str, compressed: impl Read + 'r) -> Result<Self> {
        let plain = zstd::Decoder::new(compressed).map_err(|e| Fault::io(name, e))?;
        let mut input: BufReader<Box<dyn Read + 'r>> = BufReader::new(Box::new(plain));
        let mut text = String::new();
        read_line(name, &mut input, &mut text)?;
        let header = serde_json::from_str(&text).map_err(|e| malformed(name, 1, e))?;
        Ok(Self {
            name: name.to_owned(),
            input,
            header,
            text,
            count: 0,
            is_finished: false,
        })
    }

    fn read_event(&mut self) -> Result<Option<EventLine>> {
        self.text.clear();
        if !read_line(&self.name, &mut self.input, &mut self.text)? {
            if self.count == self.header.events {
                return Ok(None);
            }
            let problem = format!("{} events instead of {}", self.count, self.header.events);
            return Err(malformed(&self.name, self.count + 2, problem));
        }
        self.count += 1;
        parse_line(&self.name, self.count + 1, &self.text).map(Some)
    }
}

impl Iterator for EventLines<'_> {
    type Item = Result<EventLine>;

    fn next(&mut self) -> Option<Result<EventLine>> {
        if self.is_finished {
            return None;
        }
        let next = self.read_event().transpose();
        self.is_finished = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Reads single frames of an archive, through the table at its end.
#[derive(Debug)]
pub struct FrameReader<F> {
    name: String,
    file: F,
    /// For each frame: offset, compressed length, decompressed length, in
    /// bytes.
    table: Vec<(u64, u32, u32)>,
}

impl<F: Read + Seek> FrameReader<F> {
    /// Reads the table and checks that the frames fill the whole file. `name`
    /// is for messages.
    pub fn open(name: &str, mut file: F) -> Result<Self> {
        let bad = || malformed(name, 0, "the table of its frames is damaged");
        let io = |e| Fault::io(name, e);
        let length = file.seek(SeekFrom::End(0)).map_err(io)?;
        let at = length.checked_sub(9).ok_or_else(bad)?;
        file.seek(SeekFrom::Start(at)).map_err(io)?;
        let mut end = [0; 9];
        file.read_exact(&mut end).map_err(io)?;
        let count = u64::from(read_u32_le(&end, 0));
        let at = at.checked_sub(count * 8).ok_or_else(bad)?;
        if end[4..] != [0, 0xB1, 0xEA, 0x92, 0x8F] || at < 8 {
            return Err(bad());
        }
        file.seek(SeekFrom::Start(at - 8)).map_err(io)?;
        let mut start_of_table = [0; 8];
        file.read_exact(&mut start_of_table).map_err(io)?;
        let length = u32::try_from(count * 8 + 9).map_err(|_| bad())?;
        if start_of_table != seek_table_header(length) {
            return Err(bad());
        }
        let mut table = vec![0; usize::try_from(count * 8).map_err(Fault::internal)?];
        file.read_exact(&mut table).map_err(io)?;
        let mut frames = Vec::with_capacity(table.len() / 8);
        let mut start = 0_u64;
        for entry in table.as_chunks::<8>().0 {
            let compressed = read_u32_le(entry, 0);
            frames.push((start, compressed, read_u32_le(entry, 4)));
            start += u64::from(compressed);
        }
        if start != at - 8 {
            return Err(bad());
        }
        Ok(Self {
            name: name.to_owned(),
            file,
            table: frames,
        })
    }

    /// Number of frames with events: all but the header's.
    pub fn event_frame_count(&self) -> usize {
        self.table.len().saturating_sub(1)
    }

    /// The decompressed frame of the header.
    pub fn read_header(&mut self) -> Result<Vec<u8>> {
        self.read_frame(0)
    }

    /// The events of a frame; `frame` counts from 0.
    pub fn read_events(&mut self, frame: usize) -> Result<Vec<EventLine>> {
        let text = self.read_frame(frame + 1)?;
        let text = std::str::from_utf8(&text).map_err(|e| malformed(&self.name, 0, e))?;
        text.lines()
            .map(|text| parse_line(&self.name, 0, text))
            .collect()
    }

    /// Decompresses a frame. A longer or shorter result than the table says is
    /// refused, and no more than that is allocated.
    fn read_frame(&mut self, frame: usize) -> Result<Vec<u8>> {
        let damaged = |problem: &dyn ToString| malformed(&self.name, 0, problem.to_string());
        let (start, compressed, plain) = *self
            .table
            .get(frame)
            .ok_or_else(|| damaged(&"a frame is missing"))?;
        let mut bytes = vec![0; compressed as usize];
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|e| Fault::io(&self.name, e))?;
        let mut text = Vec::with_capacity((plain as usize).min(MAX_PREALLOCATED));
        let decoder = zstd::Decoder::with_buffer(bytes.as_slice()).map_err(|e| damaged(&e))?;
        decoder
            .take(u64::from(plain) + 1)
            .read_to_end(&mut text)
            .map_err(|e| damaged(&e))?;
        if text.len() == plain as usize {
            return Ok(text);
        }
        Err(damaged(&"a frame is not as long as the table says"))
    }
}

/// Four bytes from `at`, little endian.
fn read_u32_le(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk);
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

/// Reads one line without its newline; `false` at the end of the file.
fn read_line(name: &str, lines: &mut impl BufRead, text: &mut String) -> Result<bool> {
    let mut limited = lines.take(MAX_LINE_BYTES);
    match limited.read_line(text) {
        Ok(0) => Ok(false),
        Ok(_) if text.ends_with('\n') => {
            text.pop();
            Ok(true)
        }
        Ok(_) => Err(malformed(name, 0, "a line does not end")),
        Err(error) => Err(malformed(name, 0, error)),
    }
}

fn parse_line(name: &str, number: u64, text: &str) -> Result<EventLine> {
    serde_json::from_str(text).map_err(|e| malformed(name, number, e))
}

/// The fault for `line` of the file (counted from 1; 0 if it is not about a
/// line).
fn malformed(name: &str, line: u64, problem: impl ToString) -> Fault {
    let problem = problem.to_string();
    let what = match line {
        0 => format!("{name}: {problem}"),
        line => format!("{name}, line {line}: {problem}"),
    };
    Fault::LogTampered { what }
}
