//! Digests of the tables behind each [`StateKind`], computed from the tables
//! and not from indexes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use sha2::{Digest as _, Sha256};

use super::{Tx, rows};
use lac_model::audit::{StateDigests, StateKind};
use lac_model::fault::Fault;
use lac_store::{Result, StateReads};

/// A table's name and the `SELECT` for its rows of one kind.
type TableQuery = (&'static str, &'static str);

/// The digest covers every column except those that say when and from where a
/// token was last used, ordered by the primary key.
fn table_queries(kind: StateKind) -> &'static [TableQuery] {
    match kind {
        StateKind::Roles => &[
            (
                "role",
                "SELECT id, name, access, scope FROM role NOT INDEXED ORDER BY id",
            ),
            (
                "role_resource",
                "SELECT role_id, resource FROM role_resource ORDER BY role_id, resource",
            ),
            (
                "role_website",
                "SELECT role_id, website_id FROM role_website ORDER BY role_id, website_id",
            ),
        ],
        StateKind::AdminUsers => &[(
            "admin_user",
            "SELECT id, name, full_name, role_id, os_account, enabled, created_at \
             FROM admin_user NOT INDEXED ORDER BY id",
        )],
        StateKind::Tokens => &[
            (
                "access_token",
                "SELECT id, hash, admin_user_id, storefront_id, name, created_at, expires_at, \
                 revoked_at, access, scope, parent_id FROM access_token NOT INDEXED \
                 WHERE storefront_id IS NULL ORDER BY id",
            ),
            (
                "access_token_resource",
                "SELECT token_id, resource FROM access_token_resource WHERE token_id NOT IN \
                 (SELECT id FROM access_token NOT INDEXED WHERE storefront_id IS NOT NULL) \
                 ORDER BY token_id, resource",
            ),
            (
                "access_token_website",
                "SELECT token_id, website_id FROM access_token_website WHERE token_id NOT IN \
                 (SELECT id FROM access_token NOT INDEXED WHERE storefront_id IS NOT NULL) \
                 ORDER BY token_id, website_id",
            ),
        ],
        StateKind::Storefronts => &[
            (
                "storefront",
                "SELECT id, name, created_at, revoked_at FROM storefront NOT INDEXED ORDER BY id",
            ),
            (
                "storefront_website",
                "SELECT storefront_id, website_id FROM storefront_website \
                 ORDER BY storefront_id, website_id",
            ),
            // Added later: a store in which no storefront has such a right has
            // the digest that it had before.
            (
                "storefront_right",
                "SELECT storefront_id, name FROM storefront_right ORDER BY storefront_id, name",
            ),
            (
                "access_token",
                "SELECT id, hash, admin_user_id, storefront_id, name, created_at, expires_at, \
                 revoked_at, access, scope, parent_id FROM access_token NOT INDEXED \
                 WHERE storefront_id IS NOT NULL ORDER BY id",
            ),
            (
                "access_token_resource",
                "SELECT token_id, resource FROM access_token_resource WHERE token_id IN \
                 (SELECT id FROM access_token NOT INDEXED WHERE storefront_id IS NOT NULL) \
                 ORDER BY token_id, resource",
            ),
            (
                "access_token_website",
                "SELECT token_id, website_id FROM access_token_website WHERE token_id IN \
                 (SELECT id FROM access_token NOT INDEXED WHERE storefront_id IS NOT NULL) \
                 ORDER BY token_id, website_id",
            ),
        ],
        StateKind::Keys => &[(
            "signing_key",
            "SELECT kid, purpose, public_key, state, created_at, retired_at, since_size, \
             signed_by, signature FROM signing_key ORDER BY kid",
        )],
        StateKind::Config => &[(
            "config_value",
            "SELECT path, scope, scope_id, value FROM config_value ORDER BY path, scope, scope_id",
        )],
        StateKind::FormerIds => &[(
            "customer_former",
            "SELECT former, customer_id FROM customer_former NOT INDEXED ORDER BY former",
        )],
    }
}

impl StateReads for Tx<'_> {
    fn state_digest(&self, kind: StateKind) -> Result<String> {
        compute_digest(self.conn, kind)
    }
}

