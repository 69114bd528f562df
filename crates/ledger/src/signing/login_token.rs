//! Login tokens: compact JWS (RFC 7515, RFC 7519), signed with Ed25519.
//!
//! [`verify`] does not check the expiry: this module has no clock. Use [`is_expired`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::Deserialize;

use super::error::{Result, TokenError};
use super::jwt_provider;
use super::keys::{PrivateKey, PublicKey};
use lac_model::claims::LoginClaims;

/// The `typ` of a login token, so that no other token is accepted as one (RFC
/// 8725, section 3.11).
pub const LOGIN_TOKEN_TYPE: &str = "lac-login+jwt";

/// The longest token that is signed or read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// The protected header. Other members are refused, `crit` included (RFC 7515,
/// section 4.1.11).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtectedHeader {
    alg: Option<String>,
    typ: Option<String>,
    kid: Option<String>,
}

/// Signs the claims. `kid` becomes the key's thumbprint.
/// [`TokenError::TooLong`] if the token would be longer than
/// [`MAX_TOKEN_BYTES`].
pub fn sign(claims: &LoginClaims, key: &PrivateKey) -> Result<String> {
    jwt_provider::install();
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(LOGIN_TOKEN_TYPE.into());
    header.kid = Some(key.public().thumbprint());
    let token = jwt_provider::with_key(key, |key| jsonwebtoken::encode(&header, claims, key))
        .map_err(|_| TokenError::Claims)?;
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong.into());
    }
    Ok(token)
}

/// Verifies a token with the key of its `kid` and returns its claims. Does not
/// check expiry, audience or issuer.
pub fn verify(token: &str, keys: &[PublicKey]) -> std::result::Result<LoginClaims, TokenError> {
    let header = protected_header(token)?;
    if header.alg.as_deref() != Some("EdDSA") {
        return Err(TokenError::Algorithm);
    }
    if header.typ.as_deref() != Some(LOGIN_TOKEN_TYPE) {
        return Err(TokenError::Type);
    }
    let kid = header.kid.ok_or(TokenError::Header)?;
    let key = keys.iter().find(|key| key.thumbprint() == kid);
    let key = jwt_provider::decoding_key(key.ok_or(TokenError::UnknownKey)?);

    jwt_provider::install();
    let verified = jsonwebtoken::decode(token, &key, &signature_only());
    let verified = verified.map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => TokenError::Claims,
        _ => TokenError::Malformed,
    })?;
    Ok(verified.claims)
}

/// Whether the token has expired at `now_seconds` (seconds since 1970). `exp`
/// is the first second in which it is no longer valid (RFC 7519, section
/// 4.1.4); there is no leeway.
pub fn is_expired(claims: &LoginClaims, now_seconds: i64) -> bool {
    now_seconds >= claims.exp
}

/// Finds the token in pasted text: the token itself, or a login URL with one
/// `secret` parameter. Surrounding white space is ignored. Only the outer form
/// is checked; call [`verify`] next.
pub fn extract(text: &str) -> std::result::Result<&str, TokenError> {
    let text = text.trim();
    let token = if text.contains("://") {
        secret_parameter(text)
    } else {
        Some(text)
    };
    token
        .filter(|token| is_compact_jws(token))
        .ok_or(TokenError::NotAToken)
}

fn secret_parameter(url: &str) -> Option<&str> {
    let without_fragment = url.split('#').next()?;
    let (_, query) = without_fragment.split_once('?')?;
    let mut secrets = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("secret="));
    match (secrets.next(), secrets.next()) {
        (Some(secret), None) => Some(secret),
        _ => None,
    }
}

fn is_compact_jws(text: &str) -> bool {
    let mut parts = 0;
    let filled = text.split('.').all(|part| {
        parts += 1;
        let mut bytes = part.bytes();
        !part.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    filled && parts == 3
}

/// Checks the outer form (size, three parts, canonical base64url) and parses
/// the header. Do not trust the header before the signature is verified.
fn protected_header(token: &str) -> std::result::Result<ProtectedHeader, TokenError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenError::TooLong);
    }
    if !is_compact_jws(token) {
        return Err(TokenError::Malformed);
    }
    let parts: std::result::Result<Vec<_>, _> = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part))
        .collect();
    let parts = parts.map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&parts[0]).map_err(|_| TokenError::Header)
}

/// By default, `jsonwebtoken` would read the system's clock and demand an
/// audience.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = 0;
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

#[cfg(test)]
#[path = "login_token_tests.rs"]
mod tests;
