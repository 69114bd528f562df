//! Customers: list, show, add, edit and remove them, and show their access
//! history.

mod add;
mod edit;
pub(crate) mod fields;
mod history;
mod list;
mod remove;
mod show;

pub use add::CustomerAdd;
pub use edit::{CustomerChanged, CustomerEdit};
pub use history::{CustomerHistory, CustomerVisit};
pub use list::CustomerList;
pub use remove::{CustomerRemoval, CustomerRemove, CustomerRemoved, remove_customer};
pub use show::CustomerShow;

use serde::{Deserialize, Serialize};

use crate::ReadView;
use lac_model::customer::Customer;
use lac_model::ids::CustomerId;
use lac_model::stores::StoreTree;
use lac_model::time::Timestamp;
use lac_store::Result;

/// A customer in answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerView {
    pub id: CustomerId,
    pub email: String,
    /// First and last name as one text.
    pub name: String,
    /// By code.
    pub website: String,
    /// By code; `null` if there is none, or if it was removed or is outside the
    /// role scope.
    pub store_view: Option<String>,
    pub active: bool,
    pub confirmed: bool,
    /// Whether logins as the customer need an approval (`lac/approval/vip`).
    pub vip: bool,
    /// `granted` or `withheld`; an expired grant is withheld.
    pub consent: String,
    pub consent_changed_at: Option<Timestamp>,
    /// When the grant expires or expired; `null` for no end.
    pub consent_until: Option<Timestamp>,
    pub first_name: String,
    pub last_name: String,
    pub created_at: Option<Timestamp>,
    /// When the merchant last changed the customer, from the newest imported
    /// file.
    pub updated_at: Option<Timestamp>,
    /// `false` if an import moved the customer to this website and nobody has
    /// confirmed it.
    #[serde(default = "default_website_confirmed")]
    pub website_confirmed: bool,
    /// The website before the move, whose rules apply too; `null` if there is
    /// none or if it is outside the role scope.
    #[serde(default)]
    pub moved_from: Option<String>,
}

/// The value for answers of an older broker, which do not have the field.
fn default_website_confirmed() -> bool {
    true
}

impl CustomerView {
    fn from_customer(tree: &StoreTree, view: &ReadView<'_>, customer: Customer) -> Self {
        let now = view.now;
        let website = tree.website(customer.website_id);
        let store_view = customer.store_view_id.and_then(|id| tree.view(id));
        let store_view =
            store_view.filter(|v| v.id == 0 || view.actor.can_see_website(v.website_id));
        let before = customer.guard_website_id;
        let seen = before.filter(|id| view.actor.can_see_website(*id));
        let moved_from = seen.and_then(|id| tree.website(id));
        Self {
            website_confirmed: before.is_none(),
            moved_from: moved_from.map(|website| website.code.clone()),
            id: customer.id,
            name: customer.name(),
            email: customer.email,
            website: website.map_or_else(String::new, |w| w.code.clone()),
            store_view: store_view.map(|v| v.code.clone()),
            active: customer.active,
            confirmed: customer.confirmed,
            vip: customer.vip,
            consent: customer.consent.status_at(now).to_owned(),
            consent_changed_at: customer.consent.changed_at,
            consent_until: customer.consent.until,
            first_name: customer.first_name,
            last_name: customer.last_name,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        }
    }

    fn for_view(view: &ReadView<'_>, customer: Customer) -> Result<Self> {
        Ok(Self::from_customer(view.store_tree()?, view, customer))
    }
}
