//! Rights of roles and access tokens: the columns `access` and `scope`, and one
//! table each with the resources and websites.

use rusqlite::{Row, params};

use super::rows::damaged_row;
use super::{Tx, rows};
use lac_model::access::{Access, Rights, RoleScope};
use lac_model::resource::{Resource, ResourceSet};
use lac_store::Result;

impl Tx<'_> {
    pub(super) fn read_rights(
        &self,
        row: &Row<'_>,
        columns: [usize; 2],
        id: i64,
        table: &'static str,
    ) -> Result<Rights> {
        let key = owner_column(table);
        let mut statement = self
            .conn
            .prepare_cached(&format!(
                "SELECT resource FROM {table}_resource WHERE {key} = ?1"
            ))
            .map_err(rows::to_fault)?;
        let resources = rows::collect(statement.query([id]).map_err(rows::to_fault)?, |row| {
            let name: String = rows::get(row, 0)?;
            Resource::parse_stored(&name).map_err(|e| damaged_row(table, id, e))
        })?;
        let websites = self.website_ids(
            &format!("SELECT website_id FROM {table}_website WHERE {key} = ?1 ORDER BY website_id"),
            id,
        )?;
        build_rights(
            row,
            columns,
            id,
            table,
            resources.into_iter().flatten().collect(),
            websites,
        )
    }

    /// Stores the resources and websites.
    pub(super) fn put_rights(&self, table: &'static str, id: i64, rights: &Rights) -> Result<()> {
        let key = owner_column(table);
        // With access to everything, the stored resources stay (see
        // `AccessReads::role_former_resources`).
        if rights.access == Access::Custom {
            self.execute_cached(
                &format!("DELETE FROM {table}_resource WHERE {key} = ?1"),
                [id],
            )
            .map_err(rows::to_fault)?;
        }
        let insert = format!("INSERT INTO {table}_resource ({key}, resource) VALUES (?1, ?2)");
        for resource in rights.resources.iter() {
            self.execute_cached(&insert, params![id, resource.id()])
                .map_err(rows::to_fault)?;
        }
        let websites = rights.scope.websites().unwrap_or_default();
        self.put_websites(&format!("{table}_website"), key, id, websites)
    }
}

/// Builds rights from the columns and lists.
pub(super) fn build_rights(
    row: &Row<'_>,
    [access, scope]: [usize; 2],
    id: i64,
    table: &'static str,
    resources: ResourceSet,
    websites: Vec<i64>,
) -> Result<Rights> {
    let access = rows::get_enum(row, access, table, id, |text| match text {
        "all" => Some(Access::All),
        "custom" => Some(Access::Custom),
        _ => None,
    })?;
    let all_websites: bool = rows::get_enum(row, scope, table, id, |text| Some(text == "all"))?;
    let scope = if all_websites {
        RoleScope::All
    } else {
        RoleScope::Websites(websites)
    };
    Ok(Rights {
        resources: match access {
            Access::All => ResourceSet::new(),
            Access::Custom => resources,
        },
        access,
        scope,
    })
}

/// The value of the column `scope`.
pub(super) fn scope_name(rights: &Rights) -> &'static str {
    if rights.scope == RoleScope::All {
        "all"
    } else {
        "custom"
    }
}

/// The column that refers to the owner, in the tables of resources and
/// websites.
fn owner_column(table: &str) -> &'static str {
    if table == "role" {
        "role_id"
    } else {
        "token_id"
    }
}
