//! Lists the notices and their states.

use serde::{Deserialize, Serialize};

use super::OUTBOX_RESOURCES;
use crate::core::page::{Page, PageRequest};
use crate::{Context, ReadView, read};
use lac_model::audit::Action;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::notice::{Hook, Notice, NoticeId, NoticeState};
use lac_model::time::Timestamp;
use lac_store::{NoticeQuery, Result};

/// Lists notices, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OutboxList {
    pub state: Option<NoticeState>,
    /// The cursor is a notice's number.
    pub part: PageRequest,
}

/// A notice in answers, without its payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeView {
    pub id: NoticeId,
    pub number: u64,
    pub state: NoticeState,
    pub event: Hook,
    /// `null` for a notice about consent.
    pub session_id: Option<SessionId>,
    pub customer_id: CustomerId,
    pub website: Option<String>,
    pub created_at: Timestamp,
    pub attempts: u32,
    pub next_at: Option<Timestamp>,
    pub last_error: Option<String>,
    pub delivered_at: Option<Timestamp>,
}

impl NoticeView {
    pub(super) fn from_notice(view: &ReadView<'_>, notice: Notice) -> Result<Self> {
        let website = view.store_tree()?.website(notice.website_id);
        Ok(Self {
            state: notice.state(),
            website: website.map(|website| website.code.clone()),
            id: notice.id,
            number: notice.number,
            event: notice.hook,
            session_id: notice.session_id,
            customer_id: notice.customer_id,
            created_at: notice.created_at,
            attempts: notice.attempts,
            next_at: notice.next_at,
            last_error: notice.last_error,
            delivered_at: notice.delivered_at,
        })
    }
}

impl OutboxList {
    /// # Errors
    /// `resource_denied`, `invalid_value` for an invalid cursor.
    pub fn run(self, context: &Context<'_>) -> Result<Page<NoticeView>> {
        let before = self.part.numeric_cursor()?;
        read(context, Action::SessionRead, OUTBOX_RESOURCES, |view| {
            let limit = self.part.row_limit();
            let mut found = view.read.notices(&NoticeQuery {
                state: self.state,
                websites: view.website_ids(),
                before,
                limit: Some(limit + 1),
            })?;
            let is_more = found.len() > limit;
            found.truncate(limit);
            let last = found.last().map(|notice| notice.number.to_string());
            let rows = found
                .into_iter()
                .map(|notice| NoticeView::from_notice(view, notice))
                .collect::<Result<Vec<_>>>()?;
            let next = last.filter(|_| is_more);
            Ok(Page {
                rows,
                next,
                left_out: view.read.skipped_row_count(),
            })
        })
    }
}
