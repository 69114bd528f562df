//! Applies the login rules and collects all obstacles in the documented order.

use super::LoginRequest;
use super::target::LoginTarget;
use crate::ReadView;
use crate::core::consent;
use lac_model::audit::ConsentBasis;
use lac_model::config::{self, pattern};
use lac_model::consent::ConsentMode;
use lac_model::customer::{Consent, ConsentSource};
use lac_model::fault::Fault;
use lac_model::ids::Ticket;
use lac_model::login::{LoginFacts, allowed_store_views, check_preconditions, select_store_view};
use lac_model::session::{ReadOnlyRule, Session, SessionState};
use lac_model::stores::StoreView;
use lac_model::time::Timestamp;
use lac_store::Result;

/// The result of the login rules.
#[derive(Debug)]
#[must_use]
pub(super) struct LoginJudgement {
    /// Why the login is not allowed. A login fails with the first one.
    pub obstacles: Vec<Fault>,
    pub store_view: Option<StoreView>,
    /// The store views that can be chosen.
    pub choices: Vec<StoreView>,
    pub base_url: Option<String>,
    /// The agent's open session, which the login would end.
    pub replaced_session: Option<Session>,
    /// The consent that the login would be based on.
    pub basis: ConsentBasis,
    /// When that consent ends, if it does.
    pub consent_until: Option<Timestamp>,
    /// Whether the session would be read-only.
    pub read_only: bool,
}

/// The obstacles if a document has no customer to log in as. For a guest's
/// order, a disabled feature comes first.
pub(super) fn obstacles_without_customer(view: &ReadView<'_>, fault: Fault) -> Result<Vec<Fault>> {
    let is_guest = matches!(fault, Fault::GuestDocument { .. });
    if is_guest && !view.config.is_yes(config::ENABLED)? {
        return Ok(vec![Fault::FeatureDisabled, fault]);
    }
    Ok(vec![fault])
}

/// Applies the login rules to a request for `target`.
pub(super) fn judge_login(
    view: &ReadView<'_>,
    request: &LoginRequest,
    target: &LoginTarget,
) -> Result<LoginJudgement> {
    let share = view.config.at_default(config::ACCOUNT_SHARE)?.value;
    let mode = consent::consent_mode(view, &target.customer)?;
    let facts = LoginFacts {
        enabled: view.config.is_yes(config::ENABLED)?,
        customer: &target.customer,
        consent_mode: mode,
        is_override: request.override_consent,
        now: view.now,
        actor: &view.actor,
        tree: view.store_tree()?,
        accounts_shared: share.as_deref() == Some("global"),
        manual_selection: view.config.is_yes(config::MANUAL_STORE_VIEW)?,
        requested_store_view: request.store_view.as_deref(),
        document_view_id: target
            .document
            .as_ref()
            .and_then(|document| document.store_view_id),
    };
    let mut obstacles = check_preconditions(&facts);
    if obstacles.is_empty() && !request.override_consent && mode != ConsentMode::Mandatory {
        consent::check_against_log(view, &target.customer)?;
    }
    let choices = allowed_store_views(&facts).into_iter().cloned().collect();
    let store_view = match select_store_view(&facts) {
        Ok(found) => Some(found.clone()),
        Err(fault) => {
            obstacles.push(fault);
            None
        }
    };
    let base_url = match &store_view {
        Some(found) => find_base_url(view, found, &mut obstacles)?,
        None => None,
    };
    // The website's rules for reason and ticket: that of the login if it is
    // known, else that of the customer.
    let website = store_view
        .as_ref()
        .map_or(target.customer.website_id, |v| v.website_id);
    check_reason_and_ticket(view, request, website, &mut obstacles)?;
    if let Some(before) = target.customer.guard_website_id.filter(|id| *id != website) {
        check_reason_and_ticket(view, request, before, &mut obstacles)?;
    }
    let websites = [Some(website), target.customer.guard_website_id];
    let read_only = match read_only_rule(view, websites)?.decide(request.read_only) {
        Ok(read_only) => read_only,
        Err(fault) => {
            obstacles.push(fault);
            true
        }
    };
    let open = open_session_of_agent(view)?;
    if let (Some(session), false) = (&open, request.replace) {
        obstacles.push(Fault::SessionActive {
            session: session.id.to_string(),
            customer: session.customer_id.to_string(),
        });
    }
    let consent = &target.customer.consent;
    let is_override = request.override_consent && mode.check(consent, view.now).is_err();
    Ok(LoginJudgement {
        basis: consent_basis(view, mode, consent, is_override)?,
        consent_until: mode.session_deadline(consent).filter(|_| !is_override),
        obstacles,
        store_view,
        choices,
        base_url,
        replaced_session: open,
        read_only,
    })
}

