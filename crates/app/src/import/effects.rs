//! What an import does to others' things. Each effect takes the resource that
//! the same change takes by hand, besides that of importing: whoever may
//! import may not thereby do everything.

use serde::{Deserialize, Serialize};

use super::problem::{At, Skipped};
use super::{Kind, Wishes};
use crate::View;
use lac_model::resource::Resource;
use lac_store::Result;

/// Which effects on customers the actor may have; every other kind of file has
/// one effect, or none that takes more than importing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effects {
    /// Adding, changing, moving and renumbering customers.
    pub customers: bool,
    /// Changing what they allow.
    pub consents: bool,
}

impl Effects {
    /// # Errors
    /// `resource_denied` where the actor may have no effect that the file
    /// could have; of `--complete`, which deactivates, where they may not do
    /// that.
    pub fn of(view: &View<'_>, kind: Kind, wishes: Wishes) -> Result<Self> {
        let holds = |resource| view.actor.rights.hold(resource);
        let effects = Self {
            customers: holds(Resource::CUSTOMER_ACTIONS),
            consents: holds(Resource::ALLOW_SHOPPING_ASSISTANCE),
        };
        match kind {
            Kind::Websites | Kind::StoreGroups | Kind::StoreViews => {
                view.demand(Resource::STORE)?;
            }
            Kind::StoreConfigs => view.demand(Resource::CONFIG)?,
            Kind::Customers if wishes.complete || !effects.consents => {
                view.demand(Resource::CUSTOMER_ACTIONS)?;
            }
            // Documents only tell whose they are: what one may start from them
            // takes the resource of their kind.
            Kind::Customers
            | Kind::Orders
            | Kind::Invoices
            | Kind::Shipments
            | Kind::CreditMemos => {}
        }
        Ok(effects)
    }
}

/// An effect that the actor may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Customer,
    Consent,
}

impl Effect {
    fn reason(self) -> String {
        let (what, resource) = match self {
            Self::Customer => ("adding and changing customers", Resource::CUSTOMER_ACTIONS),
            Self::Consent => (
                "changing a customer's consent",
                Resource::ALLOW_SHOPPING_ASSISTANCE,
            ),
        };
        format!("{what} takes {} ({})", resource.id(), resource.title())
    }
}

/// How many of a kind are listed one by one.
const LISTED: usize = 100;

/// What was left out because the actor lacks its resource.
#[derive(Debug, Default)]
pub struct Withheld {
    customers: Listed,
    consents: Listed,
}

#[derive(Debug, Default)]
struct Listed {
    count: u64,
    first: Vec<(At, &'static str)>,
}

/// How much was left out because the importer lacks its resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub customers: u64,
    pub consents: u64,
}

impl Withheld {
    pub fn note(&mut self, effect: Effect, at: At, field: &'static str) {
        let listed = match effect {
            Effect::Customer => &mut self.customers,
            Effect::Consent => &mut self.consents,
        };
        listed.count += 1;
        if listed.first.len() < LISTED {
            listed.first.push((at, field));
        }
    }

    pub fn counts(&self) -> LeftOut {
        LeftOut {
            customers: self.customers.count,
            consents: self.consents.count,
        }
    }

    /// The first of each kind, and how many more there are.
    pub fn listed(&self) -> Vec<Skipped> {
        let mut all = Vec::new();
        for (effect, listed) in [
            (Effect::Customer, &self.customers),
            (Effect::Consent, &self.consents),
        ] {
            let line = |at: String, field: &str| Skipped {
                at,
                field: field.to_owned(),
                reason: effect.reason(),
            };
            let first = listed.first.iter();
            all.extend(first.map(|(at, field)| line(at.to_string(), field)));
            let more = listed.count - listed.first.len() as u64;
            if let (Some((_, field)), true) = (listed.first.last(), more > 0) {
                all.push(line(format!("{more} more"), field));
            }
        }
        all
    }
}
