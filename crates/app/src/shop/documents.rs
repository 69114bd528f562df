//! Shows a document, its customer, and whether a login could start from it.

use serde::{Deserialize, Serialize};

use crate::core::counted;
use crate::login::{CustomerSelector, CustomerSummary, LoginCheck, LoginRequest, trace_document};
use crate::{Context, ReadView};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::document::DocumentKind;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Result;

/// Shows a document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentShow {
    pub kind: DocumentKind,
    pub number: ShortText,
    pub website: Option<ShortText>,
    pub store_view: Option<ShortText>,
}

/// A document, its customer, and the obstacles to a login.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DocumentView {
    pub kind: DocumentKind,
    pub number: String,
    pub entity_id: i64,
    pub order_id: i64,
    pub website: Option<String>,
    pub store_view: Option<String>,
    pub created_at: Option<Timestamp>,
    /// `null` if the customer is a guest or is not in the store.
    pub customer: Option<CustomerSummary>,
    /// Empty if a login could start.
    pub obstacles: Vec<Fault>,
}

impl DocumentShow {
    /// # Errors
    /// `resource_denied`, `document_not_found`, `document_ambiguous`,
    /// `website_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<DocumentView> {
        let (website, store_view) = (self.website.as_deref(), self.store_view.as_deref());
        let shown = |document: &DocumentView| usize::from(document.customer.is_some());
        counted::read_counted(
            context,
            Action::DocumentRead,
            &[self.kind.resource()],
            shown,
            |view| {
                let traced = trace_document(view, self.kind, &self.number, website, store_view)?;
                let document = traced.document;
                let tree = view.store_tree()?;
                let found = document.store_view_id.and_then(|id| tree.view(id));
                let (customer, obstacles) = match traced.customer {
                    Ok(customer) => (
                        Some(CustomerSummary::from_customer(view, &customer)?),
                        self.login_obstacles(view)?,
                    ),
                    Err(fault) if fault.is_recorded() => (None, vec![fault]),
                    Err(broken) => return Err(broken),
                };
                Ok(DocumentView {
                    kind: document.kind,
                    number: document.number,
                    entity_id: document.entity_id,
                    order_id: document.order_id,
                    website: found
                        .and_then(|v| tree.website(v.website_id))
                        .map(|w| w.code.clone()),
                    store_view: found.map(|v| v.code.clone()),
                    created_at: document.created_at,
                    customer,
                    obstacles,
                })
            },
        )
    }

    /// The obstacles to a login that starts from this document.
    fn login_obstacles(&self, view: &ReadView<'_>) -> Result<Vec<Fault>> {
        let request = LoginRequest {
            whom: CustomerSelector::Document {
                kind: self.kind,
                number: self.number.clone(),
            },
            website: self.website.clone(),
            store_view: self.store_view.clone(),
            reason: None,
            ticket: None,
            replace: true,
            override_consent: false,
            read_only: None,
        };
        LoginCheck { request }.obstacles(view)
    }
}
