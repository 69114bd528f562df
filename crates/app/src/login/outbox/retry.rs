//! Retries notices, also those that were given up.

use serde::{Deserialize, Serialize};

use super::{NoticeView, OUTBOX_RESOURCES};
use crate::{Context, UnitOfWork, WriteOutcome, write};
use lac_model::audit::Action;
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST};
use lac_model::fault::Fault;
use lac_model::notice::{Notice, NoticeId, NoticeState};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, NoticeQuery, OutboxWrite, Result};

/// Makes notices due now and resets their number of attempts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutboxRetry {
    pub which: NoticeSelection,
}

/// The notices to retry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeSelection {
    /// These ids; notices that were delivered are not changed.
    Ids(BoundedList<NoticeId, MAX_IDS_PER_REQUEST>),
    /// All notices that were not delivered.
    All,
}

/// A notice, and whether it will be retried.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeRetried {
    #[serde(flatten)]
    pub notice: NoticeView,
    pub changed: bool,
}

impl Act for OutboxRetry {
    const ANY_OF: &'static [Resource] = OUTBOX_RESOURCES;
}

impl Covers<OutboxWrite> for OutboxRetry {}

impl OutboxRetry {
    /// # Errors
    /// `resource_denied`, `notice_not_found`. Then no notice is changed.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<NoticeRetried>> {
        write::<Self, _>(
            context,
            Action::NoticeRetry,
            |_| {},
            |work, permit| {
                let notices = self.select_notices(work)?;
                let (mut retried, mut ids) = (Vec::new(), Vec::new());
                for notice in notices {
                    let id = notice.id.clone();
                    let changed = work.tx.notice_retry(&permit.narrow(), &id, work.now)?;
                    let now = work.read.notice(&id)?.unwrap_or(notice);
                    if changed {
                        ids.push(id.to_string());
                    }
                    retried.push(NoticeRetried {
                        notice: NoticeView::from_notice(work, now)?,
                        changed,
                    });
                }
                if ids.is_empty() {
                    return Ok(WriteOutcome::Unchanged(retried));
                }
                work.draft.add_detail("notices", ids);
                let recorded = work.record()?;
                Ok(WriteOutcome::Recorded(retried, recorded))
            },
        )
    }

    fn select_notices(&self, work: &mut UnitOfWork<'_>) -> Result<Vec<Notice>> {
        let NoticeSelection::Ids(ids) = &self.which else {
            let mut found = work.read.notices(&NoticeQuery {
                websites: work.website_ids(),
                ..NoticeQuery::default()
            })?;
            found.retain(|notice| notice.state() != NoticeState::Delivered);
            return Ok(found);
        };
        let mut found: Vec<Notice> = Vec::new();
        for id in ids {
            work.draft.add_detail("notice", id.as_str());
            let seen = work.read.notice(id)?;
            let seen = seen.filter(|notice| work.actor.can_see_website(notice.website_id));
            let notice = seen.ok_or_else(|| Fault::NoticeNotFound {
                notice: id.to_string(),
            })?;
            if found.iter().all(|known| known.id != notice.id) {
                found.push(notice);
            }
        }
        work.draft.details.remove("notice");
        Ok(found)
    }
}
