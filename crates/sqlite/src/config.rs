//! Config values.

use rusqlite::params;

use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::audit::StateKind;
use lac_model::scope::ScopeLevel;
use lac_store::{ConfigReads, ConfigRow, ConfigWrite, ConfigWrites, Permit, Result};

const LEVELS: [ScopeLevel; 3] = [
    ScopeLevel::Default,
    ScopeLevel::Website,
    ScopeLevel::StoreView,
];

impl ConfigReads for Tx<'_> {
    fn config_rows(&self) -> Result<Vec<ConfigRow>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT path, scope, scope_id, value FROM config_value")
            .map_err(rows::to_fault)?;
        let found = statement.query([]).map_err(rows::to_fault)?;
        rows::collect(found, |row| {
            let path: String = rows::get(row, 0)?;
            let scope: String = rows::get(row, 1)?;
            let level = LEVELS
                .into_iter()
                .find(|level| level.as_str() == scope)
                .ok_or_else(|| damaged_row("config_value", &path, "unknown scope"))?;
            Ok(ConfigRow {
                path,
                level,
                scope_id: rows::get(row, 2)?,
                value: rows::get(row, 3)?,
            })
        })
    }
}

impl ConfigWrites for Tx<'_> {
    fn config_put(&self, _permit: &Permit<'_, ConfigWrite>, row: &ConfigRow) -> Result<()> {
        self.mark_changed(StateKind::Config)?;
        self.conn
            .prepare_cached(
                "INSERT INTO config_value (path, scope, scope_id, value) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = excluded.value",
            )
            .and_then(|mut s| {
                s.execute(params![
                    row.path,
                    row.level.as_str(),
                    row.scope_id,
                    row.value
                ])
            })
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn config_remove(
        &self,
        _permit: &Permit<'_, ConfigWrite>,
        path: &str,
        level: ScopeLevel,
        scope_id: i64,
    ) -> Result<bool> {
        self.mark_changed(StateKind::Config)?;
        let changed = self
            .conn
            .execute(
                "DELETE FROM config_value WHERE path = ?1 AND scope = ?2 AND scope_id = ?3",
                params![path, level.as_str(), scope_id],
            )
            .map_err(rows::to_fault)?;
        Ok(changed > 0)
    }
}
