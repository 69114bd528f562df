//! What commands are run with: settings, output, and a way to the store.

use std::cell::OnceCell;

use super::Components;
use super::access_token;
use super::args::Globals;
use super::broker_client::{BrokerClient, CallTimeout};
use super::error::{Explanation, explain};
use super::hint::HintReader;
use super::out::Out;
use super::settings::Settings;
use super::store_pool::OpenStore;
use super::system::{SystemClock, SystemRandom, login_uid, os_account};
use lac_app::access::whoami::WhoAmI;
use lac_app::login::outbox::{DeliveryCount, deliver_due};
use lac_app::protocol::{Channel, NoChannel, UseCase};
use lac_app::{Caller, Context, Credential};
use lac_model::environment::Clock;
use lac_model::fault::Fault;
use lac_render::Style;
use lac_store::Result;

/// What a command is run with. The store is opened, or its broker called, when
/// first asked for.
#[derive(Debug)]
pub struct Cli {
    pub globals: Globals,
    pub settings: Settings,
    pub out: Out,
    pub clock: SystemClock,
    pub random: SystemRandom,
    pub components: Components,
    /// Whether an access token in the environment counts.
    uses_token: bool,
    token: OnceCell<Option<String>>,
    caller: OnceCell<Caller>,
    store: OnceCell<OpenStore>,
    broker: BrokerClient,
}

impl Cli {
    pub fn new(globals: Globals, settings: Settings, out: Out) -> Self {
        let (clock, random) = (SystemClock::new(), SystemRandom::new());
        Self {
            globals,
            settings,
            out,
            clock,
            random,
            components: Components::default(),
            uses_token: true,
            token: OnceCell::new(),
            caller: OnceCell::new(),
            store: OnceCell::new(),
            broker: BrokerClient::default(),
        }
    }

    /// One for the operating-system account, whatever token is around: for a
    /// new store, which knows no token yet.
    pub fn for_os_account(globals: Globals, settings: Settings, out: Out) -> Self {
        Self {
            uses_token: false,
            ..Self::new(globals, settings, out)
        }
    }

    /// Runs a use case: here, or where the store's broker is.
    ///
    /// # Errors
    /// The use case's own; what opening the store or calling the broker fails
    /// with.
    pub fn run<U: UseCase>(&self, request: U) -> Result<U::Answer> {
        self.run_with_channel(request, &mut NoChannel)
    }

    /// The same for one that has something to say, or to ask, meanwhile.
    ///
    /// # Errors
    /// As [`Shop::run`].
    pub fn run_with_channel<U: UseCase>(
        &self,
        request: U,
        channel: &mut dyn Channel,
    ) -> Result<U::Answer> {
        let Some(socket) = &self.settings.broker_socket else {
            return request.run_on(&self.context()?, channel);
        };
        let token = self.token()?;
        self.broker.send(socket, &request, token, channel)
    }

    /// Delivers notices that are due to the hooks of the settings; `None` where
    /// the store's broker does.
    pub fn deliver_notices(&self, most: usize) -> Option<Result<DeliveryCount>> {
        if self.settings.broker_socket.is_some() {
            return None;
        }
        let hooks = &self.settings.hooks;
        let delivered = self
            .context()
            .and_then(|context| deliver_due(&context, hooks, most, hooks.timeout));
        Some(delivered)
    }

    /// Opens the store, or calls its broker: from here on its time zone is
    /// known.
    ///
    /// # Errors
    /// `store_missing`, `store_unsafe`, `store_newer`, `database`, `io`,
    /// `broker_missing`, `broker_failed`, `protocol_mismatch`.
    pub fn connect(&self) -> Result<()> {
        match &self.settings.broker_socket {
            Some(socket) => self.broker.connect(socket, CallTimeout::Long),
            None => self.context().map(|_| ()),
        }
    }

