//! Verifies the whole log, and records that it was verified.

use serde::{Deserialize, Serialize};

use super::LOG_READERS;
use crate::{Context, ReadView, SigningKeys, WriteOutcome, read, write};
use lac_ledger::key_rows::log_keys;
use lac_ledger::signing::log_keys::LogKeys;
use lac_ledger::verify::{LogVerification, LogVerifier, parse_trusted_key};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{FileText, NoteText};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, KeyPurpose, Result};

/// Verifies the log.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogVerify {
    /// An older signed checkpoint that the log must continue, or several
    /// separated by empty lines, as in an anchor file.
    pub since: Option<FileText>,
    /// The public key to verify with (C2SP form), instead of the store's own.
    pub key: Option<NoteText>,
}

impl Act for LogVerify {
    const ANY_OF: &'static [Resource] = &LOG_READERS;
}

impl LogVerify {
    /// Verifies the log, and records it if everything is valid. Differences are
    /// part of the answer; see [`LogVerification::to_result`]. Calls `at` with
    /// the progress (done, total).
    ///
    /// # Errors
    /// `resource_denied`, `key_missing`, `io`, `busy`; `invalid_value` for a
    /// `key` of another log; for an older checkpoint, those of
    /// [`open_checkpoint`](lac_ledger::receipt::open_checkpoint).
    pub fn run(
        self,
        context: &Context<'_>,
        at: &mut dyn FnMut(u64, u64),
    ) -> Result<LogVerification> {
        // Read before the snapshot: otherwise an append in between would look
        // like a checkpoint file that is ahead of the database.
        let file = context.high_water.read_notes()?;
        let mut can_record = false;
        let mut verified = read(context, Action::LogRead, &LOG_READERS, |view| {
            let (keys, untrusted) = self.select_keys(context, view)?;
            can_record = has_private_key(context, &keys);
            let mut pass =
                LogVerifier::new(context.store, context.random, view.log_source(), keys)?;
            pass.missing.extend(untrusted);
            pass.add_older_checkpoints(self.since.as_deref())?;
            pass.run(at)?;
            pass.compare_checkpoint_file(file.as_deref(), context.high_water)?;
            Ok(pass.into_verification())
        })?;
        if verified.findings.is_empty() && verified.missing.is_empty() && can_record {
            verified.audit_seq = record_verification(context, &verified)?;
        }
        Ok(verified)
    }

    /// The chain of log keys to verify with: the one containing the given
    /// public key, otherwise that of the private key. Key rows count as far as
    /// those keys signed them. A given key outside the chain proves nothing:
    /// the log is verified with its own keys, and a fault says so.
    fn select_keys(
        &self,
        context: &Context<'_>,
        view: &ReadView<'_>,
    ) -> Result<(LogKeys, Option<Fault>)> {
        let origin = view.config.store_name()?;
        let Some(text) = &self.key else {
            return match SigningKeys::load(context.keys, view.read, &origin) {
                Ok(keys) => Ok((keys.chain, None)),
                // Key rows that do not contain the private key are not trusted.
                Err(Fault::KeyMismatch { .. }) => {
                    let key = context.keys.load_current(KeyPurpose::Audit)?.public();
                    Ok((LogKeys::new(&origin, key), None))
                }
                Err(other) => Err(other),
            };
        };
        let (name, key) = parse_trusted_key(text)?;
        if name != origin {
            let reason = format!("the key is of the log of {name}, not of {origin}");
            return Err(Fault::invalid("--key", reason));
        }
        let rows = view.read.signing_keys()?;
        if let Some(known) = log_keys(&rows, &origin)?.with_trusted(&key) {
            return Ok((known, None));
        }
        let what = "the log".to_owned();
        Ok((log_keys(&rows, &origin)?, Some(Fault::UnknownKey { what })))
    }
}

fn has_private_key(context: &Context<'_>, keys: &LogKeys) -> bool {
    let kid = keys.newest().thumbprint();
    context.keys.load_by_kid(KeyPurpose::Audit, &kid).is_ok()
}

fn record_verification(context: &Context<'_>, verified: &LogVerification) -> Result<Option<u64>> {
    let fill = |event: &mut Event| {
        event.add_detail("events", verified.events);
        event.add_detail("root", verified.root.clone());
        if let Some(since) = verified.since {
            event.add_detail("since", since);
        }
    };
    write::<LogVerify, _>(context, Action::LogVerify, fill, |work, _| {
        let recorded = work.record()?;
        Ok(WriteOutcome::Recorded(recorded.seq, recorded))
    })
}
