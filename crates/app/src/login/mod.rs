//! The login: from a customer or a document to a signed URL, and back.

mod approval;
mod check;
mod judge;
mod last;
mod redeem;
mod request;
mod search;
mod start;
mod target;
mod verify;

pub use check::{Check, Checked};
pub use redeem::{Redeem, Redeemed};
pub use request::{Ask, Asked};
pub use search::{Candidate, Search};
pub use start::{Login, Started};
pub use target::{Traced, trace};
pub use verify::{Verified, Verify, login_keys, verify_with};

use serde::{Deserialize, Serialize};

use crate::View;
use lac_model::audit::Event;
use lac_model::customer::Customer;
use lac_model::document::{DocumentKind, DocumentRef};
use lac_model::form::{Reason, ShortText};
use lac_model::ids::{CustomerId, Ticket};
use lac_model::resource::Resource;
use lac_store::Result;

/// Whose account, as the agent names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// An id or an e-mail address.
    Customer(ShortText),
    Document {
        kind: DocumentKind,
        number: ShortText,
    },
    /// The customer of the agent's own newest session.
    Last,
}

/// What both the login and its check are asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wish {
    pub whom: Whom,
    /// Where the address or the document number exists several times.
    pub website: Option<ShortText>,
    pub store_view: Option<ShortText>,
    pub reason: Option<Reason>,
    pub ticket: Option<Ticket>,
    /// End the agent's open session, if any, instead of being refused.
    pub replace: bool,
    /// Go on without the customer's consent, where it is not there.
    #[serde(default)]
    pub override_consent: bool,
}

impl Wish {
    /// What is known before anybody was looked up.
    fn fill(&self, event: &mut Event) {
        event.reason = self.reason.as_ref().map(ToString::to_string);
        event.ticket.clone_from(&self.ticket);
        match &self.whom {
            Whom::Customer(named) => event.detail("customer", named.clone()),
            Whom::Document { kind, number } => {
                event.about_document(&DocumentRef::new(*kind, number));
            }
            Whom::Last => event.detail("customer", "last"),
        }
        if self.override_consent {
            event.detail("override_consent", true);
        }
    }

    /// The resources that the kind of document, and going on without consent,
    /// need besides.
    fn demand(&self, view: &View<'_>) -> Result<()> {
        if self.override_consent {
            view.demand(Resource::LAC_CONSENT_OVERRIDE)?;
        }
        match &self.whom {
            Whom::Document { kind, .. } => view.demand(kind.resource()),
            Whom::Customer(_) | Whom::Last => Ok(()),
        }
    }
}

/// What one must hold to start.
const NEEDED: &[Resource] = &[Resource::LOGIN_BUTTON];

/// The customer as answers name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shopper {
    pub id: CustomerId,
    pub email: String,
    pub name: String,
    pub website: String,
}

impl Shopper {
    pub(crate) fn of(view: &View<'_>, customer: &Customer) -> Result<Self> {
        let website = view
            .tree()?
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
