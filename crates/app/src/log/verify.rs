//! Verifying the whole log, and recording that it was verified.

use serde::{Deserialize, Serialize};

use super::READERS;
use crate::{Desk, Done, Keys, View, act, look};
use lac_ledger::keys::chain;
use lac_ledger::signing::chain::Chain;
use lac_ledger::verify::{Pass, Verified, read_key};
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::{FileText, NoteText};
use lac_model::resource::Resource;
use lac_store::{Act, Purpose, Result};

/// Asks for a verification.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Verify {
    /// An older signed checkpoint that the log must be an extension of, or
    /// several with an empty line between them, as an anchor holds.
    pub since: Option<FileText>,
    /// The public key to verify with (C2SP form), instead of the store's own.
    pub key: Option<NoteText>,
}

impl Act for Verify {
    const ANY_OF: &'static [Resource] = &READERS;
}

impl Verify {
    /// Verifies, and records it where everything holds. Findings are part of
    /// the answer: see [`Verified::verdict`].
    ///
    /// # Errors
    /// `resource_denied`, `key_missing`, `io`, `busy`; for an older checkpoint
    /// `file_tampered` where a key of this log did not sign it as it is, and
    /// `unknown_key` or `another_log` where none of them signed it.
    pub fn run(self, desk: &Desk<'_>, at: &mut dyn FnMut(u64, u64)) -> Result<Verified> {
        // Before the snapshot: an append in between must not look like a file
        // that is ahead of the database.
        let file = desk.high_water.read()?;
        let mut can_record = false;
        let mut verified = look(desk, Action::LogRead, &READERS, |view| {
            let (keys, untrusted) = self.keys(desk, view)?;
            can_record = has_private_key(desk, &keys);
            let mut pass = Pass::new(desk.store, desk.random, view.source(), keys)?;
            pass.missing.extend(untrusted);
            pass.since(self.since.as_deref())?;
            pass.run(at)?;
            pass.compare_file(file.as_deref(), desk.high_water)?;
            Ok(pass.verified())
        })?;
        if verified.findings.is_empty() && verified.missing.is_empty() && can_record {
            verified.audit_seq = record(desk, &verified)?;
        }
        Ok(verified)
    }

    /// The log's keys, for the sake of the one that was given; without it, of
    /// the private one. What the store says of its keys counts as far as they
    /// signed it. A given key that is none of them proves nothing either way:
    /// the log is verified with its own, and the fault says so.
    fn keys(&self, desk: &Desk<'_>, view: &View<'_>) -> Result<(Chain, Option<Fault>)> {
        let origin = view.config.store_name()?;
        let Some(text) = &self.key else {
            return match Keys::of(desk.keys, view.read, &origin) {
                Ok(keys) => Ok((keys.chain, None)),
                // None of what the store's own rows name: they are worth nothing.
                Err(Fault::KeyMismatch { .. }) => {
                    let key = desk.keys.at_hand(Purpose::Audit)?.public();
                    Ok((Chain::of(&origin, key), None))
                }
                Err(other) => Err(other),
            };
        };
        let (name, key) = read_key(text)?;
        if name != origin {
            let reason = format!("the key is of the log of {name}, not of {origin}");
            return Err(Fault::invalid("--key", reason));
        }
        let rows = view.read.signing_keys()?;
        if let Some(known) = chain(&rows, &origin)?.trusting(&key) {
            return Ok((known, None));
        }
        let what = "the log".to_owned();
        Ok((chain(&rows, &origin)?, Some(Fault::UnknownKey { what })))
    }
}

fn has_private_key(desk: &Desk<'_>, keys: &Chain) -> bool {
    let kid = keys.newest().thumbprint();
    desk.keys.named(Purpose::Audit, &kid).is_ok()
}

fn record(desk: &Desk<'_>, verified: &Verified) -> Result<Option<u64>> {
    let fill = |event: &mut Event| {
        event.detail("events", verified.events);
        event.detail("root", verified.root.clone());
        if let Some(since) = verified.since {
            event.detail("since", since);
        }
    };
    act::<Verify, _>(desk, Action::LogVerify, fill, |work, _| {
        let recorded = work.record()?;
        Ok(Done::Recorded(recorded.seq, recorded))
    })
}
