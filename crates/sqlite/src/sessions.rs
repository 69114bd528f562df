//! Sessions.

use rusqlite::{Connection, Row, params};

use super::rows::InvalidOptional;
use super::rows::damaged_row;
use super::select_builder::SelectBuilder;
use super::{Tx, rows, session_actions};
use lac_model::bounded::{ActionId, ShortText, UserAgent};
use lac_model::document::{DocumentKind, DocumentRef};
use lac_model::fault::Fault;
use lac_model::ids::{CustomerId, SessionId, Ticket};
use lac_model::session::{Browser, CLOCK_TOLERANCE, ClientIp, EndCause, Session, SessionState};
use lac_model::time::Timestamp;
use lac_store::{
    Permit, Redemption, Result, SessionQuery, SessionReads, SessionWrite, SessionWrites,
};

pub(super) const SELECT: &str = "SELECT id, state, admin_id, admin, customer_id, website_id, store_view_id, \
                      document_kind, document_number, ticket, issued_at, expires_at, redeemed_at, \
                      redeemed_by, ends_at, ended_at, end_cause, issue_seq, key_id, \
                      is_override, request_id, read_only, storefront_id, idle_timeout, seen_at, \
                      client_ip, user_agent FROM session";

const TABLE: &str = "session";

/// When an open session runs out: the expression of the index `session_due`.
const DUE: &str = "min(\
    CASE state WHEN 'issued' THEN expires_at ELSE coalesce(ends_at, 0) END, \
    CASE WHEN state = 'active' AND idle_timeout IS NOT NULL \
    THEN coalesce(seen_at, redeemed_at, 0) + idle_timeout * 1000000 \
    ELSE 9223372036854775807 END)";

/// The latest time that a session stores: the expression of the index
/// `session_latest`.
const LATEST: &str = "coalesce(seen_at, redeemed_at, issued_at)";

fn read_session(row: &Row<'_>) -> Result<Session> {
    read_session_with(row, InvalidOptional::ReadAsNone)
}

/// Invalid tickets, documents and end causes are read as absent, because they
/// permit nothing.
pub(super) fn read_session_with(row: &Row<'_>, out_of_form: InvalidOptional) -> Result<Session> {
    rows::with_row_name(parse_session(row, out_of_form), TABLE, row, 0)
}

fn parse_session(row: &Row<'_>, out_of_form: InvalidOptional) -> Result<Session> {
    let id: String = rows::get(row, 0)?;
    let of = (TABLE, id.as_str());
    let customer: i64 = rows::get(row, 4)?;
    let kind = |text: String| DocumentKind::from_stored(&text).ok_or("unknown document kind");
    let kind = rows::get_optional(row, 7, kind, of, out_of_form)?;
    let number = rows::get_optional(row, 8, ShortText::new, of, out_of_form)?;
    let document = kind.zip(number).map(|(kind, number)| DocumentRef {
        kind,
        number: number.into_string(),
    });
    let cause = |text: String| EndCause::from_stored(&text).ok_or("unknown cause");
    Ok(Session {
        state: rows::get_enum(row, 1, TABLE, &id, SessionState::from_stored)?,
        admin_id: rows::get(row, 2)?,
        admin: rows::get_short_text(row, 3, TABLE, &id)?,
        customer_id: CustomerId::from_stored(customer)
            .ok_or_else(|| damaged_row(TABLE, &id, "an impossible customer id"))?,
        website_id: rows::get(row, 5)?,
        store_view_id: rows::get(row, 6)?,
        document,
        ticket: rows::get_optional(row, 9, Ticket::new, of, out_of_form)?,
        issued_at: rows::get_time(row, 10)?,
        expires_at: rows::get_time(row, 11)?,
        redeemed_at: rows::get_time_opt(row, 12)?,
        redeemed_by: rows::get_short_text_opt(row, 13, TABLE, &id)?,
        ends_at: rows::get_time_opt(row, 14)?,
        ended_at: rows::get_time_opt(row, 15)?,
        end_cause: rows::get_optional(row, 16, cause, of, out_of_form)?,
        issue_seq: rows::get_u64(row, 17, TABLE)?,
        key_id: rows::get_short_text_opt(row, 18, TABLE, &id)?,
        is_override: rows::get(row, 19)?,
        request_id: rows::get_short_text_opt(row, 20, TABLE, &id)?,
        read_only: rows::get(row, 21)?,
        storefront_id: rows::get(row, 22)?,
        idle_timeout: rows::get(row, 23)?,
        seen_at: rows::get_time_opt(row, 24)?,
        browser: Browser {
            ip: rows::get_optional(row, 25, ClientIp::try_from, of, out_of_form)?,
            user_agent: rows::get_optional(row, 26, UserAgent::new, of, out_of_form)?,
        },
        id: rows::parse_text(id.clone(), SessionId::new, TABLE, &id)?,
    })
}

