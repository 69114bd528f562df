//! What commands are run with: settings, output, and a way to the store.

use std::cell::OnceCell;

use serde::Serialize;

use super::Parts;
use super::ambient::{SystemClock, SystemRandom, login_uid, os_account};
use super::args::{Globals, Paging};
use super::broker::{Broker, Patience};
use super::error::{Explained, explain};
use super::hint::Reader;
use super::out::{Out, write_failed};
use super::premises::Open;
use super::settings::Settings;
use super::token;
use super::view::{KeyValueView, Tabled};
use lac_app::outbox::{Tally, deliver};
use lac_app::remote::{Meanwhile, Nothing, UseCase};
use lac_app::whoami::WhoAmI;
use lac_app::{Caller, Credential, Desk};
use lac_model::ambient::Clock;
use lac_model::fault::Fault;
use lac_render::column::Column;
use lac_render::list::List;
use lac_render::one;
use lac_render::safe::safe;
use lac_render::{Format, Look};
use lac_store::Result;

/// What a command is run with. The store is opened, or its broker called, when
/// first asked for.
#[derive(Debug)]
pub struct Shop {
    pub globals: Globals,
    pub settings: Settings,
    pub out: Out,
    pub clock: SystemClock,
    pub random: SystemRandom,
    pub parts: Parts,
    /// Whether an access token in the environment counts.
    takes_token: bool,
    token: OnceCell<Option<String>>,
    caller: OnceCell<Caller>,
    open: OnceCell<Open>,
    broker: Broker,
}

impl Shop {
    pub fn new(globals: Globals, settings: Settings, out: Out) -> Self {
        let (clock, random) = (SystemClock::new(), SystemRandom::new());
        Self {
            globals,
            settings,
            out,
            clock,
            random,
            parts: Parts::default(),
            takes_token: true,
            token: OnceCell::new(),
            caller: OnceCell::new(),
            open: OnceCell::new(),
            broker: Broker::default(),
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

    /// Runs a use case: here, or where the store's broker is.
    ///
    /// # Errors
    /// The use case's own; what opening the store or calling the broker fails
    /// with.
    pub fn run<U: UseCase>(&self, request: U) -> Result<U::Answer> {
        self.run_with(request, &mut Nothing)
    }

    /// The same for one that has something to say, or to ask, meanwhile.
    ///
    /// # Errors
    /// As [`Shop::run`].
    pub fn run_with<U: UseCase>(
        &self,
        request: U,
        meanwhile: &mut dyn Meanwhile,
    ) -> Result<U::Answer> {
        let Some(socket) = &self.settings.broker else {
            return request.run_at(&self.desk()?, meanwhile);
        };
        let token = self.token()?;
        self.broker.ask(socket, &request, token, meanwhile)
    }

    /// Delivers notices that are due to the hooks of the settings; `None` where
    /// the store's broker does.
    pub fn deliver(&self, most: usize) -> Option<Result<Tally>> {
        if self.settings.broker.is_some() {
            return None;
        }
        let hooks = &self.settings.hooks;
        let delivered = self
            .desk()
            .and_then(|desk| deliver(&desk, hooks, most, hooks.timeout));
        Some(delivered)
    }

    /// Opens the store, or calls its broker: from here on its time zone is
    /// known.
    ///
    /// # Errors
    /// `store_missing`, `store_unsafe`, `store_newer`, `database`, `io`,
    /// `broker_missing`, `broker_failed`, `protocol_mismatch`.
    pub fn ready(&self) -> Result<()> {
        match &self.settings.broker {
            Some(socket) => self.broker.call(socket, Patience::Full),
            None => self.desk().map(|_| ()),
        }
    }

    /// The same for a short look: nothing is made, mended or waited for.
    ///
    /// # Errors
    /// As [`Shop::ready`], and `busy`.
    pub fn ready_as_it_is(&self) -> Result<()> {
        if let Some(socket) = &self.settings.broker {
            return self.broker.call(socket, Patience::Short);
        }
        self.put(Open::open_as_it_is(&self.settings)?);
        self.opened().map(|_| ())
    }

    /// The desk at which use cases are run here.
    fn desk(&self) -> Result<Desk<'_>> {
        if self.open.get().is_none() {
            self.put(Open::ready(&self.settings)?);
        }
        self.opened()
    }

    /// A desk over a store as it is found, read only, and its schema's number
    /// beside the one this program knows: for `doctor`. The directory is not
    /// checked.
    ///
    /// # Errors
    /// `database`, `io`.
    pub fn desk_to_examine(&self) -> Result<(Desk<'_>, [i64; 2])> {
        let (open, schemas) = Open::open_to_examine(&self.settings)?;
        self.put(open);
        Ok((self.opened()?, schemas))
    }

    /// A desk over the empty database of a new store.
    ///
    /// # Errors
    /// `already_exists`, `store_unsafe`, `database`, `io`; `invalid_value`
    /// where the setting names a broker.
    pub fn founding_desk(&self) -> Result<Desk<'_>> {
        self.must_be_here()?;
        self.put(Open::create(&self.settings)?);
        self.opened()
    }

