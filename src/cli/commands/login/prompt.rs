//! The prompts of an interactive login. Never inside a transaction: the plan is
//! read first, then the prompts run, then everything is checked again.

use dialoguer::theme::Theme;
use dialoguer::{Confirm, Input, Select};
use unicode_width::UnicodeWidthStr;

use super::show::also_open_lines;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use crate::cli::{customer_picker, prompt};
use lac_app::login::{
    CustomerSelector, CustomerSummary, LoginCandidate as Found, LoginCheck, LoginChecked,
    LoginRequest, LoginSearch,
};
use lac_model::bounded::IntoBoundedText;
use lac_model::config::pattern;
use lac_model::fault::{Fault, FaultKind};
use lac_model::ids::Ticket;
use lac_render::Style;
use lac_render::sanitize::{sanitize, sanitize_truncated};
use lac_store::Result;

/// Lets the agent search for a customer.
pub(super) fn customer(cli: &Cli, website: Option<&str>) -> Result<String> {
    let flags = "CUSTOMER, --order N, --invoice N, --shipment N, --credit-memo N or --last";
    customer_picker::customer(cli, flags, "Log in as", |text| {
        let search = LoginSearch {
            text: text.parse()?,
            website: website.map(str::to_owned).into_bounded()?,
        };
        let (found, more) = cli.run(search)?;
        Ok((found.iter().map(candidate_from_found).collect(), more))
    })
}

fn candidate_from_found(found: &Found) -> customer_picker::Candidate {
    let customer = &found.customer;
    customer_picker::Candidate {
        id: customer.id.to_string(),
        email: customer.email.clone(),
        name: customer.name.clone(),
        website: customer.website.clone(),
        consent: found.consent,
    }
}

/// Prompts for what the plan lacks, then for a confirmation. Also returns whether
/// to request approval: because `request` is set, or because the login needs it.
pub(super) fn prompt_missing(
    mut login: LoginRequest,
    request: bool,
    cli: &Cli,
) -> Result<(LoginRequest, bool)> {
    prompt::install_ctrlc_handler();
    let theme = &*prompt::prompt_theme(cli);
    let plan = loop {
        let plan = match cli.run(LoginCheck {
            request: login.clone(),
        }) {
            Ok(plan) => plan,
            // A denial has been recorded already; the login itself records a customer
            // that is not found.
            Err(fault) if fault.kind() == FaultKind::Denied => return Err(fault),
            Err(_) => return Ok((login, request)),
        };
        match plan.obstacles.first() {
            Some(Fault::StoreViewRequired { .. }) if !plan.choices.is_empty() => {
                login.store_view = Some(prompt_store_view(theme, &plan)?.try_into()?);
            }
            Some(Fault::ReasonRequired {
                min_length,
                pattern,
            }) => {
                login.reason =
                    Some(prompt_reason(theme, *min_length, pattern.as_deref())?.try_into()?);
            }
            Some(Fault::TicketRequired { pattern }) => {
                login.ticket = Some(prompt_ticket(theme, pattern.as_deref())?);
            }
            _ => break plan,
        }
    };
    let Some(customer) = &plan.customer else {
        return Ok((login, request));
    };
    let mut request = request;
    match plan.obstacles.first() {
        None if !cli.out.assume_yes => confirm_login(theme, customer, &plan, &cli.style())?,
        Some(Fault::ApprovalRequired { .. }) if !request => {
            confirm_approval_request(theme)?;
            request = true;
        }
        _ => {}
    }
    // The agent confirms this customer, so use its id from now on: the search
    // text might lead to another one by then.
    if !matches!(login.whom, CustomerSelector::Document { .. }) {
        login.whom = CustomerSelector::Customer(customer.id.to_string().try_into()?);
        login.website = None;
    }
    Ok((login, request))
}

