//! Reading runs of events, of which nothing is taken for granted.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use super::write::table_start;
use super::{Header, Line};
use lac_model::fault::Fault;
use lac_store::Result;

/// The longest line that is read, in bytes.
pub const MAX_LINE: u64 = 64 * 1024 * 1024;

/// What is reserved for a frame before it is decompressed, in bytes.
const MOST_AT_ONCE: usize = 4 * 1024 * 1024;

/// Header and events of a file, from its beginning to its end: an iterator
/// over its lines, which ends with an error where lines are missing.
pub struct Lines<'r> {
    name: String,
    input: BufReader<Box<dyn Read + 'r>>,
    pub header: Header,
    text: String,
    count: u64,
    is_over: bool,
}

impl std::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<'r> Lines<'r> {
    /// Reads the header. `name` is for messages.
    ///
    /// # Errors
    /// `log_tampered` for a file that is not of this form; `io`.
    pub fn open(name: &str, compressed: impl Read + 'r) -> Result<Self> {
        let plain = zstd::Decoder::new(compressed).map_err(|e| Fault::io(name, e))?;
        let mut input: BufReader<Box<dyn Read + 'r>> = BufReader::new(Box::new(plain));
        let mut text = String::new();
        read_line(name, &mut input, &mut text)?;
        let header = serde_json::from_str(&text).map_err(|e| broken(name, 1, e))?;
        Ok(Self {
            name: name.to_owned(),
            input,
            header,
            text,
            count: 0,
            is_over: false,
        })
    }

    fn read(&mut self) -> Result<Option<Line>> {
        self.text.clear();
        if !read_line(&self.name, &mut self.input, &mut self.text)? {
            if self.count == self.header.events {
                return Ok(None);
            }
            let problem = format!("{} events instead of {}", self.count, self.header.events);
            return Err(broken(&self.name, self.count + 2, problem));
        }
        self.count += 1;
        line(&self.name, self.count + 1, &self.text).map(Some)
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Result<Line>> {
        if self.is_over {
            return None;
        }
        let next = self.read().transpose();
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}

/// An archive that is read from anywhere.
#[derive(Debug)]
pub struct Frames<F> {
    name: String,
    file: F,
    /// Where each frame begins, and its two lengths.
    table: Vec<(u64, u32, u32)>,
}

impl<F: Read + Seek> Frames<F> {
    /// Reads the table at the end.
    ///
    /// # Errors
    /// `log_tampered` for a file that has none; `io`.
    pub fn open(name: &str, mut file: F) -> Result<Self> {
        let bad = || broken(name, 0, "the table of its frames is damaged");
        let io = |e| Fault::io(name, e);
        let length = file.seek(SeekFrom::End(0)).map_err(io)?;
        let at = length.checked_sub(9).ok_or_else(bad)?;
        file.seek(SeekFrom::Start(at)).map_err(io)?;
        let mut end = [0; 9];
        file.read_exact(&mut end).map_err(io)?;
        let count = u64::from(number(&end, 0));
        let at = at.checked_sub(count * 8).ok_or_else(bad)?;
        if end[4..] != [0, 0xB1, 0xEA, 0x92, 0x8F] || at < 8 {
            return Err(bad());
        }
        file.seek(SeekFrom::Start(at - 8)).map_err(io)?;
        let mut start_of_table = [0; 8];
        file.read_exact(&mut start_of_table).map_err(io)?;
        let length = u32::try_from(count * 8 + 9).map_err(|_| bad())?;
        if start_of_table != table_start(length) {
            return Err(bad());
        }
        let mut table = vec![0; usize::try_from(count * 8).map_err(Fault::internal)?];
        file.read_exact(&mut table).map_err(io)?;
        let mut frames = Vec::with_capacity(table.len() / 8);
        let mut start = 0_u64;
        for entry in table.as_chunks::<8>().0 {
            let compressed = number(entry, 0);
            frames.push((start, compressed, number(entry, 4)));
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

    /// Frames with events; the first one has number 0.
    pub fn count(&self) -> usize {
        self.table.len().saturating_sub(1)
    }

    /// The header's text, and whatever else is in its frame.
    ///
    /// # Errors
    /// `log_tampered`, `io`.
    pub fn header(&mut self) -> Result<Vec<u8>> {
        self.plain(0)
    }

    /// The events of one frame.
    ///
    /// # Errors
    /// `log_tampered`, `io`.
    pub fn lines(&mut self, frame: usize) -> Result<Vec<Line>> {
        let text = self.plain(frame + 1)?;
        let text = std::str::from_utf8(&text).map_err(|e| broken(&self.name, 0, e))?;
        text.lines().map(|text| line(&self.name, 0, text)).collect()
    }

    /// What is in a frame. Its length is what the table says, and no more is
    /// held than what really comes out.
    fn plain(&mut self, frame: usize) -> Result<Vec<u8>> {
        let damaged = |problem: &dyn ToString| broken(&self.name, 0, problem.to_string());
        let (start, compressed, plain) = *self
            .table
            .get(frame)
            .ok_or_else(|| damaged(&"a frame is missing"))?;
        let mut bytes = vec![0; compressed as usize];
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|e| Fault::io(&self.name, e))?;
        let mut text = Vec::with_capacity((plain as usize).min(MOST_AT_ONCE));
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

/// Four bytes from `at` on, least significant first.
fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk);
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

/// One line without its end; `false` at the end of the file.
fn read_line(name: &str, lines: &mut impl BufRead, text: &mut String) -> Result<bool> {
    let mut limited = lines.take(MAX_LINE);
    match limited.read_line(text) {
        Ok(0) => Ok(false),
        Ok(_) if text.ends_with('\n') => {
            text.pop();
            Ok(true)
        }
        Ok(_) => Err(broken(name, 0, "a line does not end")),
        Err(error) => Err(broken(name, 0, error)),
    }
}

fn line(name: &str, number: u64, text: &str) -> Result<Line> {
    serde_json::from_str(text).map_err(|e| broken(name, number, e))
}

/// A file that is not what it should be.
fn broken(name: &str, line: u64, problem: impl ToString) -> Fault {
    let problem = problem.to_string();
    let what = match line {
        0 => format!("{name}: {problem}"),
        line => format!("{name}, line {line}: {problem}"),
    };
    Fault::LogTampered { what }
}
