//! The composition root: settings, store, keys, clock and caller put together.

use std::fs;

use std::cell::OnceCell;

use super::ambient::{SystemClock, SystemRandom, login_uid, os_account};
use super::anchors::ConfiguredAnchors;
use super::args::{Globals, Paging};
use super::out::{Out, write_failed};
use super::settings::{Settings, env};
use crate::app::outbox::Courier;
use crate::app::{Caller, Config, Credential, Desk};
use crate::domain::ambient::Clock;
use crate::domain::config;
use crate::domain::fault::Fault;
use crate::render::list::{List, Row};
use crate::render::one::{self, Card};
use crate::render::safe::safe;
use crate::render::{Format, Look};
use crate::signing::ring::KeyRing;
use crate::signing::secret::PlainToken;
use crate::store::archive::ArchiveDir;
use crate::store::dir::{CheckpointFile, FileId, StoreDir};
use crate::store::sqlite::{SCHEMA, SqliteStore};
use crate::store::{Result, Store};

/// What a command is run with. The store is opened when first asked for.
#[derive(Debug)]
pub struct Shop {
    pub globals: Globals,
    pub settings: Settings,
    pub out: Out,
    pub clock: SystemClock,
    pub random: SystemRandom,
    /// Whether an access token in the environment counts.
    takes_token: bool,
    anchors: ConfiguredAnchors,
    open: OnceCell<Open>,
}

#[derive(Debug)]
struct Open {
    dir: StoreDir,
    /// Which files these are, as opened.
    files: [FileId; 2],
    store: SqliteStore,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    keys: KeyRing,
    caller: Caller,
}

impl Shop {
    pub fn new(globals: Globals, settings: Settings, out: Out) -> Self {
        let (clock, random) = (SystemClock::new(), SystemRandom::new());
        Self {
            anchors: ConfiguredAnchors::new(&settings.anchor),
            globals,
            settings,
            out,
            clock,
            random,
            takes_token: true,
            open: OnceCell::new(),
        }
    }

    /// One for the operating-system account, whatever token is around: for a
    /// new store, which knows no token yet.
    pub fn for_os_account(globals: Globals, settings: Settings, out: Out) -> Self {
        Self {
            takes_token: false,
            ..Self::new(globals, settings, out)
        }
    }

