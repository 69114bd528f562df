//! `--check`: would the login succeed? Issues nothing.

use serde::{Deserialize, Serialize};

use super::judge::judge;
use super::{NEEDED, Shopper, Wish, target};
use crate::app::{Desk, View, look};
use crate::domain::audit::Action;
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;
use crate::store::Result;

/// Asks what stands in the way. Also the plan of an interactive login: what is
/// missing can be asked for before anything is started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check {
    pub wish: Wish,
}

/// Everything that stands in the way, first the one a login is refused for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checked {
    pub customer: Shopper,
    pub document: Option<String>,
    pub store_view: Option<String>,
    /// Code and name of the store views one can choose from.
    pub choices: Vec<(String, String)>,
    /// The customer of the agent's session that this one would end.
    pub replaces: Option<String>,
    pub obstacles: Vec<Fault>,
}

impl Check {
    /// # Errors
    /// `resource_denied`, and what is not found or ambiguous.
    pub fn run(self, desk: &Desk<'_>) -> Result<Checked> {
        look(desk, Action::LoginIssue, NEEDED, |view| self.judged(view))
    }

    fn judged(&self, view: &View<'_>) -> Result<Checked> {
        self.wish.demand(view)?;
        let target = target::find(view, &self.wish)?;
        let judged = judge(view, &self.wish, &target)?;
        Ok(Checked {
            customer: Shopper::of(view, &target.customer)?,
            document: target
                .document
                .map(|document| document.reference().to_string()),
            store_view: judged.store_view.map(|found| found.code),
            choices: judged
                .choices
                .into_iter()
                .map(|v| (v.code, v.name))
                .collect(),
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
