//! `lac consent ask`, `asks`, `withdraw`, and the customer's answer: `allow`
//! and `deny`.

use clap::Args;

use crate::cli::args::Paging;
use crate::cli::runner::Cli;
use crate::cli::view::{KeyValueView, TableRow};
use crate::cli::{hooks, input, paging};
use lac_app::shop::consent::{
    AskDecision, ConsentAskCreate, ConsentAskDecide, ConsentAskDecided, ConsentAskList,
    ConsentAskView, ConsentAskWithdraw, ConsentAsked,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::consent::ask::{AskDuration, AskState, ConsentAskId};
use lac_model::fault::Fault;
use lac_model::time::{format_duration, parse_duration};
use lac_render::Style;
use lac_render::column::Column;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct AskArgs {
    /// An id or e-mail address (- reads stdin)
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// The website, if an address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    /// How long you may log in, from the customer's yes: 1m to 30d
    #[arg(long = "for", value_name = "TIME", default_value = "24h")]
    length: String,
    /// The support ticket, which the customer sees
    #[arg(long, value_name = "ID")]
    ticket: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct AsksArgs {
    /// Only this customer's: an id or e-mail address
    #[arg(value_name = "CUSTOMER")]
    customer: Option<String>,
    /// The website, if an address exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

#[derive(Debug, Args)]
pub(super) struct AnswerArgs {
    /// The ask's id
    #[arg(value_name = "ASK")]
    ask: String,
    /// The id of the customer who answers
    #[arg(long, value_name = "ID")]
    customer: String,
}

#[derive(Debug, Args)]
pub(super) struct WithdrawArgs {
    /// The ask's id
    #[arg(value_name = "ASK")]
    ask: String,
}

/// How long the consent of an ask is valid.
pub(in crate::cli::commands) fn parse_ask_duration(flag: &str, text: &str) -> Result<AskDuration> {
    let length = parse_duration(text, None).map_err(|e| Fault::invalid(flag, e))?;
    let duration = length.as_secs().try_into();
    duration.map_err(|e| Fault::invalid(flag, e))
}

fn parse_id(text: &str) -> Result<ConsentAskId> {
    ConsentAskId::new(text.trim()).map_err(|e| Fault::invalid("ASK", e))
}

pub(super) fn ask(args: AskArgs, cli: &Cli) -> Result<()> {
    let ticket = args.ticket.map(|text| text.parse()).transpose();
    let asked = cli.run(ConsentAskCreate {
        customer: input::text_or_stdin("CUSTOMER", &args.customer)?
            .trim()
            .parse()?,
        website: args.website.into_bounded()?,
        duration: parse_ask_duration("--for", &args.length)?,
        ticket: ticket.map_err(|e| Fault::invalid("--ticket", e))?,
    })?;
    cli.print_view(&asked)?;
    hooks::deliver_notices(cli);
    Ok(())
}

pub(super) fn asks(args: AsksArgs, cli: &Cli) -> Result<()> {
    let customer = args.customer.into_bounded()?;
    let website = args.website.into_bounded()?;
    cli.connect()?;
    paging::show_pages(cli, &args.paging, |part| {
        cli.run(ConsentAskList {
            customer: customer.clone(),
            website: website.clone(),
            part,
        })
    })
}

pub(super) fn answer(args: &AnswerArgs, decision: AskDecision, cli: &Cli) -> Result<()> {
    let customer = args.customer.trim().parse();
    let decided = cli.run(ConsentAskDecide {
        customer: customer.map_err(|e| Fault::invalid("--customer", e))?,
        ask: parse_id(&args.ask)?,
        decision,
        session_id: None,
    })?;
    cli.print_view(&decided)?;
    hooks::deliver_notices(cli);
    Ok(())
}

pub(super) fn withdraw(args: &WithdrawArgs, cli: &Cli) -> Result<()> {
    let ask = parse_id(&args.ask)?;
    cli.print_view(&cli.run(ConsentAskWithdraw { ask })?)
}

fn state_text(state: AskState) -> StyledText {
    let emphasis = match state {
        AskState::Open => Emphasis::Warning,
        AskState::Allowed => Emphasis::Good,
        AskState::Denied => Emphasis::Bad,
        AskState::Expired | AskState::Withdrawn => Emphasis::Dim,
    };
    StyledText::with_emphasis(state.as_str(), emphasis)
}

fn duration_text(duration: AskDuration) -> String {
    format_duration(duration.seconds())
}

impl TableRow for ConsentAskView {
    const COLUMNS: &'static [Column<Self>] = &[
        Column::new("id", "ask", |row, _| row.ask.id.as_str().into()),
        Column::new("website", "website", |row, _| (&row.ask.website).into()),
        Column::hidden("website_name"),
        Column::new("ticket", "ticket", |row, _| {
            row.ask.ticket.as_ref().map(ToString::to_string).into()
        }),
        Column::new("duration", "for", |row, _| {
            duration_text(row.ask.duration).into()
        }),
        Column::new("asked_at", "asked", |row, style| {
            style.short_time(row.ask.asked_at).into()
        }),
        Column::new("expires_at", "answer until", |row, style| {
            style.short_time(row.ask.expires_at).into()
        }),
        Column::new("customer_id", "customer", |row, _| {
            row.customer_id.to_string().into()
        }),
        Column::new("state", "state", |row, _| state_text(row.state)),
        Column::hidden("decided_at"),
        Column::hidden("storefront"),
    ];
}

impl KeyValueView for ConsentAskView {
    fn lines(&self, style: &Style) -> KeyValues {
        KeyValues::new()
            .add("ask", self.ask.id.as_str())
            .add("state", state_text(self.state))
            .add("customer", self.customer_id.to_string())
            .add("website", &self.ask.website)
            .add("ticket", self.ask.ticket.as_ref().map(ToString::to_string))
            .add("for", duration_text(self.ask.duration))
            .add("asked", style.time(self.ask.asked_at))
            .add("answer until", style.time(self.ask.expires_at))
    }
}

impl KeyValueView for ConsentAsked {
    fn lines(&self, style: &Style) -> KeyValues {
        self.ask.lines(style).add("e-mail", &self.customer.email)
    }
}

impl KeyValueView for ConsentAskDecided {
    fn lines(&self, style: &Style) -> KeyValues {
        KeyValues::new()
            .add("ask", self.ask_id.as_str())
            .add("state", state_text(self.state))
            .add("consent granted", StyledText::yes_no(self.granted))
            .add("until", self.until.map(|until| style.time(until)))
    }
}
