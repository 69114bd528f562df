//! Approval requests.

use rusqlite::{Row, params};

use super::rows::InvalidOptional;
use super::rows::damaged_row;
use super::select_builder::SelectBuilder;
use super::{Tx, rows};
use lac_model::approval::{ApprovalCause, ApprovalRequest, RequestId, RequestState};
use lac_model::bounded::Reason;
use lac_model::document::{DocumentKind, DocumentRef};
use lac_model::ids::{CustomerId, SessionId, Ticket};
use lac_model::time::Timestamp;
use lac_store::{Permit, RequestQuery, RequestReads, RequestWrite, RequestWrites, Result};

const TABLE: &str = "login_request";
pub(super) const SELECT: &str = "SELECT id, state, admin_id, admin, customer_id, website_id, store_view, \
                      document_kind, document_number, reason, ticket, causes, requested_at, \
                      expires_at, decided_at, decided_by_id, decided_by, decision_reason, \
                      session_id, request_seq, read_only FROM login_request";

fn read_request(row: &Row<'_>) -> Result<ApprovalRequest> {
    read_request_with(row, InvalidOptional::ReadAsNone)
}

/// Invalid reasons and tickets are read as absent, because they permit nothing:
/// a login that needs them is refused. The document and the causes must be
/// valid.
pub(super) fn read_request_with(
    row: &Row<'_>,
    out_of_form: InvalidOptional,
) -> Result<ApprovalRequest> {
    rows::with_row_name(parse_request(row, out_of_form), TABLE, row, 0)
}

fn parse_request(row: &Row<'_>, out_of_form: InvalidOptional) -> Result<ApprovalRequest> {
    let id: String = rows::get(row, 0)?;
    let of = (TABLE, id.as_str());
    let kind = |text: String| DocumentKind::from_stored(&text).ok_or("unknown document kind");
    let kind = rows::get_optional(row, 7, kind, of, InvalidOptional::ReportDamage)?;
    let number = rows::get_short_text_opt(row, 8, TABLE, &id)?;
    // Without this check, a request for a login from a document could become
    // one without a document.
    if kind.is_some() != number.is_some() {
        return Err(damaged_row(
            TABLE,
            &id,
            "a document's kind without its number, or the other way round",
        ));
    }
    let document = kind
        .zip(number)
        .map(|(kind, number)| DocumentRef { kind, number });
    let causes = rows::get::<String>(row, 11)?
        .split(',')
        .map(|word| {
            ApprovalCause::from_stored(word).ok_or_else(|| damaged_row(TABLE, &id, "unknown cause"))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(ApprovalRequest {
        state: rows::get_enum(row, 1, TABLE, &id, RequestState::from_stored)?,
        admin_id: rows::get(row, 2)?,
        admin: rows::get_short_text(row, 3, TABLE, &id)?,
        customer_id: CustomerId::from_stored(rows::get(row, 4)?)
            .ok_or_else(|| damaged_row(TABLE, &id, "an impossible customer id"))?,
        website_id: rows::get(row, 5)?,
        store_view: rows::get_short_text(row, 6, TABLE, &id)?,
        document,
        reason: rows::get_optional(row, 9, Reason::new, of, out_of_form)?,
        ticket: rows::get_optional(row, 10, Ticket::new, of, out_of_form)?,
        causes,
        requested_at: rows::get_time(row, 12)?,
        expires_at: rows::get_time(row, 13)?,
        decided_at: rows::get_time_opt(row, 14)?,
        decided_by_id: rows::get(row, 15)?,
        decided_by: rows::get_short_text_opt(row, 16, TABLE, &id)?,
        decision_reason: rows::get_optional(row, 17, Reason::new, of, out_of_form)?,
        session_id: rows::parse_text_opt(rows::get(row, 18)?, SessionId::new, TABLE, &id)?,
        request_seq: rows::get_u64(row, 19, TABLE)?,
        read_only: rows::get(row, 20)?,
        id: rows::parse_text(id.clone(), RequestId::new, TABLE, &id)?,
    })
}

fn join_causes(request: &ApprovalRequest) -> String {
    let words: Vec<&str> = request.causes.iter().map(|cause| cause.as_str()).collect();
    words.join(",")
}

impl RequestReads for Tx<'_> {
    fn request(&self, id: &RequestId) -> Result<Option<ApprovalRequest>> {
        self.query_one(
            &format!("{SELECT} WHERE id = ?1"),
            id.as_str(),
            read_request,
        )
    }

    fn request_ids_with_prefix(&self, prefix: &str, max: usize) -> Result<Vec<RequestId>> {
        // All ids with this prefix sort below it followed by `g`, the letter
        // after the last hexadecimal digit.
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id FROM login_request WHERE id >= ?1 AND id < ?1 || 'g' \
                 ORDER BY id LIMIT ?2",
            )
            .map_err(rows::to_fault)?;
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let found = statement
            .query(params![prefix, max])
            .map_err(rows::to_fault)?;
        self.collect_undamaged(found, None, |row| {
            let id: String = rows::get(row, 0)?;
            rows::parse_text(id.clone(), RequestId::new, TABLE, id)
        })
    }

    fn requests(&self, query: &RequestQuery) -> Result<Vec<ApprovalRequest>> {
        let mut select = SelectBuilder::new(SELECT);
        select.and_equals("admin_id", query.admin_id);
        select.and_equals("customer_id", query.customer_id.map(CustomerId::to_stored));
        select.and_in_words("state", query.states.iter().map(|state| state.as_str()));
        select.and_in_ids("website_id", query.websites.as_deref());
        select.and_less_than("request_seq", query.before.map(rows::to_i64).transpose()?);
        let sql = select.order_by("request_seq DESC");
        let mut statement = self.conn.prepare(&sql).map_err(rows::to_fault)?;
        let found = statement.query([]).map_err(rows::to_fault)?;
        self.collect_undamaged(found, query.limit, read_request)
    }
}

