//! Public keys: for storefronts (JWKS) and for those who look after them.

use serde::{Deserialize, Serialize};

use super::login::login_keys;
use super::{Config, Desk, look};
use crate::domain::audit::Action;
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;
use crate::domain::time::Timestamp;
use crate::signing::keys::{JwkSet, PublicKey};
use crate::signing::note;
use crate::store::log::tampered;
use crate::store::{KeyRow, Result};

/// The login keys as an RFC 7517 set. Public: needs no resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Jwks {}

impl Jwks {
    /// # Errors
    /// What reading the store fails with.
    pub fn run(self, desk: &Desk<'_>) -> Result<JwkSet> {
        let tx = desk.store.read()?;
        Ok(login_keys(&*tx)?.iter().collect())
    }
}

/// The current audit key as C2SP tools take it, for whoever verifies
/// checkpoints. Public: needs no resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Verifier {}

/// A public audit key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifierKey {
    /// The store's name.
    pub origin: String,
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `name+hash+base64`: a C2SP signed-note verifier key.
    pub verifier: String,
}

impl Verifier {
    /// # Errors
    /// `log_tampered` where the store knows no audit key; what reading the
    /// store fails with.
    pub fn run(self, desk: &Desk<'_>) -> Result<VerifierKey> {
        let tx = desk.store.read()?;
        let rows = tx.signing_keys()?;
        let is_current = |row: &&KeyRow| row.purpose == "audit" && row.state == "active";
        let row = rows.iter().find(is_current);
        let row = row.ok_or_else(|| tampered("the store knows no audit key"))?;
        let key = PublicKey::from_bytes(&row.public_key)?;
        let origin = Config::read(&*tx)?.store_name()?;
        Ok(VerifierKey {
            kid: key.thumbprint(),
            verifier: note::vkey(&origin, &key),
            origin,
        })
    }
}

/// Lists every key there ever was.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ListKeys {}

/// A key, its public half.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyShown {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `login` or `audit`.
    pub purpose: String,
    /// `active`, `verifying` or `retired`.
    pub state: String,
    pub created_at: Timestamp,
    pub retired_at: Option<Timestamp>,
    /// An audit key in the form C2SP verifiers take.
    pub verifier: Option<String>,
}

impl ListKeys {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<KeyShown>> {
        look(desk, Action::KeyRead, &[Resource::LAC_KEYS], |view| {
            let origin = view.config.store_name()?;
            view.read
                .signing_keys()?
                .into_iter()
                .map(|row| {
                    let key = PublicKey::from_bytes(&row.public_key).map_err(Fault::from)?;
                    let is_audit = row.purpose == "audit";
                    Ok(KeyShown {
                        kid: row.kid,
                        purpose: row.purpose,
                        state: row.state,
                        created_at: row.created_at,
                        retired_at: row.retired_at,
                        verifier: is_audit.then(|| note::vkey(&origin, &key)),
                    })
                })
                .collect()
        })
    }
}
