//! Checks that the database's schema is exactly the one that the migrations
//! create.
//!
//! A trigger can undo a change, a view or a changed index can hide a row, and
//! table statistics decide which index is read. So every row of SQLite's schema
//! table is compared, including names that are reserved for SQLite, because
//! `writable_schema` allows those as well.

use std::collections::HashMap;
use std::fmt::Write as _;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};

use super::{migrations, rows};
use lac_model::fault::Fault;
use lac_store::Result;

/// The SHA-256 of the schema of each version, beginning with the empty one. A
/// test computes them from the migrations. The digest of a released version
/// never changes.
const DIGESTS: [&str; 5] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "8bb4dfd59bf58109ac21365a57f5f64dc0e24821ace58cb890eee0e4f9b336f0",
    "24c366cd58135e36d2412cf91e42bb7831f880f9107d0a6e9f591d3787fe64d9",
    "483af78ae313ce2c415f3e1ff83b42267df581517f836a41fe89a944347422da",
    "d56cd6e0f39dd9ea89713f388f360b2506b70269d985e6ca15c1c29f53b62848",
];

/// The type, name, table and definition of an object, encoded so that different
/// objects have different bytes.
type Encoded = Vec<u8>;

/// One row of the schema table.
struct SchemaObject {
    encoded: Encoded,
    /// The type and name, for messages.
    label: String,
    /// The first page of the object's B-tree; 0 if it has none.
    root: i64,
}

/// Checks the schema. `schema_tampered` names the first object that differs.
pub fn check(conn: &Connection, version: i64) -> Result<()> {
    match find_difference(conn, version)? {
        None => Ok(()),
        Some(what) => Err(Fault::SchemaTampered { what }),
    }
}

/// Describes the first difference from the schema of this version; `None` if
/// there is none.
pub fn find_difference(conn: &Connection, version: i64) -> Result<Option<String>> {
    let known = usize::try_from(version).ok();
    let known = known.and_then(|version| DIGESTS.get(version));
    let found = SchemaRows::read(conn)?;
    if known.is_some_and(|known| found.digest() == **known) && !found.has_shared_root() {
        return Ok(None);
    }
    let found = read_objects(conn)?;
    if known.is_some_and(|known| digest(&found) == **known) {
        return Ok(find_shared_root(&found));
    }
    let fresh = Connection::open_in_memory().map_err(rows::to_fault)?;
    migrations::create_schema(&fresh, version)?;
    Ok(Some(describe_difference(&read_objects(&fresh)?, &found)))
}

/// The rows of the schema table, encoded in one buffer: every command compares
/// them, so allocating for each row would be felt.
struct SchemaRows {
    bytes: Vec<u8>,
    /// The position of each row in the buffer.
    rows: Vec<std::ops::Range<usize>>,
    roots: Vec<i64>,
}

impl SchemaRows {
    fn read(conn: &Connection) -> Result<Self> {
        let mut statement = conn.prepare(SELECT).map_err(rows::to_fault)?;
        let mut found = statement.query([]).map_err(rows::to_fault)?;
        // Page 1 belongs to the schema table itself.
        let mut all = Self {
            bytes: Vec::with_capacity(16 * 1024),
            rows: Vec::with_capacity(128),
            roots: vec![1],
        };
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            let begin = all.bytes.len();
            for column in 0..4 {
                encode(row.get_ref(column).map_err(rows::to_fault)?, &mut all.bytes);
            }
            all.rows.push(begin..all.bytes.len());
            let root = rows::get::<Option<i64>>(row, 4)?.unwrap_or(0);
            all.roots.extend((root != 0).then_some(root));
        }
        let bytes = &all.bytes;
        all.rows
            .sort_unstable_by(|a, b| bytes[a.clone()].cmp(&bytes[b.clone()]));
        all.roots.sort_unstable();
        Ok(all)
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for row in &self.rows {
            hash.update(&self.bytes[row.clone()]);
        }
        to_hex(&hash.finalize().into())
    }

    fn has_shared_root(&self) -> bool {
        self.roots.windows(2).any(|pair| pair[0] == pair[1])
    }
}

