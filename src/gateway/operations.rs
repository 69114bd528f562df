//! What each operation runs: one use case.

use serde::Deserialize;

use super::body::{parse_object, parse_optional_object, parse_rows};
use super::openapi;
use super::problem::Problem;
use super::query;
use super::routes::Operation;
use super::state::Call;
use super::workers::{run_on_worker, run_use_case, to_json};
use super::writes::{WriteRequest, run_write};
use lac_app::Context;
use lac_app::access::keys::KeyJwks;
use lac_app::core::page::PageRequest;
use lac_app::doctor::check_ready;
use lac_app::login::LoginRedeem;
use lac_app::login::sessions::{SessionCheck, SessionLeave, SessionReport};
use lac_app::protocol::{NoChannel, UseCase};
use lac_app::shop::consent::{
    AskDecision, ConsentAskDecide, CustomerAccessHistory, CustomerConsentSet, CustomerConsentShow,
};
use lac_app::shop::import::sync::{SyncCustomers, SyncOrders};
use lac_model::consent::ask::ConsentAskId;
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, InvalidCustomerId, SessionId};
use lac_model::report::ReportedActions;
use lac_model::session::{ClientIp, LeaveCause};
use lac_model::time::Timestamp;

/// Most rows of a page.
const MAX_PAGE: usize = 1000;

/// JSON, or what prevented it.
type Answer = Result<Vec<u8>, Problem>;

/// Runs an operation.
pub(super) async fn run(operation: Operation, call: Call<'_>) -> Answer {
    match operation {
        Operation::Redeem => redeem(call).await,
        Operation::SessionCheck => {
            let NoFields {} = parse_optional_object(&call.body)?;
            check(call).await
        }
        Operation::SessionEnd => {
            let EndBody { cause } = parse_object(&call.body)?;
            let id = session_id(&call)?;
            run_request(call, SessionLeave { id, cause }).await
        }
        Operation::SessionReport => {
            let ReportBody { actions } = parse_object(&call.body)?;
            let id = session_id(&call)?;
            let request = WriteRequest::Report(SessionReport { id, actions });
            Ok(run_write(&call.gateway.writes, call.caller, request).await?)
        }
        Operation::ConsentShow => {
            let customer = customer_id(&call)?;
            run_request(call, CustomerConsentShow { customer }).await
        }
        Operation::ConsentSet => {
            let body: ConsentBody = parse_object(&call.body)?;
            let request = CustomerConsentSet {
                customer: customer_id(&call)?,
                granted: body.granted,
                until: body.until,
                session_id: body.session_id,
            };
            run_request(call, request).await
        }
        Operation::ConsentAskDecide => {
            let body: DecisionBody = parse_object(&call.body)?;
            let ask = ConsentAskId::new(call.param("ask")).map_err(Fault::from)?;
            let request = ConsentAskDecide {
                customer: customer_id(&call)?,
                ask,
                decision: body.decision,
                session_id: body.session_id,
            };
            run_request(call, request).await
        }
        Operation::AccessHistory => {
            let request = CustomerAccessHistory {
                customer: customer_id(&call)?,
                part: page(&call)?,
            };
            run_request(call, request).await
        }
        Operation::SyncCustomers => sync::<SyncCustomers>(call).await,
        Operation::SyncOrders => sync::<SyncOrders>(call).await,
        Operation::Jwks => run_request(call, KeyJwks::default()).await,
        Operation::Health => Ok(br#"{"status":"ok"}"#.to_vec()),
        Operation::OpenApi => Ok(openapi::document()?),
        Operation::Ready => {
            run_on_worker(&call.gateway.jobs, call.caller, check_ready).await?;
            Ok(br#"{"status":"ready"}"#.to_vec())
        }
    }
}

/// The body of a request that says nothing beyond its path.
#[derive(Deserialize)]
struct NoFields {}

#[derive(Deserialize)]
struct EndBody {
    cause: LeaveCause,
}

#[derive(Deserialize)]
struct ReportBody {
    actions: ReportedActions,
}

#[derive(Deserialize)]
struct ConsentBody {
    granted: bool,
    until: Option<Timestamp>,
    session_id: Option<SessionId>,
}

#[derive(Deserialize)]
struct DecisionBody {
    decision: AskDecision,
    session_id: Option<SessionId>,
}

async fn run_request<U: UseCase + Send + 'static>(call: Call<'_>, request: U) -> Answer {
    Ok(run_use_case(&call.gateway.jobs, call.caller, request).await?)
}

async fn check(call: Call<'_>) -> Answer {
    let id = session_id(&call)?;
    let checks = &call.gateway.checks;
    // Read before the session is, so that a later change is noticed.
    let version = checks.version();
    let kept = call.token.map(|token| (token, id.clone())).zip(version);
    if let Some((key, version)) = &kept
        && let Some(answer) = checks.answer(key, *version)
    {
        return Ok(to_json(&answer)?);
    }
    call.gateway.check_share(call.token)?;
    let run = move |context: &Context<'_>| SessionCheck { id }.run_keeping(context);
    let (answer, session) = run_on_worker(&call.gateway.jobs, call.caller, run).await?;
    if let Some((key, version)) = kept {
        checks.keep(key, version, session);
    }
    Ok(to_json(&answer)?)
}

/// Runs a request that is a list of rows. Reading them takes a while, too.
async fn sync<U: UseCase + Send + 'static>(call: Call<'_>) -> Answer {
    let body = call.body;
    let run = move |context: &Context<'_>| {
        let request: U = parse_rows(&body)?;
        to_json(&request.run_on(context, &mut NoChannel)?)
    };
    Ok(run_on_worker(&call.gateway.syncs, call.caller, run).await?)
}

/// The page that a query asks for.
fn page(call: &Call<'_>) -> Result<PageRequest, Problem> {
    let mut page = PageRequest::default();
    for (name, value) in query::parameters(&call.query) {
        match name.as_str() {
            "limit" => {
                let limit = value
                    .parse()
                    .ok()
                    .filter(|limit| (1..=MAX_PAGE).contains(limit));
                let expected = || Fault::invalid("limit", "expected 1 to 1000");
                page.limit = Some(limit.ok_or_else(expected)?);
            }
            "after" => page.after = Some(value.try_into().map_err(Fault::from)?),
            _ => {}
        }
    }
    Ok(page)
}

fn session_id(call: &Call<'_>) -> Result<SessionId, Problem> {
    Ok(SessionId::new(call.param("id")).map_err(Fault::from)?)
}

fn customer_id(call: &Call<'_>) -> Result<CustomerId, Problem> {
    let id = call.param("id").parse();
    let id = id.map_err(|e: InvalidCustomerId| Fault::invalid("the customer's id", e))?;
    Ok(id)
}

async fn redeem(call: Call<'_>) -> Answer {
    let request: LoginRedeem = parse_object(&call.body)?;
    let address = request.client_ip.map_or(call.address, ClientIp::get);
    call.gateway.check_redemptions(address)?;
    let request = WriteRequest::Redeem(request);
    let answer = run_write(&call.gateway.writes, call.caller, request).await;
    if let Err(Fault::TokenInvalid { .. }) = &answer {
        call.gateway.uncount_redemption(address);
    }
    Ok(answer?)
}
