//! A store opened in this process, as the command line opens it: for thousands
//! of cases and for logs of thousands of events, which would take an hour with
//! processes.

use std::time::Duration;

use lac_app::access::users::UserEdit;
use lac_app::core::confirm::Confirmation;
use lac_app::log::verify::LogVerify;
use lac_app::login::LoginStart;
use lac_app::shop::config::ConfigSet;
use lac_app::{Caller, Config, Context, Credential, GroupMember, SigningKeys, write_group};
use lac_ledger::anchor::NoAnchors;
use lac_ledger::appender::Appender;
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::key_ring::KeyRing;
use lac_model::audit::{Action, Event};
use lac_model::environment::{Clock, Random};
use lac_model::fault::{Fault, FaultKind};
use lac_model::ids::{CustomerId, SessionId};
use lac_model::notice::EnabledHooks;
use lac_model::scope::ConfigScope;
use lac_model::time::Timestamp;
use lac_render::export::AllFormats;
use lac_sqlite::SqliteStore;
use lac_store::checkpoint_file::CheckpointFile;
use lac_store::dir::StoreDir;

use super::TestStore;

struct FixedSource;

impl Clock for FixedSource {
    fn now(&self) -> Timestamp {
        super::NOW.parse().expect("a time")
    }
}

impl Random for FixedSource {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// Bytes that differ from one account to the next.
struct Counted(u8);

impl Random for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(100 + self.0);
    }
}

/// An open store, as the command line opens it.
pub(crate) struct InProcessStore {
    store: Result<SqliteStore, Fault>,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    keys: KeyRing,
    caller: Caller,
}

impl InProcessStore {
    pub(crate) fn new(store: &TestStore) -> Self {
        let dir = StoreDir::open(&store.dir(), None).expect("a store");
        let uid = nix::unistd::getuid();
        let account = match nix::unistd::User::from_uid(uid) {
            Ok(Some(user)) => user.name,
            _ => format!("uid:{uid}"),
        };
        Self {
            store: SqliteStore::open(&dir, Duration::from_secs(5)),
            high_water: CheckpointFile::new(&dir),
            archives: ArchiveDir::new(store.dir().join("archive")),
            keys: KeyRing::new(dir.keys()),
            caller: Caller {
                credential: Credential::OsAccount(account.clone()),
                os_account: Some(account),
                login_uid: None,
                ip_address: None,
            },
        }
    }

    /// Maps the account that runs the tests to `user` instead of `before`, with
    /// an administrator's token.
    pub(crate) fn map_account(mut self, token: &str, before: &str, user: &str) {
        let account = self.caller.os_account.clone().expect("an account");
        self.caller.credential = Credential::from_token_or_account(Some(token), &account);
        let context = self.context().expect("a context");
        for (name, account) in [(before, String::new()), (user, account)] {
            if name.is_empty() {
                continue;
            }
            let edit = UserEdit {
                name: name.to_owned().try_into().expect("a name"),
                os_account: Some(account.try_into().expect("an account")),
                full_name: None,
            };
            edit.run(&context).expect("mapped");
        }
    }

    /// Calls `run` with the context of a caller who has this token.
    pub(crate) fn with_token<T>(mut self, token: &str, run: impl FnOnce(&Context<'_>) -> T) -> T {
        self.caller.credential = Credential::from_token_or_account(Some(token), "nobody");
        run(&self.context().expect("a context"))
    }

    fn context(&self) -> Result<Context<'_>, Fault> {
        Ok(Context {
            store: self.store.as_ref().map_err(Clone::clone)?,
            high_water: &self.high_water,
            archives: &self.archives,
            anchors: &NoAnchors,
            formats: &AllFormats,
            keys: &self.keys,
            clock: &FixedSource,
            random: &FixedSource,
            caller: &self.caller,
            hooks: EnabledHooks::default(),
        })
    }

