//! `lac customer add`, `edit` and `remove`.

use clap::{Args, ValueEnum};

use crate::cli::change_notes::{mark_unchanged, print_sessions_ended};
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use crate::cli::{customer_picker, input, prompt};
use lac_app::shop::customers::{
    CustomerAdd, CustomerChanged, CustomerEdit, CustomerRemove, CustomerRemoved,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum YesNo {
    #[value(alias = "1", alias = "true")]
    Yes,
    #[value(alias = "0", alias = "false")]
    No,
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The e-mail address (- reads stdin)
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    email: String,
    /// First name (- reads stdin)
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        allow_hyphen_values = true,
        hide_default_value = true
    )]
    first_name: String,
    /// Last name (- reads stdin)
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        allow_hyphen_values = true,
        hide_default_value = true
    )]
    last_name: String,
    /// The website
    #[arg(long, value_name = "CODE")]
    website: String,
    /// The customer's store view
    #[arg(long, value_name = "CODE")]
    store_view: Option<String>,
    /// The merchant's id [default: the next local:N]
    #[arg(long, value_name = "N")]
    id: Option<String>,
    /// Whether the account is active
    #[arg(long, value_enum, default_value = "yes")]
    active: YesNo,
    /// Whether the customer has confirmed the account
    #[arg(long, value_enum, default_value = "yes")]
    confirmed: YesNo,
    /// Whether a login needs a second person's approval (lac/approval/vip)
    #[arg(long, value_enum, default_value = "no")]
    vip: YesNo,
}

#[derive(Debug, Args)]
pub(super) struct EditArgs {
    /// Id or e-mail address (- reads stdin) [default: search, on a terminal]
    customer: Option<String>,
    /// The website, if the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    /// The e-mail address (- reads stdin)
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    email: Option<String>,
    /// First name (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    first_name: Option<String>,
    /// Last name (- reads stdin)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    last_name: Option<String>,
    /// The customer's store view; '' for none
    #[arg(long, value_name = "CODE")]
    store_view: Option<String>,
    /// The merchant's id, for a customer whose id is local:N
    #[arg(long, value_name = "N")]
    id: Option<String>,
    /// Whether the account is active; no ends open sessions
    #[arg(long, value_enum)]
    active: Option<YesNo>,
    /// Whether the customer has confirmed the account
    #[arg(long, value_enum)]
    confirmed: Option<YesNo>,
    /// Whether a login needs a second person's approval (lac/approval/vip)
    #[arg(long, value_enum)]
    vip: Option<YesNo>,
    /// Confirm the website to which an import has moved the customer
    #[arg(long)]
    confirm_website: bool,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// Id or e-mail address (- reads stdin) [default: search, on a terminal]
    customer: Option<String>,
    /// The website, if the address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
}

pub(super) fn add(args: AddArgs, cli: &Cli) -> Result<()> {
    input::check_single_stdin([&*args.email, &args.first_name, &args.last_name])?;
    let request = CustomerAdd {
        id: parse_id(args.id.as_deref())?,
        email: input::text_or_stdin("--email", &args.email)?.try_into()?,
        first_name: input::text_or_stdin("--first-name", &args.first_name)?.try_into()?,
        last_name: input::text_or_stdin("--last-name", &args.last_name)?.try_into()?,
        website: args.website.try_into()?,
        store_view: args.store_view.into_bounded()?,
        active: args.active == YesNo::Yes,
        confirmed: args.confirmed == YesNo::Yes,
        vip: args.vip == YesNo::Yes,
    };
    print_changed(cli, &cli.run(request)?)
}

pub(super) fn edit(args: EditArgs, cli: &Cli) -> Result<()> {
    let texts = [&args.email, &args.first_name, &args.last_name];
    let given = texts.into_iter().flatten().map(String::as_str);
    input::check_single_stdin(given.chain(args.customer.as_deref()))?;
    let request = CustomerEdit {
        customer: customer_picker::named_or_prompted(
            cli,
            args.customer.as_deref(),
            args.website.as_deref(),
        )?
        .try_into()?,
        website: args.website.into_bounded()?,
        id: parse_id(args.id.as_deref())?,
        email: input::optional_text("--email", args.email.as_deref())?.into_bounded()?,
        first_name: input::optional_text("--first-name", args.first_name.as_deref())?
            .into_bounded()?,
        last_name: input::optional_text("--last-name", args.last_name.as_deref())?
            .into_bounded()?,
        store_view: args.store_view.into_bounded()?,
        active: args.active.map(|word| word == YesNo::Yes),
        confirmed: args.confirmed.map(|word| word == YesNo::Yes),
        vip: args.vip.map(|word| word == YesNo::Yes),
        confirm_website: args.confirm_website,
    };
    if request.changes_nothing() {
        return Err(Fault::InputRequired {
            what: "what to change".to_owned(),
            flag: "--email, --first-name, --active …".to_owned(),
        });
    }
    print_changed(cli, &cli.run(request)?)
}

pub(super) fn remove(args: &RemoveArgs, cli: &Cli) -> Result<()> {
    let customer =
        customer_picker::named_or_prompted(cli, args.customer.as_deref(), args.website.as_deref())?;
    let removed = prompt::confirmed(cli, |confirmed| {
        let request = CustomerRemove {
            customer: customer.clone().try_into()?,
            website: args.website.clone().into_bounded()?,
            confirmed,
        };
        cli.run(request)
    })?;
    cli.print_view(&removed)?;
    print_sessions_ended(cli, removed.sessions_ended);
    Ok(())
}

fn parse_id(text: Option<&str>) -> Result<Option<CustomerId>> {
    let parse = |text: &str| text.parse().map_err(|e| Fault::invalid("--id", e));
    text.map(parse).transpose()
}

fn print_changed(cli: &Cli, answer: &CustomerChanged) -> Result<()> {
    cli.print_view(answer)?;
    print_sessions_ended(cli, answer.sessions_ended);
    Ok(())
}

impl KeyValueView for CustomerChanged {
    fn lines(&self, style: &Style) -> KeyValues {
        mark_unchanged(self.customer.lines(style), self.changed)
    }
}

impl KeyValueView for CustomerRemoved {
    fn lines(&self, _style: &Style) -> KeyValues {
        KeyValues::new()
            .add("removed", self.id.to_string())
            .add("e-mail", &self.email)
            .add("website", &self.website)
    }
}
