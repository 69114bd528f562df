//! Lists and shows sessions. The actor sees their own sessions and, with
//! `Lac::sessions`, others within the role scope.

use serde::{Deserialize, Serialize};

use crate::core::{counted, find};
use crate::{Context, ReadView};
use lac_ledger::event_log::event_view;
use lac_model::access::Actor;
use lac_model::audit::{Action, ActionGroup, Outcome, Selection, SelectionValues};
use lac_model::bounded::{BoundedList, MAX_VALUES_PER_FIELD, ShortText, UserAgent};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::report::{DoneAction, ReportedKind};
use lac_model::resource::Resource;
use lac_model::session::{ClientIp, EndCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{EventHints, EventQuery, Result, SessionQuery, none_if_damaged};

/// Reading sessions needs one of these resources.
pub(super) const SESSION_RESOURCES: &[Resource] = &[Resource::LOGIN_BUTTON, Resource::LAC_SESSIONS];

/// Lists sessions, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SessionList {
    /// Only the actor's own sessions. Without `Lac::sessions`, always `true`.
    pub mine: bool,
    pub admin: Option<ShortText>,
    /// Id or e-mail address.
    pub customer: Option<ShortText>,
    /// Empty for all.
    pub states: BoundedList<SessionState, MAX_VALUES_PER_FIELD>,
    pub after: Option<ShortText>,
    pub limit: Option<usize>,
}

/// Shows one session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionShow {
    pub id: SessionId,
}

/// A session in answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionView {
    pub id: SessionId,
    pub state: SessionState,
    pub admin: String,
    pub customer_id: CustomerId,
    /// `null` if the customer was removed or is outside the role scope.
    pub customer_email: Option<String>,
    pub website: Option<String>,
    pub store_view: Option<String>,
    pub issued_at: Timestamp,
    pub redeemed_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// When the login URL expires.
    pub expires_at: Timestamp,
    /// When an active session expires.
    pub ends_at: Option<Timestamp>,
    pub end_cause: Option<EndCause>,
    /// Seconds since the URL was issued or, if the session is over, from then
    /// until the end.
    pub age_seconds: u64,
    /// Seconds until the session expires or, before it is opened, the login
    /// URL; `null` if the session is over.
    pub left_seconds: Option<u64>,
    /// Whether the session was started without the customer's consent.
    pub overrides_consent: bool,
    pub document: Option<String>,
    pub ticket: Option<String>,
    pub redeemed_by: Option<String>,
    /// Whether the agent may look and change nothing.
    #[serde(default)]
    pub read_only: bool,
    /// How many seconds the session may be left without a check.
    #[serde(default)]
    pub idle_timeout: Option<u32>,
    /// When its storefront last checked it, to a tenth of the idle time-out.
    #[serde(default)]
    pub seen_at: Option<Timestamp>,
    /// The address of the agent's browser, as the storefront reported it.
    #[serde(default)]
    pub client_ip: Option<ClientIp>,
    /// What that browser calls itself.
    #[serde(default)]
    pub user_agent: Option<UserAgent>,
    /// What was done in the session, oldest first. Lists do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<DoneAction>>,
}

impl SessionView {
    /// Whether the row shows the actor a customer from another agent's session.
    fn reveals_customer_to(&self, actor: &Actor) -> bool {
        self.customer_email.is_some() && self.admin != actor.name
    }
}

