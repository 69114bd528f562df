//! A file that stores how far the log was read.

use std::io::Read as _;
use std::path::PathBuf;

use crate::cli::input::open_regular_file;
use lac_app::log::LogPosition;
use lac_model::fault::Fault;
use lac_store::Result;
use lac_store::dir::replace_file;

/// In bytes; every cursor is shorter.
const MAX_CURSOR_BYTES: u64 = 4096;

/// The file given with `--cursor-file`.
#[derive(Debug, Clone)]
pub(super) struct CursorFile(pub PathBuf);

impl CursorFile {
    /// The stored cursor; `None` if the file does not exist.
    pub(super) fn read(&self) -> Result<Option<LogPosition>> {
        let shown = self.0.display();
        let Some(file) = open_regular_file("--cursor-file", &self.0)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let length = file.take(MAX_CURSOR_BYTES).read_to_end(&mut bytes);
        length.map_err(|e| Fault::io(&shown, e))?;
        let text = std::str::from_utf8(&bytes).ok();
        let position = text.and_then(LogPosition::from_text);
        let position = position.ok_or_else(|| {
            Fault::invalid("--cursor-file", format!("{shown} is not a cursor file"))
        })?;
        Ok(Some(position))
    }

    /// Replaces the file atomically.
    pub(super) fn write(&self, position: &LogPosition) -> Result<()> {
        let written = replace_file(&self.0, position.to_text().as_bytes());
        written.map_err(|e| Fault::io(self.0.display(), e))
    }
}
