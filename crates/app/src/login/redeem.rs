//! Redeems a login token: the storefront uses it once and opens the session.
//! All rules are checked again, because things can change after the URL is
//! issued.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::CustomerSummary;
use super::judgement::read_only_rule;
use super::verify::{active_login_keys, check_audience, check_not_expired, read_claims};
use crate::core::UNKNOWN_SESSION;
use crate::core::consent;
use crate::core::sessions;
use crate::login::outbox;
use crate::{Context, GroupedAct, UnitOfWork, WriteOutcome, current_agent};
use lac_model::access::Actor;
use lac_model::audit::Action;
use lac_model::bounded::{LongText, UserAgent};
use lac_model::claims::LoginClaims;
use lac_model::config;
use lac_model::consent::ConsentMode;
use lac_model::customer::Customer;
use lac_model::fault::Fault;
use lac_model::ids::{SessionId, Ticket};
use lac_model::login::consent_withheld;
use lac_model::resource::Resource;
use lac_model::session::{Browser, ClientIp, ReadOnlyRule, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, OutboxWrite, Permit, Redemption, Result, SessionWrite};

/// Redeems a login token.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginRedeem {
    /// The token or the URL.
    pub token: LongText,
    /// The origin of the storefront that received the token.
    pub audience: LongText,
    /// The address of the agent's browser.
    #[serde(default)]
    pub client_ip: Option<ClientIp>,
    /// What that browser calls itself.
    #[serde(default)]
    pub user_agent: Option<UserAgent>,
}

impl std::fmt::Debug for LoginRedeem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginRedeem")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// What the storefront needs to open the session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginRedeemed {
    pub session_id: SessionId,
    pub customer: CustomerSummary,
    pub website: String,
    #[serde(default)]
    pub website_name: String,
    pub store_view: String,
    /// The admin user, for the banner and the order comments.
    pub admin: String,
    #[serde(default)]
    pub admin_full_name: Option<String>,
    /// The document that the login started from, such as `order:000000001`: the
    /// page to land on.
    #[serde(default)]
    pub document: Option<String>,
    #[serde(default)]
    pub ticket: Option<Ticket>,
    pub disable_page_cache: bool,
    /// Whether the storefront must refuse every change.
    #[serde(default)]
    pub read_only: bool,
    /// When the storefront must end the session at the latest.
    pub ends_at: Timestamp,
    /// How many seconds the session may be left without a check.
    #[serde(default)]
    pub idle_timeout: Option<u32>,
}

impl Act for LoginRedeem {
    const ANY_OF: &'static [Resource] = &[Resource::LAC_STOREFRONT];
}

impl Covers<SessionWrite> for LoginRedeem {}
impl Covers<OutboxWrite> for LoginRedeem {}

impl GroupedAct for LoginRedeem {
    const ACTION: Action = Action::LoginRedeem;
    type Answer = LoginRedeemed;

    fn run_in(
        self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, Self>,
    ) -> Result<WriteOutcome<LoginRedeemed>> {
        // The event's admin is the agent, who is not known yet, and not the
        // storefront.
        let storefront = work.actor.name.clone();
        work.draft.add_detail("storefront", storefront);
        (work.draft.admin, work.draft.admin_id, work.draft.role) = (None, None, None);
        let browser = Browser {
            ip: self.client_ip,
            user_agent: self.user_agent.clone(),
        };
        work.draft.set_browser(&browser);
        let issuer = work.config.store_name()?;
        let keys = active_login_keys(&work.signing_keys().rows, work.now)?;
        let claims = read_claims(&self.token, &keys, Some(&issuer))?;
        let session = find_session(work, &claims)?;
        describe_session(work, &session)?;
        let (customer, agent) = self.check_redeemable(work, &claims, &session)?;
        let session = Session { browser, ..session };
        open_session(work, permit, &claims, session, &customer, agent)
    }
}

impl LoginRedeem {
    /// # Errors
    /// In this order: `not_authenticated`, `resource_denied`, `token_invalid`,
    /// `audience_mismatch`, `token_spent`, `token_expired`, `feature_disabled`,
    /// `customer_inactive`, `customer_unconfirmed`, `customer_local`,
    /// `consent_withheld`, `state_tampered` if the stored consent differs from
    /// the log, `session_ended` if the agent has lost the rights since or the
    /// session is over.
    pub fn run(self, context: &Context<'_>) -> Result<LoginRedeemed> {
        self.run_alone(context)
    }

