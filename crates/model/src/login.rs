//! May this login happen? The rules, pure: facts in, obstacles out.
//!
//! The order of the checks is part of the contract: feature → customer's state
//! → consent → store view → base URL → reason and ticket → session → a
//! second person (`domain::request`). A login is refused for the first obstacle;
//! `--check` shows them all.

use super::access::Actor;
use super::consent::{ConsentMode, Withheld};
use super::customer::Customer;
use super::fault::Fault;
use super::stores::{StoreTree, StoreView};
use super::time::Timestamp;

/// What the rules look at. Gathered in one transaction.
#[derive(Debug)]
pub struct Facts<'a> {
    pub enabled: bool,
    pub customer: &'a Customer,
    /// How consent is asked for on the customer's website.
    pub mode: ConsentMode,
    /// Consent that is not there does not stand in the way.
    pub overrides: bool,
    pub now: Timestamp,
    pub actor: &'a Actor,
    pub tree: &'a StoreTree,
    /// `customer/account_share/scope` is `global`.
    pub accounts_shared: bool,
    /// Manual Selection is on.
    pub manual: bool,
    /// `--store-view`.
    pub requested: Option<&'a str>,
    /// The store view of the document it is started from.
    pub document_view: Option<i64>,
}

/// The store view of a login, or why there is none.
pub type Choice<'a> = Result<&'a StoreView, Fault>;

/// Feature, customer's state and consent, in that order.
pub fn standing(facts: &Facts<'_>) -> Vec<Fault> {
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
    if guard.is_some_and(|website| !facts.actor.sees(website)) {
        found.push(Fault::CustomerMoved {
            customer: customer.clone(),
        });
    }
    // A storefront has to find the account by the id in the token, and `local:N`
    // is none of its ids.
    if facts.customer.id.is_local() {
        found.push(Fault::CustomerLocal {
            customer: customer.clone(),
        });
    }
    if let (Err(why), false) = (
        facts.mode.judge(&facts.customer.consent, facts.now),
        facts.overrides,
    ) {
        found.push(withheld(facts.customer, why));
    }
    found
}

/// What is said where a customer's consent is not there.
pub fn withheld(customer: &Customer, why: Withheld) -> Fault {
    Fault::ConsentWithheld {
        customer: customer.id.to_string(),
        ran_out: match why {
            Withheld::Said => None,
            Withheld::RanOut(at) => Some(at.to_string()),
        },
    }
}

/// The store views this login could be on, for lists and pickers.
pub fn choices<'a>(facts: &Facts<'a>) -> Vec<&'a StoreView> {
    facts
        .tree
        .views
        .iter()
        .filter(|view| view.is_storefront() && view.active && allowed(facts, view).is_ok())
        .collect()
}

/// Picks the store view (`domain.md`, *Store view of a login*).
///
/// # Errors
/// `store_view_not_found` (also outside the actor's scope), `_required`,
/// `_not_allowed`, `_inactive`.
pub fn store_view<'a>(facts: &Facts<'a>) -> Choice<'a> {
    if let Some(code) = facts.requested {
        let missing = || Fault::StoreViewNotFound {
            store_view: code.to_owned(),
        };
        let view = facts.tree.view_by_code(code).ok_or_else(missing)?;
        if view.website_id != 0 && !facts.actor.sees(view.website_id) {
            return Err(missing());
        }
        return usable(facts, view);
    }
    if facts.manual {
        let choices = choices(facts)
            .iter()
            .map(|view| view.code.clone())
            .collect();
        return Err(Fault::StoreViewRequired { choices });
    }
    let auto = if facts.accounts_shared {
        document_view(facts)
            .or_else(|| own_view(facts))
            .or_else(|| facts.tree.default_view(default_website(facts)?))
    } else {
        own_view(facts).or_else(|| facts.tree.default_view(facts.customer.website_id))
    };
    match auto {
        Some(view) => usable(facts, view),
        None => Err(Fault::StoreViewNotAllowed {
            store_view: "admin".to_owned(),
            customer: facts.customer.id.to_string(),
            reason: "the customer's website has no store view to log in to".to_owned(),
        }),
    }
}

fn document_view<'a>(facts: &Facts<'a>) -> Option<&'a StoreView> {
    facts
        .tree
        .view(facts.document_view?)
        .filter(|view| view.is_storefront() && facts.actor.sees(view.website_id))
}

/// The first website that exists for the actor.
fn default_website(facts: &Facts<'_>) -> Option<i64> {
    let website = facts.tree.default_website_among(|id| facts.actor.sees(id));
    website.map(|website| website.id)
}

/// The customer's own view; one that is `admin` or gone falls back to the
/// default view of the customer's website.
fn own_view<'a>(facts: &Facts<'a>) -> Option<&'a StoreView> {
    facts
        .customer
        .store_view_id
        .and_then(|id| facts.tree.view(id))
        .filter(|view| view.is_storefront() && facts.actor.sees(view.website_id))
        .or_else(|| facts.tree.default_view(facts.customer.website_id))
}

fn usable<'a>(facts: &Facts<'_>, view: &'a StoreView) -> Choice<'a> {
    allowed(facts, view)?;
    if !view.active {
        return Err(Fault::StoreViewInactive {
            store_view: view.code.clone(),
            choices: choices(facts).iter().map(|v| v.code.clone()).collect(),
        });
    }
    Ok(view)
}

fn allowed(facts: &Facts<'_>, view: &StoreView) -> Result<(), Fault> {
    let refuse = |reason: &str| {
        Err(Fault::StoreViewNotAllowed {
            store_view: view.code.clone(),
            customer: facts.customer.id.to_string(),
            reason: reason.to_owned(),
        })
    };
    if !view.is_storefront() {
        return refuse("it is the back office's own");
    }
    if !facts.accounts_shared && view.website_id != facts.customer.website_id {
        return refuse("accounts are per website and it belongs to another one");
    }
    if !facts.actor.sees(view.website_id) {
        return refuse("its website is outside the role scope");
    }
    Ok(())
}
