//! The adapter for a local SQLite file. SQL lives here only.

mod access;
mod activity;
mod audit;
mod cancel;
mod conditions;
mod config;
mod customer_rows;
mod customers;
mod damage;
mod documents;
mod keys;
mod lock;
mod mapping;
mod migrate;
mod migrations;
mod outbox;
mod queue;
mod requests;
mod rights;
mod rows;
mod schema;
mod scratch;
mod search;
mod sessions;
mod state;
mod stores;
mod sweep;
mod tokens;
mod uses;
mod wal;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use self::lock::WriterLock;
use lac_model::audit::StateKind;
use lac_model::fault::Fault;
use lac_model::notice::Notice;
use lac_model::time::Timestamp;
use lac_store::Appended;
use lac_store::dir::StoreDir;
use lac_store::strangers::Strangers;
use lac_store::{Activity, Counted, HighWater, ReadTx, Result, Settled, Store, WriteTx};

pub use self::cancel::Cancelled;
pub use self::migrations::SCHEMA;

/// A store in one SQLite file (WAL, `synchronous=FULL`).
#[derive(Debug)]
pub struct SqliteStore {
    conn: Connection,
    dir: StoreDir,
    lock: PathBuf,
    timeout: Duration,
    /// The directory, where the WAL was made by this process.
    new_wal: Option<PathBuf>,
    /// Whether short reads of events go through a mapping of the file.
    maps: bool,
    /// SQLite's number of the schema that was checked last.
    checked: Cell<Option<i64>>,
    /// Whether transactions begin whatever the schema is.
    takes_any_schema: bool,
    cancelled: Option<Cancelled>,
    strangers: Option<Arc<Strangers>>,
}

