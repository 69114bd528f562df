//! `lac login --request`: requests approval, and waits for it with `--wait`.

use std::time::{Duration, Instant};

use super::start_login;
use crate::cli::commands::request::request_lines;
use crate::cli::out::Out;
use crate::cli::runner::Cli;
use lac_app::login::requests::{RequestShow, RequestView};
use lac_app::login::{ApprovalAsked, LoginAskApproval, LoginCheck, LoginRequest, LoginStart};
use lac_model::approval::RequestState;
use lac_model::fault::Fault;
use lac_model::time::parse_duration;
use lac_render::styled_text::paint;
use lac_store::Result;

const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// How long `--wait` waits; `None` is until the request expires.
pub(super) fn parse_wait(text: &str) -> Result<Option<Duration>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_duration(text, None).map(Some).map_err(|e| {
        let reason = format!("`{text}`: {e} (expected a duration with a unit, such as 10m)");
        Fault::invalid("--wait", reason)
    })
}

/// Creates the request and prints its id.
pub(super) fn submit(request: LoginRequest, cli: &Cli) -> Result<u8> {
    let asked = cli.run(LoginAskApproval { request })?;
    if cli.out.format.is_machine_readable() {
        cli.print_object(&asked)?;
    } else {
        Out::print_line(asked.request.id.as_str())?;
        print_submitted(&asked, cli);
    }
    Ok(0)
}

/// Creates the request, waits for the decision, and logs in. If no approval is
/// needed, or there is one already, it logs in at once.
pub(super) fn submit_and_wait(
    login: LoginStart,
    wait: Option<Duration>,
    copy_and_open: [bool; 2],
    cli: &Cli,
) -> Result<u8> {
    let request = login.request.clone();
    let plan = cli.run(LoginCheck {
        request: request.clone(),
    });
    let is_needed = |fault: &Fault| matches!(fault, Fault::ApprovalRequired { .. });
    if plan.is_ok_and(|plan| !plan.obstacles.iter().any(is_needed)) {
        return start_login(login, copy_and_open, cli);
    }
    let asked = cli.run(LoginAskApproval { request })?;
    print_submitted(&asked, cli);
    cli.out
        .print_note("waiting for a decision; the request stays open if you press Ctrl-C");
    wait_for_decision(&asked.request, wait, cli)?;
    start_login(login, copy_and_open, cli)
}

fn print_submitted(asked: &ApprovalAsked, cli: &Cli) {
    let style = cli.style();
    for (label, text) in request_lines(&asked.request, &style) {
        cli.out
            .print_note(&format!("{label:<11} {}", paint(&text, &style)));
    }
    let id = &asked.request.id;
    cli.out.print_note(&format!(
        "An admin user with Lac::approve can run: lac request approve {id}"
    ));
}

fn wait_for_decision(request: &RequestView, wait: Option<Duration>, cli: &Cli) -> Result<()> {
    let began = Instant::now();
    let id = &request.id;
    loop {
        let now = cli.run(RequestShow { id: id.clone() })?;
        let closed = |state: String| Fault::RequestClosed {
            request: id.to_string(),
            state,
        };
        match now.state {
            RequestState::Approved => return Ok(()),
            RequestState::Pending => {}
            RequestState::Denied => {
                let by = now.decided_by.unwrap_or_default();
                let why = now.decision_reason.map(|text| format!(": {text}"));
                return Err(closed(format!("denied by {by}{}", why.unwrap_or_default())));
            }
            state => return Err(closed(state.as_str().to_owned())),
        }
        if wait.is_some_and(|wait| began.elapsed() >= wait) {
            return Err(Fault::ApprovalRequired {
                causes: now.causes.iter().map(|c| c.as_str().to_owned()).collect(),
                unfit: Some(format!("request {id} is still pending")),
                request: Some(id.to_string()),
            });
        }
        Out::wait_while_read(POLL_INTERVAL)?;
    }
}
