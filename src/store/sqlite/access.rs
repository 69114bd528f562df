//! Roles, admin users, storefronts.

use rusqlite::{Row, params};

use super::{Tx, damaged, rows};
use crate::domain::access::{Access, AdminUser, Rights, Role, RoleScope, Storefront};
use crate::domain::fault::Fault;
use crate::domain::resource::{Resource, ResourceSet};
use crate::domain::time::Timestamp;
use crate::store::{AccessReads, AccessWrites, Permit, Result};

const USER: &str = "SELECT id, name, full_name, role_id, os_account, enabled, created_at \
                    FROM admin_user";
const STOREFRONT: &str = "SELECT id, name, created_at, revoked_at FROM storefront";
const ROLE: &str = "SELECT id, name, access, scope FROM role";

impl Tx<'_> {
    fn read_role(&self, row: &Row<'_>) -> Result<Role> {
        let id: i64 = rows::get(row, 0)?;
        let rights = self.read_rights(row, [2, 3], id, "role")?;
        let name = rows::get(row, 1)?;
        Ok(Role { id, name, rights })
    }

    /// Rights in columns that say how far they go, and the lists beside them;
    /// of a `role` or an `access_token`.
    pub(super) fn read_rights(
        &self,
        row: &Row<'_>,
        [access, scope]: [usize; 2],
        id: i64,
        table: &'static str,
    ) -> Result<Rights> {
        let key = key_of(table);
        let access = rows::word(row, access, table, id, |text| match text {
            "all" => Some(Access::All),
            "custom" => Some(Access::Custom),
            _ => None,
        })?;
        let all_websites: bool = rows::word(row, scope, table, id, |text| Some(text == "all"))?;
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "SELECT resource FROM {table}_resource WHERE {key} = ?1"
            ))
            .map_err(rows::fault)?;
        let mut resources = ResourceSet::default();
        for name in rows::collect(statement.query([id]).map_err(rows::fault)?, |row| {
            rows::get::<String>(row, 0)
        })? {
            let resource = Resource::parse(&name).map_err(|e| damaged(table, id, e))?;
            resources.insert(resource);
        }
        let scope = if all_websites {
            RoleScope::All
        } else {
            RoleScope::Websites(self.website_ids(
                &format!(
                    "SELECT website_id FROM {table}_website WHERE {key} = ?1 ORDER BY website_id"
                ),
                id,
            )?)
        };
        Ok(Rights {
            access,
            resources,
            scope,
        })
    }

    /// Puts the lists of rights beside their row.
    pub(super) fn put_rights(&self, table: &'static str, id: i64, rights: &Rights) -> Result<()> {
        let key = key_of(table);
        self.conn
            .prepare_cached(&format!("DELETE FROM {table}_resource WHERE {key} = ?1"))
            .and_then(|mut s| s.execute([id]))
            .map_err(rows::fault)?;
        let mut insert = self
            .conn
            .prepare_cached(&format!(
                "INSERT INTO {table}_resource ({key}, resource) VALUES (?1, ?2)"
            ))
            .map_err(rows::fault)?;
        for resource in rights.resources.iter() {
            insert
                .execute(params![id, resource.id()])
                .map_err(rows::fault)?;
        }
        let websites = rights.scope.websites().unwrap_or_default();
        self.put_websites(&format!("{table}_website"), key, id, websites)
    }

    fn website_ids(&self, sql: &str, id: i64) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::fault)?;
        rows::collect(statement.query([id]).map_err(rows::fault)?, |row| {
            rows::get(row, 0)
        })
    }

    fn read_storefront(&self, row: &Row<'_>) -> Result<Storefront> {
        let id = rows::get(row, 0)?;
        Ok(Storefront {
            id,
            name: rows::get(row, 1)?,
            websites: self.website_ids(
                "SELECT website_id FROM storefront_website WHERE storefront_id = ?1 \
                 ORDER BY website_id",
                id,
            )?,
            created_at: rows::time(row, 2)?,
            revoked_at: rows::time_opt(row, 3)?,
        })
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        key: impl rusqlite::ToSql,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::fault)?;
        rows::first(statement.query([key]).map_err(rows::fault)?, read)
    }

    fn all<T>(&self, sql: &str, read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut statement = self.conn.prepare_cached(sql).map_err(rows::fault)?;
        rows::collect(statement.query([]).map_err(rows::fault)?, read)
    }

    fn put_websites(&self, table: &str, column: &str, id: i64, websites: &[i64]) -> Result<()> {
        self.conn
            .execute(&format!("DELETE FROM {table} WHERE {column} = ?1"), [id])
            .map_err(rows::fault)?;
        let sql = format!("INSERT INTO {table} ({column}, website_id) VALUES (?1, ?2)");
        for website in websites {
            self.conn
                .execute(&sql, [id, *website])
                .map_err(rows::fault)?;
        }
        Ok(())
    }
}

