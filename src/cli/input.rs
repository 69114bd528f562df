//! Reads secrets and personal data from stdin instead of an argument, which
//! everyone on the machine can read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use lac_model::fault::Fault;
use lac_store::Result;

const MAX_TEXT_BYTES: u64 = 64 * 1024;
const MAX_LIST_BYTES: u64 = 16 * 1024 * 1024;

/// The text itself, or all of stdin for `-`, without newlines at the end.
pub(super) fn text_or_stdin(what: &str, given: &str) -> Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let text = read_stdin(what, MAX_TEXT_BYTES)?;
    let text = text.trim_end_matches(['\n', '\r']);
    if text.is_empty() {
        // Probably the command before the pipe has failed.
        return Err(Fault::invalid(what, "stdin is empty"));
    }
    Ok(text.to_owned())
}

pub(super) fn optional_text(what: &str, given: Option<&str>) -> Result<Option<String>> {
    given.map(|text| text_or_stdin(what, text)).transpose()
}

/// The values themselves; `-` is replaced by the lines of stdin that are not
/// blank.
pub(super) fn values_or_stdin_lines(what: &str, given: &[String]) -> Result<Vec<String>> {
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

/// The text of a file, or all of stdin for `-`.
pub(super) fn file_or_stdin(what: &str, path: &str) -> Result<String> {
    if path == "-" {
        return read_stdin(what, MAX_LIST_BYTES);
    }
    let missing = || Fault::io(path, "there is no such file");
    let file = open_regular_file(what, Path::new(path))?.ok_or_else(missing)?;
    let mut text = String::new();
    file.take(MAX_LIST_BYTES)
        .read_to_string(&mut text)
        .map_err(|e| Fault::io(path, e))?;
    Ok(text)
}

/// Fails if more than one argument is `-`.
pub(super) fn check_single_stdin<'a>(given: impl IntoIterator<Item = &'a str>) -> Result<()> {
    if given.into_iter().filter(|word| *word == "-").count() > 1 {
        return Err(Fault::invalid("-", "only one argument can come from stdin"));
    }
    Ok(())
}

/// Opens a regular file; `None` if it does not exist. The type is checked before
/// opening, because opening a named pipe would block.
pub(super) fn open_regular_file(what: &str, path: &Path) -> Result<Option<File>> {
    let opened = fs::metadata(path).and_then(|meta| {
        let file = meta.is_file().then(|| File::open(path));
        file.transpose()
    });
    match opened {
        Ok(Some(file)) => Ok(Some(file)),
        Ok(None) => Err(Fault::invalid(
            what,
            format!("{} is not a regular file", path.display()),
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
    String::from_utf8(bytes).map_err(|_| Fault::invalid(what, "stdin is not UTF-8"))
}
