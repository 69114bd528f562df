//! Whom a login is for: the customer, and the document it starts from.

use super::{Whom, Wish, last};
use crate::{View, find};
use lac_model::customer::{Customer, email_key};
use lac_model::document::{Document, DocumentKind, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_store::Result;

/// The customer, and the document that led to them.
#[derive(Debug)]
pub struct Target {
    pub customer: Customer,
    pub document: Option<Document>,
}

/// What a wish led to: the document it starts from, if any, and the customer or
/// why there is none.
#[derive(Debug)]
pub struct Found {
    pub document: Option<Document>,
    pub customer: Result<Customer>,
}

/// Finds whom a wish is about, within the actor's scope.
///
/// # Errors
/// `customer_not_found`, `customer_ambiguous`, `document_not_found`,
/// `document_ambiguous`, `website_not_found`.
pub fn find(view: &View<'_>, wish: &Wish) -> Result<Found> {
    let (website, store_view) = (wish.website.as_deref(), wish.store_view.as_deref());
    let (customer, document) = match &wish.whom {
        Whom::Customer(named) => (find::customer(view, named, website)?, None),
        Whom::Last => (last::customer(view)?, None),
        Whom::Document { kind, number } => {
            let traced = trace(view, *kind, number, website, store_view)?;
            return Ok(Found {
                document: Some(traced.document),
                customer: traced.customer,
            });
        }
    };
    Ok(Found {
        document,
        customer: Ok(customer),
    })
}

/// A document and the customer it belongs to, or why there is none.
#[derive(Debug)]
pub struct Traced {
    pub document: Document,
    pub customer: Result<Customer>,
}

/// Finds a document by kind and number and follows it to its customer.
///
/// # Errors
/// `document_not_found`, `document_ambiguous`, `website_not_found`.
pub fn trace(
    view: &View<'_>,
    kind: DocumentKind,
    number: &str,
    website: Option<&str>,
    store_view: Option<&str>,
) -> Result<Traced> {
    let reference = DocumentRef::new(kind, number);
    let document = pick(view, &reference, website, store_view)?;
    let customer = owner(view, &document);
    Ok(Traced { document, customer })
}

/// A number is unique per kind and store only: `--website` and `--store-view`
/// tell which one is meant.
fn pick(
    view: &View<'_>,
    reference: &DocumentRef,
    website: Option<&str>,
    store_view: Option<&str>,
) -> Result<Document> {
    let only = website
        .map(|code| find::website(view, code))
        .transpose()?
        .map(|w| w.id);
    let tree = view.tree()?;
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
        && view.actor.sees(wanted.website_id)
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

/// A document belongs to a customer through its order.
fn owner(view: &View<'_>, document: &Document) -> Result<Customer> {
    let order = if document.kind == DocumentKind::Order {
        Some(document.clone())
    } else {
        view.read.document(DocumentKind::Order, document.order_id)?
    };
    let order = order.ok_or_else(|| Fault::DocumentNotFound {
        document: format!("order of {}", document.reference()),
    })?;
    let Some(id) = order.customer_id else {
        return Err(Fault::GuestDocument {
            document: document.reference().to_string(),
        });
    };
    let found = match view.read.customer(id)? {
        Some(customer) => Some(customer),
        None => known_by_address(view, &order)?,
    };
    found
        .filter(|customer| view.actor.sees(customer.website_id))
        .ok_or_else(|| Fault::CustomerNotFound {
            customer: id.to_string(),
        })
}

/// A customer known from CSV alone has no merchant's id; the order's address
/// and website tell who it is.
fn known_by_address(view: &View<'_>, order: &Document) -> Result<Option<Customer>> {
    let website = order
        .store_view_id
        .and_then(|id| view.tree().ok()?.view(id));
    let (Some(email), Some(website)) = (&order.customer_email, website) else {
        return Ok(None);
    };
    let mut found = view.read.customers_by_email(&email_key(email))?;
    found.retain(|c| c.website_id == website.website_id && CustomerId::is_local(c.id));
    Ok(found.pop())
}
