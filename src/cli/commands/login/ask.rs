//! What an interactive login asks for. Never inside a transaction: the plan is
//! read first, then asked about, then everything is checked again.

use dialoguer::theme::Theme;
use dialoguer::{Confirm, Input, Select};
use unicode_width::UnicodeWidthStr;

use super::show::beside;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::cli::{ask, pick};
use lac_app::login::{Candidate as Found, Check, Checked, Search, Shopper, Whom, Wish};
use lac_model::config::pattern;
use lac_model::fault::{Fault, Kind};
use lac_model::form::OptionalText;
use lac_model::ids::Ticket;
use lac_render::Look;
use lac_render::safe::{safe, safe_limited};
use lac_store::Result;

/// Lets the agent search and pick.
///
/// # Errors
/// `input_required` without a terminal.
pub fn customer(shop: &Shop, website: Option<&str>) -> Result<String> {
    let flags = "CUSTOMER, --order N, --invoice N, --shipment N, --credit-memo N or --last";
    pick::customer(shop, flags, "Log in as", |text| {
        let search = Search {
            text: text.parse()?,
            website: website.map(str::to_owned).formed()?,
        };
        let (found, more) = shop.run(search)?;
        Ok((found.iter().map(candidate).collect(), more))
    })
}

fn candidate(found: &Found) -> pick::Candidate {
    let customer = &found.customer;
    pick::Candidate {
        id: customer.id.to_string(),
        email: customer.email.clone(),
        name: customer.name.clone(),
        website: customer.website.clone(),
        consent: found.consent,
    }
}

/// Asks for what the plan says is missing, then for a confirmation. Also
/// whether it is to be a request for approval, because it is (`request`) or
/// because nothing else helps.
pub fn what_is_missing(mut wish: Wish, request: bool, shop: &Shop) -> Result<(Wish, bool)> {
    ask::get_ready();
    let theme = &*ask::theme(shop);
    let plan = loop {
        let plan = match shop.run(Check { wish: wish.clone() }) {
            Ok(plan) => plan,
            // A denial is on record already; what is not found is recorded by
            // the login itself.
            Err(fault) if fault.kind() == Kind::Denied => return Err(fault),
            Err(_) => return Ok((wish, request)),
        };
        match plan.obstacles.first() {
            Some(Fault::StoreViewRequired { .. }) if !plan.choices.is_empty() => {
                wish.store_view = Some(store_view(theme, &plan)?.try_into()?);
            }
            Some(Fault::ReasonRequired {
                min_length,
                pattern,
            }) => {
                wish.reason = Some(reason(theme, *min_length, pattern.as_deref())?.try_into()?);
            }
            Some(Fault::TicketRequired { pattern }) => {
                wish.ticket = Some(ticket(theme, pattern.as_deref())?);
            }
            _ => break plan,
        }
    };
    let Some(customer) = &plan.customer else {
        return Ok((wish, request));
    };
    let mut request = request;
    match plan.obstacles.first() {
        None if !shop.out.yes => confirm(theme, customer, &plan, &shop.look())?,
        Some(Fault::ApprovalRequired { .. }) if !request => {
            ask_for_it(theme)?;
            request = true;
        }
        _ => {}
    }
    // The customer was shown by name; that very one is meant, not whoever the
    // words lead to a moment later.
    if !matches!(wish.whom, Whom::Document { .. }) {
        wish.whom = Whom::Customer(customer.id.to_string().try_into()?);
        wish.website = None;
    }
    Ok((wish, request))
}

