//! Reads the access token from the environment or a file.
//!
//! An invalid token is an error. Falling back to the account would run the
//! command as a different admin user.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use nix::fcntl::OFlag;

use lac_model::fault::Fault;
use lac_model::text::shell_word;
use lac_store::Result;

pub(super) const TOKEN_VARIABLE: &str = "LAC_TOKEN";

const FLAG: &str = "--token-file";

/// A token has fewer than 100 bytes.
const MAX_TOKEN_FILE_BYTES: u64 = 4096;

/// The token from the file (`-` is stdin), otherwise from the environment.
pub(super) fn read_access_token(file: Option<&Path>) -> Result<Option<String>> {
    let (from, text) = match file {
        Some(path) if path.as_os_str().is_empty() => (FLAG, String::new()),
        Some(path) if path == Path::new("-") => (FLAG, read_limited(FLAG, io::stdin().lock())?),
        Some(path) => (FLAG, read_limited(FLAG, open_token_file(path)?)?),
        None => match std::env::var_os(TOKEN_VARIABLE) {
            // Invalid UTF-8 is not a valid token, and is refused as one later.
            Some(text) => (TOKEN_VARIABLE, text.to_string_lossy().into_owned()),
            None => return Ok(None),
        },
    };
    let text = text.trim();
    if text.is_empty() {
        let unset = match from {
            TOKEN_VARIABLE => "unset it to use your account",
            _ => "leave it out to use your account",
        };
        return Err(Fault::NotAuthenticated {
            reason: format!("{from} has no access token: it is empty; {unset}"),
            remedy: None,
        });
    }
    Ok(Some(text.to_owned()))
}

/// Opens a file that only its owner can read, as `ssh` requires of keys. Does
/// not block on a named pipe.
fn open_token_file(path: &Path) -> Result<File> {
    let shown = path.display().to_string();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path)
        .map_err(|e| Fault::io(&shown, e))?;
    let meta = file.metadata().map_err(|e| Fault::io(&shown, e))?;
    if !meta.is_file() {
        let reason = format!("{shown} is not a regular file; use - to read stdin");
        return Err(Fault::invalid(FLAG, reason));
    }
    let me = nix::unistd::getuid().as_raw();
    let unsafe_file = |problem: &str, remedy: String| {
        Err(Fault::StoreUnsafe {
            path: shown.clone(),
            problem: problem.to_owned(),
            remedy,
        })
    };
    let quoted = shell_word(&shown);
    if meta.uid() != me && meta.uid() != 0 {
        let remedy = "use a token file that belongs to you".to_owned();
        return unsafe_file("it belongs to another account", remedy);
    }
    // Root may give a service read access through the file's group or an ACL,
    // whose mask appears as group permissions.
    let others = if meta.uid() == me { 0o077 } else { 0o037 };
    if meta.mode() & others != 0 {
        return unsafe_file(
            "others can read the access token",
            format!("chmod 600 {quoted}"),
        );
    }
    Ok(file)
}

fn read_limited(what: &str, from: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_TOKEN_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io(what, e))?;
    if bytes.len() as u64 > MAX_TOKEN_FILE_BYTES {
        return Err(Fault::invalid(what, "it is too long for an access token"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
