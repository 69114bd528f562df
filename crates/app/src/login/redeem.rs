//! Redeeming: the storefront spends the token, once, and opens the session.
//! Everything is checked again, because much can change in a minute.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Shopper;
use super::verify::{login_keys, meant_for, not_expired, read};
use crate::{Desk, Done, Work, act, agent_now, consent, outbox, sessions};
use lac_model::audit::Action;
use lac_model::claims::LoginClaims;
use lac_model::config;
use lac_model::consent::ConsentMode;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::form::LongText;
use lac_model::ids::SessionId;
use lac_model::login::withheld;
use lac_model::resource::Resource;
use lac_model::session::{Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, OutboxWrite, Permit, Result, SessionWrite};

/// Spends a login token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Redeem {
    /// The token or the URL.
    pub token: LongText,
    /// The origin of the storefront that was called.
    pub audience: LongText,
}

impl std::fmt::Debug for Redeem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redeem")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// The session as the storefront must open it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Redeemed {
    pub session_id: SessionId,
    pub customer: Shopper,
    pub website: String,
    pub store_view: String,
    /// Who is impersonating, for the banner and the order comments.
    pub admin: String,
    pub disable_page_cache: bool,
    /// When the storefront must end it at the latest.
    pub ends_at: Timestamp,
}

impl Act for Redeem {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<SessionWrite> for Redeem {}
impl Covers<OutboxWrite> for Redeem {}

impl Redeem {
    /// # Errors
    /// In this order: `not_authenticated`, `resource_denied`, `token_invalid`,
    /// `audience_mismatch`, `token_spent`, `token_expired`, `feature_disabled`,
    /// `customer_inactive`, `customer_unconfirmed`, `consent_withheld`,
    /// `session_ended` for whatever the issuer has lost since.
    pub fn run(self, desk: &Desk<'_>) -> Result<Redeemed> {
        act::<Self, _>(
            desk,
            Action::LoginRedeem,
            |_| {},
            |work, permit| {
                // The event's admin is always the impersonator, known only later.
                let storefront = work.actor.name.clone();
                work.draft.detail("storefront", storefront);
                (work.draft.admin, work.draft.admin_id, work.draft.role) = (None, None, None);
                let issuer = work.config.store_name()?;
                let keys = login_keys(&work.keyring().rows, work.now)?;
                let claims = read(&self.token, &keys, Some(&issuer))?;
                let session = find(work, &claims)?;
                note(work, &session)?;
                let customer = self.admit(work, &claims, &session)?;
                spend(work, permit, &claims, &session, &customer)
            },
        )
    }

    fn admit(&self, work: &Work<'_>, claims: &LoginClaims, session: &Session) -> Result<Customer> {
        meant_for(claims, &self.audience)?;
        if session.redeemed_at.is_some() {
            return Err(Fault::TokenSpent);
        }
        not_expired(claims, work.now)?;
        if !work.config.is_yes(config::ENABLED)? {
            return Err(Fault::FeatureDisabled);
        }
        let ended = |cause: &str| Fault::SessionEnded {
            cause: cause.to_owned(),
        };
        let id = session.customer_id.to_string();
        let gone = || Fault::CustomerInactive {
            customer: id.clone(),
        };
        let customer = work.read.customer(session.customer_id)?.ok_or_else(gone)?;
        if !customer.active {
            return Err(gone());
        }
        if !customer.confirmed {
            return Err(Fault::CustomerUnconfirmed { customer: id });
        }
        if customer.id.is_local() {
            return Err(Fault::CustomerLocal { customer: id });
        }
        if let (Err(why), false) = (consent::standing(work, &customer)?, session.is_override) {
            return Err(withheld(&customer, why));
        }
        if !session.is_override && consent::mode(work, &customer)? != ConsentMode::Mandatory {
            consent::proven(work, &customer)?;
        }
        let agent = agent_now(work.read, session.admin_id)?
            .ok_or_else(|| ended("the agent's account no longer allows it"))?;
        if !agent.rights.hold(Resource::LOGIN_BUTTON) {
            return Err(ended("the agent's role no longer allows it"));
        }
        if session.is_override && !agent.rights.hold(Resource::LAC_CONSENT_OVERRIDE) {
            return Err(ended("the agent may no longer go on without consent"));
        }
        let is_guarded = customer.guard_website_id.is_some_and(|id| !agent.sees(id));
        if !agent.sees(session.website_id) || !agent.sees(customer.website_id) || is_guarded {
            return Err(ended("it is outside the agent's role scope now"));
        }
        if session.state_at(work.now) == SessionState::Issued {
            return Ok(customer);
        }
        if session.is_before(work.now) {
            return Err(ended("the clock stands before its beginning"));
        }
        let cause = session.over_at(work.now).map(|over| over.cause);
        let cause = cause.or(session.end_cause);
        let cause = cause.map_or("ended", |cause| cause.as_str());
        Err(ended(&cause.replace('_', " ")))
    }
}

/// The session a token is for. One outside the storefront's websites does not
/// exist for it.
fn find(work: &Work<'_>, claims: &LoginClaims) -> Result<Session> {
    let unknown = || Fault::TokenInvalid {
        reason: "unknown_session".to_owned(),
    };
    let id = SessionId::new(claims.jti.clone()).map_err(|_| unknown())?;
    work.read
        .session(&id)?
        .filter(|session| work.actor.sees(session.website_id))
        .ok_or_else(unknown)
}

fn note(work: &mut Work<'_>, session: &Session) -> Result<()> {
    let mut draft = work.draft.clone();
    sessions::describe(work, session, &mut draft)?;
    draft.admin = Some(session.admin.clone());
    draft.admin_id = Some(session.admin_id);
    if let Some(agent) = agent_now(work.read, session.admin_id)? {
        draft.role = agent.role;
    }
    work.draft = draft;
    Ok(())
}

fn spend(
    work: &mut Work<'_>,
    permit: &Permit<'_, Redeem>,
    claims: &LoginClaims,
    session: &Session,
    customer: &Customer,
) -> Result<Done<Redeemed>> {
    let longest = work
        .config
        .default(config::SESSION_MAX_DURATION)?
        .number()
        .unwrap_or(3600);
    let mut ends_at = work.now.plus(Duration::from_secs(longest));
    let by = work.actor.name.clone();
    // The one conditional UPDATE: however many try, one wins.
    if !work
        .tx
        .session_redeem(&permit.narrow(), &session.id, work.now, &by, ends_at)?
    {
        return Err(Fault::TokenSpent);
    }
    let mode = consent::mode(work, customer)?;
    let limit = mode.limit(&customer.consent);
    if let Some(limit) = limit.filter(|_| !session.is_override) {
        sessions::shorten(work, &permit.narrow(), session, Some(limit))?;
        ends_at = ends_at.min(limit);
    }
    work.draft.detail("ends_at", ends_at.to_string());
    let recorded = work.record()?;
    let shopper = Shopper::of(work, customer)?;
    let opened = Session {
        redeemed_at: Some(work.now),
        ends_at: Some(ends_at),
        ..session.clone()
    };
    outbox::after_redeem(work, &permit.narrow(), &opened, &shopper, recorded.seq)?;
    let answer = Redeemed {
        session_id: session.id.clone(),
        customer: shopper,
        website: claims.website.clone(),
        store_view: claims.store_view.clone(),
        admin: session.admin.clone(),
        disable_page_cache: claims.disable_page_cache,
        ends_at,
    };
    Ok(Done::Recorded(answer, recorded))
}
