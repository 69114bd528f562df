//! Replaces a key within a unit of work.

use std::time::Duration;

use crate::UnitOfWork;
use lac_ledger::key_rows::active_key;
use lac_ledger::signing::keys::{KeyPurpose, PrivateKey, PublicKey};
use lac_ledger::signing::log_keys::KeyChange;
use lac_ledger::signing::note;
use lac_model::audit::Event;
use lac_model::environment::random_bytes;
use lac_model::time::Timestamp;
use lac_store::{KeyRow, KeyState, KeyWrite, Permit, Result};

/// The longest lifetime of a login token: the maximum of
/// `authentication_data_expiration_time`. The setting at the time a token was
/// issued is not stored, so the maximum is assumed.
const MAX_TOKEN_LIFETIME: Duration = Duration::from_secs(600);

/// A key that has just replaced another.
#[derive(Debug)]
pub(super) struct ReplacementKey {
    pub kid: String,
    pub since_size: u64,
    pub replaced: KeyRow,
    /// For an audit key: the verifier key in C2SP form.
    pub verifier: Option<String>,
    /// For an audit key: the key change signed by both keys.
    pub statement: Option<String>,
}

impl ReplacementKey {
    /// Describes the replacement in an event.
    pub(super) fn describe(&self, purpose: KeyPurpose, event: &mut Event) {
        event.add_detail("purpose", purpose.as_str());
        event.add_detail("kid", self.kid.clone());
        event.add_detail("replaced", self.replaced.kid.clone());
        if let Some(statement) = &self.statement {
            event.add_detail("since_size", self.since_size);
            event.add_detail("statement", statement.clone());
        }
    }
}

/// Creates a key that signs from the next event on. The old key becomes
/// verifying or retired.
///
/// The private key is written under the write lock: this costs two syncs in a
/// rare operation, but a pending key file found there is known to be left over.
pub(super) fn replace_key(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, KeyWrite>,
    purpose: KeyPurpose,
    old_state: KeyState,
) -> Result<ReplacementKey> {
    // Moves the current login key into place if it is still pending. If it is
    // lost, a new one can be made all the same.
    let _ = work.login_key();
    let old = active_key(&work.signing_keys().rows, purpose)?.clone();
    let key = PrivateKey::from_seed(random_bytes(work.random));
    let public = key.public();
    let since_size = work.next_seq();
    let mut new = KeyRow {
        kid: public.thumbprint(),
        purpose: purpose.as_str().to_owned(),
        public_key: public.to_bytes(),
        state: KeyState::Active.as_str().to_owned(),
        created_at: work.now,
        retired_at: None,
        since_size: Some(since_size),
        signed_by: None,
        signature: None,
    };
    let mut answer = ReplacementKey {
        kid: new.kid.clone(),
        since_size,
        replaced: superseded(&old, old_state, work.now),
        verifier: None,
        statement: None,
    };
    if purpose == KeyPurpose::Audit {
        let change = KeyChange {
            origin: work.config.store_name()?,
            old: PublicKey::from_bytes(&old.public_key)?,
            new: public,
            size: since_size,
            time: work.now,
        };
        let signatures = change.sign(&work.signing_keys().signing_key, &key);
        answer.verifier = Some(note::verifier_key(&change.origin, &change.new));
        answer.statement = Some(change.to_note(&signatures));
        new.signed_by = Some(old.kid);
        new.signature = Some(signatures);
    }
    work.keys.write_pending(purpose, &key)?;
    work.tx.signing_key_put(permit, &answer.replaced)?;
    work.tx.signing_key_put(permit, &new)?;
    if purpose == KeyPurpose::Audit {
        work.set_audit_key(key);
    }
    Ok(answer)
}

/// The row of a key that no longer signs.
pub(super) fn superseded(row: &KeyRow, state: KeyState, now: Timestamp) -> KeyRow {
    let retired_at = match state {
        KeyState::Active => None,
        KeyState::Retired => Some(row.retired_at.map_or(now, |at| at.min(now))),
        // Checkpoints stay valid forever; tokens expire.
        KeyState::Verifying => row
            .has_purpose(KeyPurpose::Login)
            .then(|| now.saturating_add(MAX_TOKEN_LIFETIME)),
    };
    KeyRow {
        state: state.as_str().to_owned(),
        retired_at,
        ..row.clone()
    }
}
