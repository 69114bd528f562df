//! Shows public keys.

use serde::{Deserialize, Serialize};

use crate::login::active_login_keys;
use crate::{Context, read};
use lac_ledger::key_rows::public_key;
use lac_ledger::signing::keys::{JwkSet, KeyPurpose};
use lac_ledger::signing::note;
use lac_model::audit::Action;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{KeyRow, Result};

/// Returns the login keys whose tokens are valid, as an RFC 7517 set. They are
/// public, so no resource is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeyJwks {}

impl KeyJwks {
    /// # Errors
    /// Errors of reading the store.
    pub fn run(self, context: &Context<'_>) -> Result<JwkSet> {
        let tx = context.store.read()?;
        let keys = active_login_keys(&tx.signing_keys()?, context.clock.now())?;
        Ok(keys.iter().collect())
    }
}

/// Lists all keys, also retired ones.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeyList {}

/// A public key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyView {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `login` or `audit`.
    pub purpose: String,
    /// `active`, `verifying` or `retired`, as of now.
    pub state: String,
    /// The time from which it signs.
    pub created_at: Timestamp,
    /// The seq of the first event it signs; `null` for the first key of its
    /// purpose.
    pub since_size: Option<u64>,
    /// The key that replaced it.
    pub replaced_by: Option<String>,
    /// When it became invalid, or will.
    pub retired_at: Option<Timestamp>,
    /// For an audit key: the verifier key in C2SP form.
    pub verifier: Option<String>,
}

impl KeyList {
    /// # Errors
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<KeyView>> {
        read(context, Action::KeyRead, &[Resource::LAC_KEYS], |view| {
            let origin = view.config.store_name()?;
            let rows = view.read.signing_keys()?;
            let shown = |(at, row): (usize, &KeyRow)| {
                let key = public_key(row)?;
                let next = rows[at + 1..]
                    .iter()
                    .find(|next| next.purpose == row.purpose);
                Ok(KeyView {
                    kid: row.kid.clone(),
                    purpose: row.purpose.clone(),
                    state: row.state_at(view.now).as_str().to_owned(),
                    created_at: row.created_at,
                    since_size: row.since_size,
                    replaced_by: next.map(|next| next.kid.clone()),
                    retired_at: row.retired_at,
                    verifier: row
                        .has_purpose(KeyPurpose::Audit)
                        .then(|| note::verifier_key(&origin, &key)),
                })
            };
            rows.iter().enumerate().map(shown).collect()
        })
    }
}
