//! `lac login`.

mod approval;
mod browser;
mod consent_wait;
mod prompt;
mod redirect_page;
mod show;
mod url_actions;

use clap::{ArgMatches, Args};

pub(super) use self::show::obstacles;
use super::{CommandSpec, parse_args, with_args};
use crate::cli::error::exit_code;
use crate::cli::hooks;
use crate::cli::input;
use crate::cli::runner::Cli;
use lac_app::login::{CustomerSelector, LoginCheck, LoginRequest, LoginStart};
use lac_model::bounded::IntoBoundedText;
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::time::{DefaultUnit, parse_duration};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "login",
    about: "Log in as a customer: print a signed login URL",
    arguments: with_args::<LoginArgs>,
    run,
};

/// Starts a session as a customer and prints only the login URL on stdout. What
/// you do on the storefront affects the customer's real account.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    lac login jane.doe@example.com --ticket ZD-4711\n  \
    lac login --order 000000001 --check\n  \
    lac login 42 --ticket ZD-4711 --request --wait 10m\n  \
    lac login 42 --ticket ZD-4711 --wait-for-consent\n  \
    lac login 42 --store-view de --ttl 30s --reason - < reason.txt")]
pub(super) struct LoginArgs {
    /// Id or e-mail address (- reads stdin) [default: search, on a terminal]
    #[arg(value_name = "CUSTOMER", conflicts_with_all = ["order", "invoice", "shipment", "credit_memo", "last"])]
    customer: Option<String>,

    /// Start from an order
    #[arg(long, value_name = "N", conflicts_with_all = ["invoice", "shipment", "credit_memo", "last"])]
    order: Option<String>,

    /// Start from an invoice
    #[arg(long, value_name = "N", conflicts_with_all = ["shipment", "credit_memo", "last"])]
    invoice: Option<String>,

    /// Start from a shipment
    #[arg(long, value_name = "N", conflicts_with_all = ["credit_memo", "last"])]
    shipment: Option<String>,

    /// Start from a credit memo
    #[arg(long, value_name = "N", conflicts_with = "last")]
    credit_memo: Option<String>,

    /// The customer of your last session
    #[arg(long)]
    last: bool,

    /// The website, if the address or number exists on several
    #[arg(long, value_name = "CODE")]
    website: Option<String>,

    /// The store view to log in to
    #[arg(long, value_name = "CODE")]
    store_view: Option<String>,

    /// The reason (- reads stdin)
    #[arg(long, value_name = "TEXT|-", allow_hyphen_values = true)]
    reason: Option<String>,

    /// The support ticket
    #[arg(long, value_name = "ID")]
    ticket: Option<String>,

    /// How long the URL is valid, at most the configured time
    #[arg(long, value_name = "DURATION")]
    ttl: Option<String>,

    /// Fail instead of ending your open session
    #[arg(long)]
    no_replace: bool,

    /// Log in without the customer's consent; needs Lac::consent_override and a
    /// reason
    #[arg(long)]
    override_consent: bool,

    /// Look only: the storefront refuses every change
    #[arg(long, conflicts_with = "read_write")]
    read_only: bool,

    /// Allow changes where sessions are read-only by default
    #[arg(long)]
    read_write: bool,

    /// Only check; list everything that prevents the login
    #[arg(long)]
    check: bool,

    /// Request a second person's approval and print the request's id
    #[arg(long, conflicts_with = "check")]
    request: bool,

    /// With --request: wait for the decision, then log in [default: until the
    /// request expires]
    #[arg(long, value_name = "DURATION", num_args = 0..=1, default_missing_value = "", requires = "request")]
    wait: Option<String>,

    /// If consent is missing: ask the customer, wait for the answer (at most 10m),
    /// then log in
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        default_missing_value = consent_wait::DEFAULT_WAIT,
        conflicts_with_all = ["check", "override_consent"]
    )]
    wait_for_consent: Option<String>,

    /// Open the URL in a browser ($BROWSER, or the desktop's), using a temporary file
    /// that only you can read. Sandboxed browsers (snap, flatpak) may not be able to
    /// read it
    #[arg(long, conflicts_with = "check")]
    open: bool,

    /// Copy the URL to the clipboard through the terminal (OSC 52, also over SSH)
    #[arg(long, conflicts_with = "check")]
    copy: bool,
}

