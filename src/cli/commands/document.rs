//! `lac document show`.

use clap::{ArgMatches, Args, Subcommand};
use serde::Serialize;

use super::login::obstacles;
use super::{CommandSpec, parse_args, with_subcommands};
use crate::cli::error::Explanation;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::login::CustomerSummary;
use lac_app::shop::documents::{DocumentShow, DocumentView};
use lac_model::bounded::IntoBoundedText;
use lac_model::document::{DocumentKind, DocumentRef};
use lac_model::time::Timestamp;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "document",
    about: "Show an order, invoice, shipment or credit memo",
    arguments: with_subcommands::<DocumentCommand>,
    run,
};

#[derive(Debug, Subcommand)]
enum DocumentCommand {
    /// Show a document's customer, and whether you can log in from it
    #[command(after_help = "Example:\n  lac document show --order 000000001")]
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct ShowArgs {
    #[command(flatten)]
    which: DocumentArgs,
    /// The website, if the number exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,
    /// The store view, if the number exists in several
    #[arg(long, value_name = "CODE")]
    store_view: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct DocumentArgs {
    /// An order
    #[arg(long, value_name = "N")]
    order: Option<String>,
    /// An invoice
    #[arg(long, value_name = "N")]
    invoice: Option<String>,
    /// A shipment
    #[arg(long, value_name = "N")]
    shipment: Option<String>,
    /// A credit memo
    #[arg(long, value_name = "N")]
    credit_memo: Option<String>,
}

impl DocumentArgs {
    fn kind_and_number(self) -> (DocumentKind, String) {
        let order = self.order.map(|n| (DocumentKind::Order, n));
        order
            .or(self.invoice.map(|n| (DocumentKind::Invoice, n)))
            .or(self.shipment.map(|n| (DocumentKind::Shipment, n)))
            .or(self.credit_memo.map(|n| (DocumentKind::CreditMemo, n)))
            .unwrap_or((DocumentKind::Order, String::new()))
    }
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let DocumentCommand::Show(args) = parse_args(matches)?;
    let (kind, number) = args.which.kind_and_number();
    let request = DocumentShow {
        kind,
        number: number.try_into()?,
        website: args.website.into_bounded()?,
        store_view: args.store_view.into_bounded()?,
    };
    let shown = DocumentReport::new(cli.run(request)?, cli);
    cli.print_view(&shown)?;
    if !cli.out.format.is_machine_readable() {
        Out::print_line("")?;
        obstacles(&shown.obstacles, cli)?;
    }
    Ok(0)
}

#[derive(Serialize)]
struct DocumentReport {
    document: String,
    kind: DocumentKind,
    number: String,
    entity_id: i64,
    order_id: i64,
    website: Option<String>,
    store_view: Option<String>,
    created_at: Option<Timestamp>,
    customer: Option<CustomerSummary>,
    login_possible: bool,
    obstacles: Vec<Explanation>,
}

impl DocumentReport {
    fn new(shown: DocumentView, cli: &Cli) -> Self {
        let reference = DocumentRef {
            kind: shown.kind,
            number: shown.number.clone(),
        };
        Self {
            document: reference.to_string(),
            kind: shown.kind,
            number: shown.number,
            entity_id: shown.entity_id,
            order_id: shown.order_id,
            website: shown.website,
            store_view: shown.store_view,
            created_at: shown.created_at,
            customer: shown.customer,
            login_possible: shown.obstacles.is_empty(),
            obstacles: cli.explain_all(&shown.obstacles),
        }
    }
}

impl KeyValueView for DocumentReport {
    fn lines(&self, style: &Style) -> KeyValues {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "(unknown)".to_owned());
        let place = format!("{} on {}", text(&self.store_view), text(&self.website));
        let customer = match &self.customer {
            Some(who) => format!("{} {} <{}> on {}", who.id, who.name, who.email, who.website),
            None => "(none)".to_owned(),
        };
        KeyValues::new()
            .add("document", format!("{} {}", self.kind.title(), self.number))
            .add("store view", place)
            .add("created", self.created_at.map(|t| style.time(t)))
            .add("customer", customer)
    }
}
