//! `lac config …`.

use clap::{ArgMatches, Args, Subcommand};

use super::{Noun, parsed, verbs};
use crate::app::config::{Changed, Get, Set, Setting, Unset};
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::domain::config::lookup::Origin;
use crate::domain::fault::Fault;
use crate::domain::scope::ConfigScope;
use crate::render::Look;
use crate::render::list::Text;
use crate::render::one::Card;
use crate::store::Result;

pub const NOUN: Noun = Noun {
    name: "config",
    about: "Read and change the store's config",
    arguments: verbs::<Verb>,
    run,
};

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print a field's effective value, alone
    #[command(after_help = "Example:\n  lac config get web/secure/base_url --scope store-view:de")]
    Get(GetArgs),
    /// Set a field
    #[command(after_help = "Example:\n  lac config set login_as_customer/general/enabled yes")]
    Set(SetArgs),
    /// Let a field inherit again
    #[command(after_help = "Example:\n  lac config unset web/secure/base_url --scope website:eu")]
    Unset(UnsetArgs),
}

#[derive(Debug, Args)]
struct GetArgs {
    /// The field, such as login_as_customer/general/enabled
    path: String,
    #[command(flatten)]
    at: At,
    /// Say which scope the value comes from as well
    #[arg(long)]
    origin: bool,
}

#[derive(Debug, Args)]
struct SetArgs {
    /// The field
    path: String,
    /// Its value; yes/no fields also take 1/0 and true/false
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct UnsetArgs {
    /// The field
    path: String,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct At {
    /// default, website:CODE or store-view:CODE
    #[arg(long, value_name = "SCOPE", default_value = "default")]
    scope: String,
}

impl At {
    fn scope(&self) -> Result<ConfigScope> {
        self.scope.parse().map_err(|e| Fault::invalid("--scope", e))
    }
}

fn run(matches: &ArgMatches, shop: &Shop) -> Result<u8> {
    match parsed(matches)? {
        Verb::Get(args) => get(&args, shop)?,
        Verb::Set(args) => {
            let scope = args.at.scope()?;
            let request = Set {
                path: args.path,
                value: args.value,
                scope,
            };
            shop.show(&request.run(&shop.desk()?)?)?;
        }
        Verb::Unset(args) => {
            let scope = args.at.scope()?;
            shop.show(
                &Unset {
                    path: args.path,
                    scope,
                }
                .run(&shop.desk()?)?,
            )?;
        }
    }
    Ok(0)
}

fn get(args: &GetArgs, shop: &Shop) -> Result<()> {
    let request = Get {
        path: args.path.clone(),
        scope: args.at.scope()?,
    };
    let setting = request.run(&shop.desk()?)?;
    if args.origin || shop.out.format.is_json() {
        return shop.show(&setting);
    }
    Out::line(&crate::render::safe::safe(
        setting.value.as_deref().unwrap_or_default(),
    ))
}

fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::Scope(scope) => scope.to_string(),
        Origin::BuiltIn => "built-in default".to_owned(),
        Origin::Unset => "not set".to_owned(),
    }
}

impl Card for Setting {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        vec![
            ("value", self.value.clone().unwrap_or_default().into()),
            ("from", origin_text(&self.origin).into()),
        ]
    }
}

impl Card for Changed {
    fn lines(&self, _look: &Look) -> Vec<(&'static str, Text)> {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "(inherits)".into());
        let change = if self.changed {
            format!("{} → {}", shown(&self.before), shown(&self.after))
        } else {
            format!("{} (as before)", shown(&self.after))
        };
        vec![
            ("path", self.path.clone().into()),
            ("scope", self.scope.to_string().into()),
            ("value", change.into()),
        ]
    }
}