    /// The same for a short look: nothing is made, mended or waited for.
    ///
    /// # Errors
    /// As [`Shop::ready`], and `busy`.
    pub fn connect_without_migrating(&self) -> Result<()> {
        if let Some(socket) = &self.settings.broker_socket {
            return self.broker.connect(socket, CallTimeout::Short);
        }
        self.set_store(OpenStore::open_without_migrating(&self.settings)?);
        self.current_context().map(|_| ())
    }

    /// The desk at which use cases are run here.
    fn context(&self) -> Result<Context<'_>> {
        if self.store.get().is_none() {
            self.set_store(OpenStore::open(&self.settings)?);
        }
        self.current_context()
    }

    /// A desk over a store as it is found, read only, and its schema's number
    /// beside the one this program knows: for `doctor`. The directory is not
    /// checked.
    ///
    /// # Errors
    /// `database`, `io`.
    pub fn context_for_inspection(&self) -> Result<(Context<'_>, [i64; 2])> {
        let (open, schemas) = OpenStore::open_for_inspection(&self.settings)?;
        self.set_store(open);
        Ok((self.current_context()?, schemas))
    }

    /// A desk over the empty database of a new store.
    ///
    /// # Errors
    /// `already_exists`, `store_unsafe`, `database`, `io`; `invalid_value`
    /// where the setting names a broker.
    pub fn context_for_new_store(&self) -> Result<Context<'_>> {
        self.require_local_store()?;
        self.set_store(OpenStore::create(&self.settings)?);
        self.current_context()
    }

    /// # Errors
    /// `invalid_value` where the setting names a broker.
    pub fn require_local_store(&self) -> Result<()> {
        if self.settings.broker_socket.is_none() {
            return Ok(());
        }
        let reason = "this is done where the store is: name its directory";
        Err(Fault::invalid("--store", reason))
    }

    fn set_store(&self, open: OpenStore) {
        let _ = self.store.set(open);
    }

    fn current_context(&self) -> Result<Context<'_>> {
        let open = self
            .store
            .get()
            .ok_or_else(|| Fault::internal("the store is not open"))?;
        Ok(open.context(&self.clock, &self.random, self.caller()?))
    }

    /// The same, with nothing opened yet.
    pub fn clone_unopened(&self) -> Self {
        Self {
            uses_token: self.uses_token,
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
        self.store.get().is_some_and(OpenStore::is_replaced)
    }

    /// The access token that was given, if any. It is read once: stdin cannot be
    /// read again.
    fn token(&self) -> Result<Option<&str>> {
        if !self.uses_token {
            return Ok(None);
        }
        if self.token.get().is_none() {
            let given = access_token::read_access_token(self.globals.token_file.as_deref())?;
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
                credential: Credential::from_token_or_account(self.token()?, &account),
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
    pub fn hint_reader(&self) -> HintReader {
        let asked = self.run(WhoAmI { unrecorded: true });
        asked.map_or_else(|_| HintReader::unknown(), HintReader::from)
    }

    /// A fault with its hint for whoever runs the command.
    pub fn explain(&self, fault: &Fault) -> Explanation {
        explain(fault, || self.hint_reader())
    }

    /// The same for several; who it is is asked once.
    pub fn explain_all(&self, faults: &[Fault]) -> Vec<Explanation> {
        let reader = OnceCell::new();
        let reader = || reader.get_or_init(|| self.hint_reader()).clone();
        faults.iter().map(|fault| explain(fault, reader)).collect()
    }

    /// How things are shown to people: the store's zone, the terminal's width.
    pub fn style(&self) -> Style {
        let zone = self.timezone().unwrap_or(chrono_tz::UTC);
        Style {
            zone,
            now: self.clock.now(),
            width: self.out.width(),
            color: self.out.color,
            raw: false,
        }
    }

    /// `general/locale/timezone`; needs nobody's leave.
    pub fn timezone(&self) -> Option<chrono_tz::Tz> {
        let zone = match &self.settings.broker_socket {
            Some(_) => self.broker.timezone(),
            None => self.store.get()?.timezone(),
        };
        zone?.parse().ok()
    }
}
