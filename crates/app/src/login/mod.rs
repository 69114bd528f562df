//! Logins as a customer: issue a signed URL for a customer or a document, and
//! redeem it. With sessions, approvals and the outbox of hooks.

mod approval;
mod ask_approval;
mod check;
mod judgement;
mod last;
pub mod outbox;
mod redeem;
pub mod requests;
mod search;
pub mod sessions;
mod start;
mod target;
mod verify;

pub use ask_approval::{ApprovalAsked, LoginAskApproval};
pub use check::{LoginCheck, LoginChecked};
pub use redeem::{LoginRedeem, LoginRedeemed};
pub use search::{LoginCandidate, LoginSearch};
pub use start::{LoginStart, LoginStarted};
pub use target::{TracedDocument, trace_document};
pub use verify::{LoginVerified, LoginVerify, active_login_keys, verify_token};

use serde::{Deserialize, Serialize};

use crate::ReadView;
use lac_model::audit::Event;
use lac_model::bounded::{Reason, ShortText};
use lac_model::customer::Customer;
use lac_model::document::{DocumentKind, DocumentRef};
use lac_model::ids::{CustomerId, Ticket};
use lac_model::resource::Resource;
use lac_store::Result;

/// The customer to log in as, as the agent named them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerSelector {
    /// An id or an e-mail address.
    Customer(ShortText),
    Document {
        kind: DocumentKind,
        number: ShortText,
    },
    /// The customer of the agent's most recent session.
    Last,
}

/// The input of a login, of its check and of a request for an approval.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginRequest {
    pub whom: CustomerSelector,
    /// The website, if the address or document number exists on several.
    pub website: Option<ShortText>,
    pub store_view: Option<ShortText>,
    pub reason: Option<Reason>,
    pub ticket: Option<Ticket>,
    /// End the agent's open session. Without this, an open session is an
    /// obstacle.
    pub replace: bool,
    /// Go on if the customer has not given consent.
    #[serde(default)]
    pub override_consent: bool,
    /// Whether to look and change nothing (`true`) or to write (`false`).
    /// Without it, `lac/session/read_only` decides.
    #[serde(default)]
    pub read_only: Option<bool>,
}

impl LoginRequest {
    /// Fills in what is known before the customer is looked up.
    fn fill_event(&self, event: &mut Event) {
        event.reason = self.reason.as_ref().map(ToString::to_string);
        event.ticket.clone_from(&self.ticket);
        match &self.whom {
            CustomerSelector::Customer(named) => event.add_detail("customer", named.clone()),
            CustomerSelector::Document { kind, number } => {
                event.set_document(&DocumentRef::new(*kind, number));
            }
            CustomerSelector::Last => event.add_detail("customer", "last"),
        }
        if self.override_consent {
            event.add_detail("override_consent", true);
        }
        if let Some(read_only) = self.read_only {
            event.add_detail("read_only", read_only);
        }
    }

    /// Checks the further resources that the kind of document and a login
    /// without consent need.
    fn require_resources(&self, view: &ReadView<'_>) -> Result<()> {
        if self.override_consent {
            view.require(Resource::LAC_CONSENT_OVERRIDE)?;
        }
        match &self.whom {
            CustomerSelector::Document { kind, .. } => view.require(kind.resource()),
            CustomerSelector::Customer(_) | CustomerSelector::Last => Ok(()),
        }
    }
}

/// The resource that every login needs.
const LOGIN_RESOURCES: &[Resource] = &[Resource::LOGIN_BUTTON];

/// A customer in answers about logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerSummary {
    pub id: CustomerId,
    pub email: String,
    pub name: String,
    pub website: String,
}

impl CustomerSummary {
    pub(crate) fn from_customer(view: &ReadView<'_>, customer: &Customer) -> Result<Self> {
        let website = view
            .store_tree()?
            .website(customer.website_id)
            .map(|w| w.code.clone());
        Ok(Self {
            id: customer.id,
            email: customer.email.clone(),
            name: customer.name(),
            website: website.unwrap_or_default(),
        })
    }
}