impl SessionList {
    /// # Errors
    /// `resource_denied`, `admin_user_not_found`, `customer_not_found`,
    /// `customer_ambiguous`, `document_number`, `invalid_value` for an invalid
    /// cursor.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<SessionView>> {
        let shown = |actor: &Actor, rows: &Vec<SessionView>| {
            rows.iter()
                .filter(|row| row.reveals_customer_to(actor))
                .count()
        };
        counted::read_counted_if_restricted(
            context,
            Action::SessionRead,
            SESSION_RESOURCES,
            shown,
            |view| {
                let own = view.actor.admin_id();
                let admin_id = resolve_admin_id(view, self.admin.as_deref(), self.mine)?;
                let customer_id = match &self.customer {
                    Some(named) => Some(find::customer(view, named, None)?.id),
                    None => None,
                };
                if let Some(after) = &self.after {
                    // A cursor must not reveal a session that the list would
                    // not show.
                    let last = match SessionId::new(after.as_str()) {
                        Ok(id) => view.read.session(&id)?,
                        Err(_) => None,
                    };
                    if !last.is_some_and(|session| is_visible(view, &session)) {
                        return Err(Fault::invalid("--after", "not a session of this list"));
                    }
                }
                let query = SessionQuery {
                    admin_id,
                    customer_id,
                    // Expired sessions may still be stored as open.
                    states: stored_states(&self.states),
                    websites: if admin_id == own {
                        None
                    } else {
                        view.website_ids()
                    },
                    after: self.after.map(Into::into),
                    limit: self.limit.filter(|_| self.states.is_empty()),
                };
                let mut rows = Vec::new();
                for session in view.read.sessions(&query)? {
                    let state = session.state_at(view.now);
                    if self.states.is_empty() || self.states.contains(&state) {
                        rows.push(session_view(view, session)?);
                    }
                    if self.limit.is_some_and(|limit| rows.len() >= limit) {
                        break;
                    }
                }
                Ok(rows)
            },
        )
    }
}

/// The id of the admin user whose sessions are requested; `None` for all admin
/// users.
pub(super) fn resolve_admin_id(
    view: &ReadView<'_>,
    name: Option<&str>,
    mine: bool,
) -> Result<Option<i64>> {
    let own = view.actor.admin_id();
    match name {
        Some(name) if own.is_some() && name == view.actor.name => Ok(own),
        Some(name) => {
            // Check first: the look-up reveals which admin users exist.
            view.require(Resource::LAC_SESSIONS)?;
            Ok(Some(find::admin_user(view, name)?.id))
        }
        None if mine || !view.actor.rights.allows(Resource::LAC_SESSIONS) => Ok(own),
        None => Ok(None),
    }
}

/// Whether the actor may see and end the session.
pub(super) fn is_visible(view: &ReadView<'_>, session: &Session) -> bool {
    let others = view.actor.rights.allows(Resource::LAC_SESSIONS);
    let own = view.actor.admin_id() == Some(session.admin_id);
    own || (others && view.actor.can_see_website(session.website_id))
}

fn stored_states(wanted: &[SessionState]) -> Vec<SessionState> {
    let mut states = wanted.to_vec();
    if states.contains(&SessionState::Expired) {
        states.extend([SessionState::Issued, SessionState::Active]);
    }
    states
}

impl SessionShow {
    /// # Errors
    /// `session_not_found`, `resource_denied`, `invalid_value` if several ids
    /// start with the given prefix.
    pub fn run(self, context: &Context<'_>) -> Result<SessionView> {
        let shown = |actor: &Actor, row: &SessionView| usize::from(row.reveals_customer_to(actor));
        counted::read_counted_if_restricted(
            context,
            Action::SessionRead,
            SESSION_RESOURCES,
            shown,
            |view| {
                let session = find_session(view, &self.id)?;
                let actions = match done_actions(view, &session) {
                    // The session itself is known without the archive.
                    Err(Fault::ArchiveMissing { .. }) => None,
                    actions => Some(actions?),
                };
                Ok(SessionView {
                    actions,
                    ..session_view(view, session)?
                })
            },
        )
    }
}

