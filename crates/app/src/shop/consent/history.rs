//! The history of customers' consent, from the log.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::page::{Page, PageRequest};
use crate::core::{counted, find};
use crate::{Context, read};
use lac_ledger::event_log::event_view;
use lac_model::audit::{Action, ActionGroup, Outcome, RecordFields, Selection, SelectionValues};
use lac_model::bounded::{BoundedList, MAX_IDS_PER_REQUEST, ShortText};
use lac_model::ids::CustomerId;
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{EventQuery, Result};

/// Asks for the consent history of customers, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentHistory {
    /// Ids or e-mail addresses.
    pub customers: BoundedList<ShortText, MAX_IDS_PER_REQUEST>,
    pub website: Option<ShortText>,
    /// The cursor is an event's sequence number.
    pub part: PageRequest,
}

/// A change of consent, or a failed attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentHistoryEntry {
    pub seq: u64,
    pub time: Timestamp,
    /// `grant` or `revoke`.
    pub action: String,
    pub result: Outcome,
    /// The admin user; `null` for a storefront.
    pub admin: Option<String>,
    /// `admin`, `storefront` or `import`.
    pub source: Option<String>,
    pub storefront: Option<String>,
    pub customer_id: Option<CustomerId>,
    pub customer_email: Option<String>,
    pub website: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// When the grant expires.
    pub until: Option<Timestamp>,
    pub reason: Option<String>,
}

impl ConsentHistory {
    /// # Errors
    /// `invalid_value` for an invalid cursor; `resource_denied`,
    /// `customer_not_found`, `customer_ambiguous`, `document_number`,
    /// `website_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<Page<ConsentHistoryEntry>> {
        let after: Option<u64> = self.part.numeric_cursor()?;
        let needs = [Resource::CUSTOMER_MANAGE];
        let (page, who) = read(context, Action::ConsentRead, &needs, |view| {
            // Without customers, the query would be about all customers.
            if self.customers.is_empty() {
                return Ok((Page::default(), view.actor.identity));
            }
            let website = self.website.as_deref();
            let mut ids = Vec::new();
            for named in &self.customers {
                let customer = find::customer(view, named, website)?;
                ids.extend(find::customer_ids_in_log(view, customer.id)?);
            }
            let limit = self.part.row_limit();
            let query = EventQuery {
                select: Selection {
                    action_group: SelectionValues::any_of([ActionGroup::Consent.as_str()]),
                    customer_id: SelectionValues::any_of(ids.iter().map(ToString::to_string)),
                    ..Selection::default()
                },
                after,
                limit: Some(limit + 1),
                ..EventQuery::default()
            };
            let mut rows = Vec::new();
            view.log_source().for_each_event(&query, &mut |event| {
                rows.push(ConsentHistoryEntry::from_event(event)?);
                Ok(())
            })?;
            let is_more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| is_more).map(|e| e.seq.to_string());
            Ok((
                Page {
                    rows,
                    next,
                    left_out: 0,
                },
                view.actor.identity,
            ))
        })?;
        counted::record_bulk_read(
            context,
            who,
            Action::ConsentRead,
            self.customers.len(),
            |_| {},
        )?;
        Ok(page)
    }
}

impl ConsentHistoryEntry {
    fn from_event(event: &RecordFields<'_>) -> Result<Self> {
        let event = event_view(event)?;
        let details = event.details.unwrap_or_default();
        let detail = |key: &str| details.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            seq: event.seq,
            time: event.time,
            action: event.action,
            result: event.result,
            admin: event.admin,
            source: detail("source"),
            storefront: detail("storefront"),
            customer_id: event.customer_id,
            customer_email: event.customer_email,
            website: event.website,
            before: detail("before"),
            after: detail("after"),
            until: detail("until").and_then(|time| time.parse().ok()),
            reason: event.reason,
        })
    }
}
