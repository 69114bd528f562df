//! Finds the customer of a login, and the document that it starts from.

use super::{CustomerSelector, LoginRequest, last};
use crate::ReadView;
use crate::core::find;
use lac_model::customer::{Customer, email_key};
use lac_model::document::{Document, DocumentKind, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_store::Result;

/// A customer, and the document that belongs to them if the login starts from
/// one.
#[derive(Debug)]
pub(super) struct LoginTarget {
    pub customer: Customer,
    pub document: Option<Document>,
}

/// The result of the search: the document, if the login starts from one, and
/// the customer or the reason why there is none.
#[derive(Debug)]
pub(super) struct ResolvedTarget {
    pub document: Option<Document>,
    pub customer: Result<Customer>,
}

/// Finds the customer and document of a request, within the actor's role scope.
pub(super) fn resolve(view: &ReadView<'_>, request: &LoginRequest) -> Result<ResolvedTarget> {
    let (website, store_view) = (request.website.as_deref(), request.store_view.as_deref());
    let (customer, document) = match &request.whom {
        CustomerSelector::Customer(named) => (find::customer(view, named, website)?, None),
        CustomerSelector::Last => (last::last_customer(view)?, None),
        CustomerSelector::Document { kind, number } => {
            let traced = trace_document(view, *kind, number, website, store_view)?;
            return Ok(ResolvedTarget {
                document: Some(traced.document),
                customer: traced.customer,
            });
        }
    };
    Ok(ResolvedTarget {
        document,
        customer: Ok(customer),
    })
}

/// A document, and its customer or the reason why there is none.
#[derive(Debug)]
pub struct TracedDocument {
    pub document: Document,
    pub customer: Result<Customer>,
}

/// Finds a document by kind and number and follows it to its customer.
pub fn trace_document(
    view: &ReadView<'_>,
    kind: DocumentKind,
    number: &str,
    website: Option<&str>,
    store_view: Option<&str>,
) -> Result<TracedDocument> {
    let reference = DocumentRef::new(kind, number);
    let document = pick_document(view, &reference, website, store_view)?;
    let customer = document_owner(view, &document);
    Ok(TracedDocument { document, customer })
}

/// A number is unique only per kind and store: `--website` and `--store-view`
/// select one document.
fn pick_document(
    view: &ReadView<'_>,
    reference: &DocumentRef,
    website: Option<&str>,
    store_view: Option<&str>,
) -> Result<Document> {
    let only = website
        .map(|code| find::website(view, code))
        .transpose()?
        .map(|w| w.id);
    let tree = view.store_tree()?;
    let website_of = |document: &Document| {
        document
            .store_view_id
            .and_then(|id| tree.view(id))
            .map(|found| found.website_id)
    };
    let mut found = find::documents(view, reference)?;
    found.retain(|document| only.is_none_or(|id| website_of(document) == Some(id)));
    if found.len() > 1
        && let Some(wanted) = store_view.and_then(|code| tree.view_by_code(code))
        && view.actor.can_see_website(wanted.website_id)
    {
        found.retain(|document| document.store_view_id == Some(wanted.id));
    }
    if found.len() > 1 {
        let code = |d: &Document| match d.store_view_id.and_then(|id| tree.view(id)) {
            Some(found) => found.code.clone(),
            None => "unknown".to_owned(),
        };
        return Err(Fault::DocumentAmbiguous {
            document: reference.to_string(),
            store_views: found.iter().map(code).collect(),
        });
    }
    found.pop().ok_or_else(|| Fault::DocumentNotFound {
        document: reference.to_string(),
    })
}

/// The customer of a document: the one of its order.
fn document_owner(view: &ReadView<'_>, document: &Document) -> Result<Customer> {
    let order = if document.kind == DocumentKind::Order {
        Some(document.clone())
    } else {
        view.read.document(DocumentKind::Order, document.order_id)?
    };
    let order = order.ok_or_else(|| Fault::DocumentNotFound {
        document: format!("order of {}", document.to_ref()),
    })?;
    let Some(id) = order.customer_id else {
        return Err(Fault::GuestDocument {
            document: document.to_ref().to_string(),
        });
    };
    let found = match view.read.customer(id)? {
        Some(customer) => Some(customer),
        None => local_customer_by_address(view, &order)?,
    };
    found
        .filter(|customer| view.actor.can_see_website(customer.website_id))
        .ok_or_else(|| Fault::CustomerNotFound {
            customer: id.to_string(),
        })
}

/// A customer imported from CSV has no merchant's id. The order's address and
/// website identify them.
fn local_customer_by_address(view: &ReadView<'_>, order: &Document) -> Result<Option<Customer>> {
    let website = order
        .store_view_id
        .and_then(|id| view.store_tree().ok()?.view(id));
    let (Some(email), Some(website)) = (&order.customer_email, website) else {
        return Ok(None);
    };
    let mut found = view.read.customers_by_email(&email_key(email))?;
    found.retain(|c| c.website_id == website.website_id && CustomerId::is_local(c.id));
    Ok(found.pop())
}
