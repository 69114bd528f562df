//! Verifying a login token: signature and claims, offline. Never spends it.

use serde::{Deserialize, Serialize};

use crate::{Config, Desk};
use lac_ledger::keys::public_key;
use lac_ledger::signing::keys::{PublicKey, Purpose};
use lac_ledger::signing::token;
use lac_model::claims::LoginClaims;
use lac_model::config::origin_of;
use lac_model::fault::Fault;
use lac_model::form::LongText;
use lac_model::time::Timestamp;
use lac_store::KeyState;
use lac_store::{KeyRow, Result};

/// Verifies a token or a login URL.
#[derive(Clone, Serialize, Deserialize)]
pub struct Verify {
    /// The token or the URL.
    pub token: LongText,
    /// The storefront's origin, to be compared as well.
    pub audience: Option<LongText>,
}

impl std::fmt::Debug for Verify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verify")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// What a token says, and whether it holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verified {
    pub valid: bool,
    /// `null` where the signature does not hold.
    pub claims: Option<LoginClaims>,
    /// Why it does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl Verify {
    /// Needs no resource: the public keys are public.
    ///
    /// # Errors
    /// Only what reading the store fails with; a token that does not hold is
    /// an answer.
    pub fn run(self, desk: &Desk<'_>) -> Result<Verified> {
        let tx = desk.store.read()?;
        let now = desk.clock.now();
        let keys = login_keys(&tx.signing_keys()?, now)?;
        let issuer = Config::read(&*tx)?.store_name()?;
        Ok(verify_with(&self, &keys, Some(&issuer), now))
    }
}

/// Verifies with given keys, for whoever has no store: a storefront's developer
/// with the JWKS.
pub fn verify_with(
    wish: &Verify,
    keys: &[PublicKey],
    issuer: Option<&str>,
    now: Timestamp,
) -> Verified {
    let claims = match read(&wish.token, keys, issuer) {
        Ok(claims) => claims,
        Err(fault) => {
            return Verified {
                valid: false,
                claims: None,
                fault: Some(fault),
            };
        }
    };
    let audience = wish
        .audience
        .as_deref()
        .map_or(Ok(()), |given| meant_for(&claims, given));
    let fault = audience.and_then(|()| not_expired(&claims, now)).err();
    Verified {
        valid: fault.is_none(),
        claims: Some(claims),
        fault,
    }
}

/// The claims of a token that is ours.
///
/// # Errors
/// `token_invalid`.
pub fn read(text: &str, keys: &[PublicKey], issuer: Option<&str>) -> Result<LoginClaims> {
    let invalid = |reason: &str| Fault::TokenInvalid {
        reason: reason.to_owned(),
    };
    let token = token::extract(text).map_err(|e| invalid(e.reason()))?;
    let claims = token::verify(token, keys).map_err(|e| invalid(e.reason()))?;
    if issuer.is_some_and(|issuer| issuer != claims.iss) {
        return Err(invalid("issuer"));
    }
    Ok(claims)
}

/// # Errors
/// `audience_mismatch`.
pub fn meant_for(claims: &LoginClaims, audience: &str) -> Result<()> {
    if claims.aud == audience || claims.aud == origin_of(audience) {
        return Ok(());
    }
    let (expected, given) = (claims.aud.clone(), audience.to_owned());
    Err(Fault::AudienceMismatch { expected, given })
}

/// # Errors
/// `token_expired`.
pub fn not_expired(claims: &LoginClaims, now: Timestamp) -> Result<()> {
    if token::is_expired(claims, now.seconds()) {
        let expired_at = Timestamp::from_seconds(claims.exp).to_string();
        return Err(Fault::TokenExpired { expired_at });
    }
    Ok(())
}

/// The public keys whose login tokens count at `now`.
///
/// # Errors
/// `io` for a row that holds no key.
pub fn login_keys(rows: &[KeyRow], now: Timestamp) -> Result<Vec<PublicKey>> {
    rows.iter()
        .filter(|row| row.is_for(Purpose::Login) && row.state_at(now) != KeyState::Retired)
        .map(public_key)
        .collect()
}
