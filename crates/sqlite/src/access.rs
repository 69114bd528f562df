//! Roles, admin users, storefronts.

use std::collections::HashMap;

use rusqlite::{Params, Row, params};

use super::rights::{build_rights, scope_name};
use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::access::{AdminUser, Role, Storefront, StorefrontRight, StorefrontRights};
use lac_model::audit::StateKind;
use lac_model::fault::Fault;
use lac_model::resource::{Resource, ResourceSet};
use lac_model::time::Timestamp;
use lac_store::{
    AccessReads, AccessWrites, AdminUserWrite, Permit, Result, RoleWrite, StorefrontWrite,
};

pub(super) const SELECT_USER: &str = "SELECT id, name, full_name, role_id, os_account, enabled, created_at \
                    FROM admin_user";
pub(super) const SELECT_STOREFRONT: &str =
    "SELECT id, name, created_at, revoked_at FROM storefront";
pub(super) const SELECT_ROLE: &str = "SELECT id, name, access, scope FROM role";

/// The resources and websites of all roles, by the role's id, read with two
/// queries.
#[derive(Default)]
struct RoleGrants {
    /// An error if one of the role's resources cannot be read.
    resources: HashMap<i64, Result<ResourceSet>>,
    websites: HashMap<i64, Vec<i64>>,
}

impl Tx<'_> {
    pub(super) fn read_role(&self, row: &Row<'_>) -> Result<Role> {
        let role = || {
            let id: i64 = rows::get(row, 0)?;
            let rights = self.read_rights(row, [2, 3], id, "role")?;
            let name = rows::get(row, 1)?;
            Ok(Role { id, name, rights })
        };
        rows::with_row_name(role(), "role", row, 0)
    }

    /// Reads for all roles at once what [`read_role`](Self::read_role) reads
    /// for each.
    fn read_role_grants(&self) -> Result<RoleGrants> {
        let mut held = RoleGrants::default();
        self.query_all("SELECT role_id, resource FROM role_resource", |row| {
            let id = rows::get(row, 0)?;
            let name = rows::get::<String>(row, 1);
            let resource = name.and_then(|name| read_resource(id, &name));
            let known = held
                .resources
                .entry(id)
                .or_insert_with(|| Ok(ResourceSet::new()));
            match (resource, known) {
                (Ok(resource), Ok(known)) => known.extend(resource),
                (Err(fault), known) => *known = Err(fault),
                (Ok(_), Err(_)) => {}
            }
            Ok(())
        })?;
        let sql = "SELECT role_id, website_id FROM role_website ORDER BY role_id, website_id";
        self.query_all(sql, |row| {
            let websites = held.websites.entry(rows::get(row, 0)?).or_default();
            websites.push(rows::get(row, 1)?);
            Ok(())
        })?;
        Ok(held)
    }

    pub(super) fn website_ids(&self, sql: &str, id: i64) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        rows::collect(statement.query([id]).map_err(rows::to_fault)?, |row| {
            rows::get(row, 0)
        })
    }

    pub(super) fn read_storefront(&self, row: &Row<'_>) -> Result<Storefront> {
        rows::with_row_name(self.parse_storefront(row), "storefront", row, 0)
    }

    fn parse_storefront(&self, row: &Row<'_>) -> Result<Storefront> {
        let id = rows::get(row, 0)?;
        Ok(Storefront {
            id,
            name: rows::get(row, 1)?,
            websites: self.website_ids(
                "SELECT website_id FROM storefront_website WHERE storefront_id = ?1 \
                 ORDER BY website_id",
                id,
            )?,
            rights: self.storefront_rights(id)?,
            created_at: rows::get_time(row, 2)?,
            revoked_at: rows::get_time_opt(row, 3)?,
        })
    }

    fn storefront_rights(&self, id: i64) -> Result<StorefrontRights> {
        let sql = "SELECT name FROM storefront_right WHERE storefront_id = ?1";
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        let found = rows::collect(statement.query([id]).map_err(rows::to_fault)?, |row| {
            rows::get_enum(
                row,
                0,
                "storefront_right",
                id,
                StorefrontRight::parse_stored,
            )
        })?;
        Ok(found.into_iter().collect())
    }

    fn put_storefront_rights(&self, id: i64, rights: StorefrontRights) -> Result<()> {
        self.execute_cached(
            "DELETE FROM storefront_right WHERE storefront_id = ?1",
            [id],
        )
        .map_err(rows::to_fault)?;
        for right in rights.iter() {
            self.execute_cached(
                "INSERT INTO storefront_right (storefront_id, name) VALUES (?1, ?2)",
                params![id, right.as_str()],
            )
            .map_err(rows::to_fault)?;
        }
        Ok(())
    }

    pub(super) fn query_one<T>(
        &self,
        sql: &str,
        key: impl rusqlite::ToSql,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        rows::first_row(statement.query([key]).map_err(rows::to_fault)?, read)
    }

    fn query_all<T>(&self, sql: &str, read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        self.collect_undamaged(statement.query([]).map_err(rows::to_fault)?, None, read)
    }

    /// Runs a statement from the cache of prepared statements.
    pub(super) fn execute_cached(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.conn.prepare_cached(sql)?.execute(values)
    }

    pub(super) fn put_websites(
        &self,
        table: &str,
        column: &str,
        id: i64,
        websites: &[i64],
    ) -> Result<()> {
        self.execute_cached(&format!("DELETE FROM {table} WHERE {column} = ?1"), [id])
            .map_err(rows::to_fault)?;
        let sql = format!("INSERT INTO {table} ({column}, website_id) VALUES (?1, ?2)");
        for website in websites {
            self.execute_cached(&sql, [id, *website])
                .map_err(rows::to_fault)?;
        }
        Ok(())
    }
}

