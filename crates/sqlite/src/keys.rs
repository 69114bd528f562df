//! Public keys: the private ones never enter the database.

use rusqlite::params;

use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::audit::StateKind;
use lac_model::time::Timestamp;
use lac_store::{KeyReads, KeyRow, KeyWrite, KeyWrites, Permit, Result};

impl KeyReads for Tx<'_> {
    fn signing_keys(&self) -> Result<Vec<KeyRow>> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT kid, purpose, public_key, state, created_at, retired_at, since_size, \
                 signed_by, signature FROM signing_key \
                 ORDER BY COALESCE(since_size, 0), created_at, kid",
            )
            .map_err(rows::to_fault)?;
        rows::collect(statement.query([]).map_err(rows::to_fault)?, |row| {
            let kid: String = rows::get(row, 0)?;
            let bytes: Vec<u8> = rows::get(row, 2)?;
            let public_key = <[u8; 32]>::try_from(bytes)
                .map_err(|_| damaged_row("signing_key", &kid, "not 32 bytes"))?;
            Ok(KeyRow {
                kid,
                purpose: rows::get(row, 1)?,
                public_key,
                state: rows::get(row, 3)?,
                created_at: rows::get_time(row, 4)?,
                retired_at: rows::get_time_opt(row, 5)?,
                since_size: rows::get::<Option<i64>>(row, 6)?.map(i64::cast_unsigned),
                signed_by: rows::get(row, 7)?,
                signature: rows::get(row, 8)?,
            })
        })
    }
}

impl KeyWrites for Tx<'_> {
    fn signing_key_put(&self, _permit: &Permit<'_, KeyWrite>, key: &KeyRow) -> Result<()> {
        self.mark_changed(StateKind::Keys)?;
        self.conn
            .execute(
                "INSERT INTO signing_key (kid, purpose, public_key, state, created_at, retired_at, \
                 since_size, signed_by, signature) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (kid) DO UPDATE SET \
                 state = excluded.state, retired_at = excluded.retired_at",
                params![
                    key.kid,
                    key.purpose,
                    key.public_key.as_slice(),
                    key.state,
                    key.created_at.micros(),
                    key.retired_at.map(Timestamp::micros),
                    key.since_size.map(u64::cast_signed),
                    key.signed_by,
                    key.signature,
                ],
            )
            .map_err(rows::to_fault)?;
        Ok(())
    }
}
