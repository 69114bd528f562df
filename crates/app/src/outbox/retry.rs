//! Having notices tried again at once, those that were given up too.

use serde::{Deserialize, Serialize};

use super::{NEEDED, NoticeRow};
use crate::{Desk, Done, Work, act};
use lac_model::audit::Action;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, MANY};
use lac_model::notice::{Notice, NoticeId, NoticeState};
use lac_model::resource::Resource;
use lac_store::{Act, Covers, NoticeQuery, OutboxWrite, Result};

/// Makes notices due now, and counts their attempts anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retry {
    pub which: Which,
}

/// Which ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// These; one that was delivered stays as it is.
    Ids(BoundedList<NoticeId, MANY>),
    /// Every one that was not delivered.
    All,
}

/// The notices, and whether each is tried again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retried {
    #[serde(flatten)]
    pub notice: NoticeRow,
    pub changed: bool,
}

impl Act for Retry {
    const ANY_OF: &'static [Resource] = NEEDED;
}

impl Covers<OutboxWrite> for Retry {}

impl Retry {
    /// # Errors
    /// `resource_denied`, `notice_not_found`; then none is tried again.
    pub fn run(self, desk: &Desk<'_>) -> Result<Vec<Retried>> {
        act::<Self, _>(
            desk,
            Action::NoticeRetry,
            |_| {},
            |work, permit| {
                let notices = self.notices(work)?;
                let (mut retried, mut ids) = (Vec::new(), Vec::new());
                for notice in notices {
                    let id = notice.id.clone();
                    let changed = work.tx.notice_retry(&permit.narrow(), &id, work.now)?;
                    let now = work.read.notice(&id)?.unwrap_or(notice);
                    if changed {
                        ids.push(id.to_string());
                    }
                    retried.push(Retried {
                        notice: NoticeRow::of(work, now)?,
                        changed,
                    });
                }
                if ids.is_empty() {
                    return Ok(Done::Unchanged(retried));
                }
                work.draft.detail("notices", ids);
                let recorded = work.record()?;
                Ok(Done::Recorded(retried, recorded))
            },
        )
    }

    fn notices(&self, work: &mut Work<'_>) -> Result<Vec<Notice>> {
        let Which::Ids(ids) = &self.which else {
            let mut found = work.read.notices(&NoticeQuery {
                websites: work.websites(),
                ..NoticeQuery::default()
            })?;
            found.retain(|notice| notice.state() != NoticeState::Delivered);
            return Ok(found);
        };
        let mut found: Vec<Notice> = Vec::new();
        for id in ids {
            work.draft.detail("notice", id.as_str());
            let seen = work.read.notice(id)?;
            let seen = seen.filter(|notice| work.actor.sees(notice.website_id));
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
