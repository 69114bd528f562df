//! The adapter that keeps a store in a local SQLite file. It implements the
//! traits of `lac_store`, and all SQL is in this crate.
//!
//! It must not decide anything: rights, the contents of events and the rules of
//! logins belong to the crates above. It reads no clock. Only the root package
//! names it.
//!
//! | module | contents |
//! | --- | --- |
//! | (this file) `tx` | [`SqliteStore`], the connection, and its transactions |
//! | `schema` `migrate` `migrations` | the schema: its check, its versions, and the SQL files that create it |
//! | `lock` `process_queue` `lock_queue` | the write lock, and the order of those who wait for it: processes, and threads of one process |
//! | `access` `rights` `tokens` | roles, admin users, storefronts, access tokens |
//! | `stores` `references` | websites, store groups and store views, and what refers to them |
//! | `customers` `customer_rows` `search` | customers, their rows, and the search for them |
//! | `documents` `sessions` `requests` `consent_asks` `config` `keys` | one table (or one kind of row) each |
//! | `outbox` | notices for hooks, and their claims |
//! | `audit` | the audit log's tables |
//! | `pages` | B-trees read from the pages of the file, for verification |
//! | `state` | digests of tables |
//! | `activity` | counts |
//! | `rows` `select_builder` | reading columns with their types, and building conditions |
//! | `damage` | leaving damaged rows out of lists, and finding them |
//! | `wal` `cleanup` `mmap` `scratch` `cancel` | the write-ahead log, overwriting deleted data, mapped reads, temporary files, ending long statements |

mod access;
mod activity;
mod audit;
mod cancel;
mod cleanup;
mod config;
mod consent_asks;
mod customer_rows;
mod customers;
mod damage;
mod documents;
mod keys;
mod lock;
mod lock_queue;
mod migrate;
mod migrations;
mod mmap;
mod outbox;
mod pages;
mod process_queue;
mod references;
mod requests;
mod rights;
mod rows;
mod schema;
mod scratch;
mod search;
mod select_builder;
mod session_actions;
mod sessions;
mod state;
mod stores;
mod tokens;
mod tx;
mod wal;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use self::lock::WriterLock;
use lac_model::fault::Fault;
use lac_model::ids::SessionId;
use lac_model::notice::Notice;
use lac_model::time::Timestamp;
use lac_store::dir::StoreDir;
use lac_store::unknown_callers::UnknownCallers;
use lac_store::{Activity, ActivityCount, DeliveryOutcome, ReadTx, Result, Store, WriteTx};

pub use self::cancel::CancelCheck;
pub use self::migrations::SCHEMA_VERSION;

/// A store in one SQLite file, with a write-ahead log (WAL) and
/// `synchronous=FULL`.
pub struct SqliteStore {
    conn: Connection,
    dir: StoreDir,
    lock_path: PathBuf,
    timeout: Duration,
    /// The store's directory, if this process created the WAL.
    new_wal: Option<PathBuf>,
    /// Whether short reads of events use a memory mapping.
    use_mmap: bool,
    /// SQLite's counter of schema changes (`PRAGMA schema_version`) at the last
    /// check.
    checked_schema: Cell<Option<i64>>,
    skip_schema_check: bool,
    cancel_check: Option<CancelCheck>,
    unknown_callers: Option<Arc<UnknownCallers>>,
}

