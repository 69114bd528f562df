//! A file that remembers how far the log was read.

use std::io::Read as _;
use std::path::PathBuf;

use crate::cli::input::open_regular_file;
use lac_app::log::LogPosition;
use lac_model::fault::Fault;
use lac_store::Result;
use lac_store::dir::replace_file;

/// More than any cursor has, in bytes.
const MAX_CURSOR_BYTES: u64 = 4096;

/// The file of `--cursor-file`.
#[derive(Debug, Clone)]
pub struct CursorFile(pub PathBuf);

impl CursorFile {
    /// What was written there; `None` if there is no file.
    ///
    /// # Errors
    /// `invalid_value` for a file of something else, which is never replaced; `io`.
    pub fn read(&self) -> Result<Option<LogPosition>> {
        let shown = self.0.display();
        let Some(file) = open_regular_file("--cursor-file", &self.0)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let length = file.take(MAX_CURSOR_BYTES).read_to_end(&mut bytes);
        length.map_err(|e| Fault::io(&shown, e))?;
        let text = std::str::from_utf8(&bytes).ok();
        let position = text.and_then(LogPosition::from_text);
        let position = position
            .ok_or_else(|| Fault::invalid("--cursor-file", format!("{shown} holds no cursor")))?;
        Ok(Some(position))
    }

    /// Replaces it whole: after a crash it is the old one or the new one.
    ///
    /// # Errors
    /// `io`.
    pub fn write(&self, position: &LogPosition) -> Result<()> {
        let written = replace_file(&self.0, position.to_text().as_bytes());
        written.map_err(|e| Fault::io(self.0.display(), e))
    }
}
