//! `lac login --wait-for-consent`: asks the customer and waits for the answer.

use std::time::{Duration, Instant};

use crate::cli::hooks;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use lac_app::core::page::PageRequest;
use lac_app::login::{LoginCheck, LoginRequest};
use lac_app::shop::consent::{ConsentAskCreate, ConsentAskList, ConsentAskShow};
use lac_model::consent::ask::{AskDuration, AskState, ConsentAskId};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::time::parse_duration;
use lac_store::Result;

const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// An agent on the phone waits; nobody waits longer than this.
const MAX_WAIT: Duration = Duration::from_secs(10 * 60);

/// The value of the flag without a duration.
pub(super) const DEFAULT_WAIT: &str = "10m";

/// How long to wait.
pub(super) fn parse_wait(text: &str) -> Result<Duration> {
    let flag = "--wait-for-consent";
    let wait = parse_duration(text, None).map_err(|e| Fault::invalid(flag, e))?;
    if wait.is_zero() || wait > MAX_WAIT {
        return Err(Fault::invalid(flag, "expected 1s to 10m"));
    }
    Ok(wait)
}

/// If the login lacks the customer's consent and nothing else, asks for it
/// (unless this agent has an open ask) and waits for the answer. Nothing is
/// locked meanwhile, and each look at the answer only reads.
pub(super) fn obtain(request: &LoginRequest, wait: Duration, cli: &Cli) -> Result<()> {
    let plan = cli.run(LoginCheck {
        request: request.clone(),
    })?;
    let is_consent = |fault: &Fault| matches!(fault, Fault::ConsentWithheld { .. });
    if !plan.obstacles.iter().any(is_consent) {
        return Ok(());
    }
    // An approval comes after consent; anything else is known to fail already.
    let fails =
        |fault: &&Fault| !is_consent(fault) && !matches!(fault, Fault::ApprovalRequired { .. });
    if let Some(fault) = plan.obstacles.iter().find(fails) {
        return Err(fault.clone());
    }
    let customer = plan.customer.map(|customer| customer.id);
    let customer = customer.ok_or_else(|| Fault::internal("a login without a customer"))?;
    let ask = find_or_create(request, customer, cli)?;
    wait_for_answer(&ask, customer, wait, cli)
}

fn find_or_create(request: &LoginRequest, customer: CustomerId, cli: &Cli) -> Result<ConsentAskId> {
    let mine = cli.run(ConsentAskList {
        customer: Some(customer.to_string().try_into()?),
        website: None,
        part: PageRequest {
            limit: Some(1),
            ..PageRequest::default()
        },
    })?;
    let open = mine
        .rows
        .into_iter()
        .find(|ask| ask.state == AskState::Open);
    if let Some(ask) = open {
        cli.out
            .print_note(&format!("you asked already: {}", ask.ask.id));
        return Ok(ask.ask.id);
    }
    let asked = cli.run(ConsentAskCreate {
        customer: customer.to_string().try_into()?,
        website: None,
        duration: AskDuration::default(),
        ticket: request.ticket.clone(),
    });
    match asked {
        Ok(asked) => {
            let id = asked.ask.ask.id;
            cli.out.print_note(&format!(
                "asked customer {customer}: {id}; they answer in their account on the storefront"
            ));
            hooks::deliver_notices(cli);
            Ok(id)
        }
        // Their answer to another agent counts for everybody.
        Err(Fault::AskOpen { ask, .. }) => {
            cli.out
                .print_note("another agent has asked this customer already");
            ConsentAskId::new(ask).map_err(Fault::internal)
        }
        Err(fault) => Err(fault),
    }
}

fn wait_for_answer(
    ask: &ConsentAskId,
    customer: CustomerId,
    wait: Duration,
    cli: &Cli,
) -> Result<()> {
    cli.out
        .print_note("waiting for the answer; the ask stays open if you press Ctrl-C");
    let began = Instant::now();
    loop {
        let now = cli.run(ConsentAskShow { ask: ask.clone() })?;
        if now.allowed {
            cli.out.print_note("the customer allows it");
            return Ok(());
        }
        if now.ask.state == AskState::Denied {
            cli.out.print_note("the customer said no");
        }
        if now.ask.state != AskState::Open {
            return Err(Fault::AskClosed {
                ask: ask.to_string(),
                state: now.ask.state.as_str().to_owned(),
            });
        }
        if began.elapsed() >= wait {
            cli.out.print_note(&format!(
                "no answer yet; the ask {ask} stays open until {}",
                cli.style().time(now.ask.ask.expires_at)
            ));
            return Err(Fault::ConsentWithheld {
                customer: customer.to_string(),
                ran_out: None,
            });
        }
        Out::wait_while_read(POLL_INTERVAL)?;
    }
}