impl SqliteStore {
    /// Opens an existing store and brings its schema up to date.
    ///
    /// # Errors
    /// `store_newer`, `schema_tampered`, `busy`, `database`.
    pub fn open(dir: &StoreDir, timeout: Duration) -> Result<Self> {
        let store = Self::connect(dir, timeout, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        migrate::bring_up_to_date(&store)?;
        store.check_schema()?;
        Ok(store)
    }

    /// Opens an existing store for a short look, without waiting and without
    /// touching its schema.
    ///
    /// # Errors
    /// `store_newer`, `schema_tampered`, `database`; `busy` for a schema that is
    /// not up to date.
    pub fn open_as_it_is(dir: &StoreDir) -> Result<Self> {
        let store = Self::connect(dir, Duration::ZERO, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if migrate::is_up_to_date(&store)? {
            store.check_schema()?;
            return Ok(store);
        }
        Err(Fault::Busy { waited_seconds: 0 })
    }

    /// Opens an existing store read only, whatever its schema: to examine it.
    ///
    /// # Errors
    /// `database`.
    pub fn open_to_examine(dir: &StoreDir, timeout: Duration) -> Result<Self> {
        let store = Self::connect(dir, timeout, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self {
            takes_any_schema: true,
            ..store
        })
    }

    /// The SQLite library's version, and whether it is at least 3.51.3, the
    /// first without a bug that could damage a WAL with several writers.
    pub fn library() -> (&'static str, bool) {
        (rusqlite::version(), rusqlite::version_number() >= 3_051_003)
    }

    /// Makes the database of a new store.
    ///
    /// # Errors
    /// `already_exists`, `database`.
    pub fn create(dir: &StoreDir, timeout: Duration) -> Result<Self> {
        drop(lac_store::dir::create_private(&dir.database())?);
        let store = Self::connect(dir, timeout, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store
            .conn
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(rows::fault)?;
        migrate::bring_up_to_date(&store)?;
        Ok(store)
    }

    fn connect(dir: &StoreDir, timeout: Duration, flags: OpenFlags) -> Result<Self> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let new_wal = !dir.root().join("lac.db-wal").exists();
        let conn = Connection::open_with_flags(dir.database(), flags).map_err(rows::fault)?;
        let setup = || -> rusqlite::Result<()> {
            conn.busy_timeout(timeout)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            // Without it every new value of a text parameter has the statement
            // planned anew: half the time of a large import.
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            // A checkpoint at every exit would cost each command two more
            // syncs; see `wal::trim` for what happens instead.
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            conn.execute_batch(
                "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; \
                 PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0;",
            )?;
            conn.set_prepared_statement_cache_capacity(64);
            Ok(())
        };
        setup().map_err(rows::fault)?;
        Ok(Self {
            conn,
            dir: dir.clone(),
            lock: dir.lock(),
            timeout,
            new_wal: new_wal.then(|| dir.root().to_path_buf()),
            maps: false,
            checked: Cell::new(None),
            takes_any_schema: false,
            cancelled: None,
            strangers: None,
        })
    }

    /// From here on refusals are counted there first.
    pub fn count_refusals_in(&mut self, strangers: Arc<Strangers>) {
        self.strangers = Some(strangers);
    }

    /// From here on a statement that takes long ends once `cancelled` says so,
    /// here and in other ways to the same store; `None` lets it go on.
    ///
    /// # Errors
    /// `database`.
    pub fn cancel_when(&mut self, cancelled: Option<Cancelled>) -> Result<()> {
        cancel::watch(&mut self.conn, cancelled.clone()).map_err(rows::fault)?;
        self.cancelled = cancelled;
        Ok(())
    }

    /// The schema's number as found.
    pub fn schema(&self) -> Result<i64> {
        migrate::found(&self.conn)
    }

    /// Checks the schema unless it is the one that was checked last: SQLite
    /// counts its changes, and a connection goes on with the definitions that
    /// it has read until the count is another one.
    fn check_schema(&self) -> Result<()> {
        if self.takes_any_schema {
            return Ok(());
        }
        let count: i64 = self
            .conn
            .prepare_cached("PRAGMA main.schema_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(rows::fault)?;
        if self.checked.get() == Some(count) {
            return Ok(());
        }
        migrate::is_up_to_date(self)?;
        schema::check(&self.conn, SCHEMA)?;
        self.checked.set(Some(count));
        Ok(())
    }

    /// The writer's lock, over a schema that is as it should be.
    fn locked(&self, timeout: Duration) -> Result<WriterLock> {
        let lock = WriterLock::take(&self.lock, timeout)?;
        self.check_schema()?;
        Ok(lock)
    }

    /// A transaction that has begun, unless its schema is not as it should be.
    fn begun(&self, lock: Option<WriterLock>) -> Result<Tx<'_>> {
        let tx = Tx {
            conn: &self.conn,
            timeout: self.timeout,
            new_wal: self.new_wal.as_deref(),
            maps: self.maps,
            open: true,
            left_out: Cell::new(0),
            written: RefCell::default(),
            _lock: lock,
        };
        self.check_schema()?;
        Ok(tx)
    }
}

impl Store for SqliteStore {
    fn read(&self) -> Result<Box<dyn ReadTx + '_>> {
        self.conn.execute_batch("BEGIN").map_err(rows::fault)?;
        Ok(Box::new(self.begun(None)?))
    }

    fn write(&self) -> Result<Box<dyn WriteTx + '_>> {
        let lock = WriterLock::take(&self.lock, self.timeout)?;
        self.conn
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(rows::fault)?;
        Ok(Box::new(self.begun(Some(lock))?))
    }

    fn bulk(&self, on: bool) -> Result<()> {
        let kib = if on { BULK_CACHE } else { CACHE };
        self.conn
            .pragma_update(None, "cache_size", -kib)
            .map_err(rows::fault)
    }

    fn scratch(&self) -> Result<File> {
        scratch::file(&self.lock)
    }