    /// The desk at which use cases are run.
    ///
    /// # Errors
    /// `store_missing`, `store_unsafe`, `store_newer`, `database`, `io`.
    pub fn desk(&self) -> Result<Desk<'_>> {
        if self.open.get().is_none() {
            let dir = StoreDir::open(&self.settings.store, self.settings.keys.as_deref())?;
            let store = SqliteStore::open(&dir, self.settings.busy_timeout)?;
            self.put(dir, store)?;
        }
        self.opened()
    }

    /// A desk for a short look: nothing is made, mended or waited for.
    ///
    /// # Errors
    /// `store_missing`, `store_unsafe`, `store_newer`, `busy`, `database`, `io`.
    pub fn desk_as_it_is(&self) -> Result<Desk<'_>> {
        let dir = StoreDir::open(&self.settings.store, self.settings.keys.as_deref())?;
        let store = SqliteStore::open_as_it_is(&dir)?;
        self.put(dir, store)?;
        self.opened()
    }

    /// A desk over a store as it is found, read only, and its schema's number
    /// beside the one this program knows: for `doctor`. The directory is not
    /// checked.
    ///
    /// # Errors
    /// `database`, `io`.
    pub fn desk_to_examine(&self) -> Result<(Desk<'_>, [i64; 2])> {
        let dir = StoreDir::at(&self.settings.store, self.settings.keys.as_deref());
        let store = SqliteStore::open_to_examine(&dir, self.settings.busy_timeout)?;
        let schemas = [store.schema()?, SCHEMA];
        self.put(dir, store)?;
        Ok((self.opened()?, schemas))
    }

    /// The database library's version, and whether it is fit for use.
    pub fn database_library() -> (&'static str, bool) {
        SqliteStore::library()
    }

    /// A desk over the empty database of a new store.
    ///
    /// # Errors
    /// `already_exists`, `store_unsafe`, `database`, `io`.
    pub fn founding_desk(&self) -> Result<Desk<'_>> {
        let dir = StoreDir::create(&self.settings.store, self.settings.keys.as_deref())?;
        let store = SqliteStore::create(&dir, self.settings.busy_timeout)?;
        self.put(dir, store)?;
        self.opened()
    }

    fn put(&self, dir: StoreDir, store: SqliteStore) -> Result<()> {
        let high_water = CheckpointFile::of(&dir);
        let archives = ArchiveDir::new(match &self.settings.archives {
            Some(path) => path.clone(),
            None => dir.root().join("archive"),
        });
        let keys = KeyRing::new(dir.keys());
        let caller = self.caller()?;
        let _ = self.open.set(Open {
            files: dir.files(),
            dir,
            store,
            high_water,
            archives,
            keys,
            caller,
        });
        Ok(())
    }

    fn opened(&self) -> Result<Desk<'_>> {
        let open = self
            .open
            .get()
            .ok_or_else(|| Fault::internal("the store is not open"))?;
        Ok(Desk {
            store: &open.store,
            high_water: &open.high_water,
            archives: &open.archives,
            anchors: &self.anchors,
            keys: &open.keys,
            clock: &self.clock,
            random: &self.random,
            caller: &open.caller,
            hooks: self.settings.hooks.hooks(),
        })
    }

    /// The store's directory, once opened.
    pub fn dir(&self) -> Option<&StoreDir> {
        self.open.get().map(|open| &open.dir)
    }

    /// The same, with nothing opened yet.
    pub fn again(&self) -> Self {
        Self {
            takes_token: self.takes_token,
            ..Self::new(
                self.globals.clone(),
                self.settings.clone(),
                self.out.clone(),
            )
        }
    }

    /// Whether other files lie now where the opened ones lay.
    pub fn is_replaced(&self) -> bool {
        let open = self.open.get();
        open.is_some_and(|open| open.dir.files() != open.files)
    }

    /// Who calls: the token if one was given, else the account of the real
    /// uid. No flag and no other variable ever says who one is.
    fn caller(&self) -> Result<Caller> {
        let account = os_account();
        let token = match &self.globals.token_file {
            _ if !self.takes_token => None,
            Some(path) => Some(fs::read_to_string(path).map_err(|e| Fault::io(path.display(), e))?),
            None => env("LAC_TOKEN"),
        };
        let credential = match token {
            None => Credential::OsAccount(account.clone()),
            Some(text) => match PlainToken::parse(text.trim()) {
                Ok(token) => Credential::Token(token),
                Err(_) => Credential::MalformedToken,
            },
        };
        Ok(Caller {
            credential,
            os_account: Some(account),
            login_uid: login_uid(),
            ip_address: None,
        })
    }

    /// How things are shown to people: the store's zone, the terminal's width.
    pub fn look(&self) -> Look {
        let zone = self.zone().unwrap_or(chrono_tz::UTC);
        Look {
            zone,
            now: self.clock.now(),
            width: self.out.width(),
            color: self.out.color,
            raw: false,
        }
    }

    /// `general/locale/timezone`; needs nobody's leave.
    pub fn zone(&self) -> Option<chrono_tz::Tz> {
        let open = self.open.get()?;
        let tx = open.store.read().ok()?;
        let zone = Config::read(&*tx)
            .ok()?
            .default(config::TIMEZONE)
            .ok()?
            .value?;
        zone.parse().ok()
    }

    /// Shows one result.
    ///
    /// # Errors
    /// `io`.
    pub fn show(&self, card: &impl Card) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        one::write(&mut stdout, card, self.out.format, &self.look()).map_err(write_failed)
    }

    /// Shows a list.
    ///
    /// # Errors
    /// `io`.
    pub fn list<R: Row>(&self, rows: &[R]) -> Result<()> {
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut list = List::new(&mut stdout, self.out.format, self.look());
        for row in rows {
            list.push(row).map_err(write_failed)?;
        }
        list.finish().map_err(write_failed)?;
        if rows.is_empty() && self.out.format == Format::Table {
            self.out.say("nothing found");
        }
        Ok(())
    }

    /// Shows one page of a list that is held; `cursor` is what a row is named by.
    ///
    /// # Errors
    /// `invalid_value` for a cursor that is none; `io`.
    pub fn page<R: Row>(
        &self,
        mut rows: Vec<R>,
        paging: &Paging,
        cursor: impl Fn(&R) -> String,
    ) -> Result<()> {
        if let Some(after) = &paging.after {
            let at = rows.iter().position(|row| cursor(row) == *after);
            let at = at.ok_or_else(|| {
                Fault::invalid("--after", format!("`{after}` is not in this list"))
            })?;
            rows.drain(..=at);
        }
        let total = rows.len();
        rows.truncate(self.limit(paging.limit).unwrap_or(usize::MAX));
        self.list(&rows)?;
        let cut = rows.last().filter(|_| rows.len() < total).map(cursor);
        self.more(rows.len(), cut.as_deref());
        Ok(())
    }

    /// Shows a list row by row while `run` finds them; nothing is held but a
    /// table.
    ///
    /// # Errors
    /// `io`, and whatever `run` fails with.
    pub fn stream<R: Row, A>(
        &self,
        look: Look,
        run: impl FnOnce(&mut dyn FnMut(&R) -> Result<()>) -> Result<A>,
    ) -> Result<A> {
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut list = List::new(&mut stdout, self.out.format, look);
        let answer = run(&mut |row| list.push(row).map_err(write_failed))?;
        list.finish().map_err(write_failed)?;
        Ok(answer)
    }

    /// Says that a limit left rows out, and how to go on.
    pub fn more(&self, shown: usize, cursor: Option<&str>) {
        if let Some(cursor) = cursor {
            let cursor = safe(cursor);
            self.out
                .say(&format!("{shown} shown, there are more: --after {cursor}"));
        }
    }

    /// Rows a list shows: what was asked for; else a table on a terminal has
    /// a default limit, and other outputs none.
    pub fn limit(&self, asked: Option<u64>) -> Option<usize> {
        let asked = asked.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let is_screen = self.out.format == Format::Table && self.out.stdout_is_terminal;
        asked.or(is_screen.then_some(self.settings.screen_rows))
    }
}
