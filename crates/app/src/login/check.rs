//! `--check`: whether a login would succeed. It changes nothing.

use serde::{Deserialize, Serialize};

use super::approval::decide_login;
use super::judgement::obstacles_without_customer;
use super::target::LoginTarget;
use super::{CustomerSummary, LOGIN_RESOURCES, LoginRequest, target};
use crate::core::counted;
use crate::login::sessions;
use crate::login::sessions::ConcurrentSession;
use crate::{Context, ReadView};
use lac_model::audit::Action;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::stores::StoreView;
use lac_store::Result;

/// Asks for the obstacles of a login. An interactive login uses this to ask for
/// what is missing before it starts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginCheck {
    #[serde(rename = "wish")]
    pub request: LoginRequest,
}

/// The obstacles and other facts about a login.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginChecked {
    pub customer: Option<CustomerSummary>,
    pub document: Option<String>,
    pub store_view: Option<String>,
    /// Code and name of the store views that can be chosen.
    pub choices: Vec<(String, String)>,
    /// The choice to suggest: the customer's own store view, else their
    /// website's default.
    #[serde(default)]
    pub own_store_view: Option<String>,
    /// The customer of the agent's open session, which the login would end.
    pub replaces: Option<String>,
    /// Other agents' open sessions for the same customer.
    pub also_open: Vec<ConcurrentSession>,
    /// Whether the login would go on without the customer's consent.
    pub overrides_consent: bool,
    /// Whether the session would be read-only.
    #[serde(default)]
    pub read_only: bool,
    pub obstacles: Vec<Fault>,
}

impl LoginCheck {
    /// # Errors
    /// `resource_denied`, `website_not_found`, `customer_not_found`,
    /// `customer_ambiguous`, `document_number`, `document_not_found`,
    /// `document_ambiguous`; `state_tampered` if the stored consent differs
    /// from the log. Everything else is an obstacle.
    pub fn run(self, context: &Context<'_>) -> Result<LoginChecked> {
        let shown = |checked: &LoginChecked| usize::from(checked.customer.is_some());
        counted::read_counted(
            context,
            Action::LoginIssue,
            LOGIN_RESOURCES,
            shown,
            |view| self.check(view),
        )
    }

    fn check(&self, view: &ReadView<'_>) -> Result<LoginChecked> {
        self.request.require_resources(view)?;
        let found = target::resolve(view, &self.request)?;
        let document = found.document;
        let reference = document.as_ref().map(|d| d.to_ref().to_string());
        let customer = match found.customer {
            Ok(customer) => customer,
            Err(fault @ Fault::GuestDocument { .. }) => {
                return Ok(LoginChecked {
                    customer: None,
                    document: reference,
                    store_view: None,
                    choices: Vec::new(),
                    own_store_view: None,
                    replaces: None,
                    also_open: Vec::new(),
                    overrides_consent: false,
                    read_only: self.request.read_only == Some(true),
                    obstacles: obstacles_without_customer(view, fault)?,
                });
            }
            Err(fault) => return Err(fault),
        };
        let target = LoginTarget { customer, document };
        let judgement = decide_login(view, &self.request, &target)?.judgement;
        Ok(LoginChecked {
            customer: Some(CustomerSummary::from_customer(view, &target.customer)?),
            document: reference,
            store_view: judgement.store_view.map(|found| found.code),
            own_store_view: default_choice(view, &target.customer, &judgement.choices)?,
            choices: judgement
                .choices
                .into_iter()
                .map(|v| (v.code, v.name))
                .collect(),
            also_open: sessions::concurrent_sessions(view, target.customer.id)?,
            overrides_consent: judgement.basis.is_override,
            read_only: judgement.read_only,
            replaces: judgement
                .replaced_session
                .map(|session| session.customer_id.to_string()),
            obstacles: judgement.obstacles,
        })
    }

    /// The obstacles, for use in another answer. If the actor may not log in,
    /// that is an obstacle too, and no failed attempt is recorded.
    pub(crate) fn obstacles(&self, view: &ReadView<'_>) -> Result<Vec<Fault>> {
        match view.require(Resource::LOGIN_BUTTON) {
            Ok(()) => self.check(view).map(|checked| checked.obstacles),
            Err(fault) => Ok(vec![fault]),
        }
    }
}

/// The customer's own store view if it can be chosen, else the default one of
/// their website.
fn default_choice(
    view: &ReadView<'_>,
    customer: &Customer,
    choices: &[StoreView],
) -> Result<Option<String>> {
    let find = |id: i64| choices.iter().find(|choice| choice.id == id);
    let own = customer.store_view_id.and_then(find);
    let own = match own {
        Some(own) => Some(own),
        None => view
            .store_tree()?
            .default_view(customer.website_id)
            .and_then(|default| find(default.id)),
    };
    Ok(own.map(|own| own.code.clone()))
}
