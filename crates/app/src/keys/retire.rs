//! A key that may be in other hands: nothing that it signs from now on counts.

use serde::{Deserialize, Serialize};

use super::replace::{closed, replace};
use crate::sessions::{count_of_key, end_of_key};
use crate::{Desk, Done, View, act};
use lac_ledger::signing::keys::Purpose;
use lac_model::audit::{Action, Event};
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, KeyRow, KeyState, KeyWrite, Result, SessionWrite};

/// Retires a key at once. The one that signs is replaced in the same act.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retire {
    /// The key's thumbprint, or a beginning that no other key has.
    pub key: ShortText,
    /// Whether whoever asks has confirmed it.
    pub confirmed: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    pub kid: String,
    /// `login` or `audit`.
    pub purpose: String,
    /// Whether it was not retired before.
    pub changed: bool,
    /// The key that was made in its place.
    pub replaced_by: Option<String>,
    /// Of an audit key that was made, in C2SP's form.
    pub verifier: Option<String>,
    /// The signed note with which that one takes over.
    pub statement: Option<String>,
    /// Open sessions that were ended because it had signed their tokens.
    pub sessions_ended: usize,
    pub audit_seq: Option<u64>,
}

impl Act for Retire {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_KEYS];
}

impl Covers<KeyWrite> for Retire {}
impl Covers<SessionWrite> for Retire {}

impl Retire {
    /// # Errors
    /// `resource_denied`, `key_not_found`, `invalid_value` for a beginning that
    /// several keys have, `confirmation_required`, `io`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Retired> {
        let fill = |event: &mut Event| event.detail("key", self.key.clone());
        act::<Self, _>(desk, Action::KeyRetire, fill, |work, permit| {
            let rows = &work.keyring().rows;
            let row = named(rows, &self.key)?.clone();
            let purpose = purpose_of(&row);
            // Tokens of the first key may be older than the note of who signed.
            let is_first = rows.iter().find(|first| first.is_for(purpose)) == Some(&row);
            let mut answer = Retired {
                kid: row.kid.clone(),
                purpose: row.purpose.clone(),
                changed: true,
                replaced_by: None,
                verifier: None,
                statement: None,
                sessions_ended: 0,
                audit_seq: None,
            };
            if row.state == KeyState::Retired.as_str() {
                answer.changed = false;
                return Ok(Done::Unchanged(answer));
            }
            if !self.confirmed {
                return Err(confirmation(work, &row, purpose, is_first)?);
            }
            if row.state == KeyState::Active.as_str() {
                let new = replace(work, &permit.narrow(), purpose, KeyState::Retired)?;
                let mut event = work.event(Action::KeyRotate);
                new.describe(purpose, &mut event);
                let _ = work.record_also(&event)?;
                answer.replaced_by = Some(new.kid);
                answer.verifier = new.verifier;
                answer.statement = new.statement;
            } else {
                let row = closed(&row, KeyState::Retired, work.now);
                work.tx.signing_key_put(&permit.narrow(), &row)?;
            }
            if purpose == Purpose::Login {
                answer.sessions_ended = end_of_key(work, &permit.narrow(), &row.kid, is_first)?;
            }
            work.draft.details.remove("key");
            work.draft.detail("purpose", row.purpose);
            work.draft.detail("kid", row.kid);
            if let Some(new) = &answer.replaced_by {
                work.draft.detail("replaced_by", new.clone());
            }
            if purpose == Purpose::Login {
                work.draft.detail("sessions_ended", answer.sessions_ended);
            }
            let recorded = work.record()?;
            answer.audit_seq = recorded.seq;
            Ok(Done::Recorded(answer, recorded))
        })
    }
}

fn purpose_of(row: &KeyRow) -> Purpose {
    if row.is_for(Purpose::Login) {
        Purpose::Login
    } else {
        Purpose::Audit
    }
}

/// The key that is meant.
fn named<'r>(rows: &'r [KeyRow], beginning: &str) -> Result<&'r KeyRow> {
    if let Some(row) = rows.iter().find(|row| row.kid == beginning) {
        return Ok(row);
    }
    let begins = |row: &&KeyRow| !beginning.is_empty() && row.kid.starts_with(beginning);
    let mut found = rows.iter().filter(begins);
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row),
        (None, _) => Err(Fault::KeyNotFound {
            key: beginning.to_owned(),
        }),
        (Some(_), Some(_)) => {
            let problem = format!("several keys begin with {beginning}: give more of the id");
            Err(Fault::invalid("KID", problem))
        }
    }
}

fn confirmation(view: &View<'_>, row: &KeyRow, purpose: Purpose, is_first: bool) -> Result<Fault> {
    let mut what = format!("retire the {} key {}", row.purpose, row.kid);
    if purpose == Purpose::Login {
        let open = count_of_key(view, &row.kid, is_first)?;
        what += &format!(", which ends {open} open session{}", plural(open));
    }
    Ok(Fault::ConfirmationRequired { what })
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
