//! Checks that the database's schema is exactly the one that the migrations
//! create.
//!
//! A trigger can undo a change, a view or a changed index can hide a row, and
//! table statistics decide which index is read. So every row of SQLite's schema
//! table is compared, including names that are reserved for SQLite, because
//! `writable_schema` allows those as well.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest as _, Sha256};

use super::{migrations, rows};
use lac_model::fault::Fault;
use lac_store::Result;

/// The rows of this program's schema as [`SchemaRows`] encodes them. Every
/// command compares them with what it finds, byte by byte: hashing some 60
/// definitions would take a tenth of the time of a login.
const CURRENT: &[u8] = include_bytes!("migrations/schema.txt");

/// The SHA-256 of the encoded rows of each older version, beginning with the
/// empty one. A test computes them from the migrations. The digest of a
/// released version never changes.
const OLDER: [&str; 8] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6fd041b1450fef7e584e2297a4a9527aeb2b023186925e7e2414a4b7cdc5c9a7",
    "bea3b3f202ac2b573cae07c180c757e0f17e733122843bf3b182270999617dc4",
    "680ff00f3ca8036eedf6b76d7d05868b8f11b87c004c3450fd2b3b65e3f508d9",
    "e71dd9dfd39e9ffbeba7d1093b0758aa1c38726012070fb7f876a6baead05dc1",
    "957a42a79655e5ba210d896d1b2b522ffff575f31b7fc35c39785e6e0250872c",
    "c43c1ba2e6a124d4a23ad34c6fee06152062e9017858272eff71030dc7f333e1",
    "1cff4546c3a34dc104609797481694267ef595f060a113b85367dc49522e0e85",
];

/// Checks the schema. `schema_tampered` names the first object that differs.
pub(crate) fn check(conn: &Connection, version: i64) -> Result<()> {
    match find_difference(conn, version)? {
        None => Ok(()),
        Some(what) => Err(Fault::SchemaTampered { what }),
    }
}

/// Describes the first difference from the schema of this version; `None` if
/// there is none.
pub(crate) fn find_difference(conn: &Connection, version: i64) -> Result<Option<String>> {
    let found = SchemaRows::read(conn)?;
    if found.is_of_version(version) {
        return Ok(found.find_shared_root());
    }
    let fresh = Connection::open_in_memory().map_err(rows::to_fault)?;
    migrations::create_schema(&fresh, version)?;
    let expected = SchemaRows::read(&fresh)?;
    Ok(Some(describe_difference(&expected, &found)))
}

/// The rows of the schema table, encoded in one buffer and sorted, so that
/// their order does not depend on when they were created.
struct SchemaRows {
    bytes: Vec<u8>,
    /// Where each row is in the buffer, and the first page of its B-tree; 0 if
    /// it has none.
    rows: Vec<(Range<usize>, i64)>,
}

impl SchemaRows {
    fn read(conn: &Connection) -> Result<Self> {
        let select = "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_master";
        let mut statement = conn.prepare(select).map_err(rows::to_fault)?;
        let mut found = statement.query([]).map_err(rows::to_fault)?;
        let mut bytes = Vec::with_capacity(CURRENT.len());
        let mut rows = Vec::with_capacity(128);
        while let Some(row) = found.next().map_err(rows::to_fault)? {
            let begin = bytes.len();
            for column in 0..4 {
                encode(row.get_ref(column).map_err(rows::to_fault)?, &mut bytes);
            }
            bytes.push(b'\n');
            let root = rows::get::<Option<i64>>(row, 4)?.unwrap_or(0);
            rows.push((begin..bytes.len(), root));
        }
        rows.sort_unstable_by(|(a, _), (b, _)| bytes[a.clone()].cmp(&bytes[b.clone()]));
        Ok(Self { bytes, rows })
    }

    /// The encoded rows in their order.
    fn encoded(&self) -> impl Iterator<Item = &[u8]> {
        self.rows
            .iter()
            .map(|(range, _)| &self.bytes[range.clone()])
    }