fn store_view(theme: &dyn Theme, plan: &Checked) -> Result<String> {
    let items: Vec<String> = plan
        .choices
        .iter()
        .map(|(code, name)| {
            let room = pick::room().saturating_sub(code.width() + 4);
            format!("{}  ({code})", safe_limited(name, room))
        })
        .collect();
    // Enter alone must not lead to whatever happens to be listed first.
    let own = plan.own_store_view.as_ref();
    let own = own.and_then(|own| plan.choices.iter().position(|(code, _)| code == own));
    let picked = Select::with_theme(theme)
        .with_prompt("Store view")
        .items(&items)
        .default(own.unwrap_or(0))
        .interact_opt()
        .map_err(gave_up)?
        .ok_or(Fault::Declined)?;
    let chosen = plan.choices.get(picked).map(|(code, _)| code.clone());
    chosen.ok_or_else(|| Fault::internal("nothing was picked"))
}

/// What is asked for, and what it must look like.
fn prompt(what: &str, pattern: Option<&str>) -> String {
    match pattern {
        Some(pattern) => format!("{what} (of the form {})", safe(pattern)),
        None => what.to_owned(),
    }
}

/// What a text must look like, said where it does not.
fn of_form(pattern: Option<&str>, text: &str) -> std::result::Result<(), String> {
    match pattern {
        Some(pattern) if !pattern::matches(pattern, text.trim()) => {
            Err(format!("of the form {}", safe(pattern)))
        }
        _ => Ok(()),
    }
}

fn reason(theme: &dyn Theme, least: u64, pattern: Option<&str>) -> Result<String> {
    Input::with_theme(theme)
        .with_prompt(prompt("Reason", pattern))
        .validate_with(move |text: &String| {
            if (text.trim().chars().count() as u64) < least {
                return Err(format!("at least {least} characters"));
            }
            of_form(pattern, text)
        })
        .interact_text()
        .map_err(gave_up)
}

fn ticket(theme: &dyn Theme, pattern: Option<&str>) -> Result<Ticket> {
    let text: String = Input::with_theme(theme)
        .with_prompt(prompt("Ticket", pattern))
        .validate_with(|text: &String| {
            let ticket: std::result::Result<Ticket, _> = text.parse();
            ticket.map_err(|e| e.to_string())?;
            of_form(pattern, text)
        })
        .interact_text()
        .map_err(gave_up)?;
    text.parse().map_err(|e| Fault::invalid("--ticket", e))
}

fn confirm(theme: &dyn Theme, customer: &Shopper, plan: &Checked, look: &Look) -> Result<()> {
    let name = if customer.name.is_empty() {
        &customer.email
    } else {
        &customer.name
    };
    Out::err(&format!(
        "You will be {} <{}> on {}{}.\nWhat you do there lands on the real account.",
        safe(name),
        safe(&customer.email),
        safe(&customer.website),
        plan.store_view
            .as_deref()
            .map(|v| format!(", store view {}", safe(v)))
            .unwrap_or_default(),
    ));
    if let Some(other) = &plan.replaces {
        Out::err(&format!(
            "Your open session as customer {other} will be ended."
        ));
    }
    if plan.overrides_consent {
        Out::err("The customer has not allowed it: you go on without consent.");
    }
    for line in beside(&plan.also_open, look) {
        Out::err(&format!("Note: {line}."));
    }
    // Escape is a no: whoever tries to leave must not find themselves logged in.
    let answer = Confirm::with_theme(theme)
        .with_prompt("Start the session?")
        .default(true)
        .interact_opt()
        .map_err(gave_up)?;
    yes(answer)
}

/// Anything but a yes is a no.
fn yes(answer: Option<bool>) -> Result<()> {
    if answer == Some(true) {
        Ok(())
    } else {
        Err(Fault::Declined)
    }
}

/// Offers to ask for a second person; a no is a no to the login.
fn ask_for_it(theme: &dyn Theme) -> Result<()> {
    Out::err("A second person must approve this login.");
    let answer = Confirm::with_theme(theme)
        .with_prompt("Ask for it?")
        .default(true)
        .interact_opt()
        .map_err(gave_up)?;
    yes(answer)
}

fn gave_up(error: dialoguer::Error) -> Fault {
    ask::gave_up(error, "the login")
}