impl SqliteStore {
    /// Opens an existing store and updates its schema to this program's
    /// version. Fails with `store_newer` or `schema_tampered`.
    pub fn open(dir: &StoreDir, timeout: Duration) -> Result<Self> {
        let store = Self::connect(dir, timeout, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        migrate::migrate_to_latest(&store)?;
        store.check_schema()?;
        Ok(store)
    }

    /// Opens an existing store for a short read, without waiting for a lock and
    /// without updating the schema: an older schema is `busy`.
    pub fn open_without_migrating(dir: &StoreDir) -> Result<Self> {
        let store = Self::connect(dir, Duration::ZERO, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if migrate::is_up_to_date(&store)? {
            store.check_schema()?;
            return Ok(store);
        }
        Err(Fault::Busy { waited_seconds: 0 })
    }

    /// Opens an existing store read only, whatever its schema is; for `doctor`.
    pub fn open_for_inspection(dir: &StoreDir, timeout: Duration) -> Result<Self> {
        let store = Self::connect(dir, timeout, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self {
            skip_schema_check: true,
            ..store
        })
    }

    /// The version of the SQLite library, and whether it is at least 3.51.3.
    /// Earlier versions have a bug that can damage a WAL with several writers.
    pub fn library_version() -> (&'static str, bool) {
        (rusqlite::version(), rusqlite::version_number() >= 3_051_003)
    }

    /// Creates the database of a new store.
    pub fn create(dir: &StoreDir, timeout: Duration) -> Result<Self> {
        drop(lac_store::dir::create_private_file(&dir.database())?);
        let store = Self::connect(dir, timeout, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store
            .conn
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(rows::to_fault)?;
        migrate::migrate_to_latest(&store)?;
        Ok(store)
    }

    fn connect(dir: &StoreDir, timeout: Duration, flags: OpenFlags) -> Result<Self> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let new_wal = !dir.root().join("lac.db-wal").exists();
        let conn = Connection::open_with_flags(dir.database(), flags).map_err(rows::to_fault)?;
        let setup = || -> rusqlite::Result<()> {
            conn.busy_timeout(timeout)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            // Query planner stability: without it, SQLite plans a statement
            // again for each new value of a text parameter, which takes half
            // the time of a large import.
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            // A checkpoint at every exit would cost each command two more
            // syncs; `wal::truncate_if_large` does it when needed.
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            conn.execute_batch(
                "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; \
                 PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0;",
            )?;
            conn.set_prepared_statement_cache_capacity(64);
            Ok(())
        };
        setup().map_err(rows::to_fault)?;
        Ok(Self {
            conn,
            dir: dir.clone(),
            lock_path: dir.lock(),
            timeout,
            new_wal: new_wal.then(|| dir.root().to_path_buf()),
            use_mmap: false,
            checked_schema: Cell::new(None),
            skip_schema_check: false,
            cancel_check: None,
            unknown_callers: None,
        })
    }

    /// Sets where refused callers are counted in memory.
    pub fn set_unknown_callers(&mut self, strangers: Arc<UnknownCallers>) {
        self.unknown_callers = Some(strangers);
    }

    /// Sets a check that ends long statements when the caller has gone away, on
    /// this connection and on readers opened from it. `None` removes it.
    pub fn set_cancel_check(&mut self, cancelled: Option<CancelCheck>) -> Result<()> {
        cancel::set_progress_handler(&mut self.conn, cancelled.clone()).map_err(rows::to_fault)?;
        self.cancel_check = cancelled;
        Ok(())
    }

    /// The schema version that the file says it has.
    pub fn schema_version(&self) -> Result<i64> {
        migrate::schema_version(&self.conn)
    }

    /// Checks the schema, unless it has not changed since the last check.
    /// SQLite counts schema changes, and a connection keeps using the
    /// definitions it has read until that count changes.
    fn check_schema(&self) -> Result<()> {
        if self.skip_schema_check {
            return Ok(());
        }
        let count: i64 = self
            .conn
            .prepare_cached("PRAGMA main.schema_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(rows::to_fault)?;
        if self.checked_schema.get() == Some(count) {
            return Ok(());
        }
        migrate::is_up_to_date(self)?;
        schema::check(&self.conn, SCHEMA_VERSION)?;
        self.checked_schema.set(Some(count));
        Ok(())
    }

    /// Takes the write lock and checks the schema.
    fn lock_writer(&self, timeout: Duration) -> Result<WriterLock> {
        let lock = WriterLock::acquire(&self.lock_path, timeout)?;
        self.check_schema()?;
        Ok(lock)
    }

    /// The transaction that has just begun, after a check of the schema.
    fn checked_tx(&self, lock: Option<WriterLock>) -> Result<Tx<'_>> {
        let tx = Tx {
            conn: &self.conn,
            timeout: self.timeout,
            new_wal: self.new_wal.as_deref(),
            use_mmap: self.use_mmap,
            is_open: true,
            skipped_rows: Cell::new(0),
            written_state: RefCell::default(),
            _lock: lock,
        };
        self.check_schema()?;
        Ok(tx)
    }
}

impl Store for SqliteStore {
    fn read(&self) -> Result<Box<dyn ReadTx + '_>> {
        self.conn.execute_batch("BEGIN").map_err(rows::to_fault)?;
        Ok(Box::new(self.checked_tx(None)?))
    }

    fn write(&self) -> Result<Box<dyn WriteTx + '_>> {
        let lock = WriterLock::acquire(&self.lock_path, self.timeout)?;
        self.conn
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(rows::to_fault)?;
        Ok(Box::new(self.checked_tx(Some(lock))?))
    }

