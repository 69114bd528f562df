//! The whole log computed anew from the stored bytes: every text, commitment
//! and column, the tree, the signature, the checkpoint file, the archives, the
//! indexes, and what was erased.

mod archives;
mod chunk;
mod consents;
mod files;
mod findings;
mod indexes;
mod limits;
mod notes;
mod proof;
mod ranges;
mod row;
mod state;
mod trust;
mod whole;

use serde::{Deserialize, Serialize};

pub use self::files::{Bundle, FileVerified, check_file, digest};
pub use self::findings::{Finding, Findings};
pub(super) use self::notes::notes_in;
pub use self::proof::Checker;
pub use self::trust::{read_key, trusted};

use self::whole::Pass;
use super::READERS;
use crate::app::{Desk, Done, Keys, View, act, look};
use crate::domain::audit::{Action, Event};
use crate::domain::fault::Fault;
use crate::domain::form::{FileText, NoteText};
use crate::domain::resource::Resource;
use crate::signing::chain::Chain;
use crate::signing::keys::Purpose;
use crate::signing::note;
use crate::store::keys::chain;
use crate::store::{Act, Result};

/// Asks for a verification.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Verify {
    /// An older signed checkpoint that the log must be an extension of, or
    /// several with an empty line between them, as an anchor holds.
    pub since: Option<FileText>,
    /// The public key to verify with (C2SP form), instead of the store's own.
    pub key: Option<NoteText>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The store's name.
    pub origin: String,
    /// Events that were computed anew.
    pub events: u64,
    /// Those of them in archives, and how many archives.
    pub archived: u64,
    pub archives: u64,
    /// Shopper parts that were erased, each listed by an event.
    pub erased: u64,
    /// Root of the tree, base64; the signed checkpoint says the same.
    pub root: String,
    /// The older checkpoint's number of events, all still as they were.
    pub since: Option<u64>,
    /// The event that records this verification; `null` where the group is not
    /// logged or there is no private key here.
    pub audit_seq: Option<u64>,
    /// Every difference; none is left out silently.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub findings: Findings,
    /// What is no difference: damaged rows beside the log, and events with a
    /// field that is out of form and is what was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is missing, so that nothing can be said of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Fault>,
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
            let mut pass = Pass::new(desk, view, keys)?;
            pass.missing.extend(untrusted);
            pass.since(self.since.as_deref())?;
            pass.run(at)?;
            pass.compare_file(file.as_deref())?;
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

impl Verified {
    /// # Errors
    /// `log_tampered` for a difference; else what is missing.
    pub fn verdict(&self) -> Result<()> {
        if let Some(what) = self.findings.summary() {
            return Err(Fault::LogTampered { what });
        }
        self.missing.first().cloned().map_or(Ok(()), Err)
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

/// A signed note's checkpoint, or what is wrong with it.
fn open_note(text: &[u8], keys: &Chain) -> std::result::Result<note::Checkpoint, String> {
    let opened = keys.open(text).map_err(|e| e.to_string())?;
    Ok(opened.checkpoint)
}