impl SessionReads for Tx<'_> {
    fn session(&self, id: &SessionId) -> Result<Option<Session>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))
            .map_err(rows::to_fault)?;
        rows::first_row(
            statement.query([id.as_str()]).map_err(rows::to_fault)?,
            read_session,
        )
    }

    fn session_ids_with_prefix(&self, prefix: &str, max: usize) -> Result<Vec<SessionId>> {
        // All ids with this prefix sort below it followed by `g`, the letter
        // after the last hexadecimal digit.
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id FROM session WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT ?2",
            )
            .map_err(rows::to_fault)?;
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let found = statement
            .query(params![prefix, max])
            .map_err(rows::to_fault)?;
        self.collect_undamaged(found, None, |row| {
            let id: String = rows::get(row, 0)?;
            rows::parse_text(id.clone(), SessionId::new, TABLE, id)
        })
    }

    fn open_session_by_admin(&self, admin_id: i64) -> Result<Option<Session>> {
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "{SELECT} WHERE admin_id = ?1 AND state IN ('issued', 'active')"
            ))
            .map_err(rows::to_fault)?;
        rows::first_row(
            statement.query([admin_id]).map_err(rows::to_fault)?,
            read_session,
        )
    }

    fn sessions(&self, query: &SessionQuery) -> Result<Vec<Session>> {
        let mut select = SelectBuilder::new(SELECT);
        select.and_equals("admin_id", query.admin_id);
        select.and_equals("customer_id", query.customer_id.map(CustomerId::to_stored));
        select.and_in_words("state", query.states.iter().map(|state| state.as_str()));
        select.and_in_ids("website_id", query.websites.as_deref());
        if let Some(after) = &query.after {
            let none = || Fault::invalid("--after", "not a session of this list");
            let id = SessionId::new(after.as_str()).map_err(|_| none())?;
            let last = self.session(&id)?.ok_or_else(none)?;
            select.and_less_than("issue_seq", Some(rows::to_i64(last.issue_seq)?));
        }
        // Open sessions are few and have an index of their own. The `+` stops
        // the planner from reading all sessions in order of age instead.
        let only_open = !query.states.is_empty() && query.states.iter().all(|s| s.is_open());
        let order = if only_open {
            "+issue_seq DESC"
        } else {
            "issue_seq DESC"
        };
        let sql = select.order_by(order);
        let mut statement = self.conn.prepare(&sql).map_err(rows::to_fault)?;
        let found = statement.query([]).map_err(rows::to_fault)?;
        self.collect_undamaged(found, query.limit, read_session)
    }

    fn sessions_overdue(&self, now: Timestamp, max: usize) -> Result<Vec<Session>> {
        let latest = now.saturating_add(CLOCK_TOLERANCE);
        let mut overdue = Vec::new();
        if !self.has_overdue_session(now, latest)? {
            return Ok(overdue);
        }
        for (key, condition, limit) in [(DUE, "<=", now), (LATEST, ">", latest)] {
            let sql = format!(
                "{SELECT} WHERE state IN ('issued', 'active') AND {key} {condition} ?1 \
                 ORDER BY {key}"
            );
            let mut statement = self.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
            let found = statement.query([limit.micros()]).map_err(rows::to_fault)?;
            overdue.extend(self.collect_undamaged(found, Some(max), read_session)?);
        }
        overdue.retain(|session| session.expiry_at(now).is_some());
        overdue.sort_by_key(|session| std::cmp::Reverse(session.issue_seq));
        overdue.dedup_by_key(|session| session.issue_seq);
        overdue.truncate(max);
        Ok(overdue)
    }

    fn session_action_digest(
        &self,
        session: &SessionId,
        id: &ActionId,
    ) -> Result<Option<[u8; 32]>> {
        session_actions::digest(self.conn, session, id)
    }

    fn session_action_count(&self, session: &SessionId) -> Result<u64> {
        session_actions::count(self.conn, session)
    }
}

impl Tx<'_> {
    /// Whether there is a session to look at, which is rare: preparing the two
    /// statements that read one takes longer than asking first.
    fn has_overdue_session(&self, now: Timestamp, latest: Timestamp) -> Result<bool> {
        let is_open = "state IN ('issued', 'active')";
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM session WHERE {is_open} AND {DUE} <= ?1) \
             OR EXISTS (SELECT 1 FROM session WHERE {is_open} AND {LATEST} > ?2)"
        );
        let mut statement = self.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
        statement
            .query_row([now.micros(), latest.micros()], |row| row.get(0))
            .map_err(rows::to_fault)
    }
}

