//! Requests for approval of a login: show, decide and cancel them.
//! [`LoginAskApproval`](super::LoginAskApproval) creates them, and
//! [`LoginStart`](super::LoginStart) uses the approvals.

mod cancel;
mod decide;
mod show;

pub use cancel::{RequestCancel, cancel_request, cancel_requests_of_customer};
pub use decide::{Decision, RequestDecide};
pub use show::{RequestList, RequestShow, RequestView};

use serde::{Deserialize, Serialize};

use crate::{ReadView, UnitOfWork};
use lac_model::approval::{ApprovalRequest, RequestId, RequestState};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_store::{Result, none_if_damaged};

/// Reading requests needs one of these resources.
const REQUEST_RESOURCES: &[Resource] = &[Resource::LOGIN_BUTTON, Resource::LAC_APPROVE];

/// A request after a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestChanged {
    #[serde(flatten)]
    pub request: RequestView,
    pub changed: bool,
}

/// The most ids with the same prefix that are read.
const MAX_PREFIX_MATCHES: usize = 16;

/// A request by its id or a prefix of it. The actor sees their own requests
/// and, with `Lac::approve`, others within the role scope.
fn find_request(view: &ReadView<'_>, id: &RequestId) -> Result<ApprovalRequest> {
    let mut found = None;
    let ids = if id.is_prefix() {
        view.read
            .request_ids_with_prefix(id.as_str(), MAX_PREFIX_MATCHES)?
    } else {
        vec![id.clone()]
    };
    for candidate in ids {
        let Some(request) = view.read.request(&candidate)? else {
            continue;
        };
        // Requests that the actor may not see do not make the prefix ambiguous:
        // that would reveal them.
        if may_see(view, &request) && found.replace(request).is_some() {
            let problem = format!("several requests begin with {id}: give more of the id");
            return Err(Fault::invalid("ID", problem));
        }
    }
    found.ok_or_else(|| Fault::RequestNotFound {
        request: id.to_string(),
    })
}

fn may_see(view: &ReadView<'_>, request: &ApprovalRequest) -> bool {
    let own = view.actor.admin_id() == Some(request.admin_id);
    own || (view.actor.rights.allows(Resource::LAC_APPROVE)
        && view.actor.can_see_website(request.website_id))
}

fn request_closed(request: &ApprovalRequest, state: RequestState) -> Fault {
    Fault::RequestClosed {
        request: request.id.to_string(),
        state: state.as_str().to_owned(),
    }
}

/// Fills an event in with what the request is about. The event's admin is the
/// actor; the details name the agent who made the request.
fn describe_request(
    work: &UnitOfWork<'_>,
    request: &ApprovalRequest,
    event: &mut Event,
) -> Result<()> {
    event.customer_id = Some(request.customer_id);
    event.customer_email =
        none_if_damaged(work.read.customer(request.customer_id))?.map(|c| c.email);
    let website = work.store_tree()?.website(request.website_id);
    event.website = website.map(|w| w.code.clone());
    event.store_view = Some(request.store_view.clone());
    event.ticket.clone_from(&request.ticket);
    if let Some(document) = &request.document {
        event.set_document(document);
    }
    if request.is_override() {
        event.add_detail("override_consent", true);
    }
    event.add_detail("request", request.id.as_str());
    event.add_detail("requested_by", request.admin.clone());
    event.add_detail("requested_by_id", request.admin_id);
    Ok(())
}
