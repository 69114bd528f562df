//! What commands run with: settings, output, and access to the store.

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

/// The store is opened, or the broker connected, on first use.
pub struct Cli {
    pub globals: Globals,
    pub settings: Settings,
    pub out: Out,
    pub clock: SystemClock,
    pub random: SystemRandom,
    pub components: Components,
    /// Whether access tokens are read at all.
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

    /// Ignores access tokens: for a new store, which has none yet.
    pub fn for_os_account(globals: Globals, settings: Settings, out: Out) -> Self {
        Self {
            uses_token: false,
            ..Self::new(globals, settings, out)
        }
    }

    /// Runs a use case in this process, or sends it to the broker.
    pub fn run<U: UseCase>(&self, request: U) -> Result<U::Answer> {
        self.run_with_channel(request, &mut NoChannel)
    }

    /// Like [`Self::run`], for a use case that reports progress or reads input.
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

    /// Delivers due notices to the configured hooks; `None` if the broker does
    /// that.
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

    /// Opens the store or connects to the broker. After that the store's time zone
    /// is known.
    pub fn connect(&self) -> Result<()> {
        match &self.settings.broker_socket {
            Some(socket) => self.broker.connect(socket, CallTimeout::Long),
            None => self.context().map(|_| ()),
        }
    }

    /// Like [`Self::connect`], but creates, migrates and waits for nothing.
    pub fn connect_without_migrating(&self) -> Result<()> {
        if let Some(socket) = &self.settings.broker_socket {
            return self.broker.connect(socket, CallTimeout::Short);
        }
        self.set_store(OpenStore::open_without_migrating(&self.settings)?);
        self.current_context().map(|_| ())
    }

    fn context(&self) -> Result<Context<'_>> {
        if self.store.get().is_none() {
            self.set_store(OpenStore::open(&self.settings)?);
        }
        self.current_context()
    }

    /// A context on the store as it is, read-only and without checking its
    /// directory, for `doctor`. Also returns the store's schema version and this
    /// program's.
    pub fn context_for_inspection(&self) -> Result<(Context<'_>, [i64; 2])> {
        let (open, schemas) = OpenStore::open_for_inspection(&self.settings)?;
        self.set_store(open);
        Ok((self.current_context()?, schemas))
    }

    /// A context on the empty database of a new store.
    pub fn context_for_new_store(&self) -> Result<Context<'_>> {
        self.require_local_store()?;
        self.set_store(OpenStore::create(&self.settings)?);
        self.current_context()
    }

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

    /// A copy that has opened nothing yet.
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

    /// Whether the store's files have been replaced since they were opened.
    pub fn is_replaced(&self) -> bool {
        self.store.get().is_some_and(OpenStore::is_replaced)
    }

    /// The access token, if any. It is read once, because stdin cannot be read
    /// again.
    pub(super) fn token(&self) -> Result<Option<&str>> {
        if !self.uses_token {
            return Ok(None);
        }
        if self.token.get().is_none() {
            let given = access_token::read_access_token(self.globals.token_file.as_deref())?;
            let _ = self.token.set(given);
        }
        Ok(self.token.get().and_then(Option::as_deref))
    }

    /// The caller: the access token if there is one, otherwise the account of the
    /// real uid. No flag and no other variable can set it.
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
            .ok_or_else(|| Fault::internal("the caller is not known"))
    }

    /// Whether the caller is a storefront's account, for commands that then mean
    /// something else.
    pub fn is_storefront(&self) -> bool {
        // Only a token can be a storefront's.
        if !matches!(self.token(), Ok(Some(_))) {
            return false;
        }
        let asked = self.run(WhoAmI { unrecorded: true });
        asked.is_ok_and(|myself| myself.kind == "storefront")
    }

    /// What the caller may do, for hints: nothing if that cannot be found out.
    pub fn hint_reader(&self) -> HintReader {
        let asked = self.run(WhoAmI { unrecorded: true });
        asked.map_or_else(|_| HintReader::unknown(), HintReader::from)
    }

    pub fn explain(&self, fault: &Fault) -> Explanation {
        explain(fault, || self.hint_reader())
    }

    /// Like [`Self::explain`], but asks only once what the caller may do.
    pub fn explain_all(&self, faults: &[Fault]) -> Vec<Explanation> {
        let reader = OnceCell::new();
        let reader = || reader.get_or_init(|| self.hint_reader()).clone();
        faults.iter().map(|fault| explain(fault, reader)).collect()
    }

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

    /// `general/locale/timezone`, which everyone may read.
    pub fn timezone(&self) -> Option<chrono_tz::Tz> {
        let zone = match &self.settings.broker_socket {
            Some(_) => self.broker.timezone(),
            None => self.store.get()?.timezone(),
        };
        zone?.parse().ok()
    }
}
