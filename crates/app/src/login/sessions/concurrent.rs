//! Other agents' open sessions for the same customer.

use serde::{Deserialize, Serialize};

use crate::ReadView;
use lac_model::ids::CustomerId;
use lac_model::session::SessionState;
use lac_model::time::Timestamp;
use lac_store::{Result, SessionQuery};

/// Another agent's open session for the same customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcurrentSession {
    pub admin: String,
    pub state: SessionState,
    /// When the session was opened or, if it is not opened yet, when its link
    /// was issued.
    pub since: Timestamp,
}

/// Other agents' open sessions for the customer, within the actor's role scope,
/// newest first.
pub fn concurrent_sessions(
    view: &ReadView<'_>,
    customer: CustomerId,
) -> Result<Vec<ConcurrentSession>> {
    let open = view.read.sessions(&SessionQuery {
        customer_id: Some(customer),
        states: vec![SessionState::Issued, SessionState::Active],
        websites: view.website_ids(),
        ..SessionQuery::default()
    })?;
    let others = open.into_iter().filter(|session| {
        Some(session.admin_id) != view.actor.admin_id() && session.state_at(view.now).is_open()
    });
    Ok(others
        .map(|session| ConcurrentSession {
            state: session.state,
            since: session.redeemed_at.unwrap_or(session.issued_at),
            admin: session.admin,
        })
        .collect())
}
