//! What an import does to others' things. Each effect takes the resource that
//! the same change takes by hand, besides that of importing: whoever may
//! import may not thereby do everything.

use serde::{Deserialize, Serialize};

use super::invalid::{ItemPosition, SkippedItem};
use super::{ImportKind, ImportOptions};
use crate::ReadView;
use lac_model::resource::Resource;
use lac_store::Result;

/// Which effects on customers the actor may have; every other kind of file has
/// one effect, or none that takes more than importing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedEffects {
    /// Adding, changing, moving and renumbering customers.
    pub customers: bool,
    /// Changing what they allow.
    pub consents: bool,
}

impl AllowedEffects {
    /// # Errors
    /// `resource_denied` where the actor may have no effect that the file
    /// could have; of `--complete`, which deactivates, where they may not do
    /// that.
    pub fn for_actor(
        view: &ReadView<'_>,
        kind: ImportKind,
        options: ImportOptions,
    ) -> Result<Self> {
        let holds = |resource| view.actor.rights.allows(resource);
        let effects = Self {
            customers: holds(Resource::CUSTOMER_ACTIONS),
            consents: holds(Resource::ALLOW_SHOPPING_ASSISTANCE),
        };
        match kind {
            ImportKind::Websites | ImportKind::StoreGroups | ImportKind::StoreViews => {
                view.require(Resource::STORE)?;
            }
            ImportKind::StoreConfigs => view.require(Resource::CONFIG)?,
            ImportKind::Customers if options.complete || !effects.consents => {
                view.require(Resource::CUSTOMER_ACTIONS)?;
            }
            // Documents only tell whose they are: what one may start from them
            // takes the resource of their kind.
            ImportKind::Customers
            | ImportKind::Orders
            | ImportKind::Invoices
            | ImportKind::Shipments
            | ImportKind::CreditMemos => {}
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
const MAX_LISTED: usize = 100;

/// What was left out because the actor lacks its resource.
#[derive(Debug, Default)]
pub struct MissingRights {
    customers: MissingEffect,
    consents: MissingEffect,
}

#[derive(Debug, Default)]
struct MissingEffect {
    count: u64,
    listed: Vec<(ItemPosition, &'static str)>,
}

/// How much was left out because the importer lacks its resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutCounts {
    pub customers: u64,
    pub consents: u64,
}

impl MissingRights {
    pub fn note(&mut self, effect: Effect, at: ItemPosition, field: &'static str) {
        let listed = match effect {
            Effect::Customer => &mut self.customers,
            Effect::Consent => &mut self.consents,
        };
        listed.count += 1;
        if listed.listed.len() < MAX_LISTED {
            listed.listed.push((at, field));
        }
    }

    pub fn counts(&self) -> LeftOutCounts {
        LeftOutCounts {
            customers: self.customers.count,
            consents: self.consents.count,
        }
    }

    /// The first of each kind, and how many more there are.
    pub fn into_skipped(&self) -> Vec<SkippedItem> {
        let mut all = Vec::new();
        for (effect, listed) in [
            (Effect::Customer, &self.customers),
            (Effect::Consent, &self.consents),
        ] {
            let line = |at: String, field: &str| SkippedItem {
                at,
                field: field.to_owned(),
                reason: effect.reason(),
            };
            let first = listed.listed.iter();
            all.extend(first.map(|(at, field)| line(at.to_string(), field)));
            let more = listed.count - listed.listed.len() as u64;
            if let (Some((_, field)), true) = (listed.listed.last(), more > 0) {
                all.push(line(format!("{more} more"), field));
            }
        }
        all
    }
}
