//! Who calls: the storefront whose token a request carries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use lac_app::Credential;
use lac_ledger::access_token::TokenHash;

/// How long a token is taken for a storefront's without looking it up. Each use
/// case looks it up itself; this only decides whose share a request uses up.
const REMEMBERED: Duration = Duration::from_secs(60);

/// Most tokens that are remembered.
const MAX_TOKENS: usize = 4096;

/// The credential in a request's header.
pub(super) fn credential(headers: &HeaderMap) -> Credential {
    Credential::from_storefront_token(bearer(headers))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    // Two headers could be read differently by a proxy.
    let is_bearer = scheme.eq_ignore_ascii_case("bearer") && values.next().is_none();
    is_bearer.then(|| token.trim_matches(' '))
}

/// The token's hash, if it is a token.
pub(super) fn token_hash(credential: &Credential) -> Option<TokenHash> {
    match credential {
        Credential::StorefrontToken(token) => Some(token.hash()),
        _ => None,
    }
}

/// The storefronts that were identified recently.
#[derive(Debug, Default)]
pub(super) struct KnownStorefronts {
    names: Mutex<HashMap<TokenHash, (Arc<str>, Instant)>>,
}

impl KnownStorefronts {
    /// The name of the storefront with this token.
    pub(super) fn name(&self, token: &TokenHash, now: Instant) -> Option<Arc<str>> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, until) = names.get(token)?;
        (now < *until).then(|| Arc::clone(name))
    }

    pub(super) fn remember(&self, token: TokenHash, name: &str, now: Instant) -> Arc<str> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MAX_TOKENS {
            names.retain(|_, (_, until)| now < *until);
        }
        let name: Arc<str> = Arc::from(name);
        if names.len() < MAX_TOKENS {
            names.insert(token, (Arc::clone(&name), now + REMEMBERED));
        }
        name
    }

    pub(super) fn forget(&self, token: &TokenHash) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.remove(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer_of(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn one_bearer_token_is_taken() {
        assert_eq!(bearer_of(&["Bearer lac_x"]).as_deref(), Some("lac_x"));
        assert_eq!(bearer_of(&["bearer  lac_x "]).as_deref(), Some("lac_x"));
        for others in [
            &[][..],
            &["lac_x"],
            &["Basic lac_x"],
            &["Bearer lac_x", "Bearer lac_y"],
        ] {
            assert_eq!(bearer_of(others), None, "{others:?}");
        }
    }
}
