//! `lac log verify`.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::input::ordinary_file;
use crate::cli::out::Out;
use crate::cli::progress::{Counted, Counter};
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::keys::Verifiers;
use lac_app::log::verify::Verify;
use lac_ledger::fault::tampered;
use lac_ledger::manifest::Manifest;
use lac_ledger::signing::chain::Chain;
use lac_ledger::verify::{Bundle, FileVerified, Verified, check_file, read_key, trusted};
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_render::list::{Text, Tone};
use lac_render::one::KeyValues;
use lac_render::safe::safe;
use lac_render::{Look, export};
use lac_store::Result;

/// The largest checkpoint, anchor or key file that is read, in bytes.
const MOST: u64 = 64 * 1024 * 1024;

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// An older signed checkpoint, or an anchor file with many: the log (or the
    /// receipt of --file) must be an extension of it
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,

    /// Check this export, archive or checkpoint instead; with --key no store is
    /// needed
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// The log's public key as `lac key verifier` prints it, or a file that
    /// holds it [default: the store's own]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// The keys that came before and after the one of --key, as `lac key
    /// verifier --all` prints them
    #[arg(long, value_name = "FILE", requires = "key", requires = "file")]
    chain: Option<PathBuf>,
}

pub fn run(args: &VerifyArgs, shop: &Shop) -> Result<()> {
    let key = args.key.as_deref().map(key_text).transpose()?;
    if let Some(file) = &args.file {
        let chain = args.chain.as_deref().map(chain_text).transpose()?;
        let keys = match key {
            Some(key) => trusted(&key, chain.as_deref())?,
            None => own_keys(shop)?,
        };
        return one_file(file, &keys, since(args)?, shop);
    }
    let since = since(args)?;
    let progress = Counter::new(&shop.out, "verifying");
    let run = shop.run_with(
        Verify {
            since: since.formed()?,
            key: key.formed()?,
        },
        &mut Counted(&progress),
    );
    progress.clear();
    let verified = run.map_err(unreadable)?;
    // Every one of them; an error in JSON still comes last.
    for finding in verified.findings.found.iter().skip(1) {
        Out::err(&format!("found: {}", safe(&finding.to_string())));
    }
    for note in &verified.notes {
        Out::err(&format!("note: {}", safe(note)));
    }
    verified.verdict()?;
    shop.show(&verified)
}

fn since(args: &VerifyArgs) -> Result<Option<String>> {
    let Some(path) = &args.since else {
        return Ok(None);
    };
    checkpoint_text(path).map(Some)
}

/// A file with a signed checkpoint.
///
/// # Errors
/// `proof_missing` (exit 8) where there is none; `io`.
pub fn checkpoint_text(path: &Path) -> Result<String> {
    let missing = |what: &str| Fault::ProofMissing {
        what: format!("{what}{}", path.display()),
    };
    let text = small_text(path)?.ok_or_else(|| missing("the checkpoint "))?;
    if text.contains("\n\n\u{2014} ") {
        return Ok(text);
    }
    Err(missing("a signed checkpoint in "))
}

/// A database that cannot be read is one that was changed.
fn unreadable(fault: Fault) -> Fault {
    match fault {
        Fault::Database { .. } | Fault::RowDamaged { .. } => tampered(fault.to_string()),
        other => other,
    }
}

/// The key itself, or what a file of that name holds.
fn key_text(given: &str) -> Result<String> {
    if read_key(given).is_ok() {
        return Ok(given.to_owned());
    }
    match small_text(Path::new(given))? {
        Some(text) => Ok(text.trim().to_owned()),
        None if given.contains('+') => read_key(given).map(|_| given.to_owned()),
        None => Err(Fault::ProofMissing {
            what: format!("the key file {given}"),
        }),
    }
}

fn chain_text(path: &Path) -> Result<String> {
    small_text(path)?.ok_or_else(|| Fault::ProofMissing {
        what: format!("the chain file {}", path.display()),
    })
}

/// A small text file; `None` if there is none.
fn small_text(path: &Path) -> Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Fault::io(path.display(), e)),
    };
    let mut bytes = Vec::new();
    file.take(MOST)
        .read_to_end(&mut bytes)
        .map_err(|e| Fault::io(path.display(), e))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn one_file(path: &Path, keys: &Chain, since: Option<String>, shop: &Shop) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let open = |name: &str| -> Result<Option<File>> {
        // Names beside it come from the file itself: no way out of its folder.
        if name.contains('/') || name == ".." {
            return Err(tampered(format!("{name:?} is no name of a file")));
        }
        ordinary_file("--file", &path.with_file_name(name))
    };
    let writes = |manifest: &Manifest| {
        let content = export::content(&manifest.content);
        let content = content.ok_or_else(|| tampered("its manifest names an unknown format"))?;
        let raw = !manifest.formula_guard;
        Ok((
            export::head(content, &manifest.columns),
            export::encoder(content, &manifest.columns, raw, &manifest.version),
        ))
    };
    let plain = |file: File, manifest: &Manifest| -> Result<Box<dyn Read>> {
        export::plain_text(
            BufReader::with_capacity(1 << 18, file),
            manifest.compression.as_deref(),
        )
    };
    let bundle = Bundle {
        name: &name,
        open: &open,
        encoder: &writes,
        plain: &plain,
    };
    let checked = check_file(&bundle, keys, since.as_deref()).map_err(|fault| match fault {
        Fault::LogTampered { what } => Fault::FileTampered { what },
        other => other,
    });
    shop.show(&checked?)
}

/// Without a key, those of the store at hand.
fn own_keys(shop: &Shop) -> Result<Chain> {
    let known = shop.run(Verifiers::default());
    match known.as_ref().map(|chain| (chain, chain.keys.last())) {
        Ok((chain, Some(newest))) => trusted(&newest.verifier, Some(&chain.text())),
        _ => Err(Fault::InputRequired {
            what: "the log's public key".to_owned(),
            flag: "--key".to_owned(),
        }),
    }
}

impl KeyValueView for Verified {
    fn lines(&self, _look: &Look) -> KeyValues {
        let since = self.since.map(|since| {
            let text = format!("the first {since} are those of the older checkpoint");
            Text::toned(text, Tone::Good)
        });
        let archives = (self.archives > 0)
            .then(|| format!("{} events in {} files", self.archived, self.archives));
        let erased = (self.erased > 0)
            .then(|| format!("{} shopper parts, each listed by an event", self.erased));
        let recorded = match self.audit_seq {
            Some(seq) => seq.to_string().into(),
            None => Text::toned("no", Tone::Dim),
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

impl KeyValueView for FileVerified {
    fn lines(&self, _look: &Look) -> KeyValues {
        let proven = self.proven.iter().map(|text| Text::toned(text, Tone::Good));
        let not_proven = self
            .not_proven
            .iter()
            .map(|text| Text::toned(text, Tone::Dim));
        KeyValues::new()
            .add("file", &self.file)
            .add("kind", &self.kind)
            .add("log", &self.origin)
            .add_some("proven", proven)
            .add_some("not proven", not_proven)
    }
}
