//! Starts an impersonation: checks the rules, then creates the session, the
//! event and the token in one transaction.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::approval::{self, UsableApproval, decide_login};
use super::judgement::{LoginJudgement, obstacles_without_customer};
use super::target::{self, LoginTarget, ResolvedTarget};
use super::{CustomerSummary, LOGIN_RESOURCES, LoginRequest};
use crate::core::sessions;
use crate::login::outbox;
use crate::login::sessions::ConcurrentSession;
use crate::{Context, ReadView, UnitOfWork, WriteOutcome, write};
use lac_ledger::signing::keys::KeyPurpose;
use lac_ledger::signing::login_token;
use lac_model::audit::{Action, ConsentBasis};
use lac_model::claims::{ActorClaim, LoginClaims};
use lac_model::config;
use lac_model::environment::random_bytes;
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::resource::Resource;
use lac_model::session::{Browser, EndCause, Session, SessionState};
use lac_model::stores::StoreView;
use lac_model::time::Timestamp;
use lac_store::{Act, Covers, OutboxWrite, Permit, RequestWrite, Result, SessionWrite};

/// Starts an impersonation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginStart {
    #[serde(rename = "wish")]
    pub request: LoginRequest,
    /// Lifetime of the URL in seconds. `authentication_data_expiration_time` is
    /// the default and the maximum.
    pub ttl: Option<u64>,
}

/// The login URL and its session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginStarted {
    pub url: String,
    pub session_id: SessionId,
    pub customer: CustomerSummary,
    pub store_view: String,
    pub admin: String,
    pub issued_at: Timestamp,
    /// The token's `exp`.
    pub expires_at: Timestamp,
    /// Whether the agent may look and change nothing.
    #[serde(default)]
    pub read_only: bool,
    pub audit_seq: Option<u64>,
    /// The agent's open session that was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<ReplacedSession>,
    /// Other agents' open sessions for the same customer.
    pub also_open: Vec<ConcurrentSession>,
}

/// A session that was ended because the agent started another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplacedSession {
    pub session_id: SessionId,
    pub customer_id: String,
}

/// How many expired links and sessions a login records: an agent must not wait
/// because nobody has logged in for a while.
const MAX_EXPIRED_PER_LOGIN: usize = 50;

impl Act for LoginStart {
    const ANY_OF: &'static [Resource] = LOGIN_RESOURCES;
}

impl Covers<SessionWrite> for LoginStart {}
impl Covers<RequestWrite> for LoginStart {}
impl Covers<OutboxWrite> for LoginStart {}

impl LoginStart {
    /// # Errors
    /// `invalid_value` for a TTL of 0; then, in this order:
    /// `not_authenticated`, `resource_denied`, customer or document not found
    /// or ambiguous, the first obstacle of the rules (`lac_model::login`),
    /// `approval_required`. `state_tampered` if the stored consent differs from
    /// the log.
    pub fn run(self, context: &Context<'_>) -> Result<LoginStarted> {
        if self.ttl == Some(0) {
            return Err(Fault::invalid(
                "--ttl",
                "a login URL is valid for at least one second",
            ));
        }
        context.keys.load_current(KeyPurpose::Login)?; // before the store is locked
        let fill = |event: &mut _| self.request.fill_event(event);
        write::<Self, _>(context, Action::LoginIssue, fill, |work, permit| {
            let target = resolve_target(work, &self.request)?;
            let decision = decide_login(work, &self.request, &target)?;
            // The event has the approved reason and ticket.
            work.draft.reason = decision.request.reason.as_ref().map(ToString::to_string);
            work.draft.ticket.clone_from(&decision.request.ticket);
            let (judgement, approval) = (decision.judgement, decision.approval);
            if let Some(fault) = judgement.obstacles.into_iter().next() {
                return Err(fault);
            }
            let LoginJudgement {
                store_view: Some(view),
                base_url: Some(base_url),
                basis,
                consent_until: limit,
                read_only,
                ..
            } = judgement
            else {
                return Err(Fault::internal("a login without store view or base URL"));
            };
            let login = Self {
                request: LoginRequest {
                    read_only: Some(read_only),
                    ..decision.request
                },
                ttl: self.ttl,
            };
            let basis = (basis, limit);
            login.issue_token(work, permit, &target, (&view, &base_url), basis, approval)
        })
    }

