//! Looks up what a request names, within the actor's role scope. Anything
//! outside it is *not found*, so that its existence cannot be inferred.

use crate::ReadView;
use lac_model::access::{AdminUser, Role};
use lac_model::customer::{Customer, CustomerRef, email_key};
use lac_model::document::{Document, DocumentKind, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::CustomerId;
use lac_model::stores::{StoreView, Website};
use lac_store::Result;

/// A customer by id or e-mail address, optionally on one website only.
pub fn customer(view: &ReadView<'_>, named: &str, website: Option<&str>) -> Result<Customer> {
    let missing = || Fault::CustomerNotFound {
        customer: named.to_owned(),
    };
    let only = website
        .map(|code| self::website(view, code))
        .transpose()?
        .map(|w| w.id);
    let fits = |customer: &Customer| {
        view.actor.can_see_website(customer.website_id)
            && only.is_none_or(|id| id == customer.website_id)
    };
    let email = match CustomerRef::parse(named) {
        CustomerRef::Id(id) => {
            return view.read.customer(id)?.filter(fits).ok_or_else(missing);
        }
        CustomerRef::Document(number) => return Err(document_number_fault(view, named, number)?),
        CustomerRef::Email(email) => email,
    };
    let mut found = view.read.customers_by_email(&email_key(email))?;
    found.retain(fits);
    if found.len() > 1 {
        let tree = view.store_tree()?;
        let code = |c: &Customer| tree.website(c.website_id).map(|w| w.code.clone());
        let websites = found.iter().filter_map(code).collect();
        return Err(Fault::CustomerAmbiguous {
            email: named.to_owned(),
            websites,
        });
    }
    found.pop().ok_or_else(missing)
}

/// The fault for a document number given in place of a customer. It lists the
/// documents with that number that the actor may log in from, within their
/// scope.
pub fn document_number_fault(view: &ReadView<'_>, named: &str, number: &str) -> Result<Fault> {
    let mut documents = Vec::new();
    for kind in DocumentKind::ALL {
        let reference = DocumentRef::new(kind, number);
        if view.actor.rights.allows(kind.resource())
            && !self::documents(view, &reference)?.is_empty()
        {
            documents.push(reference.to_string());
        }
    }
    Ok(Fault::DocumentNumber {
        number: named.trim().to_owned(),
        documents,
    })
}

/// The documents with this kind and number in the actor's scope: several, if
/// several stores use the number.
pub fn documents(view: &ReadView<'_>, reference: &DocumentRef) -> Result<Vec<Document>> {
    let mut found = view.read.documents(reference.kind, &reference.number)?;
    let tree = view.store_tree()?;
    found.retain(|document| {
        let store_view = document.store_view_id.and_then(|id| tree.view(id));
        // A document of a store view that is not known here has no website.
        // Only actors without a website restriction find it.
        store_view.map_or(view.website_ids().is_none(), |found| {
            view.actor.can_see_website(found.website_id)
        })
    });
    Ok(found)
}

/// Every id under which events may name a customer: the current one, and any
/// `local:N` the customer had before.
pub fn customer_ids_in_log(view: &ReadView<'_>, id: CustomerId) -> Result<Vec<CustomerId>> {
    let mut ids = view.read.customer_former_ids(id)?;
    ids.push(id);
    Ok(ids)
}

pub fn website<'v>(view: &'v ReadView<'_>, code: &str) -> Result<&'v Website> {
    view.store_tree()?
        .website_by_code(code)
        .filter(|website| view.actor.can_see_website(website.id))
        .ok_or_else(|| Fault::WebsiteNotFound {
            website: code.to_owned(),
        })
}

pub fn store_view<'v>(view: &'v ReadView<'_>, code: &str) -> Result<&'v StoreView> {
    view.store_tree()?
        .view_by_code(code)
        .filter(|found| view.actor.can_see_website(found.website_id))
        .ok_or_else(|| Fault::StoreViewNotFound {
            store_view: code.to_owned(),
        })
}

pub fn role(view: &ReadView<'_>, name: &str) -> Result<Role> {
    let found = view.read.role_by_name(name)?;
    found.ok_or_else(|| Fault::RoleNotFound {
        role: name.to_owned(),
    })
}

pub fn admin_user(view: &ReadView<'_>, name: &str) -> Result<AdminUser> {
    let found = view.read.admin_user_by_name(name)?;
    found.ok_or_else(|| Fault::AdminUserNotFound {
        admin_user: name.to_owned(),
    })
}