fn compute_digest(conn: &Connection, kind: StateKind) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("lac-state/1 {}\n", kind.as_str()));
    let mut line = Vec::new();
    for (table, sql) in table_queries(kind) {
        let mut statement = conn.prepare_cached(sql).map_err(rows::to_fault)?;
        let columns = statement.column_count();
        let mut found = statement.query([]).map_err(rows::to_fault)?;
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            line.clear();
            line.extend(format!("[\"{table}\"").bytes());
            for column in 0..columns {
                line.push(b',');
                encode(row, column, &mut line)?;
            }
            line.extend(b"]\n");
            hash.update(&line);
        }
    }
    Ok(URL_SAFE_NO_PAD.encode(hash.finalize()))
}

/// Appends a value as JSON, in which different values have different bytes.
fn encode(row: &Row<'_>, column: usize, line: &mut Vec<u8>) -> Result<()> {
    let object = |name: &str, bytes: &[u8]| {
        let mut text = format!("{{\"{name}\":\"");
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        text + "\"}"
    };
    let text = match row.get_ref(column).map_err(rows::to_fault)? {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => object("real", &number.to_be_bytes()),
        ValueRef::Blob(bytes) => object("hex", bytes),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => return serde_json::to_writer(line, text).map_err(Fault::internal),
            Err(_) => object("text", bytes),
        },
    };
    line.extend(text.bytes());
    Ok(())
}

/// What a transaction has changed so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct WrittenState {
    kinds: Vec<StateKind>,
    before: StateDigests,
}

impl Tx<'_> {
    /// Notes that a kind of state is about to change. Before the first change,
    /// the digests of all kinds are kept.
    pub(super) fn mark_changed(&self, kind: StateKind) -> Result<()> {
        let mut written = self.written_state.borrow_mut();
        if written.kinds.is_empty() {
            for kind in StateKind::ALL {
                written.before.set(kind, Some(self.state_digest(kind)?));
            }
        }
        if !written.kinds.contains(&kind) {
            written.kinds.push(kind);
        }
        Ok(())
    }

    /// The kind of state that a token belongs to.
    pub(super) fn token_state_kind(&self, id: i64) -> Result<StateKind> {
        let sql = "SELECT storefront_id IS NOT NULL FROM access_token NOT INDEXED WHERE id = ?1";
        let is_storefronts: Option<bool> = self.query_one(sql, id, |row| rows::get(row, 0))?;
        Ok(if is_storefronts == Some(true) {
            StateKind::Storefronts
        } else {
            StateKind::Tokens
        })
    }

    pub(super) fn kinds_written(&self) -> Vec<StateKind> {
        self.written_state.borrow().kinds.clone()
    }

    pub(super) fn digest_before(&self, kind: StateKind) -> Result<String> {
        let before = self
            .written_state
            .borrow()
            .before
            .get(kind)
            .map(str::to_owned);
        before.ok_or_else(|| Fault::internal("nothing was written"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations;

    fn digest(conn: &Connection) -> String {
        compute_digest(conn, StateKind::Storefronts).unwrap()
    }

    /// Logs from before there were rights of storefronts stay valid.
    #[test]
    fn storefronts_without_rights_have_the_digest_of_older_versions() {
        let conn = Connection::open_in_memory().unwrap();
        migrations::create_schema(&conn, migrations::SCHEMA_VERSION).unwrap();
        conn.execute_batch(
            "INSERT INTO storefront (id, name, created_at) VALUES (1, 'shop', 5); \
             INSERT INTO storefront_website VALUES (1, 0)",
        )
        .unwrap();
        let older = "lac-state/1 storefronts\n\
                     [\"storefront\",1,\"shop\",5,null]\n\
                     [\"storefront_website\",1,0]\n";
        let older = URL_SAFE_NO_PAD.encode(Sha256::digest(older));
        assert_eq!(digest(&conn), older);
        conn.execute_batch("INSERT INTO storefront_right VALUES (1, 'sync')")
            .unwrap();
        assert_ne!(digest(&conn), older);
    }
}
