//! Prints faults and maps them to exit codes. The hints are in `hint`.

use std::io::{IsTerminal as _, Write as _};

use clap::error::{ContextKind, ContextValue};
use serde::Serialize;

use super::hint::{Hint, HintReader, hint};
use super::out::Out;
use lac_model::fault::{Fault, FaultKind};
use lac_render::sanitize::{sanitize, sanitize_lines};

pub fn exit_code(kind: FaultKind) -> u8 {
    match kind {
        FaultKind::Failed => 1,
        FaultKind::Usage => 2,
        FaultKind::NotFound => 3,
        FaultKind::Denied => 4,
        FaultKind::Refused => 5,
        FaultKind::Tampered => 6,
        FaultKind::Conflict | FaultKind::Limited => 7,
        FaultKind::Unverifiable => 8,
        FaultKind::Declined => 0,
    }
}

#[derive(Serialize)]
struct Envelope {
    error: Explanation,
}

/// A fault with its hint, as `-o json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    pub code: String,
    pub message: String,
    pub hint: Option<String>,
}

/// Code, message and hint of a fault. `reader` is only called if the hint
/// depends on what the reader may do.
pub fn explain(fault: &Fault, reader: impl FnOnce() -> HintReader) -> Explanation {
    let text = |hint: Hint| {
        let reader = if hint.depends_on_reader() {
            reader()
        } else {
            HintReader::unknown()
        };
        hint.text_for(&reader.with_root(nix::unistd::getuid().is_root()))
    };
    Explanation {
        code: fault.code().to_owned(),
        message: fault.to_string(),
        hint: hint(fault).and_then(text),
    }
}

/// Prints a fault on stderr and returns the exit code.
pub fn print_fault(out: &Out, fault: &Fault, reader: impl FnOnce() -> HintReader) -> u8 {
    let code = exit_code(fault.kind());
    if matches!(fault, Fault::Declined) {
        Out::print_err("Nothing was changed.");
        return code;
    }
    let explained = explain(fault, reader);
    if out.format.is_json() {
        print_json(explained);
        return code;
    }
    let (red, bold, reset) = if out.color_stderr {
        ("\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m")
    } else {
        ("", "", "")
    };
    Out::print_err(&format!(
        "{red}error:{reset} {}",
        sanitize_lines(&explained.message)
    ));
    if let Some(hint) = &explained.hint {
        Out::print_err(&format!("{bold}hint:{reset} {}", sanitize(hint)));
    }
    code
}

/// Prints a usage error and returns the exit code.
pub fn print_usage_error(is_json: bool, mut error: clap::Error) -> u8 {
    if is_json && error.use_stderr() {
        let text = error.to_string();
        // The message ends at the first empty line; it may list missing or
        // possible values on several lines.
        let message = text.split("\n\n").next().unwrap_or_default();
        let message = message.strip_prefix("error: ").unwrap_or(message);
        let lines: Vec<&str> = message.lines().map(str::trim).collect();
        print_json(Explanation {
            code: "invalid_argument".to_owned(),
            message: lines.join(" "),
            hint: Some(format!("run {} --help for usage", command_path(&error))),
        });
        return 2;
    }
    sanitize_usage_error(&mut error);
    print_styled(&error);
    if error.use_stderr() { 2 } else { 0 }
}

/// Prints help or a usage error. If nobody looks at colours, the text is written
/// at once: clap writes each line.
fn print_styled(error: &clap::Error) {
    let may_be_styled = std::env::var_os("CLICOLOR_FORCE").is_some();
    if error.use_stderr() || may_be_styled || std::io::stdout().is_terminal() {
        let _ = error.print();
        return;
    }
    let text = error.render().to_string();
    // As clap: help that nobody reads is no error.
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    let _ = stdout.flush();
}

/// The command, as far as it was recognised: the words of the usage line before
/// the arguments.
fn command_path(error: &clap::Error) -> String {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let words = usage.split_whitespace().skip_while(|word| *word != "lac");
    let is_name = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let names: Vec<&str> = words
        .take_while(|word| is_name(word) && !word.starts_with('-'))
        .collect();
    if names.is_empty() {
        return "lac".to_owned();
    }
    names.join(" ")
}

/// Escapes control characters in arguments: scripts may pass on untrusted text.
fn sanitize_usage_error(error: &mut clap::Error) {
    let made = |value: &ContextValue| match value {
        ContextValue::String(text) => Some(ContextValue::String(sanitize(text).into_owned())),
        ContextValue::Strings(texts) => Some(ContextValue::Strings(
            texts
                .iter()
                .map(|text| sanitize(text).into_owned())
                .collect(),
        )),
        _ => None,
    };
    let context: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| Some((kind, made(value)?)))
        .collect();
    for (kind, value) in context {
        error.insert(kind, value);
    }
}

fn print_json(error: Explanation) {
    if let Ok(line) = serde_json::to_string(&Envelope { error }) {
        Out::print_err(&line);
    }
}
