//! Asks for consent, and the grants through each storefront.

use rusqlite::{Row, params};

use super::rows::{InvalidOptional, damaged_row};
use super::select_builder::SelectBuilder;
use super::{Tx, rows};
use lac_model::consent::ask::{AskDuration, AskState, ConsentAsk, ConsentAskId};
use lac_model::ids::{CustomerId, Ticket};
use lac_model::time::Timestamp;
use lac_store::{
    ConsentAskQuery, ConsentAskReads, ConsentAskWrite, ConsentAskWrites, ConsentWrite,
    CustomerWrite, Permit, Result,
};

const TABLE: &str = "consent_ask";
pub(super) const SELECT: &str = "SELECT id, state, ask_seq, customer_id, website_id, admin_id, admin, \
                      ticket, duration, asked_at, expires_at, decided_at, storefront \
                      FROM consent_ask";

fn read_ask(row: &Row<'_>) -> Result<ConsentAsk> {
    read_ask_with(row, InvalidOptional::ReadAsNone)
}

/// An invalid ticket is read as absent: it is only shown.
pub(super) fn read_ask_with(row: &Row<'_>, out_of_form: InvalidOptional) -> Result<ConsentAsk> {
    rows::with_row_name(parse_ask(row, out_of_form), TABLE, row, 0)
}

fn parse_ask(row: &Row<'_>, out_of_form: InvalidOptional) -> Result<ConsentAsk> {
    let id: String = rows::get(row, 0)?;
    let of = (TABLE, id.as_str());
    let duration: AskDuration = rows::get_u64(row, 8, TABLE)?
        .try_into()
        .map_err(|e| damaged_row(TABLE, &id, e))?;
    Ok(ConsentAsk {
        state: rows::get_enum(row, 1, TABLE, &id, AskState::from_stored)?,
        ask_seq: rows::get_u64(row, 2, TABLE)?,
        customer_id: CustomerId::from_stored(rows::get(row, 3)?)
            .ok_or_else(|| damaged_row(TABLE, &id, "an impossible customer id"))?,
        website_id: rows::get(row, 4)?,
        admin_id: rows::get(row, 5)?,
        admin: rows::get_short_text(row, 6, TABLE, &id)?,
        ticket: rows::get_optional(row, 7, Ticket::new, of, out_of_form)?,
        duration,
        asked_at: rows::get_time(row, 9)?,
        expires_at: rows::get_time(row, 10)?,
        decided_at: rows::get_time_opt(row, 11)?,
        storefront: rows::get_short_text_opt(row, 12, TABLE, &id)?,
        id: rows::parse_text(id.clone(), ConsentAskId::new, TABLE, &id)?,
    })
}

impl ConsentAskReads for Tx<'_> {
    fn consent_ask(&self, id: &ConsentAskId) -> Result<Option<ConsentAsk>> {
        self.query_one(&format!("{SELECT} WHERE id = ?1"), id.as_str(), read_ask)
    }

    fn consent_asks(&self, query: &ConsentAskQuery) -> Result<Vec<ConsentAsk>> {
        let mut select = SelectBuilder::new(SELECT);
        select.and_equals("admin_id", query.admin_id);
        select.and_equals("customer_id", query.customer_id.map(CustomerId::to_stored));
        select.and_in_words("state", query.states.iter().map(|state| state.as_str()));
        select.and_less_than("ask_seq", query.before.map(rows::to_i64).transpose()?);
        let sql = select.order_by("ask_seq DESC");
        let mut statement = self.conn.prepare(&sql).map_err(rows::to_fault)?;
        let found = statement.query([]).map_err(rows::to_fault)?;
        self.collect_undamaged(found, query.limit, read_ask)
    }

    fn storefront_grants(
        &self,
        storefront_id: i64,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<(u64, Option<Timestamp>)> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT count(*), min(granted_at) FROM storefront_grant \
                 WHERE storefront_id = ?1 AND granted_at > ?2 AND granted_at <= ?3",
            )
            .map_err(rows::to_fault)?;
        let found = statement
            .query(params![storefront_id, since.micros(), until.micros()])
            .map_err(rows::to_fault)?;
        let counted = rows::first_row(found, |row| {
            Ok((
                rows::get_u64(row, 0, "storefront_grant")?,
                rows::get_time_opt(row, 1)?,
            ))
        })?;
        Ok(counted.unwrap_or_default())
    }
}

impl ConsentAskWrites for Tx<'_> {
    fn consent_ask_add(
        &self,
        _permit: &Permit<'_, ConsentAskWrite>,
        ask: &ConsentAsk,
    ) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO consent_ask (ask_seq, id, state, customer_id, website_id, admin_id, \
                 admin, ticket, duration, asked_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    ask.ask_seq.cast_signed(),
                    ask.id.as_str(),
                    ask.state.as_str(),
                    ask.customer_id.to_stored(),
                    ask.website_id,
                    ask.admin_id,
                    ask.admin,
                    ask.ticket.as_ref().map(Ticket::as_str),
                    ask.duration.seconds().cast_signed(),
                    ask.asked_at.micros(),
                    ask.expires_at.micros(),
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn consent_ask_close(
        &self,
        _permit: &Permit<'_, ConsentAskWrite>,
        after: &ConsentAsk,
    ) -> Result<bool> {
        let changed = self
            .conn
            .execute(
                "UPDATE consent_ask SET state = ?2, decided_at = ?3, storefront = ?4 \
                 WHERE id = ?1 AND state = 'open'",
                params![
                    after.id.as_str(),
                    after.state.as_str(),
                    after.decided_at.map(Timestamp::micros),
                    after.storefront,
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(changed == 1)
    }

    fn consent_asks_remove(
        &self,
        _permit: &Permit<'_, CustomerWrite>,
        id: CustomerId,
    ) -> Result<u64> {
        let sql = "DELETE FROM consent_ask WHERE customer_id = ?1";
        let removed = self.conn.execute(sql, [id.to_stored()]);
        Ok(removed.map_err(rows::to_fault)? as u64)
    }

    fn storefront_grant_add(
        &self,
        _permit: &Permit<'_, ConsentWrite>,
        storefront_id: i64,
        seq: u64,
        at: Timestamp,
        old: Timestamp,
    ) -> Result<()> {
        let forget = "DELETE FROM storefront_grant WHERE storefront_id = ?1 AND granted_at <= ?2";
        self.conn
            .prepare_cached(forget)
            .and_then(|mut s| s.execute(params![storefront_id, old.micros()]))
            .map_err(rows::to_fault)?;
        let add = "INSERT INTO storefront_grant (seq, storefront_id, granted_at) \
                   VALUES (?1, ?2, ?3)";
        self.conn
            .prepare_cached(add)
            .and_then(|mut s| s.execute(params![seq.cast_signed(), storefront_id, at.micros()]))
            .map_err(rows::to_fault)?;
        Ok(())
    }
}