    /// Runs something as another caller.
    pub(crate) fn run_as<T>(&self, caller: &Caller, run: impl FnOnce(&Context<'_>) -> T) -> T {
        let context = self.context().expect("a context");
        run(&Context { caller, ..context })
    }

    /// Issues a login URL for customer 1 to each of these accounts.
    pub(crate) fn issue_links(&self, accounts: impl Iterator<Item = String>) {
        for (number, account) in accounts.enumerate() {
            let caller = Caller {
                credential: Credential::OsAccount(account),
                os_account: None,
                login_uid: None,
                ip_address: None,
            };
            let login = serde_json::json!({"wish": {
                "whom": {"customer": "1"}, "website": null, "store_view": null, "reason": null,
                "ticket": null, "replace": true,
            }, "ttl": null});
            let login: LoginStart = serde_json::from_value(login).expect("a request");
            let random = Counted(u8::try_from(number).expect("few accounts"));
            let context = self.context().expect("a context");
            let context = Context {
                caller: &caller,
                random: &random,
                ..context
            };
            login.run(&context).expect("a login URL");
        }
    }

    /// Appends this many events; each changes a setting.
    pub(crate) fn append_setting_changes(&self, count: usize) {
        let context = self.context().expect("a context");
        for value in ["yes", "no"].iter().cycle().take(count) {
            let set = ConfigSet {
                path: "web/url/use_store".parse().unwrap(),
                value: (*value).to_owned().try_into().unwrap(),
                scope: ConfigScope::Default,
                confirmation: Confirmation::default(),
            };
            set.run(&context).expect("set");
        }
    }

    /// Appends the events of this many sessions, `seconds` apart, from a time
    /// on; in one transaction.
    pub(crate) fn append_visits(&self, count: u64, from: &str, seconds: u64) {
        let context = self.context().expect("a context");
        let from: Timestamp = from.parse().expect("a time");
        let tx = context.store.write().expect("a transaction");
        let proof = {
            let origin = Config::read(tx.as_read())
                .expect("config")
                .store_name()
                .expect("a name");
            let keys = SigningKeys::load(context.keys, tx.as_read(), &origin).expect("keys");
            let mut log =
                Appender::open(&*tx, context.random, &keys.chain, context.high_water, from)
                    .expect("the log");
            let mut last = None;
            for number in 0..count {
                log.advance_clock(from.saturating_add(Duration::from_secs(number * seconds)));
                last = Some(log.append(&visit_event(number)).expect("appended"));
            }
            log.finish(last.expect("some"), &keys.signing_key)
                .expect("sealed")
        };
        tx.commit(proof, context.high_water).expect("committed");
    }

    /// Runs use cases in one transaction, at the time of [`NOW`](super::NOW).
    pub(crate) fn write_group(&self, members: &mut [&mut dyn GroupMember<'_>]) {
        write_group(&self.context().expect("a context"), members);
    }

    /// All findings; `None` if the log verifies. Panics on a fault whose exit
    /// code is not 6.
    pub(crate) fn verify_findings(&self) -> Option<Vec<String>> {
        let verified = self
            .context()
            .and_then(|context| LogVerify::default().run(&context, &mut |_, _| {}));
        match verified {
            Ok(verified) if verified.to_result().is_ok() => None,
            Ok(verified) => {
                let found = verified.findings.found.iter().map(ToString::to_string);
                Some(found.collect())
            }
            Err(fault @ (Fault::Database { .. } | Fault::RowDamaged { .. })) => {
                Some(vec![fault.to_string()])
            }
            Err(fault) if fault.kind() == FaultKind::Tampered => Some(vec![fault.to_string()]),
            Err(fault) => panic!("{fault:?}"),
        }
    }
}

/// One event of a session.
fn visit_event(number: u64) -> Event {
    let action = [Action::LoginIssue, Action::LoginRedeem, Action::LoginEnd][(number % 3) as usize];
    let mut event = Event::new(action);
    event.admin = Some(["bea", "carl", "dina"][(number / 3 % 3) as usize].to_owned());
    event.customer_id =
        CustomerId::from_merchant(1 + i64::try_from(number / 3 % 700).expect("small"));
    event.customer_email = Some(format!("customer-{}@example.com", number / 3 % 700));
    event.website = Some("base".to_owned());
    event.session_id = Some(SessionId::from_bits(u128::from(number / 3).to_be_bytes()));
    event.reason = number
        .is_multiple_of(3)
        .then(|| format!("asked, \"{number}\" \u{2603}"));
    event.ticket = format!("ZD-{}", number / 3 % 50).parse().ok();
    event
}
