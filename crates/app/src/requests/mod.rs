//! Logins that wait for a second person: seen, decided, taken back. They are
//! made by `app::login` ([`crate::login::Ask`]), which uses them up too.

mod decide;
mod end;
mod show;

pub use decide::{Decide, Verdict};
pub use end::{Cancel, cancel, cancel_for_customer};
pub use show::{ListRequests, RequestRow, ShowRequest};

use serde::{Deserialize, Serialize};

use crate::{View, Work};
use lac_model::audit::Event;
use lac_model::fault::Fault;
use lac_model::request::{LoginRequest, RequestId, RequestState};
use lac_model::resource::Resource;
use lac_store::{Result, unless_damaged};

/// What one must hold to have to do with requests at all.
const NEEDED: &[Resource] = &[Resource::LOGIN_BUTTON, Resource::LAC_APPROVE];

/// What became of one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decided {
    #[serde(flatten)]
    pub request: RequestRow,
    pub changed: bool,
}

/// Ids with the same beginning that are looked at; more are too many.
const ALIKE: usize = 16;

/// A request the actor may see, by its id or the beginning of it: one's own
/// always, others with `Lac::approve` within the role scope.
///
/// # Errors
/// `request_not_found`; `invalid_value` for a beginning that several share.
fn one(view: &View<'_>, id: &RequestId) -> Result<LoginRequest> {
    let mut found = None;
    let ids = if id.is_beginning() {
        view.read.request_ids(id.as_str(), ALIKE)?
    } else {
        vec![id.clone()]
    };
    for candidate in ids {
        let Some(request) = view.read.request(&candidate)? else {
            continue;
        };
        // What else begins so must not show.
        if may_see(view, &request) && found.replace(request).is_some() {
            let problem = format!("several requests begin with {id}: give more of the id");
            return Err(Fault::invalid("ID", problem));
        }
    }
    found.ok_or_else(|| Fault::RequestNotFound {
        request: id.to_string(),
    })
}

fn may_see(view: &View<'_>, request: &LoginRequest) -> bool {
    let own = view.actor.admin_id() == Some(request.admin_id);
    own || (view.actor.rights.hold(Resource::LAC_APPROVE) && view.actor.sees(request.website_id))
}

fn closed(request: &LoginRequest, state: RequestState) -> Fault {
    Fault::RequestClosed {
        request: request.id.to_string(),
        state: state.as_str().to_owned(),
    }
}

/// Puts what a request is about into an event. Its admin is whoever acts; the
/// requester is named in the details.
fn describe(work: &Work<'_>, request: &LoginRequest, event: &mut Event) -> Result<()> {
    event.customer_id = Some(request.customer_id);
    event.customer_email =
        unless_damaged(work.read.customer(request.customer_id))?.map(|c| c.email);
    let website = work.tree()?.website(request.website_id);
    event.website = website.map(|w| w.code.clone());
    event.store_view = Some(request.store_view.clone());
    event.ticket.clone_from(&request.ticket);
    if let Some(document) = &request.document {
        event.about_document(document);
    }
    if request.overrides() {
        event.detail("override_consent", true);
    }
    event.detail("request", request.id.as_str());
    event.detail("requested_by", request.admin.clone());
    event.detail("requested_by_id", request.admin_id);
    Ok(())
}