    fn set_bulk_mode(&self, on: bool) -> Result<()> {
        let kib = if on { BULK_CACHE_KIB } else { CACHE_KIB };
        self.conn
            .pragma_update(None, "cache_size", -kib)
            .map_err(rows::to_fault)
    }

    fn scratch_file(&self) -> Result<File> {
        scratch::create(&self.lock_path)
    }

    fn open_reader(&self) -> Result<Box<dyn Store + Send>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let mut store = Self::connect(&self.dir, self.timeout, flags)?;
        store.use_mmap = true;
        store.set_cancel_check(self.cancel_check.clone())?;
        Ok(Box::new(store))
    }

    fn outbox_claim(&self, now: Timestamp, until: Timestamp) -> Result<Option<Notice>> {
        let _lock = self.lock_writer(self.timeout)?;
        outbox::claim(&self.conn, now, until)
    }

    fn outbox_record_delivery(&self, outcome: &DeliveryOutcome) -> Result<bool> {
        let _lock = self.lock_writer(self.timeout)?;
        outbox::record_delivery(&self.conn, outcome)
    }

    fn remove_archived_events(&self, max: usize) -> Result<u64> {
        let _lock = self.lock_writer(self.timeout)?;
        cleanup::remove_archived_events(&self.conn, max)
    }

    fn record_token_use(&self, id: i64, at: Timestamp, from: Option<&str>) -> Result<()> {
        let _lock = self.lock_writer(Duration::ZERO)?;
        tokens::record_use(&self.conn, id, at, from)
    }

    fn record_session_check(&self, id: &SessionId, at: Timestamp) -> Result<()> {
        let _lock = self.lock_writer(self.timeout)?;
        sessions::record_check(&self.conn, id, at)
    }

    fn count_activity(
        &self,
        activity: Activity,
        subject: &str,
        by: i64,
        now: Timestamp,
        span: Duration,
    ) -> Result<ActivityCount> {
        let _lock = self.lock_writer(self.timeout)?;
        activity::count(&self.conn, activity, subject, by, now, span)
    }

    fn data_version(&self) -> Result<i64> {
        self.conn
            .prepare_cached("PRAGMA main.data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(rows::to_fault)
    }

    fn check_cancelled(&self) -> Result<()> {
        match &self.cancel_check {
            Some(cancelled) if cancelled.is_cancelled() => Err(cancel::cancelled_fault()),
            _ => Ok(()),
        }
    }

    fn unknown_callers(&self) -> Option<&UnknownCallers> {
        self.unknown_callers.as_deref()
    }

    fn scrub(&self, words: &[String]) -> Result<bool> {
        let _lock = self.lock_writer(self.timeout)?;
        Ok(cleanup::truncate_wal(&self.conn, self.timeout)?
            && cleanup::rebuild_if_found(&self.conn, &self.dir.database(), words, self.timeout)?)
    }

    fn rebuild(&self) -> Result<bool> {
        let _lock = self.lock_writer(self.timeout)?;
        Ok(cleanup::truncate_wal(&self.conn, self.timeout)?
            && cleanup::rebuild(&self.conn, &self.dir.database(), self.timeout)?)
    }
}

/// Sizes of the page cache in KiB: SQLite's default, and for bulk changes.
const CACHE_KIB: i64 = 2000;
const BULK_CACHE_KIB: i64 = 32 * 1024;

/// A transaction. Dropping it rolls it back, unless it was committed.
#[derive(Debug)]
struct Tx<'s> {
    conn: &'s Connection,
    timeout: Duration,
    new_wal: Option<&'s std::path::Path>,
    use_mmap: bool,
    is_open: bool,
    skipped_rows: Cell<u64>,
    written_state: RefCell<state::WrittenState>,
    /// Last, because fields are dropped in order: the lock is released after
    /// the commit and after the high-water file was advanced.
    _lock: Option<WriterLock>,
}