fn build_role(row: &Row<'_>, resources: Result<ResourceSet>, websites: Vec<i64>) -> Result<Role> {
    let id: i64 = rows::get(row, 0)?;
    Ok(Role {
        id,
        name: rows::get(row, 1)?,
        rights: build_rights(row, [2, 3], id, "role", resources?, websites)?,
    })
}

fn read_resource(role: i64, name: &str) -> Result<Option<Resource>> {
    Resource::parse_stored(name).map_err(|e| damaged_row("role_resource", role, e))
}

pub(super) fn read_user(row: &Row<'_>) -> Result<AdminUser> {
    rows::with_row_name(parse_user(row), "admin_user", row, 0)
}

fn parse_user(row: &Row<'_>) -> Result<AdminUser> {
    Ok(AdminUser {
        id: rows::get(row, 0)?,
        name: rows::get(row, 1)?,
        full_name: rows::get(row, 2)?,
        role_id: rows::get(row, 3)?,
        os_account: rows::get(row, 4)?,
        enabled: rows::get(row, 5)?,
        created_at: rows::get_time(row, 6)?,
    })
}

impl AccessReads for Tx<'_> {
    fn roles(&self) -> Result<Vec<Role>> {
        let mut held = self.read_role_grants()?;
        self.query_all(&format!("{SELECT_ROLE} ORDER BY name"), |row| {
            let id: i64 = rows::get(row, 0)?;
            let resources = held.resources.remove(&id);
            let resources = resources.unwrap_or_else(|| Ok(ResourceSet::new()));
            let websites = held.websites.remove(&id).unwrap_or_default();
            build_role(row, resources, websites)
        })
    }

    fn role(&self, id: i64) -> Result<Option<Role>> {
        self.query_one(&format!("{SELECT_ROLE} WHERE id = ?1"), id, |row| {
            self.read_role(row)
        })
    }

    fn role_former_resources(&self, id: i64) -> Result<ResourceSet> {
        let sql = "SELECT resource FROM role_resource WHERE role_id = ?1 \
                   AND EXISTS (SELECT 1 FROM role WHERE id = ?1 AND access = 'all')";
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        let found = rows::collect(statement.query([id]).map_err(rows::to_fault)?, |row| {
            read_resource(id, &rows::get::<String>(row, 0)?)
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    fn role_by_name(&self, name: &str) -> Result<Option<Role>> {
        self.query_one(&format!("{SELECT_ROLE} WHERE name = ?1"), name, |row| {
            self.read_role(row)
        })
    }

    fn admin_users(&self) -> Result<Vec<AdminUser>> {
        self.query_all(&format!("{SELECT_USER} ORDER BY name"), read_user)
    }

    fn has_admin_users(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM admin_user NOT INDEXED)";
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::to_fault)?;
        let found = statement.query_row([], |row| row.get(0));
        found.map_err(rows::to_fault)
    }

    fn admin_user(&self, id: i64) -> Result<Option<AdminUser>> {
        self.query_one(&format!("{SELECT_USER} WHERE id = ?1"), id, read_user)
    }

    fn admin_user_by_name(&self, name: &str) -> Result<Option<AdminUser>> {
        self.query_one(&format!("{SELECT_USER} WHERE name = ?1"), name, read_user)
    }

    fn admin_user_by_os_account(&self, account: &str) -> Result<Option<AdminUser>> {
        self.query_one(
            &format!("{SELECT_USER} WHERE os_account = ?1"),
            account,
            read_user,
        )
    }

    fn storefronts(&self) -> Result<Vec<Storefront>> {
        self.query_all(&format!("{SELECT_STOREFRONT} ORDER BY name"), |row| {
            self.read_storefront(row)
        })
    }

    fn storefront(&self, id: i64) -> Result<Option<Storefront>> {
        self.query_one(&format!("{SELECT_STOREFRONT} WHERE id = ?1"), id, |row| {
            self.read_storefront(row)
        })
    }
}

