//! Retires a key, for example one that may have been stolen.

use serde::{Deserialize, Serialize};

use super::replace::{replace_key, superseded};
use crate::core::sessions::{count_open_of_key, end_for_key};
use crate::{Context, ReadView, WriteOutcome, write};
use lac_ledger::signing::keys::KeyPurpose;
use lac_model::audit::{Action, Event};
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Covers, KeyRow, KeyState, KeyWrite, Result, SessionWrite};

/// Retires a key at once. The active key is replaced in the same transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyRetire {
    /// The key's thumbprint, or a unique prefix of it.
    pub key: ShortText,
    /// Whether the caller has confirmed it.
    pub confirmed: bool,
}

/// The retired key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRetired {
    pub kid: String,
    /// `login` or `audit`.
    pub purpose: String,
    /// `false` if it was retired already.
    pub changed: bool,
    /// The key that replaced it.
    pub replaced_by: Option<String>,
    /// For an audit key: the replacement's verifier key in C2SP form.
    pub verifier: Option<String>,
    /// The signed note of the key change.
    pub statement: Option<String>,
    /// Open sessions that were ended because the key had signed their tokens.
    pub sessions_ended: usize,
    pub audit_seq: Option<u64>,
}

impl Act for KeyRetire {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_KEYS];
}

impl Covers<KeyWrite> for KeyRetire {}
impl Covers<SessionWrite> for KeyRetire {}

impl KeyRetire {
    /// # Errors
    /// `resource_denied`, `key_not_found`, `invalid_value` for a prefix of
    /// several keys, `confirmation_required`, `io`.
    pub fn run(self, context: &Context<'_>) -> Result<KeyRetired> {
        let fill = |event: &mut Event| event.add_detail("key", self.key.clone());
        write::<Self, _>(context, Action::KeyRetire, fill, |work, permit| {
            let rows = &work.signing_keys().rows;
            let row = find_key(rows, &self.key)?.clone();
            let purpose = purpose_of(&row);
            // Sessions from before key ids were stored belong to the first key.
            let is_first = rows.iter().find(|first| first.has_purpose(purpose)) == Some(&row);
            let mut answer = KeyRetired {
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
                return Ok(WriteOutcome::Unchanged(answer));
            }
            if !self.confirmed {
                return Err(confirmation_question(work, &row, purpose, is_first)?);
            }
            if row.state == KeyState::Active.as_str() {
                let new = replace_key(work, &permit.narrow(), purpose, KeyState::Retired)?;
                let mut event = work.event(Action::KeyRotate);
                new.describe(purpose, &mut event);
                let _ = work.record_event(&event)?;
                answer.replaced_by = Some(new.kid);
                answer.verifier = new.verifier;
                answer.statement = new.statement;
            } else {
                let row = superseded(&row, KeyState::Retired, work.now);
                work.tx.signing_key_put(&permit.narrow(), &row)?;
            }
            if purpose == KeyPurpose::Login {
                answer.sessions_ended = end_for_key(work, &permit.narrow(), &row.kid, is_first)?;
            }
            work.draft.details.remove("key");
            work.draft.add_detail("purpose", row.purpose);
            work.draft.add_detail("kid", row.kid);
            if let Some(new) = &answer.replaced_by {
                work.draft.add_detail("replaced_by", new.clone());
            }
            if purpose == KeyPurpose::Login {
                work.draft
                    .add_detail("sessions_ended", answer.sessions_ended);
            }
            let recorded = work.record()?;
            answer.audit_seq = recorded.seq;
            Ok(WriteOutcome::Recorded(answer, recorded))
        })
    }
}

fn purpose_of(row: &KeyRow) -> KeyPurpose {
    if row.has_purpose(KeyPurpose::Login) {
        KeyPurpose::Login
    } else {
        KeyPurpose::Audit
    }
}

/// The key with this thumbprint or unique prefix.
fn find_key<'r>(rows: &'r [KeyRow], prefix: &str) -> Result<&'r KeyRow> {
    if let Some(row) = rows.iter().find(|row| row.kid == prefix) {
        return Ok(row);
    }
    let begins = |row: &&KeyRow| !prefix.is_empty() && row.kid.starts_with(prefix);
    let mut found = rows.iter().filter(begins);
    match (found.next(), found.next()) {
        (Some(row), None) => Ok(row),
        (None, _) => Err(Fault::KeyNotFound {
            key: prefix.to_owned(),
        }),
        (Some(_), Some(_)) => {
            let problem = format!("several keys begin with {prefix}: give more of the id");
            Err(Fault::invalid("KID", problem))
        }
    }
}

fn confirmation_question(
    view: &ReadView<'_>,
    row: &KeyRow,
    purpose: KeyPurpose,
    is_first: bool,
) -> Result<Fault> {
    let mut what = format!("retire the {} key {}", row.purpose, row.kid);
    if purpose == KeyPurpose::Login {
        let open = count_open_of_key(view, &row.kid, is_first)?;
        what += &format!(", which ends {open} open session{}", plural_suffix(open));
    }
    Ok(Fault::ConfirmationRequired { what })
}

fn plural_suffix(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
