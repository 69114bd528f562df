//! The rules that decide whether a login is allowed, as pure functions: facts
//! in, obstacles out.
//!
//! The order of the checks is part of the contract: feature, customer's state,
//! consent, store view, base URL, reason and ticket, session, approval (see
//! [`approval`](crate::approval)). A login is refused for the first obstacle;
//! `--check` shows all of them.

use super::access::Actor;
use super::consent::{ConsentDenial, ConsentMode};
use super::customer::Customer;
use super::fault::Fault;
use super::stores::{StoreTree, StoreView};
use super::time::Timestamp;

/// The facts that the rules need, read in one transaction.
#[derive(Debug)]
pub struct LoginFacts<'a> {
    pub enabled: bool,
    pub customer: &'a Customer,
    /// The consent mode of the customer's website.
    pub consent_mode: ConsentMode,
    /// Whether missing consent is overridden.
    pub is_override: bool,
    pub now: Timestamp,
    pub actor: &'a Actor,
    pub tree: &'a StoreTree,
    /// `customer/account_share/scope` is `global`.
    pub accounts_shared: bool,
    /// *Manual Selection* is on.
    pub manual_selection: bool,
    /// `--store-view`.
    pub requested_store_view: Option<&'a str>,
    /// The store view of the document that the login starts from.
    pub document_view_id: Option<i64>,
}

/// The store view to log in to, or why there is none.
pub type StoreViewChoice<'a> = Result<&'a StoreView, Fault>;

/// Checks the feature, the customer's state and consent, in this order.
pub fn check_preconditions(facts: &LoginFacts<'_>) -> Vec<Fault> {
    let customer = facts.customer.id.to_string();
    let mut found = Vec::new();
    if !facts.enabled {
        found.push(Fault::FeatureDisabled);
    }
    if !facts.customer.active {
        found.push(Fault::CustomerInactive {
            customer: customer.clone(),
        });
    }
    if !facts.customer.confirmed {
        found.push(Fault::CustomerUnconfirmed {
            customer: customer.clone(),
        });
    }
    let guard = facts.customer.guard_website_id;
    if guard.is_some_and(|website| !facts.actor.can_see_website(website)) {
        found.push(Fault::CustomerMoved {
            customer: customer.clone(),
        });
    }
    // A storefront finds the account by the id in the token, and `local:N` is
    // not one of its ids.
    if facts.customer.id.is_local() {
        found.push(Fault::CustomerLocal {
            customer: customer.clone(),
        });
    }
    if let (Err(why), false) = (
        facts.consent_mode.check(&facts.customer.consent, facts.now),
        facts.is_override,
    ) {
        found.push(consent_withheld(facts.customer, why));
    }
    found
}

/// The error for missing consent.
pub fn consent_withheld(customer: &Customer, why: ConsentDenial) -> Fault {
    Fault::ConsentWithheld {
        customer: customer.id.to_string(),
        ran_out: match why {
            ConsentDenial::NotGranted => None,
            ConsentDenial::Expired(at) => Some(at.to_string()),
        },
    }
}

/// The store views that this login could use, for lists and menus.
pub fn allowed_store_views<'a>(facts: &LoginFacts<'a>) -> Vec<&'a StoreView> {
    facts
        .tree
        .views
        .iter()
        .filter(|view| view.is_storefront() && view.active && check_store_view(facts, view).is_ok())
        .collect()
}

/// Chooses the store view.
pub fn select_store_view<'a>(facts: &LoginFacts<'a>) -> StoreViewChoice<'a> {
    if let Some(code) = facts.requested_store_view {
        let missing = || Fault::StoreViewNotFound {
            store_view: code.to_owned(),
        };
        let view = facts.tree.view_by_code(code).ok_or_else(missing)?;
        if view.website_id != 0 && !facts.actor.can_see_website(view.website_id) {
            return Err(missing());
        }
        return require_usable(facts, view);
    }
    if facts.manual_selection {
        let choices = allowed_store_views(facts)
            .iter()
            .map(|view| view.code.clone())
            .collect();
        return Err(Fault::StoreViewRequired { choices });
    }
    let auto = if facts.accounts_shared {
        find_document_view(facts)
            .or_else(|| find_customer_view(facts))
            .or_else(|| facts.tree.default_view(find_default_website(facts)?))
    } else {
        find_customer_view(facts).or_else(|| facts.tree.default_view(facts.customer.website_id))
    };
    match auto {
        Some(view) => require_usable(facts, view),
        None => Err(Fault::StoreViewNotAllowed {
            store_view: "admin".to_owned(),
            customer: facts.customer.id.to_string(),
            reason: "the customer's website has no store view to log in to".to_owned(),
        }),
    }
}

fn find_document_view<'a>(facts: &LoginFacts<'a>) -> Option<&'a StoreView> {
    facts
        .tree
        .view(facts.document_view_id?)
        .filter(|view| view.is_storefront() && facts.actor.can_see_website(view.website_id))
}

/// The first website that the actor can see.
fn find_default_website(facts: &LoginFacts<'_>) -> Option<i64> {
    let website = facts
        .tree
        .default_website_among(|id| facts.actor.can_see_website(id));
    website.map(|website| website.id)
}

/// The customer's own store view. If it is `admin` or removed, the default view
/// of the customer's website.
fn find_customer_view<'a>(facts: &LoginFacts<'a>) -> Option<&'a StoreView> {
    facts
        .customer
        .store_view_id
        .and_then(|id| facts.tree.view(id))
        .filter(|view| view.is_storefront() && facts.actor.can_see_website(view.website_id))
        .or_else(|| facts.tree.default_view(facts.customer.website_id))
}

fn require_usable<'a>(facts: &LoginFacts<'_>, view: &'a StoreView) -> StoreViewChoice<'a> {
    check_store_view(facts, view)?;
    if !view.active {
        return Err(Fault::StoreViewInactive {
            store_view: view.code.clone(),
            choices: allowed_store_views(facts)
                .iter()
                .map(|v| v.code.clone())
                .collect(),
        });
    }
    Ok(view)
}

fn check_store_view(facts: &LoginFacts<'_>, view: &StoreView) -> Result<(), Fault> {
    let refuse = |reason: &str| {
        Err(Fault::StoreViewNotAllowed {
            store_view: view.code.clone(),
            customer: facts.customer.id.to_string(),
            reason: reason.to_owned(),
        })
    };
    if !view.is_storefront() {
        return refuse("it belongs to the back office");
    }
    if !facts.accounts_shared && view.website_id != facts.customer.website_id {
        return refuse("accounts are valid on one website only, and it belongs to another");
    }
    if !facts.actor.can_see_website(view.website_id) {
        return refuse("its website is outside the role scope");
    }
    Ok(())
}
