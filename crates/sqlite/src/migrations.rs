//! The numbered SQL files that make up the schema.

use rusqlite::Connection;

use super::rows;
use lac_store::Result;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_foundation.sql"),
    include_str!("migrations/0002_archives.sql"),
    include_str!("migrations/0003_access.sql"),
    include_str!("migrations/0004_trust.sql"),
    include_str!("migrations/0005_storefronts.sql"),
    include_str!("migrations/0006_sessions.sql"),
    include_str!("migrations/0007_consent.sql"),
    include_str!("migrations/0008_indexes.sql"),
];

/// The newest schema version that this program knows.
#[allow(clippy::cast_possible_wrap)]
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// Creates the schema of this version in an empty database.
pub(crate) fn create_schema(conn: &Connection, version: i64) -> Result<()> {
    migrate(conn, 0, version)
}

pub(crate) fn migrate(conn: &Connection, from: i64, to: i64) -> Result<()> {
    let known = |version| usize::try_from(version).unwrap_or(0).min(MIGRATIONS.len());
    for sql in &MIGRATIONS[known(from)..known(to)] {
        conn.execute_batch(sql).map_err(rows::to_fault)?;
    }
    conn.pragma_update(None, "user_version", to)
        .map_err(rows::to_fault)
}