impl SessionWrites for Tx<'_> {
    fn session_add(&self, _permit: &Permit<'_, SessionWrite>, session: &Session) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO session (id, state, admin_id, admin, customer_id, website_id, \
                 store_view_id, document_kind, document_number, ticket, issued_at, expires_at, \
                 issue_seq, key_id, is_override, request_id, read_only) VALUES \
                 (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                params![
                    session.id.as_str(),
                    session.state.as_str(),
                    session.admin_id,
                    session.admin,
                    session.customer_id.to_stored(),
                    session.website_id,
                    session.store_view_id,
                    session.document.as_ref().map(|d| d.kind.as_str()),
                    session.document.as_ref().map(|d| d.number.as_str()),
                    session.ticket.as_ref().map(Ticket::as_str),
                    session.issued_at.micros(),
                    session.expires_at.micros(),
                    session.issue_seq.cast_signed(),
                    session.key_id,
                    session.is_override,
                    session.request_id,
                    session.read_only,
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn session_redeem(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        redemption: &Redemption<'_>,
    ) -> Result<bool> {
        let browser = redemption.browser;
        let changed = self
            .conn
            .execute(
                "UPDATE session SET state = 'active', redeemed_at = ?2, redeemed_by = ?3, \
                 storefront_id = ?4, ends_at = ?5, end_cause = NULL, read_only = ?6, \
                 idle_timeout = ?7, client_ip = ?8, user_agent = ?9 \
                 WHERE id = ?1 AND state = 'issued'",
                params![
                    id.as_str(),
                    redemption.at.micros(),
                    redemption.by,
                    redemption.storefront_id,
                    redemption.ends_at.micros(),
                    redemption.read_only,
                    redemption.idle_timeout,
                    browser.ip.map(|ip| ip.to_string()),
                    browser.user_agent.as_ref().map(UserAgent::as_str),
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(changed == 1)
    }

    fn session_shorten(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        at: Timestamp,
        cause: EndCause,
    ) -> Result<bool> {
        let changed = self
            .conn
            .execute(
                "UPDATE session SET end_cause = ?3, \
                 expires_at = CASE state WHEN 'issued' THEN ?2 ELSE expires_at END, \
                 ends_at = CASE state WHEN 'active' THEN ?2 ELSE ends_at END \
                 WHERE id = ?1 AND (state = 'issued' AND expires_at > ?2 \
                 OR state = 'active' AND ends_at > ?2)",
                params![id.as_str(), at.micros(), cause.as_str()],
            )
            .map_err(rows::to_fault)?;
        Ok(changed == 1)
    }

    fn session_close(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        id: &SessionId,
        state: SessionState,
        at: Timestamp,
        cause: EndCause,
    ) -> Result<bool> {
        let changed = self
            .conn
            .execute(
                "UPDATE session SET state = ?2, ended_at = ?3, end_cause = ?4 \
                 WHERE id = ?1 AND state IN ('issued', 'active')",
                params![id.as_str(), state.as_str(), at.micros(), cause.as_str()],
            )
            .map_err(rows::to_fault)?;
        Ok(changed == 1)
    }

    fn session_action_add(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        session: &SessionId,
        id: &ActionId,
        digest: &[u8; 32],
        at: Timestamp,
    ) -> Result<()> {
        session_actions::add(self.conn, session, id, digest, at)
    }

    fn session_reports_full(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        session: &SessionId,
    ) -> Result<bool> {
        session_actions::note_full(self.conn, session)
    }

    fn session_actions_prune(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        before: Timestamp,
    ) -> Result<()> {
        session_actions::prune(self.conn, before)
    }

    fn session_actions_erase(
        &self,
        _permit: &Permit<'_, SessionWrite>,
        id: CustomerId,
    ) -> Result<()> {
        session_actions::erase(self.conn, id)
    }
}

/// Sets when an active session was last checked, unless it has run out by then.
pub(crate) fn record_check(conn: &Connection, id: &SessionId, at: Timestamp) -> Result<()> {
    let sql = format!(
        "UPDATE session SET seen_at = ?2 WHERE id = ?1 AND state = 'active' \
         AND coalesce(seen_at, redeemed_at, 0) < ?2 AND {DUE} > ?2"
    );
    let mut statement = conn.prepare_cached(&sql).map_err(rows::to_fault)?;
    statement
        .execute(params![id.as_str(), at.micros()])
        .map_err(rows::to_fault)?;
    Ok(())
}