const SELECT: &str = "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_master";

/// All rows of the schema table, in an order that does not depend on when they
/// were created.
fn read_objects(conn: &Connection) -> Result<Vec<SchemaObject>> {
    let mut statement = conn.prepare(SELECT).map_err(rows::to_fault)?;
    let found = statement.query([]).map_err(rows::to_fault)?;
    let mut objects = rows::collect(found, |row| {
        let mut encoded = Vec::new();
        for column in 0..4 {
            encode(row.get_ref(column).map_err(rows::to_fault)?, &mut encoded);
        }
        let text = |column| match row.get_ref(column) {
            Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            _ => "?".to_owned(),
        };
        Ok(SchemaObject {
            encoded,
            label: format!("{} {}", text(0), text(1)),
            root: rows::get::<Option<i64>>(row, 4)?.unwrap_or(0),
        })
    })?;
    objects.sort_by(|a, b| a.encoded.cmp(&b.encoded));
    Ok(objects)
}

/// Writes a letter for the type, then the length, then the bytes.
fn encode(value: ValueRef<'_>, into: &mut Encoded) {
    let (integer, real);
    let (kind, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (b'n', &[]),
        ValueRef::Integer(number) => {
            integer = number.to_be_bytes();
            (b'i', &integer)
        }
        ValueRef::Real(number) => {
            real = number.to_be_bytes();
            (b'r', &real)
        }
        ValueRef::Text(text) => (b't', text),
        ValueRef::Blob(bytes) => (b'b', bytes),
    };
    into.push(kind);
    into.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    into.extend_from_slice(bytes);
}

fn digest(objects: &[SchemaObject]) -> String {
    let mut hash = Sha256::new();
    for object in objects {
        hash.update(&object.encoded);
    }
    to_hex(&hash.finalize().into())
}

fn to_hex(digest: &[u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Finds two objects with the same first page: SQLite would read one as the
/// other.
fn find_shared_root(objects: &[SchemaObject]) -> Option<String> {
    let mut roots: HashMap<i64, &str> = HashMap::new();
    // Page 1 belongs to the schema table itself.
    roots.insert(1, "table sqlite_master");
    let rooted = objects.iter().filter(|object| object.root != 0);
    for object in rooted {
        if let Some(other) = roots.insert(object.root, &object.label) {
            return Some(format!("{other} and {} share pages", object.label));
        }
    }
    None
}

fn describe_difference(expected: &[SchemaObject], found: &[SchemaObject]) -> String {
    let lacks = |list: &[SchemaObject], object: &SchemaObject| {
        list.iter().all(|other| other.encoded != object.encoded)
    };
    let missing = expected.iter().find(|object| lacks(found, object));
    let added = found.iter().find(|object| lacks(expected, object));
    match (missing, added) {
        (Some(object), _) if found.iter().any(|other| other.label == object.label) => {
            format!("{} has another definition", object.label)
        }
        (Some(object), _) => format!("{} is missing", object.label),
        (None, Some(object)) => format!("{} was added", object.label),
        (None, None) => "an object exists twice".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_are_those_of_the_migrations() {
        let computed = (0..=migrations::SCHEMA_VERSION).map(|version| {
            let conn = Connection::open_in_memory().unwrap();
            migrations::create_schema(&conn, version).unwrap();
            digest(&read_objects(&conn).unwrap())
        });
        assert_eq!(computed.collect::<Vec<_>>(), DIGESTS);
    }

    #[test]
    fn null_and_empty_have_different_digests() {
        let encoded = |values: &[ValueRef<'_>]| {
            let mut bytes = Vec::new();
            for value in values {
                encode(*value, &mut bytes);
            }
            bytes
        };
        let (ab, c) = (ValueRef::Text(b"ab"), ValueRef::Text(b"c"));
        let (a, bc) = (ValueRef::Text(b"a"), ValueRef::Text(b"bc"));
        assert_ne!(encoded(&[ab, c]), encoded(&[a, bc]));
        assert_ne!(encoded(&[ValueRef::Null]), encoded(&[ValueRef::Text(b"")]));
    }
}
