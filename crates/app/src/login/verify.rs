//! Verifies a login token offline: signature and claims. It does not redeem the
//! token.

use serde::{Deserialize, Serialize};

use crate::{Config, Context};
use lac_ledger::key_rows::public_key;
use lac_ledger::signing::keys::{KeyPurpose, PublicKey};
use lac_ledger::signing::login_token;
use lac_model::bounded::LongText;
use lac_model::claims::LoginClaims;
use lac_model::config::url_origin;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::KeyState;
use lac_store::{KeyRow, Result};

/// Verifies a token or a login URL.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginVerify {
    /// The token or the URL.
    pub token: LongText,
    /// The storefront's origin, if it is to be compared too.
    pub audience: Option<LongText>,
}

impl std::fmt::Debug for LoginVerify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginVerify")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// The claims of a token, and whether it is valid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginVerified {
    pub valid: bool,
    /// `null` if the signature is not valid.
    pub claims: Option<LoginClaims>,
    /// Why the token is not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl LoginVerify {
    /// Needs no resource: the public keys are public.
    ///
    /// # Errors
    /// Only errors of reading the store. An invalid token is an answer, not an
    /// error.
    pub fn run(self, context: &Context<'_>) -> Result<LoginVerified> {
        let tx = context.store.read()?;
        let now = context.clock.now();
        let keys = active_login_keys(&tx.signing_keys()?, now)?;
        let issuer = Config::read(&*tx)?.store_name()?;
        Ok(verify_token(&self, &keys, Some(&issuer), now))
    }
}

/// Verifies a token with the given keys, without a store: for example with the
/// JWKS, for developers of a storefront.
pub fn verify_token(
    request: &LoginVerify,
    keys: &[PublicKey],
    issuer: Option<&str>,
    now: Timestamp,
) -> LoginVerified {
    let claims = match read_claims(&request.token, keys, issuer) {
        Ok(claims) => claims,
        Err(fault) => {
            return LoginVerified {
                valid: false,
                claims: None,
                fault: Some(fault),
            };
        }
    };
    let audience = request
        .audience
        .as_deref()
        .map_or(Ok(()), |given| check_audience(&claims, given));
    let fault = audience
        .and_then(|()| check_not_expired(&claims, now))
        .err();
    LoginVerified {
        valid: fault.is_none(),
        claims: Some(claims),
        fault,
    }
}

/// The claims of a token that is signed with one of the keys and has the right
/// issuer.
pub(super) fn read_claims(
    text: &str,
    keys: &[PublicKey],
    issuer: Option<&str>,
) -> Result<LoginClaims> {
    let invalid = |reason: &str| Fault::TokenInvalid {
        reason: reason.to_owned(),
    };
    let token = login_token::extract(text).map_err(|e| invalid(e.reason()))?;
    let claims = login_token::verify(token, keys).map_err(|e| invalid(e.reason()))?;
    if issuer.is_some_and(|issuer| issuer != claims.iss) {
        return Err(invalid("issuer"));
    }
    Ok(claims)
}

pub(super) fn check_audience(claims: &LoginClaims, audience: &str) -> Result<()> {
    if claims.aud == audience || claims.aud == url_origin(audience) {
        return Ok(());
    }
    let (expected, given) = (claims.aud.clone(), audience.to_owned());
    Err(Fault::AudienceMismatch { expected, given })
}

pub(super) fn check_not_expired(claims: &LoginClaims, now: Timestamp) -> Result<()> {
    if login_token::is_expired(claims, now.seconds()) {
        let expired_at = Timestamp::from_seconds(claims.exp).to_string();
        return Err(Fault::TokenExpired { expired_at });
    }
    Ok(())
}

/// The public keys whose login tokens are valid at `now`.
pub fn active_login_keys(rows: &[KeyRow], now: Timestamp) -> Result<Vec<PublicKey>> {
    rows.iter()
        .filter(|row| row.has_purpose(KeyPurpose::Login) && row.state_at(now) != KeyState::Retired)
        .map(public_key)
        .collect()
}
