//! Composes the program: the store, keys, archives and anchors of one
//! directory, for one command or for all requests to a broker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::anchors::ConfiguredAnchors;
use super::settings::Settings;
use super::system::{SystemClock, SystemRandom};
use lac_app::login::outbox::{DeliveryCount, HookRunner, deliver_due};
use lac_app::login::sessions::SessionExpire;
use lac_app::protocol::{ContextProvider, IsDisconnected, StoreWatch};
use lac_app::shop::consent::ConsentAskExpire;
use lac_app::{Caller, Config, Context, record_counted_refusals};
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::key_ring::KeyRing;
use lac_model::config;
use lac_model::environment::Clock;
use lac_model::notice::EnabledHooks;
use lac_model::time::Timestamp;
use lac_render::export::AllFormats;
use lac_sqlite::{CancelCheck, SCHEMA_VERSION, SqliteStore};
use lac_store::checkpoint_file::CheckpointFile;
use lac_store::dir::{FileId, StoreDir};
use lac_store::unknown_callers::UnknownCallers;
use lac_store::{Result, Store};

/// An open store with its keys, archives, anchors and hooks.
pub(super) struct OpenStore {
    pub dir: StoreDir,
    /// The files' identities when they were opened.
    files: [FileId; 2],
    store: SqliteStore,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    anchors: ConfiguredAnchors,
    keys: KeyRing,
    hooks: EnabledHooks,
}

impl OpenStore {
    /// Opens an existing store: checks that it is safe and migrates it.
    pub(super) fn open(settings: &Settings) -> Result<Self> {
        let dir = StoreDir::open(&settings.store, settings.key_dir.as_deref())?;
        let store = SqliteStore::open(&dir, settings.busy_timeout)?;
        Ok(Self::from_store(settings, dir, store))
    }

    /// Like [`Self::open`], but creates, migrates and waits for nothing.
    pub(super) fn open_without_migrating(settings: &Settings) -> Result<Self> {
        let dir = StoreDir::open(&settings.store, settings.key_dir.as_deref())?;
        let store = SqliteStore::open_without_migrating(&dir)?;
        Ok(Self::from_store(settings, dir, store))
    }

    /// Opens a store read-only, without checking its directory. Also returns its
    /// schema version and this program's.
    pub(super) fn open_for_inspection(settings: &Settings) -> Result<(Self, [i64; 2])> {
        let dir = StoreDir::from_paths(&settings.store, settings.key_dir.as_deref());
        let store = SqliteStore::open_for_inspection(&dir, settings.busy_timeout)?;
        let schemas = [store.schema_version()?, SCHEMA_VERSION];
        Ok((Self::from_store(settings, dir, store), schemas))
    }

    /// Creates the empty database of a new store.
    pub(super) fn create(settings: &Settings) -> Result<Self> {
        let dir = StoreDir::create(&settings.store, settings.key_dir.as_deref())?;
        let store = SqliteStore::create(&dir, settings.busy_timeout)?;
        Ok(Self::from_store(settings, dir, store))
    }

    fn from_store(settings: &Settings, dir: StoreDir, store: SqliteStore) -> Self {
        let archives = match &settings.archive_dir {
            Some(path) => path.clone(),
            None => dir.root().join("archive"),
        };
        Self {
            files: dir.file_ids(),
            high_water: CheckpointFile::new(&dir),
            archives: ArchiveDir::new(archives),
            anchors: ConfiguredAnchors::new(&settings.anchor),
            keys: KeyRing::new(dir.keys()),
            hooks: settings.hooks.hooks(),
            dir,
            store,
        }
    }

    pub(super) fn context<'a>(
        &'a self,
        clock: &'a SystemClock,
        random: &'a SystemRandom,
        caller: &'a Caller,
    ) -> Context<'a> {
        Context {
            store: &self.store,
            high_water: &self.high_water,
            archives: &self.archives,
            anchors: &self.anchors,
            formats: &AllFormats,
            keys: &self.keys,
            clock,
            random,
            caller,
            hooks: self.hooks,
        }
    }

    /// Whether the store's files have been replaced since they were opened.
    pub(super) fn is_replaced(&self) -> bool {
        self.dir.file_ids() != self.files
    }

    /// `general/locale/timezone`, which everyone may read.
    pub(super) fn timezone(&self) -> Option<String> {
        let tx = self.store.read().ok()?;
        let config = Config::read(&*tx).ok()?;
        config.at_default(config::TIMEZONE).ok()?.value
    }
}

/// The SQLite library's version, and whether it is recent enough.
pub(super) fn sqlite_version() -> (&'static str, bool) {
    SqliteStore::library_version()
}

/// One store, opened once per concurrent request; open ones are reused.
pub(super) struct StorePool {
    settings: Settings,
    clock: SystemClock,
    random: SystemRandom,
    idle: Mutex<Vec<OpenStore>>,
    unknown_callers: Arc<UnknownCallers>,
    /// Whether a notice was due after the last request.
    has_due_notices: AtomicBool,
}

/// Open stores kept for later requests.
const MAX_IDLE: usize = 64;