/// What the session's storefront reported, oldest first.
pub(crate) fn done_actions(view: &ReadView<'_>, session: &Session) -> Result<Vec<DoneAction>> {
    let mut actions = Vec::new();
    if session.redeemed_at.is_none() {
        return Ok(actions);
    }
    // The customer may have had another id then.
    let customers = find::customer_ids_in_log(view, session.customer_id)?;
    let kinds = ReportedKind::ALL.map(|kind| kind.action().name());
    let query = EventQuery {
        select: Selection {
            action_group: SelectionValues::any_of([ActionGroup::LoginAsCustomer.as_str()]),
            action: SelectionValues::any_of(kinds),
            result: SelectionValues::any_of([Outcome::Success.as_str()]),
            session_id: SelectionValues::any_of([session.id.as_str()]),
            customer_id: SelectionValues::any_of(customers.iter().map(ToString::to_string)),
            ..Selection::default()
        },
        hints: EventHints {
            first: Some(session.issue_seq),
            last: None,
            customers,
        },
        ascending: true,
        ..EventQuery::default()
    };
    view.log_source().for_each_event(&query, &mut |event| {
        actions.extend(DoneAction::from_event(&event_view(event)?));
        Ok(())
    })?;
    Ok(actions)
}

/// The most ids with the same prefix that are read.
const MAX_PREFIX_MATCHES: usize = 16;

/// A session by its id or a prefix of it. A session outside the role scope is
/// not found; another agent's session needs `Lac::sessions`.
pub(super) fn find_session(view: &ReadView<'_>, id: &SessionId) -> Result<Session> {
    let missing = || Fault::SessionNotFound {
        session: id.to_string(),
    };
    let Some(session) = view.read.session(id)? else {
        return find_by_prefix(view, id)?.ok_or_else(missing);
    };
    if view.actor.admin_id() == Some(session.admin_id) {
        return Ok(session);
    }
    if !view.actor.can_see_website(session.website_id) {
        return Err(missing());
    }
    view.require(Resource::LAC_SESSIONS)?;
    Ok(session)
}

/// The session whose id starts with the prefix. Sessions that the actor may not
/// see do not make the prefix ambiguous: that would reveal them.
fn find_by_prefix(view: &ReadView<'_>, beginning: &SessionId) -> Result<Option<Session>> {
    if !beginning.is_prefix() {
        return Ok(None);
    }
    let mut found = None;
    for id in view
        .read
        .session_ids_with_prefix(beginning.as_str(), MAX_PREFIX_MATCHES)?
    {
        let Some(session) = view.read.session(&id)? else {
            continue;
        };
        if is_visible(view, &session) && found.replace(session).is_some() {
            let problem = format!("several sessions begin with {beginning}: give more of the id");
            return Err(Fault::invalid("ID", problem));
        }
    }
    Ok(found)
}

fn session_view(view: &ReadView<'_>, session: Session) -> Result<SessionView> {
    let tree = view.store_tree()?;
    let customer = none_if_damaged(view.read.customer(session.customer_id))?;
    let over = session.expiry_at(view.now);
    let state = session.state_at(view.now);
    let ended_at = session.ended_at.or(over.map(|over| over.at));
    let end = session.open_until();
    Ok(SessionView {
        state,
        admin: session.admin,
        customer_id: session.customer_id,
        customer_email: customer
            .filter(|c| view.actor.can_see_website(c.website_id))
            .map(|c| c.email),
        website: tree.website(session.website_id).map(|w| w.code.clone()),
        store_view: tree.view(session.store_view_id).map(|v| v.code.clone()),
        issued_at: session.issued_at,
        redeemed_at: session.redeemed_at,
        ended_at,
        age_seconds: ended_at
            .unwrap_or(view.now)
            .duration_since(session.issued_at)
            .as_secs(),
        left_seconds: state
            .is_open()
            .then(|| end.duration_since(view.now).as_secs()),
        expires_at: session.expires_at,
        ends_at: session.ends_at,
        // An open session stores the cause of its future expiry; that is not
        // shown.
        end_cause: match over {
            Some(over) => Some(over.cause),
            None => session.end_cause.filter(|_| !state.is_open()),
        },
        overrides_consent: session.is_override,
        document: session.document.map(|document| document.to_string()),
        ticket: session.ticket.map(|ticket| ticket.as_str().to_owned()),
        redeemed_by: session.redeemed_by,
        read_only: session.read_only,
        idle_timeout: session.idle_timeout,
        seen_at: session.seen_at,
        client_ip: session.browser.ip,
        user_agent: session.browser.user_agent,
        actions: None,
        id: session.id,
    })
}
