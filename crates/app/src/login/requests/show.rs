//! Lists and shows requests for approval. The actor sees their own requests
//! and, with `Lac::approve`, others within the role scope.

use serde::{Deserialize, Serialize};

use super::{REQUEST_RESOURCES, find_request};
use crate::core::counted;
use crate::core::page::{Page, PageRequest};
use crate::{Context, ReadView};
use lac_model::access::Actor;
use lac_model::approval::{ApprovalCause, ApprovalRequest, RequestId, RequestState};
use lac_model::audit::Action;
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::resource::Resource;
use lac_model::time::Timestamp;
use lac_store::{RequestQuery, Result, none_if_damaged};

/// Lists requests, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RequestList {
    /// Only the actor's own requests. Without `Lac::approve`, always `true`.
    pub mine: bool,
    /// Empty for all.
    pub states: BoundedList<RequestState, MAX_VALUES_PER_FIELD>,
    /// The cursor is a request's id.
    pub part: PageRequest,
}

/// Shows one request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestShow {
    pub id: RequestId,
}

/// A request in answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestView {
    pub id: RequestId,
    pub state: RequestState,
    pub admin: String,
    pub customer_id: CustomerId,
    /// `null` if the customer was removed or is outside the role scope.
    pub customer_email: Option<String>,
    pub website: Option<String>,
    pub store_view: String,
    pub document: Option<String>,
    pub reason: Option<String>,
    pub ticket: Option<String>,
    /// Why the login needs an approval.
    pub causes: Vec<ApprovalCause>,
    pub requested_at: Timestamp,
    /// When the request or, once approved, the approval expires.
    pub expires_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    pub decision_reason: Option<String>,
    /// The session that used the approval.
    pub session_id: Option<SessionId>,
}

impl RequestView {
    pub(crate) fn from_request(view: &ReadView<'_>, request: ApprovalRequest) -> Result<Self> {
        let website = view.store_tree()?.website(request.website_id);
        let customer = none_if_damaged(view.read.customer(request.customer_id))?;
        let customer = customer.filter(|customer| view.actor.can_see_website(customer.website_id));
        Ok(Self {
            state: request.state_at(view.now),
            customer_email: customer.map(|customer| customer.email),
            website: website.map(|website| website.code.clone()),
            id: request.id,
            admin: request.admin,
            customer_id: request.customer_id,
            store_view: request.store_view,
            document: request.document.map(|document| document.to_string()),
            reason: request.reason.map(Into::into),
            ticket: request.ticket.map(|ticket| ticket.as_str().to_owned()),
            causes: request.causes,
            requested_at: request.requested_at,
            expires_at: request.expires_at,
            decided_at: request.decided_at,
            decided_by: request.decided_by,
            decision_reason: request.decision_reason.map(Into::into),
            session_id: request.session_id,
        })
    }
}

impl RequestView {
    /// Whether the row shows the actor a customer from another agent's request.
    fn reveals_customer_to(&self, actor: &Actor) -> bool {
        self.customer_email.is_some() && self.admin != actor.name
    }
}

impl RequestList {
    /// # Errors
    /// `resource_denied`, `invalid_value` for an invalid cursor.
    pub fn run(self, context: &Context<'_>) -> Result<Page<RequestView>> {
        let shown = |actor: &Actor, page: &Page<RequestView>| {
            page.rows
                .iter()
                .filter(|row| row.reveals_customer_to(actor))
                .count()
        };
        counted::read_counted_if_restricted(
            context,
            Action::SessionRead,
            REQUEST_RESOURCES,
            shown,
            |view| {
                let mine = self.mine || !view.actor.rights.allows(Resource::LAC_APPROVE);
                let before = match &self.part.after {
                    Some(after) => Some(cursor_seq(view, after)?),
                    None => None,
                };
                let query = RequestQuery {
                    admin_id: view.actor.admin_id().filter(|_| mine),
                    states: stored_states(&self.states),
                    websites: if mine { None } else { view.website_ids() },
                    before,
                    ..RequestQuery::default()
                };
                let wanted = |request: &ApprovalRequest| {
                    self.states.is_empty() || self.states.contains(&request.state_at(view.now))
                };
                let mut found = view.read.requests(&query)?.into_iter().filter(wanted);
                let rows = found.by_ref().take(self.part.row_limit());
                let rows = rows
                    .map(|request| RequestView::from_request(view, request))
                    .collect::<Result<Vec<_>>>()?;
                let last = rows.last().map(|row| row.id.to_string());
                let next = last.filter(|_| found.next().is_some());
                Ok(Page {
                    rows,
                    next,
                    left_out: view.read.skipped_row_count(),
                })
            },
        )
    }
}

fn cursor_seq(view: &ReadView<'_>, after: &str) -> Result<u64> {
    let none = || Fault::invalid("--after", "not a cursor of this list");
    let id = RequestId::new(after).map_err(|_| none())?;
    let found = view.read.request(&id)?.filter(|r| super::may_see(view, r));
    found.map(|request| request.request_seq).ok_or_else(none)
}

/// Expired requests may still be stored as open.
fn stored_states(wanted: &[RequestState]) -> Vec<RequestState> {
    let mut states = wanted.to_vec();
    if states.contains(&RequestState::Expired) {
        states.extend([RequestState::Pending, RequestState::Approved]);
    }
    states
}

impl RequestShow {
    /// # Errors
    /// `resource_denied`, `request_not_found`, `invalid_value` if several ids
    /// start with the given prefix.
    pub fn run(self, context: &Context<'_>) -> Result<RequestView> {
        let shown = |actor: &Actor, row: &RequestView| usize::from(row.reveals_customer_to(actor));
        counted::read_counted_if_restricted(
            context,
            Action::SessionRead,
            REQUEST_RESOURCES,
            shown,
            |view| {
                let request = find_request(view, &self.id)?;
                RequestView::from_request(view, request)
            },
        )
    }
}
