//! What an interactive login asks for. Never inside a transaction: the plan is
//! read first, then asked about, then everything is checked again.

use dialoguer::theme::Theme;
use dialoguer::{Confirm, Input, Select};

use crate::app::login::{Candidate as Found, Check, Checked, Search, Shopper, Whom, Wish};
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use crate::cli::{ask, pick};
use crate::domain::fault::{Fault, Kind};
use crate::domain::ids::Ticket;
use crate::render::safe::safe;
use crate::store::Result;

/// Lets the agent search and pick.
///
/// # Errors
/// `input_required` without a terminal.
pub fn customer(shop: &Shop, website: Option<&str>) -> Result<String> {
    let flags = "CUSTOMER, --order N, --invoice N, --shipment N, --credit-memo N or --last";
    pick::customer(shop, flags, "Log in as", |text| {
        let search = Search {
            text: text.to_owned(),
            website: website.map(str::to_owned),
        };
        let (found, more) = search.run(&shop.desk()?)?;
        Ok((found.iter().map(candidate).collect(), more))
    })
}

fn candidate(found: &Found) -> pick::Candidate {
    let customer = &found.customer;
    let (email, name) = (&customer.email, &customer.name);
    let id = customer.id.to_string();
    let label = pick::label(&id, email, name, &customer.website, found.consent);
    pick::Candidate { id, label }
}

/// Asks for what the plan says is missing, then for a confirmation. Also
/// whether it is to be a request for approval, because it is (`request`) or
/// because nothing else helps.
pub fn what_is_missing(mut wish: Wish, request: bool, shop: &Shop) -> Result<(Wish, bool)> {
    ask::get_ready();
    let theme = &*ask::theme(shop);
    let plan = loop {
        let plan = match (Check { wish: wish.clone() }).run(&shop.desk()?) {
            Ok(plan) => plan,
            // A denial is on record already; what is not found is recorded by
            // the login itself.
            Err(fault) if fault.kind() == Kind::Denied => return Err(fault),
            Err(_) => return Ok((wish, request)),
        };
        match plan.obstacles.first() {
            Some(Fault::StoreViewRequired { .. }) if !plan.choices.is_empty() => {
                wish.store_view = Some(store_view(theme, &plan)?);
            }
            Some(Fault::ReasonRequired { min_length }) => {
                wish.reason = Some(reason(theme, *min_length)?);
            }
            Some(Fault::TicketRequired) => wish.ticket = Some(ticket(theme)?),
            _ => break plan,
        }
    };
    let Some(customer) = &plan.customer else {
        return Ok((wish, request));
    };
    let mut request = request;
    match plan.obstacles.first() {
        None if !shop.out.yes => confirm(theme, customer, &plan)?,
        Some(Fault::ApprovalRequired { .. }) if !request => request = ask_for_it(theme)?,
        _ => {}
    }
    // The customer was shown by name; that very one is meant, not whoever the
    // words lead to a moment later.
    if !matches!(wish.whom, Whom::Document { .. }) {
        wish.whom = Whom::Customer(customer.id.to_string());
        wish.website = None;
    }
    Ok((wish, request))
}

fn store_view(theme: &dyn Theme, plan: &Checked) -> Result<String> {
    let items: Vec<String> = plan
        .choices
        .iter()
        .map(|(code, name)| format!("{}  ({code})", safe(name)))
        .collect();
    let picked = Select::with_theme(theme)
        .with_prompt("Store view")
        .items(&items)
        .default(0)
        .interact_opt()
        .map_err(gave_up)?
        .ok_or_else(cancelled)?;
    let chosen = plan.choices.get(picked).map(|(code, _)| code.clone());
    chosen.ok_or_else(|| Fault::internal("nothing was picked"))
}

fn reason(theme: &dyn Theme, least: u64) -> Result<String> {
    Input::with_theme(theme)
        .with_prompt("Reason")
        .validate_with(move |text: &String| {
            if text.trim().chars().count() as u64 >= least {
                Ok(())
            } else {
                Err(format!("at least {least} characters"))
            }
        })
        .interact_text()
        .map_err(gave_up)
}

fn ticket(theme: &dyn Theme) -> Result<Ticket> {
    let text: String = Input::with_theme(theme)
        .with_prompt("Ticket")
        .validate_with(|text: &String| text.parse::<Ticket>().map(|_| ()))
        .interact_text()
        .map_err(gave_up)?;
    text.parse().map_err(|e| Fault::invalid("--ticket", e))
}

fn confirm(theme: &dyn Theme, customer: &Shopper, plan: &Checked) -> Result<()> {
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
    // Escape is a no: whoever tries to leave must not find themselves logged in.
    let answer = Confirm::with_theme(theme)
        .with_prompt("Start the session?")
        .default(true)
        .interact_opt()
        .map_err(gave_up)?;
    if answer == Some(true) {
        Ok(())
    } else {
        Err(cancelled())
    }
}

/// Offers to ask for a second person. A no leaves the login to be refused, and
/// recorded, as it would be.
fn ask_for_it(theme: &dyn Theme) -> Result<bool> {
    let answer = Confirm::with_theme(theme)
        .with_prompt("A second person must approve this login. Ask for it?")
        .default(true)
        .interact_opt()
        .map_err(gave_up)?;
    Ok(answer == Some(true))
}

fn cancelled() -> Fault {
    Fault::ConfirmationRequired {
        what: "the login".to_owned(),
    }
}

fn gave_up(error: dialoguer::Error) -> Fault {
    ask::gave_up(error, "the login")
}
