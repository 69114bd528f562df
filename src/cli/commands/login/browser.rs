//! Starts a browser.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::hooks::close_inherited_files;

/// An opener that still runs after this time has succeeded; some wait for the
/// browser to exit.
const START_TIMEOUT: Duration = Duration::from_secs(1);

/// Opens a page with `BROWSER`, otherwise with the desktop's opener. Errors do
/// not contain the page's path.
pub(super) fn open_page(page: &Path) -> Result<(), String> {
    close_inherited_files();
    let named = std::env::var("BROWSER").unwrap_or_default();
    let named = named
        .split(':')
        .filter_map(|entry| browser_command(entry, page));
    let mut problem = "none was found".to_owned();
    for mut opener in named.chain(open::commands(page)) {
        match spawn_opener(&mut opener) {
            Ok(()) => return Ok(()),
            Err(None) => {}
            Err(Some(why)) => problem = why,
        }
    }
    Err(problem)
}

/// Parses an entry of `BROWSER` like `xdg-open`: words in which `%s` is replaced
/// by the page; without `%s` it is appended.
fn browser_command(entry: &str, page: &Path) -> Option<Command> {
    let mut words = entry.split_whitespace();
    let mut command = Command::new(words.next()?);
    let mut is_named = false;
    for word in words {
        match word.split_once("%s") {
            Some((before, after)) => {
                let mut argument = OsString::from(before);
                argument.push(page);
                argument.push(after);
                command.arg(argument);
                is_named = true;
            }
            None => {
                command.arg(word);
            }
        }
    }
    if !is_named {
        command.arg(page);
    }
    Some(command)
}

/// Starts an opener without the secrets in this program's environment. The error
/// is `None` if the opener is not installed.
fn spawn_opener(opener: &mut Command) -> Result<(), Option<String>> {
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"LAC_") {
            opener.env_remove(name);
        }
    }
    let name = Path::new(opener.get_program())
        .file_name()
        .unwrap_or(OsStr::new("the browser"))
        .to_string_lossy()
        .into_owned();
    let started = opener
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(None),
        Err(e) => return Err(Some(format!("{name}: {e}"))),
    };
    let until = Instant::now() + START_TIMEOUT;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(Some(format!("{name}: {status}"))),
            Ok(None) => thread::sleep(Duration::from_millis(10)),
            Err(e) => return Err(Some(format!("{name}: {e}"))),
        }
    }
    Ok(())
}
