//! `lac key …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::args::Paging;
use crate::cli::out::Out;
use crate::cli::prompt;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use lac_app::access::keys::{
    KeyJwks, KeyList, KeyRetire, KeyRetired, KeyRotate, KeyRotated, KeyVerifier, KeyVerifiers,
    KeyView,
};
use lac_ledger::signing::keys::KeyPurpose;
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::sanitize::{sanitize, sanitize_lines};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "key",
    about: "Show, rotate and retire the store's keys",
    arguments: with_subcommands::<KeyCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// List all keys, including retired ones
    #[command(after_help = "Example:\n  lac key list")]
    List(ListArgs),
    /// Print the login keys as a JSON Web Key Set (RFC 7517)
    #[command(after_help = "Example:\n  lac key jwks > jwks.json")]
    Jwks(NoArguments),
    /// Print the audit key, which checkpoints verify with, in C2SP's form
    #[command(after_help = "Examples:\n  lac key verifier > lac.vkey\n  \
        lac key verifier --all > lac.chain")]
    Verifier(VerifierArgs),
    /// Replace a key; what the old key signed stays valid
    #[command(after_help = "Example:\n  lac key rotate login --yes")]
    Rotate(RotateArgs),
    /// Retire a key that may be compromised
    #[command(after_help = "Example:\n  lac key retire kPrK_qmx --yes")]
    Retire(RetireArgs),
}

#[derive(Debug, Args)]
struct VerifierArgs {
    /// Print all audit keys, each with its signature on the next, for `lac log
    /// verify --chain`
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct RotateArgs {
    /// The key that signs login tokens, or the key that signs the audit log
    #[arg(value_enum)]
    purpose: PurposeArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PurposeArg {
    Login,
    Audit,
}

#[derive(Debug, Args)]
struct RetireArgs {
    /// The key's id (see `lac key list`), or a unique prefix of it
    #[arg(value_name = "KID", allow_hyphen_values = true)]
    key: String,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
struct NoArguments {}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    match parse_args(matches)? {
        KeyCommand::List(args) => {
            let keys = cli.run(KeyList::default())?;
            cli.print_page(keys, &args.paging, |key| key.kid.clone())?;
        }
        KeyCommand::Jwks(_) => Out::print_json(&cli.run(KeyJwks::default())?)?,
        KeyCommand::Verifier(args) if args.all => {
            let chain = cli.run(KeyVerifiers::default())?;
            cli.reject_csv("the chain of keys")?;
            if cli.out.format.is_json() {
                cli.print_object(&chain)?;
            } else {
                Out::print_line(&sanitize_lines(chain.to_text().trim_end_matches('\n')))?;
            }
        }
        KeyCommand::Rotate(args) => {
            let purpose = match args.purpose {
                PurposeArg::Login => KeyPurpose::Login,
                PurposeArg::Audit => KeyPurpose::Audit,
            };
            let rotated =
                prompt::confirmed(cli, |confirmed| cli.run(KeyRotate { purpose, confirmed }))?;
            cli.print_view(&rotated)?;
        }
        KeyCommand::Retire(args) => {
            let retired = prompt::confirmed(cli, |confirmed| {
                let key = args.key.clone();
                cli.run(KeyRetire {
                    key: key.try_into()?,
                    confirmed,
                })
            })?;
            cli.print_view(&retired)?;
        }
        KeyCommand::Verifier(_) => {
            let key = cli.run(KeyVerifier::default())?;
            if cli.out.format.is_machine_readable() {
                cli.print_object(&key)?;
            } else {
                // A store's name contains nothing that needs escaping.
                Out::print_line(&sanitize(&key.verifier))?;
            }
        }
    }
    Ok(0)
}

impl TableRow for KeyView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("kid", "key id", |row, _| (&row.kid).into()),
        Column::new("purpose", "purpose", |row, _| (&row.purpose).into()),
        Column::new("state", "state", |row, _| (&row.state).into()),
        Column::new("created_at", "since", |row, style| {
            style.short_time(row.created_at).into()
        }),
        Column::new("replaced_by", "replaced by", |row, _| {
            (&row.replaced_by).into()
        }),
        Column::new("retired_at", "retired", |row, style| {
            row.retired_at.map(|at| style.short_time(at)).into()
        }),
        Column::hidden("since_size"),
        Column::hidden("verifier"),
    ];
}

impl KeyValueView for KeyRotated {
    fn lines(&self, style: &Style) -> KeyValues {
        let until = self.verifying_until;
        let until = until.map(|until| format!("its tokens count until {}", style.time(until)));
        let verifier = self.verifier.iter().map(String::as_str);
        KeyValues::new()
            .add("purpose", self.purpose.as_str())
            .add("key id", &self.kid)
            .add("replaced", &self.replaced)
            .add_some("", until)
            .add_some(
                "verifier",
                verifier.flat_map(|key| [key, "for auditors: lac key verifier --all"]),
            )
    }
}

impl KeyValueView for KeyRetired {
    fn lines(&self, _style: &Style) -> KeyValues {
        let was = if self.changed { "" } else { " (unchanged)" };
        let is_login = self.purpose == KeyPurpose::Login.as_str();
        let sessions = (is_login && self.changed).then(|| self.sessions_ended.to_string());
        KeyValues::new()
            .add("retired", format!("{}{was}", self.kid))
            .add("purpose", &self.purpose)
            .add_some("replaced by", &self.replaced_by)
            .add_some("verifier", &self.verifier)
            .add_some("sessions ended", sessions)
    }
}
