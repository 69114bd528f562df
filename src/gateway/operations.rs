//! What each operation runs: one use case.

use super::body::parse_object;
use super::problem::Problem;
use super::routes::Operation;
use super::state::Call;
use super::workers::{run_on_worker, run_use_case};
use super::writes::{WriteRequest, run_write};
use lac_app::access::keys::KeyJwks;
use lac_app::doctor::check_ready;
use lac_app::login::LoginRedeem;
use lac_model::fault::Fault;

/// Runs an operation; the answer is JSON.
pub(super) async fn run(operation: Operation, call: Call<'_>) -> Result<Vec<u8>, Problem> {
    match operation {
        Operation::Redeem => redeem(call).await,
        Operation::Jwks => {
            let jobs = &call.gateway.jobs;
            Ok(run_use_case(jobs, call.caller, KeyJwks::default()).await?)
        }
        Operation::Health => Ok(br#"{"status":"ok"}"#.to_vec()),
        Operation::Ready => {
            let jobs = &call.gateway.jobs;
            run_on_worker(jobs, call.caller, check_ready).await?;
            Ok(br#"{"status":"ready"}"#.to_vec())
        }
    }
}

async fn redeem(call: Call<'_>) -> Result<Vec<u8>, Problem> {
    let request: LoginRedeem = parse_object(&call.body)?;
    let address = call.address;
    call.gateway.check_redemptions(address)?;
    let request = WriteRequest::Redeem(request);
    let answer = run_write(&call.gateway.writes, call.caller, request).await;
    if let Err(Fault::TokenInvalid { .. }) = &answer {
        call.gateway.uncount_redemption(address);
    }
    Ok(answer?)
}
