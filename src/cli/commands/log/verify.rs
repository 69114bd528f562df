//! `lac log verify`.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::input::open_regular_file;
use crate::cli::out::Out;
use crate::cli::progress::{EventProgressBar, ProgressBarChannel};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::access::keys::KeyVerifiers;
use lac_app::log::verify::LogVerify;
use lac_ledger::fault::log_tampered;
use lac_ledger::manifest::Manifest;
use lac_ledger::signing::log_keys::LogKeys;
use lac_ledger::verify::{
    FileBundle, FileVerification, LogVerification, parse_trusted_key, trusted_keys, verify_file,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_render::one::KeyValues;
use lac_render::sanitize::sanitize;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_render::{Style, export};
use lac_store::Result;

/// Largest checkpoint, anchor or key file, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// An older signed checkpoint, or an anchor file with many, which the log (or
    /// the checkpoint of --file) must extend
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,

    /// Verify this export, archive or checkpoint instead; with --key, no store is
    /// needed
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// The log's public key as printed by `lac key verifier`, or a file with it
    /// [default: the store's key]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// The earlier and later keys of the log, as printed by `lac key verifier --all`
    #[arg(long, value_name = "FILE", requires = "key", requires = "file")]
    chain: Option<PathBuf>,
}

pub(super) fn run(args: &VerifyArgs, cli: &Cli) -> Result<()> {
    let key = args.key.as_deref().map(read_key_text).transpose()?;
    if let Some(file) = &args.file {
        let chain = args.chain.as_deref().map(read_chain).transpose()?;
        let keys = match key {
            Some(key) => trusted_keys(&key, chain.as_deref())?,
            None => store_keys(cli)?,
        };
        return verify_one_file(file, &keys, read_since(args)?, cli);
    }
    let since = read_since(args)?;
    let progress = EventProgressBar::new(&cli.out, "verifying");
    let run = cli.run_with_channel(
        LogVerify {
            since: since.into_bounded()?,
            key: key.into_bounded()?,
        },
        &mut ProgressBarChannel(&progress),
    );
    progress.clear();
    let verified = run.map_err(database_fault_as_tampered)?;
    // All of them; an error in JSON still comes last.
    for finding in verified.findings.found.iter().skip(1) {
        Out::print_err(&format!("found: {}", sanitize(&finding.to_string())));
    }
    for note in &verified.notes {
        Out::print_err(&format!("note: {}", sanitize(note)));
    }
    verified.to_result()?;
    cli.print_view(&verified)
}

fn read_since(args: &VerifyArgs) -> Result<Option<String>> {
    let Some(path) = &args.since else {
        return Ok(None);
    };
    read_checkpoint(path).map(Some)
}

pub(super) fn read_checkpoint(path: &Path) -> Result<String> {
    let missing = |what: &str| Fault::ProofMissing {
        what: format!("{what}{}", path.display()),
    };
    let text = read_small_file(path)?.ok_or_else(|| missing("the checkpoint "))?;
    if text.contains("\n\n\u{2014} ") {
        return Ok(text);
    }
    Err(missing("a signed checkpoint in "))
}

/// Reports an unreadable database as tampered.
fn database_fault_as_tampered(fault: Fault) -> Fault {
    match fault {
        Fault::Database { .. } | Fault::RowDamaged { .. } => log_tampered(fault.to_string()),
        other => other,
    }
}

/// The key itself, or the content of a file with that name.
fn read_key_text(given: &str) -> Result<String> {
    if parse_trusted_key(given).is_ok() {
        return Ok(given.to_owned());
    }
    match read_small_file(Path::new(given))? {
        Some(text) => Ok(text.trim().to_owned()),
        None if given.contains('+') => parse_trusted_key(given).map(|_| given.to_owned()),
        None => Err(Fault::ProofMissing {
            what: format!("the key file {given}"),
        }),
    }
}

fn read_chain(path: &Path) -> Result<String> {
    read_small_file(path)?.ok_or_else(|| Fault::ProofMissing {
        what: format!("the chain file {}", path.display()),
    })
}

/// Reads a small text file; `None` if it does not exist.
fn read_small_file(path: &Path) -> Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Fault::io(path.display(), e)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io(path.display(), e))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn verify_one_file(path: &Path, keys: &LogKeys, since: Option<String>, cli: &Cli) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let open = |name: &str| -> Result<Option<File>> {
        // The manifest is untrusted: its file names must not leave its directory.
        if name.contains('/') || name == ".." {
            return Err(log_tampered(format!("{name:?} is not a file name")));
        }
        open_regular_file("--file", &path.with_file_name(name))
    };
    let writes = |manifest: &Manifest| {
        let content = export::content_by_name(&manifest.content);
        let content =
            content.ok_or_else(|| log_tampered("its manifest names an unknown format"))?;
        let raw = !manifest.formula_guard;
        Ok((
            export::file_header(content, &manifest.columns),
            export::event_encoder(content, &manifest.columns, raw, &manifest.version),
        ))
    };
    let plain = |file: File, manifest: &Manifest| -> Result<Box<dyn Read>> {
        export::decompress(
            BufReader::with_capacity(1 << 18, file),
            manifest.compression.as_deref(),
        )
    };
    let bundle = FileBundle {
        name: &name,
        open_sibling: &open,
        make_encoder: &writes,
        decompress: &plain,
    };
    let checked = verify_file(&bundle, keys, since.as_deref()).map_err(|fault| match fault {
        Fault::LogTampered { what } => Fault::FileTampered { what },
        other => other,
    });
    cli.print_view(&checked?)
}

/// Without a key, the store's keys.
fn store_keys(cli: &Cli) -> Result<LogKeys> {
    let known = cli.run(KeyVerifiers::default());
    match known.as_ref().map(|chain| (chain, chain.keys.last())) {
        Ok((chain, Some(newest))) => trusted_keys(&newest.verifier, Some(&chain.to_text())),
        _ => Err(Fault::InputRequired {
            what: "the log's public key".to_owned(),
            flag: "--key".to_owned(),
        }),
    }
}

impl KeyValueView for LogVerification {
    fn lines(&self, _style: &Style) -> KeyValues {
        let since = self.since.map(|since| {
            let text = format!("the first {since} match the older checkpoint");
            StyledText::with_emphasis(text, Emphasis::Good)
        });
        let archives = (self.archives > 0)
            .then(|| format!("{} events in {} files", self.archived, self.archives));
        let erased = (self.erased > 0)
            .then(|| format!("{} shopper parts, each listed by an event", self.erased));
        let recorded = match self.audit_seq {
            Some(seq) => seq.to_string().into(),
            None => StyledText::with_emphasis("no", Emphasis::Dim),
        };
        KeyValues::new()
            .add("log", &self.origin)
            .add(
                "events",
                format!("{}, all as they were recorded", self.events),
            )
            .add("root", &self.root)
            .add_some("since", since)
            .add_some("archives", archives)
            .add_some("erased", erased)
            .add("recorded", recorded)
    }
}

impl KeyValueView for FileVerification {
    fn lines(&self, _style: &Style) -> KeyValues {
        let proven = self
            .proven
            .iter()
            .map(|text| StyledText::with_emphasis(text, Emphasis::Good));
        let not_proven = self
            .not_proven
            .iter()
            .map(|text| StyledText::with_emphasis(text, Emphasis::Dim));
        KeyValues::new()
            .add("file", &self.file)
            .add("kind", &self.kind)
            .add("log", &self.origin)
            .add_some("proven", proven)
            .add_some("not proven", not_proven)
    }
}
