//! Rotates a key: what the old one signed stays valid.

use serde::{Deserialize, Serialize};

use super::replace::replace_key;
use crate::{Context, WriteOutcome, write};
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, KeyState, KeyWrite, Result};

/// Creates a new key, which signs from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyRotate {
    pub purpose: KeyPurpose,
    /// Whether the caller has confirmed it.
    pub confirmed: bool,
}

/// The new key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRotated {
    pub purpose: KeyPurpose,
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// The thumbprint of the replaced key.
    pub replaced: String,
    /// When the last token of the replaced key expires; `null` for an audit
    /// key, whose checkpoints stay valid forever.
    pub verifying_until: Option<Timestamp>,
    /// The seq of the first event it signs.
    pub since_size: u64,
    /// For an audit key: the verifier key in C2SP form.
    pub verifier: Option<String>,
    /// For an audit key: the signed note of the key change.
    pub statement: Option<String>,
    pub audit_seq: Option<u64>,
}

impl Act for KeyRotate {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_KEYS];
}

impl Covers<KeyWrite> for KeyRotate {}

impl KeyRotate {
    /// # Errors
    /// `resource_denied`, `confirmation_required`, `io` if the key cannot be
    /// written.
    pub fn run(self, context: &Context<'_>) -> Result<KeyRotated> {
        let purpose = self.purpose;
        let fill = |event: &mut Event| event.add_detail("purpose", purpose.as_str());
        write::<Self, _>(context, Action::KeyRotate, fill, |work, permit| {
            if !self.confirmed {
                return Err(Fault::ConfirmationRequired {
                    what: format!("replace the {} key", purpose.as_str()),
                });
            }
            let new = replace_key(work, &permit.narrow(), purpose, KeyState::Verifying)?;
            new.describe(purpose, &mut work.draft);
            let recorded = work.record()?;
            let answer = KeyRotated {
                purpose,
                kid: new.kid,
                verifying_until: new.replaced.retired_at,
                replaced: new.replaced.kid,
                since_size: new.since_size,
                verifier: new.verifier,
                statement: new.statement,
                audit_seq: recorded.seq,
            };
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}