impl RequestWrites for Tx<'_> {
    fn request_add(
        &self,
        _permit: &Permit<'_, RequestWrite>,
        request: &ApprovalRequest,
    ) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO login_request (request_seq, id, state, admin_id, admin, customer_id, \
                 website_id, store_view, document_kind, document_number, reason, ticket, causes, \
                 requested_at, expires_at, read_only) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
                params![
                    request.request_seq.cast_signed(),
                    request.id.as_str(),
                    request.state.as_str(),
                    request.admin_id,
                    request.admin,
                    request.customer_id.to_stored(),
                    request.website_id,
                    request.store_view,
                    request.document.as_ref().map(|d| d.kind.as_str()),
                    request.document.as_ref().map(|d| d.number.as_str()),
                    request.reason.as_deref(),
                    request.ticket.as_ref().map(Ticket::as_str),
                    join_causes(request),
                    request.requested_at.micros(),
                    request.expires_at.micros(),
                    request.read_only,
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn request_transition(
        &self,
        _permit: &Permit<'_, RequestWrite>,
        after: &ApprovalRequest,
        from: RequestState,
    ) -> Result<bool> {
        let changed = self
            .conn
            .execute(
                "UPDATE login_request SET state = ?3, expires_at = ?4, decided_at = ?5, \
                 decided_by_id = ?6, decided_by = ?7, decision_reason = ?8, session_id = ?9 \
                 WHERE id = ?1 AND state = ?2",
                params![
                    after.id.as_str(),
                    from.as_str(),
                    after.state.as_str(),
                    after.expires_at.micros(),
                    after.decided_at.map(Timestamp::micros),
                    after.decided_by_id,
                    after.decided_by,
                    after.decision_reason.as_deref(),
                    after.session_id.as_ref().map(SessionId::as_str),
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(changed == 1)
    }

    fn requests_erase_reasons(
        &self,
        _permit: &Permit<'_, RequestWrite>,
        id: CustomerId,
    ) -> Result<u64> {
        let changed = self
            .conn
            .execute(
                "UPDATE login_request SET reason = NULL, decision_reason = NULL \
                 WHERE customer_id = ?1 AND (reason IS NOT NULL OR decision_reason IS NOT NULL)",
                [id.to_stored()],
            )
            .map_err(rows::to_fault)?;
        Ok(changed as u64)
    }
}
