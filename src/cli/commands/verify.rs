//! `lac verify`.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{ArgMatches, Args};
use serde::Serialize;

use super::{CommandSpec, parse_args, with_args};
use crate::cli::error::{exit_code, print_fault};
use crate::cli::input;
use crate::cli::runner::Cli;
use crate::cli::view::KeyValueView;
use lac_app::login::{LoginVerified, LoginVerify, verify_token};
use lac_ledger::signing::keys::{JwkSet, PublicKey};
use lac_model::bounded::IntoBoundedText;
use lac_model::claims::LoginClaims;
use lac_model::environment::Clock;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_render::Style;
use lac_render::one::KeyValues;
use lac_render::styled_text::{Emphasis, StyledText};
use lac_store::Result;

pub(super) const SPEC: CommandSpec = CommandSpec {
    name: "verify",
    about: "Verify a login URL or token offline, without redeeming it",
    arguments: with_args::<VerifyArgs>,
    run,
};

/// Checks the signature, issuer and expiry of a login token. This does not
/// protect a storefront from replay: it must redeem the token.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lac verify - -o json < url.txt\n  \
    lac verify TOKEN --jwks jwks.json --audience https://shop.example.com")]
struct VerifyArgs {
    /// The login URL or token (- reads stdin)
    #[arg(value_name = "URL|TOKEN|-", allow_hyphen_values = true)]
    token: String,
    /// The storefront's origin, which must match the token
    #[arg(long, value_name = "ORIGIN")]
    audience: Option<String>,
    /// Verify with the keys in this file (`lac key jwks`), without a store
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
}

#[derive(Serialize)]
struct VerifyReport<'a> {
    valid: bool,
    claims: Option<&'a LoginClaims>,
    /// Why the token is not valid.
    code: Option<&'static str>,
}

fn run(matches: &ArgMatches, cli: &Cli) -> Result<u8> {
    let args: VerifyArgs = parse_args(matches)?;
    let token = input::text_or_stdin("TOKEN", &args.token)?;
    let request = LoginVerify {
        token: token.try_into()?,
        audience: args.audience.into_bounded()?,
    };
    let verified = match &args.jwks {
        Some(path) => verify_token(&request, &read_jwks(path)?, None, cli.clock.now()),
        None => cli.run(request)?,
    };
    if cli.out.format.is_machine_readable() {
        cli.print_object(&VerifyReport {
            valid: verified.valid,
            claims: verified.claims.as_ref(),
            code: verified.fault.as_ref().map(Fault::code),
        })?;
    } else if verified.claims.is_some() {
        cli.print_view(&verified)?;
    }
    match &verified.fault {
        None => Ok(0),
        Some(fault) if cli.out.format.is_json() => Ok(exit_code(fault.kind())),
        Some(fault) => Ok(print_fault(&cli.out, fault, || cli.hint_reader())),
    }
}

fn read_jwks(path: &PathBuf) -> Result<Vec<PublicKey>> {
    let bad = |problem: String| Fault::InvalidFile {
        file: path.display().to_string(),
        problem,
        remedy: None,
    };
    let text = std::fs::read_to_string(path).map_err(|e| Fault::io(path.display(), e))?;
    let set: JwkSet = serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?;
    set.keys
        .iter()
        .filter(|key| key.kty == "OKP" && key.crv == "Ed25519")
        .map(|key| {
            let bytes = URL_SAFE_NO_PAD
                .decode(&key.x)
                .map_err(|e| bad(e.to_string()))?;
            PublicKey::from_bytes(&bytes).map_err(|e| bad(e.to_string()))
        })
        .collect()
}

impl KeyValueView for LoginVerified {
    fn lines(&self, style: &Style) -> KeyValues {
        let valid = if self.valid {
            StyledText::with_emphasis("yes", Emphasis::Good)
        } else {
            StyledText::with_emphasis("no", Emphasis::Bad)
        };
        let lines = KeyValues::new().add("valid", valid);
        let Some(claims) = &self.claims else {
            return lines;
        };
        let seconds = |seconds| style.time(Timestamp::from_seconds(seconds));
        lines
            .add("issuer", &claims.iss)
            .add("audience", &claims.aud)
            .add("customer", &claims.sub)
            .add("admin user", &claims.act.sub)
            .add("session", &claims.jti)
            .add("website", &claims.website)
            .add("store view", &claims.store_view)
            .add("issued", seconds(claims.iat))
            .add("expires", seconds(claims.exp))
    }
}