    fn check_redeemable(
        &self,
        work: &UnitOfWork<'_>,
        claims: &LoginClaims,
        session: &Session,
    ) -> Result<(Customer, Actor)> {
        check_audience(claims, &self.audience)?;
        if session.redeemed_at.is_some() {
            return Err(Fault::TokenSpent);
        }
        check_not_expired(claims, work.now)?;
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
        if let (Err(why), false) = (
            consent::check_consent(work, &customer)?,
            session.is_override,
        ) {
            return Err(consent_withheld(&customer, why));
        }
        if !session.is_override && consent::consent_mode(work, &customer)? != ConsentMode::Mandatory
        {
            consent::check_against_log(work, &customer)?;
        }
        let agent = current_agent(work.read, session.admin_id)?
            .ok_or_else(|| ended("the agent's account no longer allows it"))?;
        if !agent.rights.allows(Resource::LOGIN_BUTTON) {
            return Err(ended("the agent's role no longer allows it"));
        }
        if session.is_override && !agent.rights.allows(Resource::LAC_CONSENT_OVERRIDE) {
            return Err(ended("the agent may no longer go on without consent"));
        }
        let is_guarded = customer
            .guard_website_id
            .is_some_and(|id| !agent.can_see_website(id));
        if !agent.can_see_website(session.website_id)
            || !agent.can_see_website(customer.website_id)
            || is_guarded
        {
            return Err(ended("it is outside the agent's role scope now"));
        }
        if session.state_at(work.now) == SessionState::Issued {
            return Ok((customer, agent));
        }
        if session.is_clock_behind(work.now) {
            return Err(ended("the clock stands before its beginning"));
        }
        let cause = session.expiry_at(work.now).map(|over| over.cause);
        let cause = cause.or(session.end_cause);
        let cause = cause.map_or("ended", |cause| cause.as_str());
        Err(ended(&cause.replace('_', " ")))
    }
}

/// The session of a token. A session outside the storefront's websites is not
/// found.
fn find_session(work: &UnitOfWork<'_>, claims: &LoginClaims) -> Result<Session> {
    let unknown = || Fault::TokenInvalid {
        reason: UNKNOWN_SESSION.to_owned(),
    };
    let id = SessionId::new(claims.jti.clone()).map_err(|_| unknown())?;
    work.read
        .session(&id)?
        .filter(|session| work.actor.can_see_website(session.website_id))
        .ok_or_else(unknown)
}

fn describe_session(work: &mut UnitOfWork<'_>, session: &Session) -> Result<()> {
    let mut draft = work.draft.clone();
    sessions::describe_session(work, session, &mut draft)?;
    draft.admin = Some(session.admin.clone());
    draft.admin_id = Some(session.admin_id);
    if let Some(agent) = current_agent(work.read, session.admin_id)? {
        draft.role = agent.role;
    }
    work.draft = draft;
    Ok(())
}

fn open_session(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, LoginRedeem>,
    claims: &LoginClaims,
    session: Session,
    customer: &Customer,
    agent: Actor,
) -> Result<WriteOutcome<LoginRedeemed>> {
    let mut opened = prepare_session(work, claims, session)?;
    let redemption = Redemption {
        at: work.now,
        by: &work.actor.name,
        storefront_id: opened.storefront_id,
        ends_at: opened.ends_at.unwrap_or(work.now),
        read_only: opened.read_only,
        idle_timeout: opened.idle_timeout,
        browser: &opened.browser,
    };
    // One conditional UPDATE: of several concurrent attempts, only one
    // succeeds.
    if !work
        .tx
        .session_redeem(&permit.narrow(), &opened.id, &redemption)?
    {
        return Err(Fault::TokenSpent);
    }
    let mut ends_at = redemption.ends_at;
    let mode = consent::consent_mode(work, customer)?;
    let limit = mode.session_deadline(&customer.consent);
    if let Some(limit) = limit.filter(|_| !opened.is_override) {
        sessions::limit_session(work, &permit.narrow(), &opened, Some(limit))?;
        ends_at = ends_at.min(limit);
    }
    opened.ends_at = Some(ends_at);
    work.draft.add_detail("ends_at", ends_at.to_string());
    if opened.read_only {
        work.draft.add_detail("read_only", true);
    }
    let recorded = work.record()?;
    let shopper = CustomerSummary::from_customer(work, customer)?;
    outbox::queue_after_redeem(work, &permit.narrow(), &opened, &shopper, recorded.seq)?;
    let website = work.store_tree()?.website(opened.website_id);
    let answer = LoginRedeemed {
        customer: shopper,
        website: claims.website.clone(),
        website_name: website
            .map(|website| website.name.clone())
            .unwrap_or_default(),
        store_view: claims.store_view.clone(),
        admin: opened.admin,
        admin_full_name: agent.full_name,
        document: opened.document.map(|document| document.to_string()),
        ticket: opened.ticket,
        disable_page_cache: claims.disable_page_cache,
        read_only: opened.read_only,
        ends_at,
        idle_timeout: opened.idle_timeout,
        session_id: opened.id,
    };
    Ok(WriteOutcome::Recorded(answer, recorded))
}

/// The session as it is once redeemed, before consent shortens it. Rules that
/// became stricter since the login count.
fn prepare_session(
    work: &UnitOfWork<'_>,
    claims: &LoginClaims,
    session: Session,
) -> Result<Session> {
    let longest = work
        .config
        .at_default(config::SESSION_MAX_DURATION)?
        .as_number()
        .unwrap_or(3600);
    let website = work.store_tree()?.website(session.website_id);
    let idle = work
        .config
        .effective(config::SESSION_IDLE_TIMEOUT, website, None)?
        .as_number();
    let rule = read_only_rule(work, [Some(session.website_id)])?;
    Ok(Session {
        state: SessionState::Active,
        redeemed_at: Some(work.now),
        redeemed_by: Some(work.actor.name.clone()),
        storefront_id: work.actor.storefront_id(),
        ends_at: Some(work.now.saturating_add(Duration::from_secs(longest))),
        read_only: session.read_only || claims.read_only || rule == ReadOnlyRule::Always,
        idle_timeout: idle.and_then(|seconds| u32::try_from(seconds).ok()),
        ..session
    })
}