    /// # Errors
    /// `invalid_value` where the setting names a broker.
    pub fn must_be_here(&self) -> Result<()> {
        if self.settings.broker.is_none() {
            return Ok(());
        }
        let reason = "this is done where the store is: name its directory";
        Err(Fault::invalid("--store", reason))
    }

    fn put(&self, open: Open) {
        let _ = self.open.set(open);
    }

    fn opened(&self) -> Result<Desk<'_>> {
        let open = self
            .open
            .get()
            .ok_or_else(|| Fault::internal("the store is not open"))?;
        Ok(open.desk(&self.clock, &self.random, self.caller()?))
    }

    /// The same, with nothing opened yet.
    pub fn again(&self) -> Self {
        Self {
            takes_token: self.takes_token,
            token: self.token.clone(),
            ..Self::new(
                self.globals.clone(),
                self.settings.clone(),
                self.out.clone(),
            )
        }
    }

    /// Whether other files lie now where the opened ones lay.
    pub fn is_replaced(&self) -> bool {
        self.open.get().is_some_and(Open::is_replaced)
    }

    /// The access token that was given, if any. It is read once: stdin cannot be
    /// read again.
    fn token(&self) -> Result<Option<&str>> {
        if !self.takes_token {
            return Ok(None);
        }
        if self.token.get().is_none() {
            let given = token::given(self.globals.token_file.as_deref())?;
            let _ = self.token.set(given);
        }
        Ok(self.token.get().and_then(Option::as_deref))
    }

    /// Who calls: the token if one was given, else the account of the real
    /// uid. No flag and no other variable ever says who one is.
    fn caller(&self) -> Result<&Caller> {
        if self.caller.get().is_none() {
            let account = os_account();
            let _ = self.caller.set(Caller {
                credential: Credential::of(self.token()?, &account),
                os_account: Some(account),
                login_uid: login_uid(),
                ip_address: None,
            });
        }
        self.caller
            .get()
            .ok_or_else(|| Fault::internal("nobody calls"))
    }

    /// What whoever runs the command may do, for hints. Whoever cannot be
    /// found out about may do nothing.
    pub fn reader(&self) -> Reader {
        let asked = self.run(WhoAmI { unrecorded: true });
        asked.map_or_else(|_| Reader::nobody(), Reader::from)
    }

    /// A fault with its hint for whoever runs the command.
    pub fn explain(&self, fault: &Fault) -> Explained {
        explain(fault, || self.reader())
    }

    /// The same for several; who it is is asked once.
    pub fn explain_all(&self, faults: &[Fault]) -> Vec<Explained> {
        let reader = OnceCell::new();
        let reader = || reader.get_or_init(|| self.reader()).clone();
        faults.iter().map(|fault| explain(fault, reader)).collect()
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
        let zone = match &self.settings.broker {
            Some(_) => self.broker.timezone(),
            None => self.open.get()?.timezone(),
        };
        zone?.parse().ok()
    }

    /// Shows one result.
    ///
    /// # Errors
    /// `io`.
    pub fn show(&self, result: &impl KeyValueView) -> Result<()> {
        if self.out.format.is_for_programs() {
            return self.object(result);
        }
        let look = self.look();
        let mut stdout = std::io::stdout().lock();
        one::write(&mut stdout, &result.lines(&look), &look).map_err(write_failed)
    }

    /// Writes an object for programs, where that was asked for.
    ///
    /// # Errors
    /// `io`.
    pub fn object(&self, value: &impl Serialize) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        one::object(&mut stdout, value, self.out.format, false).map_err(write_failed)
    }

    /// Refuses `-o csv` for what is no row. Where the config file alone says
    /// so, people get what they are shown otherwise.
    ///
    /// # Errors
    /// `invalid_value`.
    pub fn has_no_csv(&self, what: &str) -> Result<()> {
        if self.out.format == Format::Csv && self.out.format_given {
            let reason = format!("{what} has no CSV form; -o json has it all");
            return Err(Fault::invalid("--output", reason));
        }
        Ok(())
    }

    /// Shows a list.
    ///
    /// # Errors
    /// `io`.
    pub fn list<R: Tabled>(&self, rows: &[R]) -> Result<()> {
        self.list_with(R::COLUMNS, rows)
    }

    /// The same with other columns than those of the type.
    ///
    /// # Errors
    /// `io`.
    pub fn list_with<R: Serialize>(&self, columns: &'static [Column<R>], rows: &[R]) -> Result<()> {
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut list = List::new(&mut stdout, columns, self.out.format, self.look());
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
    pub fn page<R: Tabled>(
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
    pub fn stream<R: Serialize, A>(
        &self,
        columns: &'static [Column<R>],
        look: Look,
        run: impl FnOnce(&mut dyn FnMut(&R) -> Result<()>) -> Result<A>,
    ) -> Result<A> {
        let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
        let mut list = List::new(&mut stdout, columns, self.out.format, look);
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