impl AccessWrites for Tx<'_> {
    fn role_put(&self, _permit: &Permit<'_, RoleWrite>, role: &Role) -> Result<i64> {
        self.mark_changed(StateKind::Roles)?;
        let id = (role.id != 0).then_some(role.id);
        self.execute_cached(
            "INSERT INTO role (id, name, access, scope) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
                 access = excluded.access, scope = excluded.scope",
            params![
                id,
                role.name,
                role.rights.access.as_str(),
                scope_name(&role.rights)
            ],
        )
        .map_err(|e| name_conflict(e, "role", &role.name))?;
        let id = id.unwrap_or_else(|| self.conn.last_insert_rowid());
        self.put_rights("role", id, &role.rights)?;
        Ok(id)
    }

    fn role_remove(&self, _permit: &Permit<'_, RoleWrite>, id: i64) -> Result<()> {
        self.mark_changed(StateKind::Roles)?;
        self.execute_cached("DELETE FROM role WHERE id = ?1", [id])
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn admin_user_put(
        &self,
        _permit: &Permit<'_, AdminUserWrite>,
        user: &AdminUser,
    ) -> Result<i64> {
        self.mark_changed(StateKind::AdminUsers)?;
        let id = (user.id != 0).then_some(user.id);
        self.execute_cached(
            "INSERT INTO admin_user (id, name, full_name, role_id, os_account, enabled, \
                 created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET \
                 name = excluded.name, full_name = excluded.full_name, \
                 role_id = excluded.role_id, os_account = excluded.os_account, \
                 enabled = excluded.enabled",
            params![
                id,
                user.name,
                user.full_name,
                user.role_id,
                user.os_account,
                user.enabled,
                user.created_at.micros()
            ],
        )
        .map_err(|e| {
            let by_account = e.to_string().contains("os_account");
            let account = user.os_account.as_deref().unwrap_or_default();
            if by_account {
                name_conflict(e, "an admin user for the account", account)
            } else {
                name_conflict(e, "admin user", &user.name)
            }
        })?;
        Ok(id.unwrap_or_else(|| self.conn.last_insert_rowid()))
    }

    fn admin_user_remove(&self, _permit: &Permit<'_, AdminUserWrite>, id: i64) -> Result<()> {
        self.mark_changed(StateKind::AdminUsers)?;
        // Deleting the user deletes their tokens, too (foreign key).
        self.mark_changed(StateKind::Tokens)?;
        self.execute_cached("DELETE FROM admin_user WHERE id = ?1", [id])
            .map_err(rows::to_fault)?;
        Ok(())
    }

    fn storefront_put(
        &self,
        _permit: &Permit<'_, StorefrontWrite>,
        storefront: &Storefront,
    ) -> Result<i64> {
        self.mark_changed(StateKind::Storefronts)?;
        let id = (storefront.id != 0).then_some(storefront.id);
        self.execute_cached(
            "INSERT INTO storefront (id, name, created_at, revoked_at) \
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET \
                 revoked_at = excluded.revoked_at",
            params![
                id,
                storefront.name,
                storefront.created_at.micros(),
                storefront.revoked_at.map(Timestamp::micros)
            ],
        )
        .map_err(|e| name_conflict(e, "storefront", &storefront.name))?;
        let id = id.unwrap_or_else(|| self.conn.last_insert_rowid());
        self.put_websites(
            "storefront_website",
            "storefront_id",
            id,
            &storefront.websites,
        )?;
        self.put_storefront_rights(id, storefront.rights)?;
        Ok(id)
    }
}

fn name_conflict(error: rusqlite::Error, what: &str, name: &str) -> Fault {
    match rows::to_fault(error) {
        Fault::AlreadyExists { .. } => Fault::AlreadyExists {
            what: format!("{what} {name}"),
        },
        other => other,
    }
}
