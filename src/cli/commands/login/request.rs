//! `lac login --request`: asks for a second person, and waits if told to.

use std::time::{Duration, Instant};

use super::start;
use crate::cli::commands::request::lines;
use crate::cli::out::Out;
use crate::cli::shop::Shop;
use lac_app::login::{Ask, Asked, Check, Login, Wish};
use lac_app::requests::{RequestRow, ShowRequest};
use lac_model::fault::Fault;
use lac_model::request::RequestState;
use lac_model::time::parse_duration;
use lac_render::one::paint;
use lac_store::Result;

/// How often the request is looked at.
const GLANCE: Duration = Duration::from_secs(1);

/// How long `--wait` waits; `None`: until the request runs out.
pub fn patience(text: &str) -> Result<Option<Duration>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_duration(text, None).map(Some).map_err(|e| {
        let reason = format!("`{text}`: {e} (a length of time with its unit, such as 10m)");
        Fault::invalid("--wait", reason)
    })
}

/// Makes the request; its id is the result.
pub fn make(wish: Wish, shop: &Shop) -> Result<u8> {
    let asked = shop.run(Ask { wish })?;
    if shop.out.format.is_for_programs() {
        shop.object(&asked)?;
    } else {
        Out::line(asked.request.id.as_str())?;
        tell(&asked, shop);
    }
    Ok(0)
}

/// Makes the request, waits for the decision, and logs in. Where no approval
/// is needed any more, or there is one, it logs in at once.
pub fn make_and_wait(
    login: Login,
    patience: Option<Duration>,
    hand: [bool; 2],
    shop: &Shop,
) -> Result<u8> {
    let wish = login.wish.clone();
    let plan = shop.run(Check { wish: wish.clone() });
    let is_needed = |fault: &Fault| matches!(fault, Fault::ApprovalRequired { .. });
    if plan.is_ok_and(|plan| !plan.obstacles.iter().any(is_needed)) {
        return start(login, hand, shop);
    }
    let asked = shop.run(Ask { wish })?;
    tell(&asked, shop);
    shop.out
        .say("waiting for somebody to decide; the request stays if you leave");
    decided(&asked.request, patience, shop)?;
    start(login, hand, shop)
}

fn tell(asked: &Asked, shop: &Shop) {
    let look = shop.look();
    for (label, text) in lines(&asked.request, &look) {
        shop.out
            .say(&format!("{label:<11} {}", paint(&text, &look)));
    }
    let id = &asked.request.id;
    shop.out.say(&format!(
        "Somebody with Lac::approve decides: lac request approve {id}"
    ));
}

/// Waits until the request is approved.
fn decided(request: &RequestRow, patience: Option<Duration>, shop: &Shop) -> Result<()> {
    let began = Instant::now();
    let id = &request.id;
    loop {
        let now = shop.run(ShowRequest { id: id.clone() })?;
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
        if patience.is_some_and(|patience| began.elapsed() >= patience) {
            return Err(Fault::ApprovalRequired {
                causes: now.causes.iter().map(|c| c.as_str().to_owned()).collect(),
                unfit: Some(format!("request {id} still waits for somebody")),
                request: Some(id.to_string()),
            });
        }
        Out::pause(GLANCE)?;
    }
}