    fn another(&self) -> Result<Box<dyn Store + Send>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let mut store = Self::connect(&self.dir, self.timeout, flags)?;
        store.maps = true;
        store.cancel_when(self.cancelled.clone())?;
        Ok(Box::new(store))
    }

    fn outbox_claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<Notice>> {
        let _lock = self.locked(self.timeout)?;
        outbox::claim(&self.conn, now, until)
    }

    fn outbox_settle(&self, settled: &Settled) -> Result<bool> {
        let _lock = self.locked(self.timeout)?;
        outbox::settle(&self.conn, settled)
    }

    fn sweep(&self, most: usize) -> Result<u64> {
        let _lock = self.locked(self.timeout)?;
        sweep::some(&self.conn, most)
    }

    fn note_token_use(&self, id: i64, at: Timestamp) -> Result<()> {
        let _lock = self.locked(Duration::ZERO)?;
        tokens::note_use(&self.conn, id, at)
    }

    fn count_activity(
        &self,
        activity: Activity,
        subject: &str,
        by: i64,
        now: Timestamp,
        span: Duration,
    ) -> Result<Counted> {
        let _lock = self.locked(self.timeout)?;
        activity::count(&self.conn, activity, subject, by, now, span)
    }

    fn go_on_reading(&self) -> Result<()> {
        match &self.cancelled {
            Some(cancelled) if cancelled.is_so() => Err(cancel::fault()),
            _ => Ok(()),
        }
    }

    fn strangers(&self) -> Option<&Strangers> {
        self.strangers.as_deref()
    }

    fn scrub(&self, words: &[String]) -> Result<bool> {
        let _lock = self.locked(self.timeout)?;
        Ok(sweep::empty_wal(&self.conn, self.timeout)?
            && sweep::rebuild_if_held(&self.conn, &self.dir.database(), words, self.timeout)?)
    }

    fn rebuild(&self) -> Result<bool> {
        let _lock = self.locked(self.timeout)?;
        Ok(sweep::empty_wal(&self.conn, self.timeout)?
            && sweep::rebuild(&self.conn, &self.dir.database(), self.timeout)?)
    }
}

/// Page cache in KiB: SQLite's own default, and that of an import.
const CACHE: i64 = 2000;
const BULK_CACHE: i64 = 32 * 1024;

/// One transaction, rolled back on drop unless committed.
#[derive(Debug)]
struct Tx<'s> {
    conn: &'s Connection,
    timeout: Duration,
    new_wal: Option<&'s std::path::Path>,
    maps: bool,
    open: bool,
    /// How many damaged rows lists have left out.
    left_out: Cell<u64>,
    written: RefCell<state::Written>,
    /// Released after everything else, commit and high-water file included.
    _lock: Option<WriterLock>,
}

impl ReadTx for Tx<'_> {}

impl WriteTx for Tx<'_> {
    fn state_written(&self) -> Vec<StateKind> {
        self.kinds_written()
    }

    fn state_before(&self, kind: StateKind) -> Result<String> {
        self.digest_before(kind)
    }

    fn as_read(&self) -> &dyn ReadTx {
        self
    }

    fn commit(mut self: Box<Self>, proof: Appended, high_water: &dyn HighWater) -> Result<()> {
        self.conn.execute_batch("COMMIT").map_err(rows::fault)?;
        self.open = false;
        if let Some(dir) = self.new_wal {
            // A file is safe once its name is.
            let synced = std::fs::File::open(dir).and_then(|dir| dir.sync_all());
            synced.map_err(|e| Fault::io(dir.display(), e))?;
        }
        if let Some(note) = proof.note() {
            high_water.advance(note)?;
        }
        wal::trim(self.conn, self.timeout);
        Ok(())
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.open && !self.conn.is_autocommit() {
            // Nothing to do about a failing rollback: closing the connection
            // rolls back as well.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

/// A row that cannot be what it should be. What it holds may be of any length.
fn damaged(table: &str, id: impl ToString, problem: impl ToString) -> Fault {
    let cut = |text: String, most| match text.char_indices().nth(most) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    };
    Fault::RowDamaged {
        table: table.to_owned(),
        id: cut(id.to_string(), 64),
        problem: cut(problem.to_string(), 200),
    }
}