    fn is_of_version(&self, version: i64) -> bool {
        if version == migrations::SCHEMA_VERSION {
            let mut rest = CURRENT;
            let mut is_next = |row: &[u8]| {
                let after = rest.strip_prefix(row);
                rest = after.unwrap_or_default();
                after.is_some()
            };
            return self.encoded().all(&mut is_next) && rest.is_empty();
        }
        let older = usize::try_from(version).ok();
        let known = older.and_then(|version| OLDER.get(version));
        known.is_some_and(|known| self.digest() == **known)
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        self.encoded().for_each(|row| hash.update(row));
        let mut text = String::with_capacity(64);
        for byte in hash.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Finds two objects with the same first page: SQLite would read one as the
    /// other. Page 1 belongs to the schema table itself.
    fn find_shared_root(&self) -> Option<String> {
        let mut roots: Vec<(i64, &[u8])> = vec![(1, b"t5:table,t13:sqlite_master,")];
        let with_root = self.rows.iter().filter(|(_, root)| *root != 0);
        roots.extend(with_root.map(|(range, root)| (*root, &self.bytes[range.clone()])));
        roots.sort_unstable();
        let shared = roots.windows(2).find(|pair| pair[0].0 == pair[1].0)?;
        let [one, other] = [0, 1].map(|at| label(shared[at].1));
        Some(format!("{one} and {other} share pages"))
    }
}

/// Writes a value so that different values have different bytes: a letter for
/// its type, its length, a colon, its bytes, a comma.
fn encode(value: ValueRef<'_>, into: &mut Vec<u8>) {
    let number;
    let (kind, bytes): (char, &[u8]) = match value {
        ValueRef::Null => ('n', &[]),
        ValueRef::Integer(integer) => {
            number = integer.to_string();
            ('i', number.as_bytes())
        }
        ValueRef::Real(real) => {
            number = format!("{:x}", real.to_bits());
            ('r', number.as_bytes())
        }
        ValueRef::Text(text) => ('t', text),
        ValueRef::Blob(bytes) => ('b', bytes),
    };
    // Writing to a buffer in memory does not fail.
    let _ = write!(into, "{kind}{}:", bytes.len());
    into.extend_from_slice(bytes);
    into.push(b',');
}

/// The type and the name of an encoded object, for messages.
fn label(encoded: &[u8]) -> String {
    let mut rest = encoded;
    let mut next = || -> Option<String> {
        let colon = rest.iter().position(|byte| *byte == b':')?;
        let length: usize = std::str::from_utf8(rest.get(1..colon)?)
            .ok()?
            .parse()
            .ok()?;
        let text = rest.get(colon + 1..colon + 1 + length)?;
        rest = rest.get(colon + length + 2..)?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    let (kind, name) = (next(), next());
    let shown = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
    format!("{} {}", shown(kind), shown(name))
}

fn describe_difference(expected: &SchemaRows, found: &SchemaRows) -> String {
    let first_only_in = |one: &SchemaRows, other: &SchemaRows| {
        let mut rows = one.encoded();
        let row = rows.find(|row| other.encoded().all(|theirs| theirs != *row));
        row.map(label)
    };
    let missing = first_only_in(expected, found);
    let added = first_only_in(found, expected);
    match (missing, added) {
        (Some(missing), _) if found.encoded().any(|row| label(row) == missing) => {
            format!("{missing} has another definition")
        }
        (Some(missing), _) => format!("{missing} is missing"),
        (None, Some(added)) => format!("{added} was added"),
        (None, None) => "an object exists twice".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(version: i64) -> SchemaRows {
        let conn = Connection::open_in_memory().unwrap();
        migrations::create_schema(&conn, version).unwrap();
        SchemaRows::read(&conn).unwrap()
    }

    #[test]
    fn what_is_compared_is_what_the_migrations_create() {
        let current = rows_of(migrations::SCHEMA_VERSION)
            .encoded()
            .collect::<Vec<_>>()
            .concat();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write("src/migrations/schema.txt", &current).unwrap();
        }
        assert!(current == CURRENT, "run this test with UPDATE_DOCS=1");
        let older = (0..migrations::SCHEMA_VERSION).map(|version| rows_of(version).digest());
        assert_eq!(older.collect::<Vec<_>>(), OLDER);
    }

    #[test]
    fn null_and_empty_have_different_bytes() {
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

    #[test]
    fn an_object_is_named_by_type_and_name() {
        let mut bytes = Vec::new();
        for text in ["index", "by_name", "role", "CREATE INDEX"] {
            encode(ValueRef::Text(text.as_bytes()), &mut bytes);
        }
        assert_eq!(label(&bytes), "index by_name");
        assert_eq!(label(b"broken"), "? ?");
    }
}