/// The strictest rule of these websites for read-only sessions.
pub(super) fn read_only_rule(
    view: &ReadView<'_>,
    websites: impl IntoIterator<Item = Option<i64>>,
) -> Result<ReadOnlyRule> {
    let mut strictest = ReadOnlyRule::Allowed;
    for id in websites.into_iter().flatten() {
        let website = view.store_tree()?.website(id);
        let rule = view
            .config
            .effective(config::SESSION_READ_ONLY, website, None)?;
        strictest = strictest.max(ReadOnlyRule::from_config(rule.value.as_deref()));
    }
    Ok(strictest)
}

/// The consent that a login would be based on, and whether the agent granted it
/// themselves.
fn consent_basis(
    view: &ReadView<'_>,
    mode: ConsentMode,
    consent: &Consent,
    is_override: bool,
) -> Result<ConsentBasis> {
    let mut basis = ConsentBasis::new(mode, consent, is_override);
    if basis.source == Some(ConsentSource::Admin)
        && consent.changed_by.as_ref() == Some(&view.actor.name)
        && let Some(id) = view.actor.admin_id()
    {
        // Names can be reused: the user who has the name now may be newer than
        // the consent.
        let since = view.read.admin_user(id)?.map(|user| user.created_at);
        basis.self_granted = since <= consent.changed_at;
    }
    Ok(basis)
}

fn find_base_url(
    view: &ReadView<'_>,
    store_view: &StoreView,
    obstacles: &mut Vec<Fault>,
) -> Result<Option<String>> {
    let website = view.store_tree()?.website(store_view.website_id);
    let found = view
        .config
        .effective(config::BASE_URL, website, Some(store_view))?
        .value;
    if found.is_none() {
        obstacles.push(Fault::BaseUrlMissing {
            store_view: store_view.code.clone(),
        });
    }
    Ok(found)
}

fn check_reason_and_ticket(
    view: &ReadView<'_>,
    request: &LoginRequest,
    website_id: i64,
    obstacles: &mut Vec<Fault>,
) -> Result<()> {
    let website = view.store_tree()?.website(website_id);
    let at = |path| view.config.effective(path, website, None);
    // A login without consent always needs a reason.
    let needed = request.override_consent || at(config::REASON_REQUIRED)?.is_yes();
    let least = at(config::REASON_MIN_LENGTH)?
        .as_number()
        .unwrap_or(0)
        .max(1);
    let given = request
        .reason
        .as_deref()
        .map_or(0, |text| text.trim().chars().count() as u64);
    let pattern = at(config::REASON_PATTERN)?.value;
    if (needed && given < least) || violates_pattern(pattern.as_deref(), request.reason.as_deref())
    {
        let min_length = least;
        push_unique(
            obstacles,
            Fault::ReasonRequired {
                min_length,
                pattern,
            },
        );
    }
    let (needed, ticket) = (at(config::TICKET_REQUIRED)?.is_yes(), &request.ticket);
    let pattern = at(config::TICKET_PATTERN)?.value;
    let ticket = ticket.as_ref().map(Ticket::as_str);
    if (needed && ticket.is_none()) || violates_pattern(pattern.as_deref(), ticket) {
        push_unique(obstacles, Fault::TicketRequired { pattern });
    }
    Ok(())
}

/// Adds the obstacle once, even if both websites have it.
fn push_unique(obstacles: &mut Vec<Fault>, fault: Fault) {
    if !obstacles.contains(&fault) {
        obstacles.push(fault);
    }
}

/// Whether a value is given and does not match the pattern.
fn violates_pattern(pattern: Option<&str>, given: Option<&str>) -> bool {
    let both = pattern.zip(given.map(str::trim));
    both.is_some_and(|(pattern, text)| !pattern::matches_whole(pattern, text))
}

/// The agent's open session. A session that has expired does not count, even if
/// that is not recorded yet.
fn open_session_of_agent(view: &ReadView<'_>) -> Result<Option<Session>> {
    let Some(admin_id) = view.actor.admin_id() else {
        return Ok(None);
    };
    let open = view.read.open_session_by_admin(admin_id)?;
    Ok(open.filter(|session| session.state_at(view.now) != SessionState::Expired))
}
