//! What was changed in the tables past the log is accepted as it is now, on
//! record.
//!
//! Until then every act that changes who may do what is refused: it would
//! record the change of somebody else as its own. So this is an act of its own,
//! for somebody who holds everything, with a confirmation and an event.

use serde::{Deserialize, Serialize};

use crate::{Desk, Done, act, look};
use lac_ledger::fault::tampered;
use lac_ledger::head::check_head;
use lac_ledger::keys::chain;
use lac_ledger::state;
use lac_model::audit::{Action, StateKind};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Act, Result};

const NEEDED: [Resource; 1] = [Resource::LOGGING_BULK_EVENTS];

/// Asks what there is to accept; before the confirmation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PlanAcceptance {}

/// Accepts it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Accept {}

/// What was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The kinds of state that were not as the log says; none where all were.
    pub kinds: Vec<String>,
    /// The event that had left them otherwise.
    pub since: Option<u64>,
    pub changed: bool,
    pub audit_seq: Option<u64>,
}

fn names(kinds: &[StateKind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
}

impl PlanAcceptance {
    /// # Errors
    /// `resource_denied`; `log_tampered`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<String>> {
        look(desk, Action::LogAccept, &NEEDED, |view| {
            let keys = chain(&view.read.signing_keys()?, &view.config.store_name()?)?;
            let head = view.read.audit_head()?;
            let head = head.ok_or_else(|| tampered("the head of the tree is gone"))?;
            let frontier = check_head(view.read, &head, &keys)?;
            let Some((_, known)) = state::newest(view.read, &frontier)? else {
                return Ok(Vec::new());
            };
            let changed = known.changed(|kind| view.read.state_digest(kind))?;
            Ok(names(&changed))
        })
    }
}

impl Act for Accept {
    const ANY_OF: &'static [Resource] = &NEEDED;
}

impl Accept {
    /// # Errors
    /// `resource_denied`; `beyond_own_rights` for who does not hold everything;
    /// `log_tampered`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Accepted> {
        act::<Self, _>(
            desk,
            Action::LogAccept,
            |_| (),
            |work, _| {
                if !work.actor.rights.is_everything() {
                    return Err(Fault::BeyondOwnRights {
                        what: "who may do what is accepted by somebody who holds everything"
                            .to_owned(),
                    });
                }
                let (since, kinds) = match work.accept_state()? {
                    None => (None, Vec::new()),
                    Some((seq, kinds)) => (Some(seq), names(&kinds)),
                };
                let mut accepted = Accepted {
                    changed: !kinds.is_empty(),
                    kinds,
                    since,
                    audit_seq: None,
                };
                if !accepted.changed {
                    return Ok(Done::Unchanged(accepted));
                }
                work.draft.detail("kinds", accepted.kinds.clone());
                work.draft.detail("since", accepted.since);
                let recorded = work.record()?;
                accepted.audit_seq = recorded.seq;
                Ok(Done::Recorded(accepted, recorded))
            },
        )
    }
}
