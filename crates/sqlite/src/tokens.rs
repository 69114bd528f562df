//! Access tokens. Only their hashes are stored.

use rusqlite::{Connection, Row, params};

use super::rights::scope_name;
use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::access::{AccessToken, TokenOwner};
use lac_model::audit::StateKind;
use lac_model::time::Timestamp;
use lac_store::{Permit, Result, TokenReads, TokenWrite, TokenWrites};

pub(super) const SELECT: &str = "SELECT id, admin_user_id, storefront_id, name, created_at, expires_at, \
                      revoked_at, last_used_at, access, scope, parent_id, \
                      last_used_from FROM access_token";

impl Tx<'_> {
    pub(super) fn read_token(&self, row: &Row<'_>) -> Result<AccessToken> {
        rows::with_row_name(self.parse_token(row), "access_token", row, 0)
    }

    fn parse_token(&self, row: &Row<'_>) -> Result<AccessToken> {
        let id: i64 = rows::get(row, 0)?;
        let owner = match (rows::get(row, 1)?, rows::get(row, 2)?) {
            (Some(admin), None) => TokenOwner::AdminUser(admin),
            (None, Some(storefront)) => TokenOwner::Storefront(storefront),
            _ => {
                let problem = "it must have exactly one owner";
                return Err(damaged_row("access_token", id, problem));
            }
        };
        Ok(AccessToken {
            id,
            owner,
            name: rows::get(row, 3)?,
            created_at: rows::get_time(row, 4)?,
            expires_at: rows::get_time_opt(row, 5)?,
            revoked_at: rows::get_time_opt(row, 6)?,
            last_used_at: rows::get_time_opt(row, 7)?,
            limit: self.read_rights(row, [8, 9], id, "access_token")?,
            parent_id: rows::get(row, 10)?,
            last_used_from: rows::get(row, 11)?,
        })
    }
}

impl TokenReads for Tx<'_> {
    fn access_token_by_hash(&self, hash: &[u8; 32]) -> Result<Option<AccessToken>> {
        let sql = format!("{SELECT} WHERE hash = ?1");
        self.query_one(&sql, hash.as_slice(), |row| self.read_token(row))
    }

    fn access_token(&self, id: i64) -> Result<Option<AccessToken>> {
        let sql = format!("{SELECT} WHERE id = ?1");
        self.query_one(&sql, id, |row| self.read_token(row))
    }

    fn access_tokens_by_parent(&self, parent_id: i64) -> Result<Vec<AccessToken>> {
        let sql = format!("{SELECT} WHERE parent_id = ?1 ORDER BY id");
        let mut statement = self.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
        let found = statement.query([parent_id]).map_err(rows::to_fault)?;
        self.collect_undamaged(found, None, |row| self.read_token(row))
    }

    fn access_tokens(&self, owner: TokenOwner) -> Result<Vec<AccessToken>> {
        let (column, id) = match owner {
            TokenOwner::AdminUser(id) => ("admin_user_id", id),
            TokenOwner::Storefront(id) => ("storefront_id", id),
        };
        let sql = format!("{SELECT} WHERE {column} = ?1 ORDER BY id");
        let mut statement = self.conn.prepare_cached(&sql).map_err(rows::to_fault)?;
        let found = statement.query([id]).map_err(rows::to_fault)?;
        self.collect_undamaged(found, None, |row| self.read_token(row))
    }
}

impl TokenWrites for Tx<'_> {
    fn access_token_add(
        &self,
        _permit: &Permit<'_, TokenWrite>,
        token: &AccessToken,
        hash: &[u8; 32],
    ) -> Result<i64> {
        self.mark_changed(match token.owner {
            TokenOwner::AdminUser(_) => StateKind::Tokens,
            TokenOwner::Storefront(_) => StateKind::Storefronts,
        })?;
        let (admin, storefront) = match token.owner {
            TokenOwner::AdminUser(id) => (Some(id), None),
            TokenOwner::Storefront(id) => (None, Some(id)),
        };
        self.conn
            .execute(
                "INSERT INTO access_token (hash, admin_user_id, storefront_id, name, created_at, \
                 expires_at, access, scope, parent_id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    hash.as_slice(),
                    admin,
                    storefront,
                    token.name,
                    token.created_at.micros(),
                    token.expires_at.map(Timestamp::micros),
                    token.limit.access.as_str(),
                    scope_name(&token.limit),
                    token.parent_id,
                ],
            )
            .map_err(rows::to_fault)?;
        let id = self.conn.last_insert_rowid();
        self.put_rights("access_token", id, &token.limit)?;
        Ok(id)
    }

    fn access_token_revoke(
        &self,
        _permit: &Permit<'_, TokenWrite>,
        id: i64,
        at: Timestamp,
    ) -> Result<()> {
        self.mark_changed(self.token_state_kind(id)?)?;
        self.conn
            .execute(
                "UPDATE access_token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
                [id, at.micros()],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn access_token_expire(
        &self,
        _permit: &Permit<'_, TokenWrite>,
        id: i64,
        at: Timestamp,
    ) -> Result<()> {
        self.mark_changed(self.token_state_kind(id)?)?;
        self.conn
            .execute(
                "UPDATE access_token SET expires_at = ?2 WHERE id = ?1 \
                 AND (expires_at IS NULL OR expires_at > ?2)",
                [id, at.micros()],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }
}

/// Sets when and from where a token was last used, unless a later time is
/// stored.
pub(crate) fn record_use(
    conn: &Connection,
    id: i64,
    at: Timestamp,
    from: Option<&str>,
) -> Result<()> {
    conn.execute(
        "UPDATE access_token SET last_used_at = ?2, last_used_from = ?3 \
         WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)",
        params![id, at.micros(), from],
    )
    .map_err(rows::to_fault)?;
    Ok(())
}
