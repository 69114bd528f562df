//! The file `checkpoint` in the store's directory: the newest signed checkpoint
//! outside the database.
//!
//! The file contains one or more signed notes, oldest first, with an empty line
//! between them. The last one counts. A new note is appended without a sync,
//! because the commit before it has made the act durable already, and a second
//! sync would cost a login as much as the first. From time to time the file is
//! replaced by one with the newest note only, which is synced.
//!
//! So after a power cut, the first note is there, and some of the appended ones
//! may be missing, cut off, or contain zero bytes where the disk has nothing yet.
//! The last note before such a place counts then. This is the same as a process
//! that was killed before it could append: the file is *behind* the database,
//! which is healthy. Anything else that is not a list of notes is returned as it
//! is, so that it fails as a note.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use nix::fcntl::OFlag;

use super::dir::{StoreDir, replace_file};
use super::{HighWaterMark, Result};
use lac_model::fault::Fault;

/// The file is replaced when it would become larger than this. A note has about
/// 200 bytes.
const MAX_LIST_BYTES: usize = 8 * 1024;
/// The most that is read of a file.
const MAX_READ_BYTES: u64 = 128 * 1024;

/// The beginning of a note's signature line.
const SIGNATURE: &[u8] = "\u{2014} ".as_bytes();

/// The file `checkpoint` in the store's directory.
#[derive(Debug, Clone)]
pub struct CheckpointFile(PathBuf);

impl CheckpointFile {
    pub fn new(dir: &StoreDir) -> Self {
        Self(dir.checkpoint())
    }

    /// Appends a note. Returns `false` without writing if the file must be
    /// replaced instead.
    fn append(&self, note: &[u8]) -> io::Result<bool> {
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let opened = OpenOptions::new()
            .read(true)
            .append(true)
            .custom_flags(flags.bits())
            .open(&self.0);
        let Ok(mut file) = opened else {
            return Ok(false);
        };
        let mut bytes = Vec::with_capacity(MAX_LIST_BYTES);
        (&mut file)
            .take(MAX_LIST_BYTES as u64)
            .read_to_end(&mut bytes)?;
        let fits = bytes.len() + 1 + note.len() <= MAX_LIST_BYTES;
        if !fits || !NoteList::parse(&bytes).is_some_and(|list| list.is_whole) {
            return Ok(false);
        }
        file.write_all(&[b"\n", note].concat())?;
        Ok(true)
    }
}

impl HighWaterMark for CheckpointFile {
    fn read(&self) -> Result<Option<Vec<u8>>> {
        Ok(self.read_notes()?.and_then(|mut notes| notes.pop()))
    }

    fn read_notes(&self) -> Result<Option<Vec<Vec<u8>>>> {
        let mut bytes = Vec::new();
        let read = fs::File::open(&self.0)
            .and_then(|file| file.take(MAX_READ_BYTES).read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Fault::io(self.0.display(), e)),
        }
        Ok(Some(match NoteList::parse(&bytes) {
            Some(list) => list.notes.into_iter().map(<[u8]>::to_vec).collect(),
            None => vec![bytes],
        }))
    }

    fn advance(&self, note: &str) -> Result<()> {
        let note = note.as_bytes();
        let written = match self.append(note) {
            Ok(false) => replace_file(&self.0, note),
            appended => appended.map(drop),
        };
        written.map_err(|e| Fault::io(format!("recorded, but {}", self.0.display()), e))
    }

    fn path(&self) -> String {
        self.0.display().to_string()
    }
}

/// The notes of a file.
#[derive(Debug, PartialEq, Eq)]
struct NoteList<'f> {
    /// In the order of the file; at least one.
    notes: Vec<&'f [u8]>,
    /// Whether nothing follows them.
    is_whole: bool,
}

impl<'f> NoteList<'f> {
    /// `None` if the file does not begin with a whole note, or contains anything
    /// that an interrupted append does not leave.
    fn parse(file: &'f [u8]) -> Option<Self> {
        let mut notes = Vec::new();
        let mut rest = file;
        loop {
            match end_of_note(rest) {
                NoteEnd::Whole(length) => {
                    let (note, after) = rest.split_at(length);
                    notes.push(note);
                    match after {
                        [] => break,
                        [b'\n', next @ ..] => rest = next,
                        [0, ..] => return Some(Self::interrupted(notes)),
                        _ => return None,
                    }
                }
                NoteEnd::Interrupted if !notes.is_empty() => return Some(Self::interrupted(notes)),
                NoteEnd::Interrupted | NoteEnd::NotANote => return None,
            }
        }
        Some(Self {
            notes,
            is_whole: true,
        })
    }

    fn interrupted(notes: Vec<&'f [u8]>) -> Self {
        Self {
            notes,
            is_whole: false,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum NoteEnd {
    /// The length of the note.
    Whole(usize),
    /// It is cut off, or contains a zero byte.
    Interrupted,
    NotANote,
}

/// Finds the end of the note at the beginning of these bytes: lines of text, an
/// empty line, and lines that begin with a dash (C2SP signed-note). Whether the
/// note is genuine is another question.
fn end_of_note(bytes: &[u8]) -> NoteEnd {
    let mut at = 0;
    let mut is_after_text = false;
    loop {
        let rest = &bytes[at..];
        let is_signed = is_after_text && at > 0 && !bytes[..at].ends_with(b"\n\n");
        if is_signed && matches!(rest, [] | [b'\n' | 0, ..]) {
            return NoteEnd::Whole(at);
        }
        let Some(length) = memchr::memchr2(b'\n', 0, rest) else {
            return NoteEnd::Interrupted;
        };
        if rest[length] == 0 {
            return NoteEnd::Interrupted;
        }
        let line = &rest[..length];
        if is_after_text {
            if !line.starts_with(SIGNATURE) {
                return NoteEnd::NotANote;
            }
        } else if line.is_empty() {
            if at == 0 {
                return NoteEnd::NotANote;
            }
            is_after_text = true;
        }
        at += length + 1;
    }
}

#[cfg(test)]
#[path = "checkpoint_file_tests.rs"]
mod tests;
