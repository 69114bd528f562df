//! Where the program is put together: store, keys, archives and anchors of one
//! directory, for this process alone or for all who ask a broker.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::ambient::{SystemClock, SystemRandom};
use super::anchors::ConfiguredAnchors;
use super::settings::Settings;
use lac_app::outbox::{Courier, Tally, deliver};
use lac_app::remote::{Desks, IsGone};
use lac_app::sessions::Sweep;
use lac_app::{Caller, Config, Desk, record_counted};
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::ring::KeyRing;
use lac_model::ambient::Clock;
use lac_model::config;
use lac_model::notice::Hooks;
use lac_render::export::EveryForm;
use lac_sqlite::{Cancelled, SCHEMA, SqliteStore};
use lac_store::dir::{CheckpointFile, FileId, StoreDir};
use lac_store::strangers::Strangers;
use lac_store::{Result, Store};

/// A store that is open, and what belongs to it.
#[derive(Debug)]
pub struct Open {
    pub dir: StoreDir,
    /// Which files these are, as opened.
    files: [FileId; 2],
    store: SqliteStore,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    anchors: ConfiguredAnchors,
    keys: KeyRing,
    hooks: Hooks,
}

impl Open {
    /// A store that exists and is safe to use, brought up to date.
    ///
    /// # Errors
    /// `store_missing`, `store_unsafe`, `store_newer`, `busy`, `database`, `io`.
    pub fn ready(settings: &Settings) -> Result<Self> {
        let dir = StoreDir::open(&settings.store, settings.keys.as_deref())?;
        let store = SqliteStore::open(&dir, settings.busy_timeout)?;
        Ok(Self::of(settings, dir, store))
    }

    /// The same for a short look: nothing is made, mended or waited for.
    ///
    /// # Errors
    /// As [`Open::ready`].
    pub fn open_as_it_is(settings: &Settings) -> Result<Self> {
        let dir = StoreDir::open(&settings.store, settings.keys.as_deref())?;
        let store = SqliteStore::open_as_it_is(&dir)?;
        Ok(Self::of(settings, dir, store))
    }

    /// A store as it is found, read only, and its schema's number beside the
    /// one this program knows. The directory is not checked.
    ///
    /// # Errors
    /// `database`, `io`.
    pub fn open_to_examine(settings: &Settings) -> Result<(Self, [i64; 2])> {
        let dir = StoreDir::at(&settings.store, settings.keys.as_deref());
        let store = SqliteStore::open_to_examine(&dir, settings.busy_timeout)?;
        let schemas = [store.schema()?, SCHEMA];
        Ok((Self::of(settings, dir, store), schemas))
    }

    /// The empty database of a new store.
    ///
    /// # Errors
    /// `already_exists`, `store_unsafe`, `database`, `io`.
    pub fn create(settings: &Settings) -> Result<Self> {
        let dir = StoreDir::create(&settings.store, settings.keys.as_deref())?;
        let store = SqliteStore::create(&dir, settings.busy_timeout)?;
        Ok(Self::of(settings, dir, store))
    }

    fn of(settings: &Settings, dir: StoreDir, store: SqliteStore) -> Self {
        let archives = match &settings.archives {
            Some(path) => path.clone(),
            None => dir.root().join("archive"),
        };
        Self {
            files: dir.files(),
            high_water: CheckpointFile::of(&dir),
            archives: ArchiveDir::new(archives),
            anchors: ConfiguredAnchors::new(&settings.anchor),
            keys: KeyRing::new(dir.keys()),
            hooks: settings.hooks.hooks(),
            dir,
            store,
        }
    }

    /// The desk at which use cases are run for a caller.
    pub fn desk<'a>(
        &'a self,
        clock: &'a SystemClock,
        random: &'a SystemRandom,
        caller: &'a Caller,
    ) -> Desk<'a> {
        Desk {
            store: &self.store,
            high_water: &self.high_water,
            archives: &self.archives,
            anchors: &self.anchors,
            formats: &EveryForm,
            keys: &self.keys,
            clock,
            random,
            caller,
            hooks: self.hooks,
        }
    }

    /// Whether other files lie now where the opened ones lay.
    pub fn is_replaced(&self) -> bool {
        self.dir.files() != self.files
    }

    /// `general/locale/timezone`; needs nobody's leave.
    pub fn timezone(&self) -> Option<String> {
        let tx = self.store.read().ok()?;
        let config = Config::read(&*tx).ok()?;
        config.default(config::TIMEZONE).ok()?.value
    }
}

/// The database library's version, and whether it is fit for use.
pub fn database_library() -> (&'static str, bool) {
    SqliteStore::library()
}

