//! `lac key …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{Noun, parsed, verbs};
use crate::cli::args::Paging;
use crate::cli::ask;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::cli::view::{KeyValueView, Tabled};
use lac_app::keys::{
    Jwks, KeyShown, ListKeys, Retire, Retired, Rotate, Rotated, Verifier, Verifiers,
};
use lac_ledger::signing::keys::Purpose;
use lac_render::Look;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::safe::{safe, safe_lines};
use lac_store::Result;

pub const NOUN: Noun = Noun {
    name: "key",
    about: "The store's keys: show, replace, retire",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// List every key there ever was
    #[command(after_help = "Example:\n  lac key list")]
    List(ListArgs),
    /// Print the login keys as a JSON Web Key Set (RFC 7517)
    #[command(after_help = "Example:\n  lac key jwks > jwks.json")]
    Jwks(NoArguments),
    /// Print the audit key, which checkpoints verify with, in C2SP's form
    #[command(after_help = "Examples:\n  lac key verifier > lac.vkey\n  \
        lac key verifier --all > lac.chain")]
    Verifier(VerifierArgs),
    /// Replace a key: what the old one signed goes on counting
    #[command(after_help = "Example:\n  lac key rotate login --yes")]
    Rotate(RotateArgs),
    /// Retire a key at once, because somebody else may have it
    #[command(after_help = "Example:\n  lac key retire kPrK_qmx --yes")]
    Retire(RetireArgs),
}

#[derive(Debug, Args)]
struct VerifierArgs {
    /// Every audit key there was, with what each signed about the next: for
    /// `lac log verify --chain`
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct RotateArgs {
    /// The key that signs login tokens, or the one that signs the audit log
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
    /// The key's id as `lac key list` shows it, or a beginning that no other
    /// key has
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

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::List(args) => {
            let keys = shop.run(ListKeys::default())?;
            shop.page(keys, &args.paging, |key| key.kid.clone())?;
        }
        Verb::Jwks(_) => Out::json(&shop.run(Jwks::default())?)?,
        Verb::Verifier(args) if args.all => {
            let chain = shop.run(Verifiers::default())?;
            shop.has_no_csv("the chain of keys")?;
            if shop.out.format.is_json() {
                shop.object(&chain)?;
            } else {
                Out::line(&safe_lines(chain.text().trim_end_matches('\n')))?;
            }
        }
        Verb::Rotate(args) => {
            let purpose = match args.purpose {
                PurposeArg::Login => Purpose::Login,
                PurposeArg::Audit => Purpose::Audit,
            };
            let rotated =
                ask::confirmed(shop, |confirmed| shop.run(Rotate { purpose, confirmed }))?;
            shop.show(&rotated)?;
        }
        Verb::Retire(args) => {
            let retired = ask::confirmed(shop, |confirmed| {
                let key = args.key.clone();
                shop.run(Retire {
                    key: key.try_into()?,
                    confirmed,
                })
            })?;
            shop.show(&retired)?;
        }
        Verb::Verifier(_) => {
            let key = shop.run(Verifier::default())?;
            if shop.out.format.is_for_programs() {
                shop.object(&key)?;
            } else {
                // A store's name holds nothing that would be replaced here.
                Out::line(&safe(&key.verifier))?;
            }
        }
    }
    Ok(0)
}

impl Tabled for KeyShown {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("kid", "key id", |row, _| (&row.kid).into()),
        Column::new("purpose", "purpose", |row, _| (&row.purpose).into()),
        Column::new("state", "state", |row, _| (&row.state).into()),
        Column::new("created_at", "since", |row, look| {
            look.short_time(row.created_at).into()
        }),
        Column::new("replaced_by", "replaced by", |row, _| {
            (&row.replaced_by).into()
        }),
        Column::new("retired_at", "retired", |row, look| {
            row.retired_at.map(|at| look.short_time(at)).into()
        }),
        Column::hidden("since_size"),
        Column::hidden("verifier"),
    ];
}

impl KeyValueView for Rotated {
    fn lines(&self, look: &Look) -> KeyValues {
        let until = self.verifying_until;
        let until = until.map(|until| format!("its tokens count until {}", look.time(until)));
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

impl KeyValueView for Retired {
    fn lines(&self, _look: &Look) -> KeyValues {
        let was = if self.changed {
            ""
        } else {
            " (was so already)"
        };
        let is_login = self.purpose == Purpose::Login.as_str();
        let sessions = (is_login && self.changed).then(|| self.sessions_ended.to_string());
        KeyValues::new()
            .add("retired", format!("{}{was}", self.kid))
            .add("purpose", &self.purpose)
            .add_some("replaced by", &self.replaced_by)
            .add_some("verifier", &self.verifier)
            .add_some("sessions ended", sessions)
    }
}