impl StorePool {
    pub(super) fn new(settings: Settings) -> Result<Self> {
        let unknown_callers = Arc::new(UnknownCallers::default());
        let mut first = OpenStore::open(&settings)?;
        first
            .store
            .set_unknown_callers(Arc::clone(&unknown_callers));
        Ok(Self {
            unknown_callers,
            settings,
            clock: SystemClock::new(),
            random: SystemRandom::new(),
            idle: Mutex::new(vec![first]),
            has_due_notices: AtomicBool::new(false),
        })
    }

    /// Records expiries and counted refusals, and delivers notices. Failures are
    /// logged and retried the next time.
    pub(super) fn run_maintenance(&self, log_line: &dyn Fn(&str)) {
        let system = Caller::system();
        let mut swept = Ok(());
        let mut asks_swept = Ok(());
        let mut delivered = Ok(DeliveryCount::default());
        let mut refused = Ok(());
        let ran = self.with_context(&system, None, &mut |context| {
            refused = record_counted_refusals(context, false).map(|_| ());
            swept = SessionExpire::default().run(context).map(|_| ());
            asks_swept = ConsentAskExpire::default().run(context).map(|_| ());
            delivered = self.deliver_notices(context);
        });
        if let Err(fault) = ran.and(refused).and(swept).and(asks_swept) {
            log_line(&format!(
                "expired sessions, asks and requests could not be recorded: {fault}"
            ));
        }
        match delivered {
            Ok(count) if count.failed > 0 => log_line(&format!(
                "{} notices were not delivered and will be retried: {}",
                count.failed,
                count.last_error.unwrap_or_default()
            )),
            Ok(_) => {}
            Err(fault) => log_line(&format!("notices could not be delivered: {fault}")),
        }
    }

    /// Records all counted refusals, at shutdown.
    pub(super) fn record_counted_refusals(&self) -> Result<()> {
        let mut recorded = Ok(0);
        self.with_context(&Caller::system(), None, &mut |context| {
            recorded = record_counted_refusals(context, true);
        })?;
        recorded.map(|_| ())
    }

    fn deliver_notices(&self, context: &Context<'_>) -> Result<DeliveryCount> {
        let hooks = &self.settings.hooks;
        if hooks.hooks() == EnabledHooks::default() {
            return Ok(DeliveryCount::default());
        }
        deliver_due(context, hooks, MAX_NOTICES_PER_RUN, DELIVERY_TIME_LIMIT)
    }

    /// Notices changes of the store, on a connection of its own.
    pub(super) fn watch(&self) -> Result<Arc<dyn StoreWatch>> {
        let open = self.acquire()?;
        let reader = open.store.open_reader()?;
        self.release(open);
        Ok(Arc::new(ReaderWatch(
            Mutex::new(reader),
            SystemClock::new(),
        )))
    }

    fn acquire(&self) -> Result<OpenStore> {
        loop {
            let free = self
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            match free {
                None => {
                    let mut open = OpenStore::open(&self.settings)?;
                    open.store
                        .set_unknown_callers(Arc::clone(&self.unknown_callers));
                    return Ok(open);
                }
                Some(open) if open.is_replaced() => {}
                Some(open) => return Ok(open),
            }
        }
    }

    fn release(&self, mut open: OpenStore) {
        // Another process may change the keys meanwhile.
        open.keys = KeyRing::new(open.dir.keys());
        let mut free = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < MAX_IDLE {
            free.push(open);
        }
    }
}

/// Notices delivered per maintenance run.
const MAX_NOTICES_PER_RUN: usize = 1000;
/// Longest duration of these deliveries.
const DELIVERY_TIME_LIMIT: Duration = Duration::from_secs(60);

struct ReaderWatch(Mutex<Box<dyn Store + Send>>, SystemClock);

impl StoreWatch for ReaderWatch {
    fn version(&self) -> Option<i64> {
        let reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reader.data_version().ok()
    }

    fn now(&self) -> Timestamp {
        self.1.now()
    }
}

impl ContextProvider for StorePool {
    fn with_context(
        &self,
        caller: &Caller,
        is_gone: Option<IsDisconnected>,
        work: &mut dyn FnMut(&Context<'_>),
    ) -> Result<()> {
        let mut open = self.acquire()?;
        open.store.set_cancel_check(is_gone.map(CancelCheck::new))?;
        let context = open.context(&self.clock, &self.random, caller);
        work(&context);
        if open.hooks != EnabledHooks::default() {
            // The request is answered already; maintenance meets this error again.
            let due = context
                .store
                .read()
                .and_then(|tx| tx.has_due_notice(self.clock.now()));
            self.has_due_notices
                .store(due.unwrap_or(true), Ordering::Release);
        }
        open.store.set_cancel_check(None)?;
        self.release(open);
        Ok(())
    }

    fn os_accounts(&self) -> Result<Vec<String>> {
        let open = self.acquire()?;
        let users = open.store.read()?.admin_users();
        self.release(open);
        let enabled = users?.into_iter().filter(|user| user.enabled);
        Ok(enabled.filter_map(|user| user.os_account).collect())
    }

    fn has_urgent_maintenance(&self) -> bool {
        self.has_due_notices.load(Ordering::Acquire)
    }

    fn timezone(&self) -> Option<String> {
        let open = self.acquire().ok()?;
        let timezone = open.timezone();
        self.release(open);
        timezone
    }
}
