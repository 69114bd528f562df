//! The access history of a customer: from the sessions, with reason, consent
//! and approver from the log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::page::{Page, PageRequest};
use crate::core::{counted, find};
use crate::{Context, ReadView};
use lac_ledger::event_log::event_view;
use lac_model::audit::{Action, ActionGroup, ConsentBasis, Outcome, Selection, SelectionValues};
use lac_model::bounded::ShortText;
use lac_model::ids::{CustomerId, SessionId};
use lac_model::resource::Resource;
use lac_model::session::{EndCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{EventHints, EventQuery, Result, SessionQuery, none_if_damaged};

/// Asks for a customer's access history, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerHistory {
    /// An id or an e-mail address.
    pub customer: ShortText,
    pub website: Option<ShortText>,
    /// The cursor is a session's id.
    pub part: PageRequest,
}

/// One login as the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerVisit {
    pub session_id: SessionId,
    pub state: SessionState,
    /// When the login URL was issued.
    pub issued_at: Timestamp,
    /// When the session was opened; `null` if it never was.
    pub opened_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub end_cause: Option<EndCause>,
    /// How long the session was open, until its end or now.
    pub duration_seconds: Option<u64>,
    /// The admin user's name at that time.
    pub admin: String,
    /// The person's name, if the admin user still exists.
    pub admin_full_name: Option<String>,
    pub website: Option<String>,
    pub store_view: Option<String>,
    pub document: Option<String>,
    /// `null` if there was none, or if it was erased.
    pub reason: Option<String>,
    pub ticket: Option<String>,
    /// The consent that the login was based on.
    pub consent: Option<ConsentBasis>,
    /// The approver, if the login needed an approval.
    pub approved_by: Option<String>,
}

/// The details of a login that only the log has.
#[derive(Debug, Default)]
struct LoginEventDetails {
    reason: Option<String>,
    consent: Option<ConsentBasis>,
    approved_by: Option<String>,
}

impl CustomerHistory {
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `customer_ambiguous`,
    /// `document_number`, `website_not_found`, `invalid_value` for an invalid
    /// cursor.
    pub fn run(self, context: &Context<'_>) -> Result<Page<CustomerVisit>> {
        let needs = [Resource::CUSTOMER_MANAGE];
        counted::read_counted(
            context,
            Action::CustomerRead,
            &needs,
            |_| 1,
            |view| {
                let customer = find::customer(view, &self.customer, self.website.as_deref())?;
                let limit = self.part.row_limit();
                let mut sessions = view.read.sessions(&SessionQuery {
                    customer_id: Some(customer.id),
                    websites: view.website_ids(),
                    after: self.part.after.clone().map(Into::into),
                    limit: Some(limit + 1),
                    ..SessionQuery::default()
                })?;
                let is_more = sessions.len() > limit;
                sessions.truncate(limit);
                let mut login_details = login_event_details(view, customer.id, &sessions)?;
                let last = sessions.last().map(|session| session.id.to_string());
                let rows = sessions
                    .into_iter()
                    .map(|session| {
                        let login_details =
                            login_details.remove(&session.issue_seq).unwrap_or_default();
                        customer_visit(view, session, login_details)
                    })
                    .collect::<Result<Vec<_>>>()?;
                let next = last.filter(|_| is_more);
                Ok(Page {
                    rows,
                    next,
                    left_out: view.read.skipped_row_count(),
                })
            },
        )
    }
}

/// The details of the events that issued these sessions, by sequence number.
/// The events have the id that the customer had at that time.
fn login_event_details(
    view: &ReadView<'_>,
    customer: CustomerId,
    sessions: &[Session],
) -> Result<BTreeMap<u64, LoginEventDetails>> {
    let mut login_details = BTreeMap::new();
    let (Some(newest), Some(oldest)) = (sessions.first(), sessions.last()) else {
        return Ok(login_details);
    };
    let ids = find::customer_ids_in_log(view, customer)?;
    let query = EventQuery {
        select: Selection {
            action_group: SelectionValues::any_of([ActionGroup::LoginAsCustomer.as_str()]),
            action: SelectionValues::any_of([Action::LoginIssue.name()]),
            result: SelectionValues::any_of([Outcome::Success.as_str()]),
            customer_id: SelectionValues::any_of(ids.iter().map(ToString::to_string)),
            ..Selection::default()
        },
        hints: EventHints {
            first: Some(oldest.issue_seq),
            last: Some(newest.issue_seq),
            customers: ids,
        },
        ..EventQuery::default()
    };
    view.log_source().for_each_event(&query, &mut |event| {
        let event = event_view(event)?;
        let details = event.details.unwrap_or_default();
        let approved_by = details.get("approved_by").and_then(Value::as_str);
        let found = LoginEventDetails {
            reason: event.reason,
            consent: event.consent,
            approved_by: approved_by.map(str::to_owned),
        };
        login_details.insert(event.seq, found);
        Ok(())
    })?;
    Ok(login_details)
}

fn customer_visit(
    view: &ReadView<'_>,
    session: Session,
    login_details: LoginEventDetails,
) -> Result<CustomerVisit> {
    let tree = view.store_tree()?;
    let state = session.state_at(view.now);
    let over = session.expiry_at(view.now);
    let ran_out = over
        .map(|over| over.at)
        .or((state == SessionState::Active).then_some(view.now));
    let until = session.ended_at.or(ran_out);
    let in_account = session.redeemed_at.zip(until);
    let user = none_if_damaged(view.read.admin_user(session.admin_id))?;
    Ok(CustomerVisit {
        state,
        issued_at: session.issued_at,
        opened_at: session.redeemed_at,
        ended_at: until.filter(|_| state != SessionState::Active),
        end_cause: over.map(|over| over.cause).or(session.end_cause),
        duration_seconds: in_account.map(|(from, until)| until.duration_since(from).as_secs()),
        admin: session.admin,
        admin_full_name: user.and_then(|user| user.full_name),
        website: tree.website(session.website_id).map(|w| w.code.clone()),
        store_view: tree.view(session.store_view_id).map(|v| v.code.clone()),
        document: session.document.map(|document| document.to_string()),
        reason: login_details.reason,
        ticket: session.ticket.map(|ticket| ticket.as_str().to_owned()),
        consent: login_details.consent,
        approved_by: login_details.approved_by,
        session_id: session.id,
    })
}
