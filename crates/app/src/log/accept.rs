//! Accepts changes made directly in the database, with an event in the log.
//!
//! Until they are accepted, every change of roles, users, tokens or config is
//! refused, because its event would record the other changes as its own.
//! Accepting takes an administrator with access to everything, and a
//! confirmation.

use serde::{Deserialize, Serialize};

use crate::{Context, WriteOutcome, read, write};
use lac_ledger::event_log::newest_head;
use lac_ledger::head::check_head;
use lac_ledger::key_rows::log_keys;
use lac_ledger::state;
use lac_model::audit::{Action, StateKind};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Result};

const ACCEPT_RESOURCES: [Resource; 1] = [Resource::LOGGING_BULK_EVENTS];

/// Lists what there is to accept, before the confirmation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogPlanAcceptance {}

/// Accepts the current state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogAccept {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogAccepted {
    /// The kinds of state that differ from the log; empty if none does.
    pub kinds: Vec<String>,
    /// The seq of the event they differ from.
    pub since: Option<u64>,
    pub changed: bool,
    pub audit_seq: Option<u64>,
}

fn kind_names(kinds: &[StateKind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
}

impl LogPlanAcceptance {
    /// # Errors
    /// `resource_denied`; `log_tampered`.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<String>> {
        read(context, Action::LogAccept, &ACCEPT_RESOURCES, |view| {
            let keys = log_keys(&view.read.signing_keys()?, &view.config.store_name()?)?;
            let head = newest_head(view.read)?;
            let frontier = check_head(view.read, &head, &keys)?;
            let Some((_, known)) = state::newest_state(view.read, &frontier)? else {
                return Ok(Vec::new());
            };
            let changed = known.find_changed(|kind| view.read.state_digest(kind))?;
            Ok(kind_names(&changed))
        })
    }
}

impl Act for LogAccept {
    const ANY_OF: &'static [Resource] = &ACCEPT_RESOURCES;
}

impl LogAccept {
    /// # Errors
    /// `resource_denied`; `beyond_own_rights` without access to everything;
    /// `log_tampered`.
    pub fn run(self, context: &Context<'_>) -> Result<LogAccepted> {
        write::<Self, _>(
            context,
            Action::LogAccept,
            |_| (),
            |work, _| {
                if !work.actor.rights.is_unrestricted() {
                    return Err(Fault::BeyondOwnRights {
                        what: "accepting what was changed outside lac takes access to everything"
                            .to_owned(),
                    });
                }
                let (since, kinds) = match work.accept_state()? {
                    None => (None, Vec::new()),
                    Some((seq, kinds)) => (Some(seq), kind_names(&kinds)),
                };
                let mut accepted = LogAccepted {
                    changed: !kinds.is_empty(),
                    kinds,
                    since,
                    audit_seq: None,
                };
                if !accepted.changed {
                    return Ok(WriteOutcome::Unchanged(accepted));
                }
                work.draft.add_detail("kinds", accepted.kinds.clone());
                work.draft.add_detail("since", accepted.since);
                let recorded = work.record()?;
                accepted.audit_seq = recorded.seq;
                Ok(WriteOutcome::Recorded(accepted, recorded))
            },
        )
    }
}