/// One store, opened as often as people ask at once; what is open is used
/// again.
#[derive(Debug)]
pub struct Premises {
    settings: Settings,
    clock: SystemClock,
    random: SystemRandom,
    free: Mutex<Vec<Open>>,
    strangers: Arc<Strangers>,
    /// Whether a notice was due after the last request.
    has_notices: AtomicBool,
}

/// Opened stores that are kept for the next request.
const KEPT: usize = 64;

impl Premises {
    /// # Errors
    /// As [`Open::ready`].
    pub fn new(settings: Settings) -> Result<Self> {
        let strangers = Arc::new(Strangers::default());
        let mut first = Open::ready(&settings)?;
        first.store.count_refusals_in(Arc::clone(&strangers));
        Ok(Self {
            strangers,
            settings,
            clock: SystemClock::new(),
            random: SystemRandom::new(),
            free: Mutex::new(vec![first]),
            has_notices: AtomicBool::new(false),
        })
    }

    /// What a long-running process does for its store now and then; what fails
    /// is told, and tried again the next time.
    pub fn chores(&self, say: &dyn Fn(&str)) {
        let system = Caller::system();
        let mut swept = Ok(());
        let mut told = Ok(Tally::default());
        let mut refused = Ok(());
        let lent = self.lend(&system, None, &mut |desk| {
            refused = record_counted(desk, false).map(|_| ());
            swept = Sweep::default().run(desk).map(|_| ());
            told = self.deliver(desk);
        });
        if let Err(fault) = lent.and(refused).and(swept) {
            say(&format!(
                "what time has done could not be written down: {fault}"
            ));
        }
        match told {
            Ok(tally) if tally.failed > 0 => say(&format!(
                "{} notices were not delivered and are tried again: {}",
                tally.failed,
                tally.last_error.unwrap_or_default()
            )),
            Ok(_) => {}
            Err(fault) => say(&format!("no notice was delivered: {fault}")),
        }
    }

    /// Records what is still only counted, at the end.
    ///
    /// # Errors
    /// The store's and the log's own.
    pub fn finish(&self) -> Result<()> {
        let mut recorded = Ok(0);
        self.lend(&Caller::system(), None, &mut |desk| {
            recorded = record_counted(desk, true);
        })?;
        recorded.map(|_| ())
    }

    fn deliver(&self, desk: &Desk<'_>) -> Result<Tally> {
        let hooks = &self.settings.hooks;
        if hooks.hooks() == Hooks::default() {
            return Ok(Tally::default());
        }
        deliver(desk, hooks, AT_ONCE, DELIVERING)
    }

    fn take(&self) -> Result<Open> {
        loop {
            let free = self
                .free
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            match free {
                None => {
                    let mut open = Open::ready(&self.settings)?;
                    open.store.count_refusals_in(Arc::clone(&self.strangers));
                    return Ok(open);
                }
                Some(open) if open.is_replaced() => {}
                Some(open) => return Ok(open),
            }
        }
    }

    fn give_back(&self, mut open: Open) {
        // Another process may change the keys meanwhile.
        open.keys = KeyRing::new(open.dir.keys());
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT {
            free.push(open);
        }
    }
}

/// Notices that are delivered one after another before anything else is done.
const AT_ONCE: usize = 1000;
/// And how long, at most.
const DELIVERING: Duration = Duration::from_secs(60);

impl Desks for Premises {
    fn lend(
        &self,
        caller: &Caller,
        is_gone: Option<IsGone>,
        work: &mut dyn FnMut(&Desk<'_>),
    ) -> Result<()> {
        let mut open = self.take()?;
        open.store.cancel_when(is_gone.map(Cancelled::new))?;
        let desk = open.desk(&self.clock, &self.random, caller);
        work(&desk);
        if open.hooks != Hooks::default() {
            // The request was answered: what fails here is the chores' to find.
            let due = desk
                .store
                .read()
                .and_then(|tx| tx.outbox_is_due(self.clock.now()));
            self.has_notices
                .store(due.unwrap_or(true), Ordering::Release);
        }
        open.store.cancel_when(None)?;
        self.give_back(open);
        Ok(())
    }

    fn accounts(&self) -> Result<Vec<String>> {
        let open = self.take()?;
        let users = open.store.read()?.admin_users();
        self.give_back(open);
        let enabled = users?.into_iter().filter(|user| user.enabled);
        Ok(enabled.filter_map(|user| user.os_account).collect())
    }

    fn has_chores(&self) -> bool {
        self.has_notices.load(Ordering::Acquire)
    }

    fn timezone(&self) -> Option<String> {
        let open = self.take().ok()?;
        let timezone = open.timezone();
        self.give_back(open);
        timezone
    }
}