fn prompt_store_view(theme: &dyn Theme, plan: &LoginChecked) -> Result<String> {
    let items: Vec<String> = plan
        .choices
        .iter()
        .map(|(code, name)| {
            let room = customer_picker::room().saturating_sub(code.width() + 4);
            format!("{}  ({code})", sanitize_truncated(name, room))
        })
        .collect();
    // Without a default, so that Enter alone does not choose the first one.
    let own = plan.own_store_view.as_ref();
    let own = own.and_then(|own| plan.choices.iter().position(|(code, _)| code == own));
    let selected = Select::with_theme(theme)
        .with_prompt("Store view")
        .items(&items)
        .default(own.unwrap_or(0))
        .interact_opt()
        .map_err(prompt_error)?
        .ok_or(Fault::Declined)?;
    let chosen = plan.choices.get(selected).map(|(code, _)| code.clone());
    chosen.ok_or_else(|| Fault::internal("nothing was chosen"))
}

/// A prompt with the required pattern.
fn prompt_text(what: &str, pattern: Option<&str>) -> String {
    match pattern {
        Some(pattern) => format!("{what} (pattern {})", sanitize(pattern)),
        None => what.to_owned(),
    }
}

/// Checks a text against the required pattern.
fn check_pattern(pattern: Option<&str>, text: &str) -> std::result::Result<(), String> {
    match pattern {
        Some(pattern) if !pattern::matches_whole(pattern, text.trim()) => {
            Err(format!("expected pattern {}", sanitize(pattern)))
        }
        _ => Ok(()),
    }
}

fn prompt_reason(theme: &dyn Theme, least: u64, pattern: Option<&str>) -> Result<String> {
    Input::with_theme(theme)
        .with_prompt(prompt_text("Reason", pattern))
        .validate_with(move |text: &String| {
            if (text.trim().chars().count() as u64) < least {
                return Err(format!("at least {least} characters"));
            }
            check_pattern(pattern, text)
        })
        .interact_text()
        .map_err(prompt_error)
}

fn prompt_ticket(theme: &dyn Theme, pattern: Option<&str>) -> Result<Ticket> {
    let text: String = Input::with_theme(theme)
        .with_prompt(prompt_text("Ticket", pattern))
        .validate_with(|text: &String| {
            let ticket: std::result::Result<Ticket, _> = text.parse();
            ticket.map_err(|e| e.to_string())?;
            check_pattern(pattern, text)
        })
        .interact_text()
        .map_err(prompt_error)?;
    text.parse().map_err(|e| Fault::invalid("--ticket", e))
}

fn confirm_login(
    theme: &dyn Theme,
    customer: &CustomerSummary,
    plan: &LoginChecked,
    style: &Style,
) -> Result<()> {
    let name = if customer.name.is_empty() {
        &customer.email
    } else {
        &customer.name
    };
    Out::print_err(&format!(
        "You will be {} <{}> on {}{}.\nWhat you do there affects the real account.",
        sanitize(name),
        sanitize(&customer.email),
        sanitize(&customer.website),
        plan.store_view
            .as_deref()
            .map(|v| format!(", store view {}", sanitize(v)))
            .unwrap_or_default(),
    ));
    if let Some(other) = &plan.replaces {
        Out::print_err(&format!("Your open session as customer {other} will end."));
    }
    if plan.overrides_consent {
        Out::print_err("The customer has not given consent; you continue without it.");
    }
    for line in also_open_lines(&plan.also_open, style) {
        Out::print_err(&format!("Note: {line}."));
    }
    // Escape means no.
    let answer = Confirm::with_theme(theme)
        .with_prompt("Start the session?")
        .default(true)
        .interact_opt()
        .map_err(prompt_error)?;
    require_yes(answer)
}

fn require_yes(answer: Option<bool>) -> Result<()> {
    if answer == Some(true) {
        Ok(())
    } else {
        Err(Fault::Declined)
    }
}

/// Offers to request approval; the answer no declines the login.
fn confirm_approval_request(theme: &dyn Theme) -> Result<()> {
    Out::print_err("A second person must approve this login.");
    let answer = Confirm::with_theme(theme)
        .with_prompt("Request approval?")
        .default(true)
        .interact_opt()
        .map_err(prompt_error)?;
    require_yes(answer)
}

fn prompt_error(error: dialoguer::Error) -> Fault {
    prompt::prompt_error(error, "the login")
}