fn read_user(row: &Row<'_>) -> Result<AdminUser> {
    Ok(AdminUser {
        id: rows::get(row, 0)?,
        name: rows::get(row, 1)?,
        full_name: rows::get(row, 2)?,
        role_id: rows::get(row, 3)?,
        os_account: rows::get(row, 4)?,
        enabled: rows::get(row, 5)?,
        created_at: rows::time(row, 6)?,
    })
}

/// How far a scope goes, in the words of the columns.
pub(super) fn scope_word(rights: &Rights) -> &'static str {
    if rights.scope == RoleScope::All {
        "all"
    } else {
        "custom"
    }
}

/// What the lists of rights call their owner.
fn key_of(table: &str) -> &'static str {
    if table == "role" {
        "role_id"
    } else {
        "token_id"
    }
}

impl AccessReads for Tx<'_> {
    fn roles(&self) -> Result<Vec<Role>> {
        self.all(&format!("{ROLE} ORDER BY name"), |row| self.read_role(row))
    }

    fn role(&self, id: i64) -> Result<Option<Role>> {
        self.one(&format!("{ROLE} WHERE id = ?1"), id, |row| {
            self.read_role(row)
        })
    }

    fn role_by_name(&self, name: &str) -> Result<Option<Role>> {
        self.one(&format!("{ROLE} WHERE name = ?1"), name, |row| {
            self.read_role(row)
        })
    }

    fn admin_users(&self) -> Result<Vec<AdminUser>> {
        self.all(&format!("{USER} ORDER BY name"), read_user)
    }

    fn admin_user(&self, id: i64) -> Result<Option<AdminUser>> {
        self.one(&format!("{USER} WHERE id = ?1"), id, read_user)
    }

    fn admin_user_by_name(&self, name: &str) -> Result<Option<AdminUser>> {
        self.one(&format!("{USER} WHERE name = ?1"), name, read_user)
    }

    fn admin_user_by_os_account(&self, account: &str) -> Result<Option<AdminUser>> {
        self.one(&format!("{USER} WHERE os_account = ?1"), account, read_user)
    }

    fn storefronts(&self) -> Result<Vec<Storefront>> {
        self.all(&format!("{STOREFRONT} ORDER BY name"), |row| {
            self.read_storefront(row)
        })
    }

    fn storefront(&self, id: i64) -> Result<Option<Storefront>> {
        self.one(&format!("{STOREFRONT} WHERE id = ?1"), id, |row| {
            self.read_storefront(row)
        })
    }
}

impl AccessWrites for Tx<'_> {
    fn role_put(&self, _permit: &Permit<'_>, role: &Role) -> Result<i64> {
        let id = (role.id != 0).then_some(role.id);
        self.conn
            .execute(
                "INSERT INTO role (id, name, access, scope) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, \
                 access = excluded.access, scope = excluded.scope",
                params![
                    id,
                    role.name,
                    role.rights.access.as_str(),
                    scope_word(&role.rights)
                ],
            )
            .map_err(|e| taken(e, "role", &role.name))?;
        let id = id.unwrap_or_else(|| self.conn.last_insert_rowid());
        self.put_rights("role", id, &role.rights)?;
        Ok(id)
    }

    fn role_remove(&self, _permit: &Permit<'_>, id: i64) -> Result<()> {
        self.conn
            .execute("DELETE FROM role WHERE id = ?1", [id])
            .map_err(rows::fault)?;
        Ok(())
    }

    fn admin_user_put(&self, _permit: &Permit<'_>, user: &AdminUser) -> Result<i64> {
        let id = (user.id != 0).then_some(user.id);
        self.conn
            .execute(
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
                    taken(e, "an admin user for the account", account)
                } else {
                    taken(e, "admin user", &user.name)
                }
            })?;
        Ok(id.unwrap_or_else(|| self.conn.last_insert_rowid()))
    }

    fn admin_user_remove(&self, _permit: &Permit<'_>, id: i64) -> Result<()> {
        self.conn
            .execute("DELETE FROM admin_user WHERE id = ?1", [id])
            .map_err(rows::fault)?;
        Ok(())
    }

    fn storefront_put(&self, _permit: &Permit<'_>, storefront: &Storefront) -> Result<i64> {
        let id = (storefront.id != 0).then_some(storefront.id);
        self.conn
            .execute(
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
            .map_err(|e| taken(e, "storefront", &storefront.name))?;
        let id = id.unwrap_or_else(|| self.conn.last_insert_rowid());
        self.put_websites(
            "storefront_website",
            "storefront_id",
            id,
            &storefront.websites,
        )?;
        Ok(id)
    }
}

fn taken(error: rusqlite::Error, what: &str, name: &str) -> Fault {
    match rows::fault(error) {
        Fault::AlreadyExists { .. } => Fault::AlreadyExists {
            what: format!("{what} {name}"),
        },
        other => other,
    }
}
