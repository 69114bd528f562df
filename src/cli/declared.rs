//! Files that declare how things are to be: read here, shown here; what they
//! mean is the use cases' to know.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::out::{Out, write_failed};
use super::shop::Shop;
use super::view::Tabled;
use lac_app::LONGEST_FILE;
use lac_model::fault::Fault;
use lac_render::Format;
use lac_render::list::{Text, Tone};
use lac_render::one::paint;
use lac_store::Result;

/// What differs: the exit code of `diff`.
const DIFFERS: u8 = 9;

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The file; - is stdin
    pub file: PathBuf,
    /// What the file lacks counts as a difference too
    #[arg(long)]
    pub prune: bool,
}

/// One line of what differs.
#[derive(Debug)]
pub struct Line {
    pub tone: Tone,
    pub text: String,
}

impl Line {
    pub fn new(sign: char, text: impl AsRef<str>) -> Self {
        let tone = match sign {
            '+' => Tone::Good,
            '-' => Tone::Bad,
            _ => Tone::Warning,
        };
        let text = format!("{sign} {}", text.as_ref());
        Self { tone, text }
    }
}

/// A change as people read it.
pub trait Shown: Tabled {
    fn shown(&self) -> Vec<Line>;
}

/// A file's text: an ordinary one, a pipe, a link to either, or stdin.
///
/// # Errors
/// `io`; `invalid_file` for more than 4 MiB and for what is not UTF-8.
pub fn read(path: &Path) -> Result<String> {
    let all = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source
            .take(LONGEST_FILE as u64 + 1)
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    };
    let bytes = if path.as_os_str() == "-" {
        all(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| all(&mut file))
    };
    let bytes = bytes.map_err(|e| Fault::io(name(path), e))?;
    let invalid = |problem: String| Fault::InvalidFile {
        file: name(path),
        problem,
        remedy: None,
    };
    if bytes.len() > LONGEST_FILE {
        let most = LONGEST_FILE / 1024 / 1024;
        return Err(invalid(format!("it is larger than {most} MiB")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return invalid("it is UTF-16; expected UTF-8".to_owned());
        }
        let before = &bytes[..error.utf8_error().valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n');
        let text = String::from_utf8_lossy(&before[start.map_or(0, |at| at + 1)..]);
        let column = text.chars().count() + 1;
        invalid(format!("line {line}, column {column}: it is not UTF-8"))
    })
}

fn name(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "stdin".to_owned();
    }
    path.display().to_string()
}

/// What came of a use case, with the file's name in the error about it.
///
/// # Errors
/// The use case's.
pub fn named<A>(path: &Path, answer: Result<A>) -> Result<A> {
    answer.map_err(|fault| match fault {
        Fault::InvalidFile {
            problem, remedy, ..
        } => Fault::InvalidFile {
            file: name(path),
            problem,
            remedy,
        },
        other => other,
    })
}

/// Writes the file, or the same as one JSON object.
///
/// # Errors
/// `io`.
pub fn export(shop: &Shop, text: &str, left_out: &[String]) -> Result<()> {
    shop.has_no_csv("a file of settings")?;
    if shop.out.format.is_json() {
        let value: serde_json::Value = toml::from_str(text).map_err(Fault::internal)?;
        shop.object(&value)?;
    } else {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
            .map_err(write_failed)?;
    }
    say_left_out(left_out);
    Ok(())
}

/// Says what was not looked at. Whoever relies on a file must know, so that
/// `--quiet` does not hide it.
fn say_left_out(left_out: &[String]) {
    for what in left_out {
        Out::err(&format!("left out: {what}"));
    }
}

/// Shows what differs; the exit code.
///
/// # Errors
/// `io`.
pub fn differences<C: Shown>(
    shop: &Shop,
    changes: &[C],
    left_out: &[String],
    unmanaged: &[String],
) -> Result<u8> {
    if shop.out.format == Format::Table {
        lines(shop, changes)?;
        if changes.is_empty() {
            shop.out.say("nothing differs");
        }
    } else {
        shop.list(changes)?;
    }
    if !unmanaged.is_empty() {
        let what = unmanaged.join(", ");
        shop.out
            .say(&format!("not in the file: {what}; with --prune they count"));
    }
    say_left_out(left_out);
    Ok(if changes.is_empty() { 0 } else { DIFFERS })
}

/// What applying a file came to.
#[derive(Debug)]
pub struct Outcome<'a, A, C> {
    pub answer: &'a A,
    pub changes: &'a [C],
    pub dry_run: bool,
    pub sessions_ended: usize,
}

/// Shows it.
///
/// # Errors
/// `io`.
pub fn applied<A: Serialize, C: Shown>(shop: &Shop, outcome: &Outcome<'_, A, C>) -> Result<()> {
    if shop.out.format.is_for_programs() {
        shop.object(outcome.answer)?;
    } else {
        lines(shop, outcome.changes)?;
    }
    let changes = match outcome.changes.len() {
        0 => "nothing differs".to_owned(),
        1 => "1 change".to_owned(),
        n => format!("{n} changes"),
    };
    shop.out.say(&if outcome.dry_run {
        format!("{changes}; nothing was changed: this was a dry run")
    } else {
        changes
    });
    super::commands::changes::ended(shop, outcome.sessions_ended);
    Ok(())
}

fn lines<C: Shown>(shop: &Shop, changes: &[C]) -> Result<()> {
    let look = shop.look();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    for line in changes.iter().flat_map(Shown::shown) {
        let text = paint(&Text::toned(line.text, line.tone), &look);
        writeln!(stdout, "{text}").map_err(write_failed)?;
    }
    stdout.flush().map_err(write_failed)
}

/// `2 roles`, `1 role`; nothing for none.
pub fn counted(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    }
}
