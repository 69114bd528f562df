//! `lac stores add-website`, `add-group`, `add-view`, `edit`, `remove`.

use clap::Args;

use crate::cli::ask::confirm;
use crate::cli::shop::Shop;
use crate::cli::view::KeyValueView;
use lac_app::stores::{
    AddGroup, AddView, AddWebsite, Address, Edit, Edited, PlanRemove, Remove, Removed,
};
use lac_model::fault::Fault;
use lac_model::form::OptionalText;
use lac_model::form::StoreId;
use lac_render::Look;
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Args)]
pub struct WebsiteArgs {
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
pub struct GroupArgs {
    /// The store group's code
    code: String,

    /// The website it belongs to
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
pub struct ViewArgs {
    /// The store view's code
    code: String,

    /// The store group it belongs to
    #[arg(long, value_name = "CODE")]
    group: String,

    /// Its name
    #[arg(long, value_name = "TEXT")]
    name: String,

    /// The merchant's id [default: the next free one]
    #[arg(long, value_name = "N")]
    id: Option<i64>,

    /// Nobody can log in there yet
    #[arg(long)]
    inactive: bool,
}

#[derive(Debug, Args)]
pub struct EditArgs {
    /// website:CODE, group:CODE or store-view:CODE
    what: String,

    /// A new name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// A new code
    #[arg(long, value_name = "CODE")]
    code: Option<String>,

    /// Whether a store view is active; sessions that are open there go on
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"], hide_possible_values = true)]
    active: Option<String>,

    /// Make it the default: of all, of its website, of its group
    #[arg(long)]
    default: bool,
}

#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// website:CODE, group:CODE or store-view:CODE
    what: String,
}

fn id(number: i64) -> Result<StoreId> {
    StoreId::try_from(number).map_err(|e| Fault::invalid("--id", e))
}

pub fn add_website(args: WebsiteArgs, shop: &Shop) -> Result<()> {
    let request = AddWebsite {
        code: args.code.try_into()?,
        name: args.name.try_into()?,
        id: args.id.map(id).transpose()?,
        default: args.default,
    };
    shop.show(&shop.run(request)?)
}

pub fn add_group(args: GroupArgs, shop: &Shop) -> Result<()> {
    let request = AddGroup {
        code: args.code.try_into()?,
        website: args.website.try_into()?,
        name: args.name.try_into()?,
        id: args.id.map(id).transpose()?,
    };
    shop.show(&shop.run(request)?)
}

pub fn add_view(args: ViewArgs, shop: &Shop) -> Result<()> {
    let request = AddView {
        code: args.code.try_into()?,
        group: args.group.try_into()?,
        name: args.name.try_into()?,
        id: args.id.map(id).transpose()?,
        active: !args.inactive,
    };
    shop.show(&shop.run(request)?)
}

pub fn edit(args: EditArgs, shop: &Shop) -> Result<()> {
    let request = Edit {
        what: address(&args.what)?,
        name: args.name.formed()?,
        code: args.code.formed()?,
        active: args.active.map(|word| word == "yes"),
        default: args.default,
    };
    shop.show(&shop.run(request)?)
}

pub fn remove(args: &RemoveArgs, shop: &Shop) -> Result<()> {
    let what = address(&args.what)?;
    if !shop.out.yes {
        let planned = shop.run(PlanRemove { what: what.clone() })?;
        let question = match planned.config_values {
            0 => format!("remove {what}?"),
            1 => format!("remove {what} and its config value?"),
            n => format!("remove {what} and its {n} config values?"),
        };
        confirm(shop, &question)?;
    }
    shop.show(&shop.run(Remove { what })?)
}

fn address(text: &str) -> Result<Address> {
    text.parse()
        .map_err(|e: String| Fault::invalid("what to change", e))
}

impl KeyValueView for Edited {
    fn lines(&self, look: &Look) -> KeyValues {
        let unchanged = (!self.changed).then_some("nothing: it was so already");
        self.node.lines(look).add_some("changed", unchanged)
    }
}

impl KeyValueView for Removed {
    fn lines(&self, _look: &Look) -> KeyValues {
        KeyValues::new()
            .add("removed", format!("{}:{}", self.kind.as_str(), self.code))
            .add("config values", self.config_values.to_string())
    }
}
