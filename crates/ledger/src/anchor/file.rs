//! An anchor file: on another machine's disk, or in a directory that only an
//! auditor can change.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{AccessFlags, access};

use super::Anchor;

/// Appends signed notes to a file, each followed by an empty line. The file may
/// belong to another account, and need not be readable.
#[derive(Debug, Clone)]
pub struct FileAnchor(PathBuf);

impl FileAnchor {
    /// The file is created with the first copy.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Opens the existing file. Refuses links and anything but a regular file.
    fn open(&self) -> io::Result<File> {
        open(&self.0, OpenOptions::new().append(true))
    }

    /// Opens the file, or creates it with mode 0600. Not with a single call:
    /// for another account's file in a shared directory, Linux refuses `O_CREAT`
    /// (`fs.protected_regular`).
    fn open_or_create(&self) -> io::Result<File> {
        match self.open() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            opened => return opened,
        }
        let mut new = OpenOptions::new();
        new.append(true).create_new(true).mode(0o600);
        match open(&self.0, &mut new) {
            // Another process was faster.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => self.open(),
            opened => opened,
        }
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let opened = options.custom_flags(flags.bits()).open(path);
    let file = opened.map_err(|e| match e.raw_os_error() {
        Some(code) if code == Errno::ELOOP as i32 => io::Error::other("it is a symbolic link"),
        _ => e,
    })?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::other("it is not a regular file"))
}

impl Anchor for FileAnchor {
    /// One write for each note, so that notes of several processes do not mix.
    fn append_note(&self, note: &str) -> io::Result<()> {
        let mut file = self.open_or_create()?;
        let record = format!("{note}\n");
        let written = file.write(record.as_bytes())?;
        if written < record.len() {
            return Err(io::Error::other("only a part of it could be written"));
        }
        file.sync_data()
    }

    fn check(&self) -> io::Result<()> {
        match self.open() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            opened => return opened.map(drop),
        }
        let parent = self.0.parent().unwrap_or(Path::new("/"));
        access(parent, AccessFlags::W_OK | AccessFlags::X_OK).map_err(io::Error::from)
    }

    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn is_optional(&self) -> bool {
        false
    }
}
