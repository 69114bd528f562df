//! `lac storefront test NAME`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::doctor::show_findings;
use crate::cli::http_client::{HttpClient, HttpReply};
use crate::cli::runner::Cli;
use lac_app::access::keys::KeyJwks;
use lac_app::doctor::{DoctorFinding, Probe, StorefrontTest};
use lac_model::fault::Fault;
use lac_store::Result;

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// The storefront
    name: String,
    /// The gateway's address, as the shop knows it
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The certificates of authorities to trust instead of the system's (PEM)
    #[arg(long, value_name = "FILE", requires = "url")]
    ca_file: Option<PathBuf>,
}

pub(super) fn run(args: TestArgs, cli: &Cli) -> Result<u8> {
    let client = args.url.as_deref();
    let client = client.map(|url| HttpClient::new(url, args.ca_file.as_deref()));
    let client = client.transpose()?;
    let tested = cli.run(StorefrontTest {
        name: args.name.try_into()?,
        probe: client.is_some(),
    })?;
    let mut findings = tested.findings;
    if let Some(client) = client {
        findings.extend(ask_gateway(cli, &client, tested.probe.as_ref())?);
    }
    show_findings(cli, &findings)
}

/// Asks the gateway whether it is ready, has the store's keys and redeems.
fn ask_gateway(
    cli: &Cli,
    client: &HttpClient,
    probe: Option<&Probe>,
) -> Result<Vec<DoctorFinding>> {
    let ready = match client.get("/readyz") {
        Ok(reply) => reply,
        Err(problem) => return Ok(vec![unreachable(client, &problem)]),
    };
    if ready.status != 200 {
        return Ok(vec![unreachable(client, &answer_text(&ready))]);
    }
    let reached = format!("{} is ready", client.url());
    let mut findings = vec![DoctorFinding::ok("gateway", reached)];
    findings.push(check_keys(cli, client)?);
    findings.push(match (probe, cli.token()?) {
        (Some(probe), Some(token)) => redeem_probe(client, probe, token),
        (None, _) => DoctorFinding::warning(
            "redeem",
            "not tried: there is no store view with a base URL",
            "fix the checks above first",
        ),
        (Some(_), None) => DoctorFinding::warning(
            "redeem",
            "not tried: that takes the storefront's own token",
            "LAC_TOKEN=… lac storefront test NAME --url URL, with the token that the shop uses",
        ),
    });
    Ok(findings)
}

fn unreachable(client: &HttpClient, problem: &str) -> DoctorFinding {
    let failed = failed("gateway", &format!("{}: {problem}", client.url()));
    DoctorFinding {
        hint: Some("start it: lac serve --listen ADDR:PORT".to_owned()),
        ..failed
    }
}

/// The gateway answers with the keys of this store, and not of another one.
fn check_keys(cli: &Cli, client: &HttpClient) -> Result<DoctorFinding> {
    let ours = serde_json::to_value(cli.run(KeyJwks::default())?).map_err(Fault::internal)?;
    let reply = client.get("/.well-known/jwks.json");
    let theirs = reply.ok().and_then(|reply| reply.json());
    if theirs.as_ref().map(key_ids) == Some(key_ids(&ours)) {
        return Ok(DoctorFinding::ok(
            "jwks",
            "the gateway has this store's keys",
        ));
    }
    let problem = "the gateway does not have the keys of this store";
    Ok(DoctorFinding {
        hint: Some("check which store the gateway was started with".to_owned()),
        ..failed("jwks", problem)
    })
}

fn key_ids(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().into_iter().flatten();
    let mut ids: Vec<String> = keys.map(|key| key["kid"].to_string()).collect();
    ids.sort();
    ids
}

/// The gateway must verify the probe, look for its session, and find none.
fn redeem_probe(client: &HttpClient, probe: &Probe, token: &str) -> DoctorFinding {
    let body = json!({"token": probe.token, "audience": probe.audience});
    let reply = match client.post("/v1/redeem", token, &body) {
        Ok(reply) => reply,
        Err(problem) => return unreachable(client, &problem),
    };
    let problem = reply.json().unwrap_or_default();
    let detail = problem["detail"].as_str().unwrap_or_default();
    let is_unknown = detail.contains("unknown_session");
    if reply.status == 409 && problem["code"] == "token_invalid" && is_unknown {
        let message = "the gateway knows the storefront, verifies a probe, and finds no session \
                       for it, as it must";
        return DoctorFinding::ok("redeem", message);
    }
    failed("redeem", &answer_text(&reply))
}

fn answer_text(reply: &HttpReply) -> String {
    let problem = reply.json().unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or("no code");
    let detail = problem["detail"].as_str().unwrap_or_default();
    format!("it answers {} ({code}) {detail}", reply.status)
}

fn failed(check: &str, problem: &str) -> DoctorFinding {
    let fault = Fault::GatewayFailed {
        problem: problem.to_owned(),
    };
    DoctorFinding::failed(check, fault)
}
