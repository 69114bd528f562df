//! A store created by the program with schema 3: it opens, verifies and works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;

use crate::support::TestStore;

/// Tokens of alice, of bea and of the storefront.
pub(crate) struct Older {
    pub store: TestStore,
    pub tokens: Vec<String>,
}

pub(crate) fn older() -> Older {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/schema-3");
    let store = TestStore::uninitialized();
    let to = store.dir();
    for (dir, names) in [("keys", &["audit.pem", "login.pem"][..]), ("archive", &[])] {
        fs::create_dir_all(to.join(dir)).expect("a directory");
        for name in names {
            fs::copy(from.join(dir).join(name), to.join(dir).join(name)).expect("a copy");
        }
    }
    for entry in fs::read_dir(from.join("archive")).expect("archives") {
        let entry = entry.expect("an archive");
        fs::copy(entry.path(), to.join("archive").join(entry.file_name())).expect("a copy");
    }
    fs::copy(from.join("checkpoint"), to.join("checkpoint")).expect("a copy");
    let sql = fs::read_to_string(from.join("lac.sql")).expect("the database");
    let database = Connection::open(to.join("lac.db")).expect("a database");
    database
        .execute_batch("PRAGMA journal_mode=WAL")
        .expect("a WAL");
    database.execute_batch(&sql).expect("the tables");
    database
        .execute_batch("PRAGMA user_version=3")
        .expect("a number");
    drop(database);
    private(&to);
    let tokens = fs::read_to_string(from.join("tokens")).expect("tokens");
    Older {
        store,
        tokens: tokens.lines().map(str::to_owned).collect(),
    }
}

fn private(path: &Path) {
    let is_dir = path.is_dir();
    let mode = if is_dir { 0o700 } else { 0o600 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    if is_dir {
        for entry in fs::read_dir(path).expect("a directory") {
            private(&entry.expect("an entry").path());
        }
    }
}

#[test]
fn a_schema_3_store_opens_and_verifies() {
    let older = older();
    let alice = |args: &[&str]| older.store.run_as(&older.tokens[0], args);
    // Nothing is migrated yet, and the schema is unchanged.
    let doctor = older.store.run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{doctor:#?}");
    assert!(
        doctor.stdout.contains("as this program makes it"),
        "{doctor:#?}"
    );
    alice(&["log", "verify"]).assert_succeeded();
    let doctor = older.store.run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{doctor:#?}");
    assert!(doctor.stdout.contains("not recorded yet"), "{doctor:#?}");
    // Logins rely on older consents, archived or not.
    for customer in ["1", "3", "local:1"] {
        let login = older
            .store
            .run_as(&older.tokens[1], &["login", customer, "-o", "json"]);
        if customer == "local:1" {
            continue; // whether a storefront can know them is another matter
        }
        login.assert_succeeded();
    }
    older
        .store
        .run_as(&older.tokens[1], &["session", "end", "--all"])
        .assert_succeeded();
    // What storefronts do with sessions is possible from the first opening on.
    let storefront = &older.tokens[2];
    let unknown = ["session", "check", "00112233445566778899aabbccddeeff"];
    let checked = older.store.run_as(storefront, &unknown);
    assert_eq!(checked.code, 3, "{checked:#?}");
    let sessions = older
        .store
        .run_as(&older.tokens[0], &["session", "list", "-o", "json"]);
    assert!(
        sessions.stdout.contains("\"read_only\":false"),
        "{sessions:#?}"
    );
    // The first permission change starts the proof of the state.
    alice(&["role", "create", "new"]).assert_succeeded();
    let doctor = older.store.run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{doctor:#?}");
    assert!(doctor.stdout.contains("roles, admin users"), "{doctor:#?}");
    alice(&["log", "verify"]).assert_succeeded();
}

/// Unlogged changes before the first such event are not detected; later ones
/// are.
#[test]
fn the_state_is_proven_from_the_first_change_on() {
    let older = older();
    let alice = |args: &[&str]| older.store.run_as(&older.tokens[0], args);
    alice(&["role", "create", "new"]).assert_succeeded();
    let database = Connection::open(older.store.dir().join("lac.db")).expect("a database");
    let changed = database
        .execute("UPDATE access_token SET revoked_at = NULL", [])
        .expect("changed");
    assert!(changed > 0);
    drop(database);
    let ran = alice(&["log", "verify", "-o", "json"]);
    assert_eq!(ran.code, 6, "{ran:#?}");
    assert!(ran.stderr.contains("access tokens"), "{ran:#?}");
}
