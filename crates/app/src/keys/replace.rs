//! A new key in the place of another, within an act.

use std::time::Duration;

use crate::Work;
use lac_ledger::keys::active;
use lac_ledger::signing::chain::Change;
use lac_ledger::signing::keys::{PrivateKey, PublicKey, Purpose};
use lac_ledger::signing::note;
use lac_model::ambient::bytes;
use lac_model::audit::Event;
use lac_model::time::Timestamp;
use lac_store::{KeyRow, KeyState, KeyWrite, Permit, Result};

/// The longest life of a login token: the cap of
/// `authentication_data_expiration_time`. What the setting was when a token was
/// issued is not known later, so it is not asked.
const LONGEST_LIFE: Duration = Duration::from_secs(600);

/// A key that has just taken over.
#[derive(Debug)]
pub struct New {
    pub kid: String,
    pub since_size: u64,
    pub replaced: KeyRow,
    /// Of an audit key, in C2SP's form.
    pub verifier: Option<String>,
    /// Of an audit key: what both keys signed.
    pub statement: Option<String>,
}

impl New {
    /// Puts it into the record.
    pub fn describe(&self, purpose: Purpose, event: &mut Event) {
        event.detail("purpose", purpose.as_str());
        event.detail("kid", self.kid.clone());
        event.detail("replaced", self.replaced.kid.clone());
        if let Some(statement) = &self.statement {
            event.detail("since_size", self.since_size);
            event.detail("statement", statement.clone());
        }
    }
}

/// Makes a key that signs from the next event on. The old one verifies on, or is
/// retired at once.
///
/// The private key is written under the write lock: two syncs more in an act
/// that is rare, and whatever lies aside there is known to be nobody's.
pub fn replace(
    work: &mut Work<'_>,
    permit: &Permit<'_, KeyWrite>,
    purpose: Purpose,
    old_state: KeyState,
) -> Result<New> {
    // Puts the key in its place if it is not there yet. A login key that is
    // lost is no reason not to make another.
    let _ = work.login_key();
    let old = active(&work.keyring().rows, purpose)?.clone();
    let key = PrivateKey::from_seed(bytes(work.random));
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
    let mut answer = New {
        kid: new.kid.clone(),
        since_size,
        replaced: closed(&old, old_state, work.now),
        verifier: None,
        statement: None,
    };
    if purpose == Purpose::Audit {
        let change = Change {
            origin: work.config.store_name()?,
            old: PublicKey::from_bytes(&old.public_key)?,
            new: public,
            size: since_size,
            time: work.now,
        };
        let signatures = change.sign(&work.keyring().audit, &key);
        answer.verifier = Some(note::vkey(&change.origin, &change.new));
        answer.statement = Some(change.note(&signatures));
        new.signed_by = Some(old.kid);
        new.signature = Some(signatures);
    }
    work.keys.make(purpose, &key)?;
    work.tx.signing_key_put(permit, &answer.replaced)?;
    work.tx.signing_key_put(permit, &new)?;
    if purpose == Purpose::Audit {
        work.sign_with(key);
    }
    Ok(answer)
}

/// The row of a key that does not sign any more.
pub fn closed(row: &KeyRow, state: KeyState, now: Timestamp) -> KeyRow {
    let retired_at = match state {
        KeyState::Active => None,
        KeyState::Retired => Some(row.retired_at.map_or(now, |at| at.min(now))),
        // What it signed lasts for ever; a token does not.
        KeyState::Verifying => row.is_for(Purpose::Login).then(|| now.plus(LONGEST_LIFE)),
    };
    KeyRow {
        state: state.as_str().to_owned(),
        retired_at,
        ..row.clone()
    }
}