impl LoginArgs {
    /// `None` if the arguments contain no customer.
    fn target(&self) -> Result<Option<CustomerSelector>> {
        if self.last {
            return Ok(Some(CustomerSelector::Last));
        }
        if let Some(named) = &self.customer {
            let named = input::text_or_stdin("CUSTOMER", named)?;
            return Ok(Some(CustomerSelector::Customer(named.trim().parse()?)));
        }
        let documents = [
            (DocumentKind::Order, &self.order),
            (DocumentKind::Invoice, &self.invoice),
            (DocumentKind::Shipment, &self.shipment),
            (DocumentKind::CreditMemo, &self.credit_memo),
        ];
        for (kind, number) in documents {
            if let Some(number) = number {
                let number = number.parse()?;
                return Ok(Some(CustomerSelector::Document { kind, number }));
            }
        }
        Ok(None)
    }
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: LoginArgs = parse_args(matches)?;
    let ttl = args.ttl.as_deref().map(parse_ttl).transpose()?;
    let wait_for_consent = args.wait_for_consent.as_deref();
    let wait_for_consent = wait_for_consent.map(consent_wait::parse_wait).transpose()?;
    let ticket = match &args.ticket {
        Some(text) => Some(text.parse().map_err(|e| Fault::invalid("--ticket", e))?),
        None => None,
    };
    let reason = args
        .reason
        .as_deref()
        .map(|text| input::text_or_stdin("--reason", text));
    let whom = match args.target()? {
        Some(whom) => whom,
        None => {
            CustomerSelector::Customer(prompt::customer(cli, args.website.as_deref())?.try_into()?)
        }
    };
    let mut request = LoginRequest {
        whom,
        website: args.website.into_bounded()?,
        store_view: args.store_view.into_bounded()?,
        reason: reason.transpose()?.into_bounded()?,
        ticket,
        replace: !args.no_replace,
        override_consent: args.override_consent,
        read_only: match (args.read_only, args.read_write) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
    };
    if args.check {
        return check(request, cli);
    }
    let mut is_request = args.request;
    if cli.out.is_interactive {
        (request, is_request) = prompt::prompt_missing(request, is_request, cli)?;
    }
    if let Some(wait) = wait_for_consent {
        consent_wait::obtain(&request, wait, cli)?;
    }
    let copy_and_open = [args.copy, args.open];
    match args.wait.as_deref().map(approval::parse_wait).transpose()? {
        Some(wait) => {
            approval::submit_and_wait(LoginStart { request, ttl }, wait, copy_and_open, cli)
        }
        None if is_request => approval::submit(request, cli),
        None => start_login(LoginStart { request, ttl }, copy_and_open, cli),
    }
}

fn start_login(login: LoginStart, [copy, open]: [bool; 2], cli: &Cli) -> Result<u8> {
    let ttl = login.ttl;
    let started = cli.run(login)?;
    let lives = started.expires_at.seconds() - started.issued_at.seconds();
    if ttl.is_some_and(|asked| i64::try_from(asked).map_or(true, |asked| lives < asked)) {
        cli.out.print_note(&format!(
            "note: the URL is valid for {lives} s, the maximum in the config"
        ));
    }
    show::started(&started, cli)?;
    url_actions::copy_to_clipboard(copy, &started.url, cli);
    url_actions::open_in_browser(open, &started, cli);
    hooks::deliver_notices(cli);
    Ok(0)
}

fn parse_ttl(text: &str) -> Result<u64> {
    let duration = parse_duration(text, Some(DefaultUnit::Seconds));
    duration
        .map(|d| d.as_secs())
        .map_err(|e| Fault::invalid("--ttl", e))
}

fn check(request: LoginRequest, cli: &Cli) -> Result<u8> {
    let checked = cli.run(LoginCheck { request })?;
    let code = checked
        .obstacles
        .first()
        .map_or(0, |fault| exit_code(fault.kind()));
    show::checked(checked, cli)?;
    Ok(code)
}
