//! A customer's own access history: when somebody of the staff was in the
//! account, how long, and what they did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::find;
use crate::core::page::PageRequest;
use crate::shop::consent::own_customer::find_own_customer;
use crate::{Context, ReadView, read};
use lac_ledger::event_log::event_view;
use lac_model::audit::{Action, ActionGroup, EventView, Outcome, Selection, SelectionValues};
use lac_model::config;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::report::ReportedKind;
use lac_model::resource::Resource;
use lac_model::session::{Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{EventHints, EventQuery, Result, SessionQuery, none_if_damaged};

/// The number of visits on a page, if the request does not say.
const DEFAULT_PAGE: usize = 50;

/// Asks for the visits to the customer's account, newest first. Logins whose
/// URL was never used are no visits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerAccessHistory {
    pub customer: CustomerId,
    /// The cursor is the one of the previous page.
    #[serde(default)]
    pub part: PageRequest,
}

/// A page of a customer's access history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerAccess {
    pub customer_id: CustomerId,
    pub visits: Vec<AccessVisit>,
    /// The cursor for the next page; `null` on the last one.
    pub next: Option<String>,
}

/// One visit. Name, reason and ticket are there only if
/// `lac/customer/history_shows` of the visit's website says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessVisit {
    pub started_at: Timestamp,
    /// `null` while it lasts.
    pub ended_at: Option<Timestamp>,
    /// In seconds; `null` while it lasts.
    pub duration: Option<u64>,
    pub state: SessionState,
    pub website: String,
    pub website_name: String,
    pub read_only: bool,
    /// Oldest first.
    pub actions: Vec<VisitAction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_full_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// Something that was done on the customer's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitAction {
    pub action: ReportedKind,
    pub document: Option<String>,
    /// As the storefront said, else when it was recorded.
    pub at: Timestamp,
}

/// What the log knows of one session.
#[derive(Debug, Default)]
struct LoggedVisit {
    reason: Option<String>,
    actions: Vec<VisitAction>,
}

impl CustomerAccessHistory {
    /// # Errors
    /// `resource_denied` for everybody but a storefront's account;
    /// `customer_not_found` outside its websites; `invalid_value` for an invalid
    /// cursor.
    pub fn run(self, context: &Context<'_>) -> Result<CustomerAccess> {
        let needs = [Resource::LAC_STOREFRONT];
        read(context, Action::CustomerRead, &needs, |view| {
            view.require_storefront()?;
            let customer = find_own_customer(view, self.customer)?;
            let limit = self.part.limit.unwrap_or(DEFAULT_PAGE);
            let limit = limit.clamp(1, self.part.row_limit().max(1));
            let (sessions, next) = self.opened_sessions(view, limit)?;
            let mut logged = logged_visits(view, customer.id, &sessions)?;
            let visits = sessions
                .into_iter()
                .map(|session| {
                    let logged = logged.remove(&session.id).unwrap_or_default();
                    visit(view, session, logged)
                })
                .collect::<Result<Vec<_>>>()?;
            Ok(CustomerAccess {
                customer_id: customer.id,
                visits,
                next,
            })
        })
    }

    /// Up to `limit` sessions that were opened, and the cursor for the next
    /// ones. Reads on until there are enough: many links are never used.
    fn opened_sessions(
        &self,
        view: &ReadView<'_>,
        limit: usize,
    ) -> Result<(Vec<Session>, Option<String>)> {
        let mut found: Vec<Session> = Vec::new();
        let mut after: Option<String> = self.part.after.clone().map(Into::into);
        loop {
            let batch = view.read.sessions(&SessionQuery {
                customer_id: Some(self.customer),
                websites: view.website_ids(),
                after: after.clone(),
                limit: Some(limit + 1),
                ..SessionQuery::default()
            })?;
            let is_last = batch.len() <= limit;
            after = batch.last().map(|session| session.id.to_string());
            found.extend(batch.into_iter().filter(|one| one.redeemed_at.is_some()));
            if is_last || found.len() > limit {
                break;
            }
        }
        let is_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|session| session.id.to_string());
        Ok((found, last.filter(|_| is_more)))
    }
}

