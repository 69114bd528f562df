//! Secrets and personal details that may come from stdin instead of an
//! argument, which everybody on the machine can read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use lac_model::fault::Fault;
use lac_store::Result;

/// The most that is read for one text.
const MAX_TEXT_BYTES: u64 = 64 * 1024;
/// The most that is read for a list, one item a line.
const MAX_LIST_BYTES: u64 = 16 * 1024 * 1024;

/// The text itself, or all of stdin for `-`, without the last line's end.
///
/// # Errors
/// `invalid_value` for nothing, more than 64 KiB or text that is not UTF-8; `io`.
pub fn text_or_stdin(what: &str, given: &str) -> Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let text = read_stdin(what, MAX_TEXT_BYTES)?;
    let text = text.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        // A pipe that failed must not count as nothing to say.
        return Err(Fault::invalid(what, "nothing came on stdin"));
    }
    Ok(text.to_owned())
}

/// The same for what may be absent.
///
/// # Errors
/// As [`text_or_stdin`].
pub fn optional_text(what: &str, given: Option<&str>) -> Result<Option<String>> {
    given.map(|text| text_or_stdin(what, text)).transpose()
}

/// The words themselves, and for `-` the lines of stdin; blank ones do not
/// count.
///
/// # Errors
/// `invalid_value` for more than 16 MiB or text that is not UTF-8; `io`.
pub fn values_or_stdin_lines(what: &str, given: &[String]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for word in given {
        if word == "-" {
            let text = read_stdin(what, MAX_LIST_BYTES)?;
            let lines = text.lines().map(str::trim);
            all.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
        } else {
            all.push(word.clone());
        }
    }
    Ok(all)
}

/// Stdin can be read once.
///
/// # Errors
/// `invalid_value` where several arguments are `-`.
pub fn check_single_stdin<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<()> {
    if given.into_iter().filter(|word| *word == "-").count() > 1 {
        return Err(Fault::invalid("-", "only one argument can come from stdin"));
    }
    Ok(())
}

/// An ordinary file; `None` if there is none. It is looked at before it is
/// opened: a named pipe would wait for its other end.
///
/// # Errors
/// `invalid_value` for anything else; `io`.
pub fn open_regular_file(what: &str, path: &Path) -> Result<Option<File>> {
    let opened = fs::metadata(path).and_then(|meta| {
        let file = meta.is_file().then(|| File::open(path));
        file.transpose()
    });
    match opened {
        Ok(Some(file)) => Ok(Some(file)),
        Ok(None) => Err(Fault::invalid(
            what,
            format!("{} is no ordinary file", path.display()),
        )),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Fault::io(path.display(), e)),
    }
}

fn read_stdin(what: &str, most: u64) -> Result<String> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io("stdin", e))?;
    if bytes.len() as u64 > most {
        let problem = format!("more than {} KiB on stdin", most / 1024);
        return Err(Fault::invalid(what, problem));
    }
    String::from_utf8(bytes).map_err(|_| Fault::invalid(what, "what came on stdin is not UTF-8"))
}
