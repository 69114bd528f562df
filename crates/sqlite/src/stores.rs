//! Websites, store groups, store views.

use rusqlite::params;

use super::{Tx, rows};
use lac_model::fault::Fault;
use lac_model::stores::{StoreGroup, StoreTree, StoreView, Website};
use lac_store::{Permit, Result, StoreTreeReads, StoreTreeWrite, StoreTreeWrites};

impl StoreTreeReads for Tx<'_> {
    fn store_tree(&self) -> Result<StoreTree> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, code, name, default_group_id, is_default FROM website ORDER BY id",
            )
            .map_err(rows::to_fault)?;
        let websites = rows::collect(statement.query([]).map_err(rows::to_fault)?, |row| {
            Ok(Website {
                id: rows::get(row, 0)?,
                code: rows::get(row, 1)?,
                name: rows::get(row, 2)?,
                default_group_id: rows::get(row, 3)?,
                is_default: rows::get(row, 4)?,
            })
        })?;
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, website_id, code, name, default_store_view_id, root_category_id \
                 FROM store_group ORDER BY id",
            )
            .map_err(rows::to_fault)?;
        let groups = rows::collect(statement.query([]).map_err(rows::to_fault)?, |row| {
            Ok(StoreGroup {
                id: rows::get(row, 0)?,
                website_id: rows::get(row, 1)?,
                code: rows::get(row, 2)?,
                name: rows::get(row, 3)?,
                default_store_view_id: rows::get(row, 4)?,
                root_category_id: rows::get(row, 5)?,
            })
        })?;
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, website_id, group_id, code, name, active FROM store_view ORDER BY id",
            )
            .map_err(rows::to_fault)?;
        let views = rows::collect(statement.query([]).map_err(rows::to_fault)?, |row| {
            Ok(StoreView {
                id: rows::get(row, 0)?,
                website_id: rows::get(row, 1)?,
                group_id: rows::get(row, 2)?,
                code: rows::get(row, 3)?,
                name: rows::get(row, 4)?,
                active: rows::get(row, 5)?,
            })
        })?;
        Ok(StoreTree {
            websites,
            groups,
            views,
        })
    }

    fn website_references(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.references_to_website(id)
    }

    fn store_group_references(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.references_to_group(id)
    }

    fn store_view_references(&self, id: i64) -> Result<Vec<(String, u64)>> {
        self.references_to_view(id)
    }
}

impl StoreTreeWrites for Tx<'_> {
    fn website_put(&self, _permit: &Permit<'_, StoreTreeWrite>, website: &Website) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO website (id, code, name, default_group_id, is_default) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET code = excluded.code, \
                 name = excluded.name, default_group_id = excluded.default_group_id, \
                 is_default = excluded.is_default",
                params![
                    website.id,
                    website.code,
                    website.name,
                    website.default_group_id,
                    website.is_default
                ],
            )
            .map_err(|e| code_conflict(e, "website", &website.code))?;
        Ok(())
    }

    fn store_group_put(
        &self,
        _permit: &Permit<'_, StoreTreeWrite>,
        group: &StoreGroup,
    ) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO store_group (id, website_id, code, name, default_store_view_id, \
                 root_category_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET \
                 website_id = excluded.website_id, code = excluded.code, name = excluded.name, \
                 default_store_view_id = excluded.default_store_view_id, \
                 root_category_id = excluded.root_category_id",
                params![
                    group.id,
                    group.website_id,
                    group.code,
                    group.name,
                    group.default_store_view_id,
                    group.root_category_id
                ],
            )
            .map_err(|e| code_conflict(e, "store group", &group.code))?;
        Ok(())
    }

    fn store_view_put(&self, _permit: &Permit<'_, StoreTreeWrite>, view: &StoreView) -> Result<()> {
        self.conn
            .execute(
                "INSERT INTO store_view (id, website_id, group_id, code, name, active) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET \
                 website_id = excluded.website_id, group_id = excluded.group_id, \
                 code = excluded.code, name = excluded.name, active = excluded.active",
                params![
                    view.id,
                    view.website_id,
                    view.group_id,
                    view.code,
                    view.name,
                    view.active
                ],
            )
            .map_err(|e| code_conflict(e, "store view", &view.code))?;
        Ok(())
    }

    fn website_remove(&self, _permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()> {
        // Access tokens that were limited to it lose that website.
        let limited = "SELECT DISTINCT token_id FROM access_token_website WHERE website_id = ?1";
        for token in self.website_ids(limited, id)? {
            self.mark_changed(self.token_state_kind(token)?)?;
        }
        remove_row(self, "DELETE FROM website WHERE id = ?1", id, "website")
    }

    fn store_group_remove(&self, _permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()> {
        remove_row(
            self,
            "DELETE FROM store_group WHERE id = ?1",
            id,
            "store group",
        )
    }

    fn store_view_remove(&self, _permit: &Permit<'_, StoreTreeWrite>, id: i64) -> Result<()> {
        remove_row(
            self,
            "DELETE FROM store_view WHERE id = ?1",
            id,
            "store view",
        )
    }
}

fn remove_row(tx: &Tx<'_>, sql: &str, id: i64, what: &str) -> Result<()> {
    tx.conn
        .execute(sql, [id])
        .map_err(|e| match rows::to_fault(e) {
            Fault::InUse { by, .. } => Fault::InUse {
                what: format!("{what} {id}"),
                by,
            },
            other => other,
        })?;
    Ok(())
}

fn code_conflict(error: rusqlite::Error, what: &str, code: &str) -> Fault {
    match rows::to_fault(error) {
        Fault::AlreadyExists { .. } => Fault::AlreadyExists {
            what: format!("another {what} with the code {code}"),
        },
        Fault::InUse { .. } => Fault::invalid(
            format!("{what} {code}"),
            "the website or store group it belongs to does not exist",
        ),
        other => other,
    }
}