/// Reasons and reported actions of these sessions, from the log. The events
/// have the id that the customer had at that time.
fn logged_visits(
    view: &ReadView<'_>,
    customer: CustomerId,
    sessions: &[Session],
) -> Result<BTreeMap<SessionId, LoggedVisit>> {
    let mut logged: BTreeMap<SessionId, LoggedVisit> = sessions
        .iter()
        .map(|session| (session.id.clone(), LoggedVisit::default()))
        .collect();
    let Some(oldest) = sessions.last() else {
        return Ok(logged);
    };
    let ids = find::customer_ids_in_log(view, customer)?;
    let kinds = ReportedKind::ALL.map(|kind| kind.action().name());
    let query = EventQuery {
        select: Selection {
            action_group: SelectionValues::any_of([ActionGroup::LoginAsCustomer.as_str()]),
            action: SelectionValues::any_of(kinds.into_iter().chain([Action::LoginIssue.name()])),
            result: SelectionValues::any_of([Outcome::Success.as_str()]),
            customer_id: SelectionValues::any_of(ids.iter().map(ToString::to_string)),
            ..Selection::default()
        },
        hints: EventHints {
            first: Some(oldest.issue_seq),
            customers: ids,
            ..EventHints::default()
        },
        ..EventQuery::default()
    };
    view.log_source().for_each_event(&query, &mut |event| {
        let event = event_view(event)?;
        let session = event.session_id.clone();
        let Some(visit) = session.and_then(|id| logged.get_mut(&id)) else {
            return Ok(());
        };
        match ReportedKind::from_name(&event.action) {
            Some(kind) => visit.actions.push(reported_action(kind, event)),
            None => visit.reason = event.reason,
        }
        Ok(())
    })?;
    for visit in logged.values_mut() {
        visit.actions.sort_by_key(|action| action.at);
    }
    Ok(logged)
}

fn reported_action(kind: ReportedKind, event: EventView) -> VisitAction {
    let claimed = event.details.as_ref().and_then(|details| details.get("at"));
    let claimed = claimed.and_then(Value::as_str);
    VisitAction {
        action: kind,
        document: event.document,
        at: claimed.and_then(|at| at.parse().ok()).unwrap_or(event.time),
    }
}

fn visit(view: &ReadView<'_>, session: Session, logged: LoggedVisit) -> Result<AccessVisit> {
    let website = view.store_tree()?.website(session.website_id);
    let shows = view
        .config
        .effective(config::HISTORY_SHOWS, website, None)?;
    let shows = shows.value.unwrap_or_default();
    let is_shown = |what: &str| shows.split(',').any(|word| word == what);
    let state = session.state_at(view.now);
    let over = session.expiry_at(view.now).map(|over| over.at);
    let ended_at = session.ended_at.or(over);
    let started_at = session.redeemed_at.unwrap_or(session.issued_at);
    let full_name = if is_shown("name") {
        none_if_damaged(view.read.admin_user(session.admin_id))?.and_then(|user| user.full_name)
    } else {
        None
    };
    Ok(AccessVisit {
        started_at,
        ended_at,
        duration: ended_at.map(|end| end.duration_since(started_at).as_secs()),
        state,
        website: website.map_or_else(String::new, |w| w.code.clone()),
        website_name: website.map_or_else(String::new, |w| w.name.clone()),
        read_only: session.read_only,
        actions: logged.actions,
        admin: Some(session.admin).filter(|_| is_shown("name")),
        admin_full_name: full_name,
        reason: logged.reason.filter(|_| is_shown("reason")),
        ticket: session
            .ticket
            .filter(|_| is_shown("ticket"))
            .map(|ticket| ticket.to_string()),
    })
}
