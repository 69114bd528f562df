//! Temporary files without a name, beside the store.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use lac_model::fault::Fault;
use lac_store::Result;

/// Creates an empty file beside `neighbour` that only its owner can read. It
/// disappears when it is closed.
pub(crate) fn create(neighbour: &Path) -> Result<File> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let (process, count) = (std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let path = neighbour.with_file_name(format!("scratch-{process}-{count}"));
    // Delete a file that an earlier crash left behind.
    let _ = std::fs::remove_file(&path);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|e| Fault::io(path.display(), e))?;
    std::fs::remove_file(&path).map_err(|e| Fault::io(path.display(), e))?;
    Ok(file)
}