    fn issue_token(
        &self,
        work: &mut UnitOfWork<'_>,
        permit: &Permit<'_, Self>,
        target: &LoginTarget,
        (view, base_url): (&StoreView, &str),
        (basis, limit): (ConsentBasis, Option<Timestamp>),
        approval: Option<UsableApproval>,
    ) -> Result<WriteOutcome<LoginStarted>> {
        let admin_id = work.actor.admin_id().ok_or_else(|| {
            Fault::internal("a storefront's account cannot start an impersonation")
        })?;
        sessions::expire_overdue(work, &permit.narrow(), MAX_EXPIRED_PER_LOGIN)?;
        let old = end_replaced_session(work, &permit.narrow(), admin_id)?;

        // Whole seconds, as in the token; never longer than the setting allows.
        let cap = work
            .config
            .at_default(config::EXPIRATION_TIME)?
            .as_number()
            .unwrap_or(60);
        let ttl = self.ttl.map_or(cap, |request| request.min(cap));
        let issued_at = work.now;
        let key = work.login_key()?;
        let expires_at =
            Timestamp::from_seconds(issued_at.seconds()).saturating_add(Duration::from_secs(ttl));
        let mut session = Session {
            id: SessionId::from_bits(random_bytes(work.random)),
            state: SessionState::Issued,
            admin_id,
            admin: work.actor.name.clone(),
            customer_id: target.customer.id,
            website_id: view.website_id,
            store_view_id: view.id,
            document: target
                .document
                .as_ref()
                .map(lac_model::document::Document::to_ref),
            ticket: self.request.ticket.clone(),
            issue_seq: work.next_seq(),
            issued_at,
            expires_at,
            redeemed_at: None,
            redeemed_by: None,
            ends_at: None,
            ended_at: None,
            end_cause: None,
            key_id: Some(key.public().thumbprint()),
            is_override: basis.is_override,
            request_id: approval.as_ref().map(|g| g.request.id.to_string()),
            read_only: self.request.read_only == Some(true),
            storefront_id: None,
            idle_timeout: None,
            seen_at: None,
            browser: Browser::default(),
        };
        work.tx.session_add(&permit.narrow(), &session)?;
        if let Some(approval) = approval {
            approval::use_approval(work, &permit.narrow(), approval, &session.id)?;
        }
        // Whole seconds here too: the token must not be valid longer than the
        // consent.
        let limit = limit.map(|at| Timestamp::from_seconds(at.seconds()));
        sessions::limit_session(work, &permit.narrow(), &session, limit)?;
        session.expires_at = limit.map_or(expires_at, |at| at.min(expires_at));
        let token = login_token::sign(&build_claims(work, &session, view, base_url)?, &key)?;
        let use_store = work.config.is_yes(config::USE_STORE)?;
        let url = config::login_url(base_url, use_store.then_some(view.code.as_str()), &token);

        let customer = CustomerSummary::from_customer(work, &target.customer)?;
        work.draft.session_id = Some(session.id.clone());
        work.draft.website = work
            .store_tree()?
            .website(view.website_id)
            .map(|w| w.code.clone());
        work.draft.store_view = Some(view.code.clone());
        work.draft.consent = Some(basis);
        work.draft
            .add_detail("expires_at", session.expires_at.to_string());
        if session.read_only {
            work.draft.add_detail("read_only", true);
        }
        // Do not reveal a session on another website to readers of this
        // website's events.
        if let Some(old) = old.as_ref().filter(|old| old.website_id == view.website_id) {
            work.draft.add_detail("replaced", old.id.as_str());
        }
        let also_open = super::sessions::concurrent_sessions(work, target.customer.id)?;
        let recorded = work.record()?;
        outbox::queue_after_login(work, &permit.narrow(), &session, &customer, recorded.seq)?;
        let answer = LoginStarted {
            url,
            session_id: session.id,
            customer,
            store_view: view.code.clone(),
            admin: session.admin,
            issued_at,
            expires_at: session.expires_at,
            read_only: session.read_only,
            audit_seq: recorded.seq,
            replaced: old.map(|old| ReplacedSession {
                session_id: old.id,
                customer_id: old.customer_id.to_string(),
            }),
            also_open,
        };
        Ok(WriteOutcome::Recorded(answer, recorded))
    }
}

/// Finds the customer and document of a request, and fills them in the event
/// before the rules may refuse the login. If a document has no customer, fails
/// with the first obstacle.
pub(super) fn resolve_target(
    work: &mut UnitOfWork<'_>,
    request: &LoginRequest,
) -> Result<LoginTarget> {
    request.require_resources(work)?;
    let found = target::resolve(work, request)?;
    describe_document(work, &found)?;
    let target = match found.customer {
        Ok(customer) => LoginTarget {
            customer,
            document: found.document,
        },
        Err(fault) => {
            let first = obstacles_without_customer(work, fault)?.into_iter().next();
            return Err(first.unwrap_or(Fault::FeatureDisabled));
        }
    };
    work.describe_customer(&target.customer)?;
    Ok(target)
}

/// Fills the document's website in the event: for a guest's order, nothing else
/// is known.
fn describe_document(work: &mut UnitOfWork<'_>, found: &ResolvedTarget) -> Result<()> {
    let Some(view) = found.document.as_ref().and_then(|d| d.store_view_id) else {
        return Ok(());
    };
    let tree = work.store_tree()?;
    let website = tree.view(view).and_then(|v| tree.website(v.website_id));
    work.draft.website = website.map(|w| w.code.clone());
    Ok(())
}

/// Ends the agent's open session: an agent has at most one.
fn end_replaced_session(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    admin_id: i64,
) -> Result<Option<Session>> {
    let old = work.read.open_session_by_admin(admin_id)?;
    if let Some(old) = &old {
        let _ = sessions::end_session(work, permit, old, EndCause::Replaced)?;
    }
    let is_open = |old: &Session| old.expiry_at(work.now).is_none();
    Ok(old.filter(is_open))
}

/// The claims of the token (RFC 7519; `act` is from RFC 8693). They contain
/// neither the customer's name nor address.
fn build_claims(
    view: &ReadView<'_>,
    session: &Session,
    store_view: &StoreView,
    base_url: &str,
) -> Result<LoginClaims> {
    let website = view
        .store_tree()?
        .website(session.website_id)
        .map(|w| w.code.clone());
    Ok(LoginClaims {
        iss: view.config.store_name()?,
        aud: config::url_origin(base_url),
        sub: session.customer_id.to_string(),
        act: ActorClaim {
            sub: session.admin.clone(),
        },
        jti: session.id.to_string(),
        iat: session.issued_at.seconds(),
        exp: session.expires_at.seconds(),
        website: website.unwrap_or_default(),
        store_view: store_view.code.clone(),
        disable_page_cache: view.config.is_yes(config::DISABLE_PAGE_CACHE)?,
        read_only: session.read_only,
    })
}
