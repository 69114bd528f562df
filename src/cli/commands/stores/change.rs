//! `lac stores add-website`, `add-group`, `add-view`, `edit`, `remove`.

use clap::Args;

use crate::cli::prompt::confirm;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::shop::stores::{
    StoreRef, StoresAddGroup, StoresAddView, StoresAddWebsite, StoresEdit, StoresEdited,
    StoresPlanRemove, StoresRemove, StoresRemoved,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::bounded::StoreId;
use lac_model::fault::Fault;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct WebsiteArgs {
    /// The website's code
    code: String,

    /// Its name
    #[arg(long, value_name = "TEXT")]
    name: String,

    /// The merchant's id [default: the next free one]
    #[arg(long, value_name = "N")]
    id: Option<i64>,

    /// Make it the default website
    #[arg(long)]
    default: bool,
}

#[derive(Debug, Args)]
pub(super) struct GroupArgs {
    /// The store group's code
    code: String,

    /// The store group's website
    #[arg(long, value_name = "CODE")]
    website: String,

    /// Its name
    #[arg(long, value_name = "TEXT")]
    name: String,

    /// The merchant's id [default: the next free one]
    #[arg(long, value_name = "N")]
    id: Option<i64>,
}

#[derive(Debug, Args)]
pub(super) struct ViewArgs {
    /// The store view's code
    code: String,

    /// The store view's group
    #[arg(long, value_name = "CODE")]
    group: String,

    /// Its name
    #[arg(long, value_name = "TEXT")]
    name: String,

    /// The merchant's id [default: the next free one]
    #[arg(long, value_name = "N")]
    id: Option<i64>,

    /// Create it inactive, so that logins to it are refused
    #[arg(long)]
    inactive: bool,
}

#[derive(Debug, Args)]
pub(super) struct EditArgs {
    /// website:CODE, group:CODE or store-view:CODE
    what: String,

    /// A new name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// A new code
    #[arg(long, value_name = "CODE")]
    code: Option<String>,

    /// Whether a store view is active; open sessions continue
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"], hide_possible_values = true)]
    active: Option<String>,

    /// Make it the default website, or the default of its website or group
    #[arg(long)]
    default: bool,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// website:CODE, group:CODE or store-view:CODE
    what: String,
}

fn parse_id(number: i64) -> Result<StoreId> {
    StoreId::try_from(number).map_err(|e| Fault::invalid("--id", e))
}

pub(super) fn add_website(args: WebsiteArgs, cli: &Cli) -> Result<()> {
    let request = StoresAddWebsite {
        code: args.code.try_into()?,
        name: args.name.try_into()?,
        id: args.id.map(parse_id).transpose()?,
        default: args.default,
    };
    cli.print_view(&cli.run(request)?)
}

pub(super) fn add_group(args: GroupArgs, cli: &Cli) -> Result<()> {
    let request = StoresAddGroup {
        code: args.code.try_into()?,
        website: args.website.try_into()?,
        name: args.name.try_into()?,
        id: args.id.map(parse_id).transpose()?,
    };
    cli.print_view(&cli.run(request)?)
}

pub(super) fn add_view(args: ViewArgs, cli: &Cli) -> Result<()> {
    let request = StoresAddView {
        code: args.code.try_into()?,
        group: args.group.try_into()?,
        name: args.name.try_into()?,
        id: args.id.map(parse_id).transpose()?,
        active: !args.inactive,
    };
    cli.print_view(&cli.run(request)?)
}

pub(super) fn edit(args: EditArgs, cli: &Cli) -> Result<()> {
    let request = StoresEdit {
        what: parse_address(&args.what)?,
        name: args.name.into_bounded()?,
        code: args.code.into_bounded()?,
        active: args.active.map(|word| word == "yes"),
        default: args.default,
    };
    cli.print_view(&cli.run(request)?)
}

pub(super) fn remove(args: &RemoveArgs, cli: &Cli) -> Result<()> {
    let what = parse_address(&args.what)?;
    if !cli.out.assume_yes {
        let planned = cli.run(StoresPlanRemove { what: what.clone() })?;
        let question = match planned.config_values {
            0 => format!("remove {what}?"),
            1 => format!("remove {what} and its config value?"),
            n => format!("remove {what} and its {n} config values?"),
        };
        confirm(cli, &question)?;
    }
    cli.print_view(&cli.run(StoresRemove { what })?)
}

fn parse_address(text: &str) -> Result<StoreRef> {
    text.parse()
        .map_err(|e: String| Fault::invalid("what to change", e))
}

impl KeyValueView for StoresEdited {
    fn lines(&self, style: &Style) -> KeyValues {
        let unchanged = (!self.changed).then_some("nothing: it has these values already");
        self.node.lines(style).add_some("changed", unchanged)
    }
}

impl KeyValueView for StoresRemoved {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("removed", format!("{}:{}", self.kind.as_str(), self.code))
            .add("config values", self.config_values.to_string())
    }
}
