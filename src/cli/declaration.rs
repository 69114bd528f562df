//! Reads roles and config files, and prints their differences from the store.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::out::{Out, stdout_error};
use super::runner::Cli;
use super::view::TableRow;
use lac_app::MAX_FILE_BYTES;
use lac_model::fault::Fault;
use lac_render::OutputFormat;
use lac_render::styled_text::paint;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

/// The exit code of `diff` if something differs.
const EXIT_DIFFERS: u8 = 9;

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The file; - is stdin
    pub file: PathBuf,
    /// Also report what the file lacks, as deletions
    #[arg(long)]
    pub prune: bool,
}

#[derive(Debug)]
pub(super) struct DiffLine {
    pub emphasis: Emphasis,
    pub text: String,
}

impl DiffLine {
    pub(super) fn new(sign: char, text: impl AsRef<str>) -> Self {
        let emphasis = match sign {
            '+' => Emphasis::Good,
            '-' => Emphasis::Bad,
            _ => Emphasis::Warning,
        };
        let text = format!("{sign} {}", text.as_ref());
        Self { emphasis, text }
    }
}

/// How a change is printed for people.
pub(super) trait DiffLines: TableRow {
    fn diff_lines(&self) -> Vec<DiffLine>;
}

/// The text of a file, a pipe or stdin; fails above 4 MiB or if it is not UTF-8.
pub(super) fn read_file(path: &Path) -> Result<String> {
    let all = |source: &mut dyn Read| {
        let mut bytes = Vec::new();
        source
            .take(MAX_FILE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    };
    let bytes = if path.as_os_str() == "-" {
        all(&mut io::stdin().lock())
    } else {
        File::open(path).and_then(|mut file| all(&mut file))
    };
    let bytes = bytes.map_err(|e| Fault::io(display_name(path), e))?;
    let invalid = |problem: String| Fault::InvalidFile {
        file: display_name(path),
        problem,
        remedy: None,
    };
    if bytes.len() > MAX_FILE_BYTES {
        let most = MAX_FILE_BYTES / 1024 / 1024;
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

fn display_name(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "stdin".to_owned();
    }
    path.display().to_string()
}

/// Puts the file's name into an error about its content.
pub(super) fn with_file_name<A>(path: &Path, answer: Result<A>) -> Result<A> {
    answer.map_err(|fault| match fault {
        Fault::InvalidFile {
            problem, remedy, ..
        } => Fault::InvalidFile {
            file: display_name(path),
            problem,
            remedy,
        },
        other => other,
    })
}

/// Prints the exported file as TOML, or as one JSON object.
pub(super) fn print_export(cli: &Cli, text: &str, left_out: &[String]) -> Result<()> {
    cli.reject_csv("a file of settings")?;
    if cli.out.format.is_json() {
        let value: serde_json::Value = toml::from_str(text).map_err(Fault::internal)?;
        cli.print_object(&value)?;
    } else {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
            .map_err(stdout_error)?;
    }
    print_left_out(left_out);
    Ok(())
}

/// Prints what was not compared, even with `--quiet`, because the file alone
/// does not show it.
fn print_left_out(left_out: &[String]) {
    for what in left_out {
        Out::print_err(&format!("left out: {what}"));
    }
}

/// Prints the differences and returns the exit code.
pub(super) fn print_differences<C: DiffLines>(
    cli: &Cli,
    changes: &[C],
    left_out: &[String],
    unmanaged: &[String],
) -> Result<u8> {
    if cli.out.format == OutputFormat::Table {
        print_diff_lines(cli, changes)?;
        if changes.is_empty() {
            cli.out.print_note("no differences");
        }
    } else {
        cli.print_list(changes)?;
    }
    if !unmanaged.is_empty() {
        let what = unmanaged.join(", ");
        cli.out.print_note(&format!(
            "not in the file: {what}; use --prune to delete them"
        ));
    }
    print_left_out(left_out);
    Ok(if changes.is_empty() { 0 } else { EXIT_DIFFERS })
}

/// The result of applying a file.
#[derive(Debug)]
pub(super) struct ApplyOutcome<'a, A, C> {
    pub answer: &'a A,
    pub changes: &'a [C],
    pub dry_run: bool,
    pub sessions_ended: usize,
}

pub(super) fn print_applied<A: Serialize, C: DiffLines>(
    cli: &Cli,
    outcome: &ApplyOutcome<'_, A, C>,
) -> Result<()> {
    if cli.out.format.is_machine_readable() {
        cli.print_object(outcome.answer)?;
    } else {
        print_diff_lines(cli, outcome.changes)?;
    }
    let changes = match outcome.changes.len() {
        0 => "no differences".to_owned(),
        1 => "1 change".to_owned(),
        n => format!("{n} changes"),
    };
    cli.out.print_note(&if outcome.dry_run {
        format!("{changes}; nothing was changed: this was a dry run")
    } else {
        changes
    });
    super::change_notes::print_sessions_ended(cli, outcome.sessions_ended);
    Ok(())
}

fn print_diff_lines<C: DiffLines>(cli: &Cli, changes: &[C]) -> Result<()> {
    let style = cli.style();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    for line in changes.iter().flat_map(DiffLines::diff_lines) {
        let text = paint(&StyledText::with_emphasis(line.text, line.emphasis), &style);
        writeln!(stdout, "{text}").map_err(stdout_error)?;
    }
    stdout.flush().map_err(stdout_error)
}

/// `2 roles`, `1 role`; `None` for 0.
pub(super) fn count_noun(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    }
}
