//! The rights that an import needs. Each change needs, besides the right to
//! import, the same resource as when it is made by a command.

use serde::{Deserialize, Serialize};

use super::invalid::{ItemPosition, SkippedItem};
use super::{ImportKind, ImportOptions};
use crate::ReadView;
use lac_model::resource::Resource;
use lac_store::Result;

/// The changes that the actor may make to customers. A file of any other kind
/// makes only one kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AllowedEffects {
    /// Adding, changing, moving and renumbering customers.
    pub customers: bool,
    /// Changing their consent.
    pub consents: bool,
}

impl AllowedEffects {
    pub(super) fn for_actor(
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
            // Documents need no further resource: a login from a document needs
            // the resource of its kind.
            ImportKind::Customers
            | ImportKind::Orders
            | ImportKind::Invoices
            | ImportKind::Shipments
            | ImportKind::CreditMemos => {}
        }
        Ok(effects)
    }
}

/// A change that the actor has no right to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
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

/// The most changes of a kind that are listed one by one.
const MAX_LISTED: usize = 100;

/// The changes that were left out because the actor lacks the rights.
#[derive(Debug, Default)]
pub(super) struct MissingRights {
    customers: MissingEffect,
    consents: MissingEffect,
}

#[derive(Debug, Default)]
struct MissingEffect {
    count: u64,
    listed: Vec<(ItemPosition, &'static str)>,
}

/// The number of changes that were left out because the importer lacks the
/// rights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutCounts {
    pub customers: u64,
    pub consents: u64,
}

impl MissingRights {
    pub(super) fn note(&mut self, effect: Effect, at: ItemPosition, field: &'static str) {
        let listed = match effect {
            Effect::Customer => &mut self.customers,
            Effect::Consent => &mut self.consents,
        };
        listed.count += 1;
        if listed.listed.len() < MAX_LISTED {
            listed.listed.push((at, field));
        }
    }

    pub(super) fn counts(&self) -> LeftOutCounts {
        LeftOutCounts {
            customers: self.customers.count,
            consents: self.consents.count,
        }
    }

    /// The first changes of each kind, and an entry with the number of the
    /// others.
    pub(super) fn to_skipped(&self) -> Vec<SkippedItem> {
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
