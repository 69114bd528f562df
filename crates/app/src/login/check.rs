//! `--check`: would the login succeed? Issues nothing.

use serde::{Deserialize, Serialize};

use super::approval::consider;
use super::judge::without_customer;
use super::target::Target;
use super::{NEEDED, Shopper, Wish, target};
use crate::sessions::AlsoOpen;
use crate::{Desk, View, bulk, sessions};
use lac_model::audit::Action;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::stores::StoreView;
use lac_store::Result;

/// Asks what stands in the way. Also the plan of an interactive login: what is
/// missing can be asked for before anything is started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check {
    pub wish: Wish,
}

/// Everything that stands in the way, first the one a login is refused for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checked {
    /// `None` for a guest's document.
    pub customer: Option<Shopper>,
    pub document: Option<String>,
    pub store_view: Option<String>,
    /// Code and name of the store views one can choose from.
    pub choices: Vec<(String, String)>,
    /// The customer's own store view, if it is one of them.
    #[serde(default)]
    pub own_store_view: Option<String>,
    /// The customer of the agent's session that this one would end.
    pub replaces: Option<String>,
    /// Colleagues who are in the same account.
    pub also_open: Vec<AlsoOpen>,
    /// Whether consent is not there and would be gone without.
    pub overrides_consent: bool,
    pub obstacles: Vec<Fault>,
}

impl Check {
    /// # Errors
    /// `resource_denied`, and what is not found or ambiguous.
    pub fn run(self, desk: &Desk<'_>) -> Result<Checked> {
        let shown = |checked: &Checked| usize::from(checked.customer.is_some());
        bulk::look_up(desk, Action::LoginIssue, NEEDED, shown, |view| {
            self.judged(view)
        })
    }

    fn judged(&self, view: &View<'_>) -> Result<Checked> {
        self.wish.demand(view)?;
        let found = target::find(view, &self.wish)?;
        let document = found.document;
        let reference = document.as_ref().map(|d| d.reference().to_string());
        let customer = match found.customer {
            Ok(customer) => customer,
            Err(fault @ Fault::GuestDocument { .. }) => {
                return Ok(Checked {
                    customer: None,
                    document: reference,
                    store_view: None,
                    choices: Vec::new(),
                    own_store_view: None,
                    replaces: None,
                    also_open: Vec::new(),
                    overrides_consent: false,
                    obstacles: without_customer(view, fault)?,
                });
            }
            Err(fault) => return Err(fault),
        };
        let target = Target { customer, document };
        let judged = consider(view, &self.wish, &target)?.judged;
        Ok(Checked {
            customer: Some(Shopper::of(view, &target.customer)?),
            document: reference,
            store_view: judged.store_view.map(|found| found.code),
            own_store_view: own_store_view(view, &target.customer, &judged.choices)?,
            choices: judged
                .choices
                .into_iter()
                .map(|v| (v.code, v.name))
                .collect(),
            also_open: sessions::also_open(view, target.customer.id)?,
            overrides_consent: judged.basis.is_override,
            replaces: judged.open.map(|session| session.customer_id.to_string()),
            obstacles: judged.obstacles,
        })
    }

    /// What stands in the way, as a remark beside something else that is
    /// shown: not being allowed to log in is an obstacle, not an attempt.
    ///
    /// # Errors
    /// What is not found or ambiguous.
    pub(crate) fn obstacles(&self, view: &View<'_>) -> Result<Vec<Fault>> {
        match view.demand(Resource::LOGIN_BUTTON) {
            Ok(()) => self.judged(view).map(|checked| checked.obstacles),
            Err(fault) => Ok(vec![fault]),
        }
    }
}

/// The customer's own store view, or the default one of their website where
/// that is gone, among those to choose from.
fn own_store_view(
    view: &View<'_>,
    customer: &Customer,
    choices: &[StoreView],
) -> Result<Option<String>> {
    let find = |id: i64| choices.iter().find(|choice| choice.id == id);
    let own = customer.store_view_id.and_then(find);
    let own = match own {
        Some(own) => Some(own),
        None => view
            .tree()?
            .default_view(customer.website_id)
            .and_then(|default| find(default.id)),
    };
    Ok(own.map(|own| own.code.clone()))
}
