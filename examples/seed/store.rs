//! Creates a store with the parts of the library, as the command line does.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use lac_app::access::init::InitStore;
use lac_app::access::roles::{RoleAllow, RoleCreate as CreateRole};
use lac_app::access::users::UserCreate as CreateUser;
use lac_app::core::confirm::Confirmation;
use lac_app::shop::config::ConfigSet;
use lac_app::shop::import::{Import, ImportKind, ImportOptions, ImportProgress};
use lac_app::{Caller, Context, Credential};
use lac_ledger::anchor::NoAnchors;
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::key_ring::KeyRing;
use lac_model::bounded::{BoundedList, ShortText};
use lac_model::config::ENABLED;
use lac_model::fault::Fault;
use lac_model::notice::EnabledHooks;
use lac_model::scope::ConfigScope;
use lac_render::export::AllFormats;
use lac_sqlite::SqliteStore;
use lac_store::checkpoint_file::CheckpointFile;
use lac_store::dir::StoreDir;

use super::customers::GeneratedCustomers;
use super::events;
use super::files::{self, RestPages};
use super::sessions;
use super::sources::{SteppingClock, SystemRandom, wall_clock};

/// The age of the store.
pub(crate) const HISTORY: Duration = Duration::from_secs(270 * 86_400);

/// Support agents besides the administrator.
pub(crate) const AGENTS: [&str; 8] = ["ada", "bea", "carl", "dina", "emil", "fay", "gus", "hana"];

const ROLE: &str = "Support";

/// Sessions that are still to be redeemed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenSessions<'p> {
    pub count: u64,
    /// The file for the tokens.
    pub tokens: &'p Path,
}

/// Creates a store in which the current account is the administrator.
pub(crate) fn create_store(
    root: &Path,
    people: &GeneratedCustomers,
    count: u64,
    seed: u64,
    sessions: Option<OpenSessions<'_>>,
) -> Result<(), Fault> {
    let dir = StoreDir::create(root, None)?;
    let store = SqliteStore::create(&dir, Duration::from_secs(30))?;
    let archives = ArchiveDir::new(root.join("archive"));
    let (high_water, keys) = (CheckpointFile::new(&dir), KeyRing::new(dir.keys()));
    let start = wall_clock().saturating_sub(HISTORY);
    let (clock, random) = (SteppingClock::starting_at(start), SystemRandom);
    let account = os_account();
    let caller = Caller {
        credential: Credential::OsAccount(account.clone()),
        os_account: Some(account.clone()),
        login_uid: None,
        ip_address: None,
    };
    let context = Context {
        store: &store,
        high_water: &high_water,
        archives: &archives,
        anchors: &NoAnchors,
        formats: &AllFormats,
        keys: &keys,
        clock: &clock,
        random: &random,
        caller: &caller,
        hooks: EnabledHooks::default(),
    };
    InitStore {
        admin: account.clone(),
        full_name: None,
        os_account: account,
        name: Some("seed.example".to_owned()),
    }
    .run(&context)?;
    import_sample_data(&context, people)?;
    create_agents(&context)?;
    events::append(&context, people, count, seed)?;
    match sessions {
        Some(open) => sessions::open_sessions(&context, open.count, people, open.tokens),
        None => Ok(()),
    }
}

fn import_sample_data(context: &Context<'_>, people: &GeneratedCustomers) -> Result<(), Fault> {
    let text = |kind, text: &str| import(context, kind, &mut text.as_bytes());
    text(ImportKind::Websites, files::WEBSITES)?;
    text(ImportKind::StoreGroups, files::GROUPS)?;
    text(ImportKind::StoreViews, files::STORE_VIEWS)?;
    text(ImportKind::StoreConfigs, files::CONFIGS)?;
    import(context, ImportKind::Customers, &mut RestPages::new(people))?;
    text(ImportKind::Orders, &files::orders_json(people))?;
    ConfigSet {
        path: ENABLED.parse()?,
        value: "yes".parse()?,
        scope: ConfigScope::Default,
        confirmation: Confirmation::default(),
    }
    .run(context)?;
    Ok(())
}

fn create_agents(context: &Context<'_>) -> Result<(), Fault> {
    CreateRole {
        name: ROLE.parse()?,
        all: false,
        scope: None,
    }
    .run(context)?;
    RoleAllow {
        name: ROLE.parse()?,
        resources: BoundedList::parse("", ["login_button", "login_log"], ShortText::new)?,
        with_children: false,
    }
    .run(context)?;
    for name in AGENTS {
        CreateUser {
            name: name.parse()?,
            role: ROLE.parse()?,
            os_account: None,
            full_name: None,
        }
        .run(context)?;
    }
    Ok(())
}

fn import(context: &Context<'_>, kind: ImportKind, input: &mut dyn Read) -> Result<(), Fault> {
    let request = Import {
        kind,
        file: "seed".parse()?,
        options: ImportOptions::default(),
    };
    request.run(context, input, &NoProgress).map(|_| ())
}

struct NoProgress;

impl ImportProgress for NoProgress {
    fn bytes_read(&self, _bytes: u64) {}
    fn items_written(&self, _items: u64, _total: u64) {}
}

/// The account of the real uid, in the form that `lac` uses.
fn os_account() -> String {
    let uid = nix::unistd::getuid();
    match nix::unistd::User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => format!("uid:{uid}"),
    }
}
