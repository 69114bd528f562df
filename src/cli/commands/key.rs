//! `lac key …`.

use clap::{ArgMatches, Args, Subcommand, ValueEnum};

use super::{Noun, parsed, verbs};
use crate::app::keys::{
    Jwks, KeyShown, ListKeys, Retire, Retired, Rotate, Rotated, Verifier, Verifiers,
};
use crate::cli::args::Paging;
use crate::cli::ask;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::render::Look;
use crate::render::list::{Column, Row, Text};
use crate::render::one::Card;
use crate::render::safe::{safe, safe_lines};
use crate::signing::keys::Purpose;
use crate::store::Result;

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

impl Row for KeyShown {
    const COLUMNS: &'static [Column] = &[
        Column {
            field: "kid",
            title: "key id",
        },
        Column {
            field: "purpose",
            title: "purpose",
        },
        Column {
            field: "state",
            title: "state",
        },
        Column {
            field: "created_at",
            title: "since",
        },
        Column {
            field: "replaced_by",
            title: "replaced by",
        },
        Column {
            field: "retired_at",
            title: "retired",
        },
        Column {
            field: "since_size",
            title: "",
        },
        Column {
            field: "verifier",
            title: "",
        },
    ];

    fn cells(&self, look: &Look) -> Vec<Text> {
        vec![
            self.kid.clone().into(),
            self.purpose.clone().into(),
            self.state.clone().into(),
            look.short_time(self.created_at).into(),
            self.replaced_by.clone().unwrap_or_default().into(),
            self.retired_at
                .map_or_else(Text::default, |at| look.short_time(at).into()),
        ]
    }
}

impl Card for Rotated {
    fn lines(&self, look: &Look) -> Vec<(&'static str, Text)> {
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("purpose", self.purpose.as_str().into()),
            ("key id", self.kid.clone().into()),
            ("replaced", self.replaced.clone().into()),
        ];
        if let Some(until) = self.verifying_until {
            let text = format!("its tokens count until {}", look.time(until));
            lines.push(("", text.into()));
        }
        if let Some(verifier) = &self.verifier {
            lines.push(("verifier", verifier.clone().into()));
            lines.push(("", "for auditors: lac key verifier --all".into()));
        }
        lines
    }
}

impl Card for Retired {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let was = if self.changed {
            ""
        } else {
            " (was so already)"
        };
        let mut lines: Vec<(&'static str, Text)> = vec![
            ("retired", format!("{}{was}", self.kid).into()),
            ("purpose", self.purpose.clone().into()),
        ];
        if let Some(new) = &self.replaced_by {
            lines.push(("replaced by", new.clone().into()));
        }
        if let Some(verifier) = &self.verifier {
            lines.push(("verifier", verifier.clone().into()));
        }
        if self.purpose == Purpose::Login.as_str() && self.changed {
            let count = self.sessions_ended.to_string();
            lines.push(("sessions ended", count.into()));
        }
        lines
    }
}
