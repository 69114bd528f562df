//! Secrets and personal details that may come from stdin instead of an
//! argument, which everybody on the machine can read.

use std::io::{self, Read};

use crate::domain::fault::Fault;
use crate::store::Result;

/// The most that is read for one text.
const MOST: u64 = 64 * 1024;

/// The text itself, or all of stdin for `-`, without the last line's end.
///
/// # Errors
/// `invalid_value` for more than 64 KiB or text that is not UTF-8; `io`.
pub fn text_or_stdin(what: &str, given: &str) -> Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io("stdin", e))?;
    if bytes.len() as u64 > MOST {
        return Err(Fault::invalid(what, "more than 64 KiB on stdin"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Fault::invalid(what, "what came on stdin is not UTF-8"))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
