//! Creates a store with the parts of the library, as the command line does.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use lac_app::config::Set;
use lac_app::confirm::Confirmation;
use lac_app::founding::Found;
use lac_app::import::{Import, Kind, Watch, Wishes};
use lac_app::roles::{Allow, Create as CreateRole};
use lac_app::users::Create as CreateUser;
use lac_app::{Caller, Credential, Desk};
use lac_ledger::anchor::NoAnchors;
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::ring::KeyRing;
use lac_model::config::ENABLED;
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, ShortText};
use lac_model::notice::Hooks;
use lac_model::scope::ConfigScope;
use lac_render::export::EveryForm;
use lac_sqlite::SqliteStore;
use lac_store::dir::{CheckpointFile, StoreDir};

use super::ambient::{Passing, System, wall_clock};
use super::events;
use super::files::{self, Rest};
use super::people::People;

/// The age of the store.
pub const HISTORY: Duration = Duration::from_secs(270 * 86_400);

/// Support agents besides the administrator.
pub const AGENTS: [&str; 8] = ["ada", "bea", "carl", "dina", "emil", "fay", "gus", "hana"];

const ROLE: &str = "Support";

/// Creates a store in which the current account is the administrator.
pub fn make(root: &Path, people: &People, count: u64, seed: u64) -> Result<(), Fault> {
    let dir = StoreDir::create(root, None)?;
    let store = SqliteStore::create(&dir, Duration::from_secs(30))?;
    let archives = ArchiveDir::new(root.join("archive"));
    let (high_water, keys) = (CheckpointFile::of(&dir), KeyRing::new(dir.keys()));
    let start = wall_clock().minus(HISTORY);
    let (clock, random) = (Passing::from(start), System);
    let account = os_account();
    let caller = Caller {
        credential: Credential::OsAccount(account.clone()),
        os_account: Some(account.clone()),
        login_uid: None,
        ip_address: None,
    };
    let desk = Desk {
        store: &store,
        high_water: &high_water,
        archives: &archives,
        anchors: &NoAnchors,
        formats: &EveryForm,
        keys: &keys,
        clock: &clock,
        random: &random,
        caller: &caller,
        hooks: Hooks::default(),
    };
    Found {
        admin: account.clone(),
        full_name: None,
        os_account: account,
        name: Some("seed.example".to_owned()),
    }
    .run(&desk)?;
    fill(&desk, people)?;
    staff(&desk)?;
    events::append(&desk, people, count, seed)
}

fn fill(desk: &Desk<'_>, people: &People) -> Result<(), Fault> {
    let text = |kind, text: &str| import(desk, kind, &mut text.as_bytes());
    text(Kind::Websites, files::WEBSITES)?;
    text(Kind::StoreGroups, files::GROUPS)?;
    text(Kind::StoreViews, files::STORE_VIEWS)?;
    text(Kind::StoreConfigs, files::CONFIGS)?;
    import(desk, Kind::Customers, &mut Rest::new(people))?;
    text(Kind::Orders, &files::orders(people))?;
    Set {
        path: ENABLED.parse()?,
        value: "yes".parse()?,
        scope: ConfigScope::Default,
        confirmation: Confirmation::default(),
    }
    .run(desk)?;
    Ok(())
}

fn staff(desk: &Desk<'_>) -> Result<(), Fault> {
    CreateRole {
        name: ROLE.parse()?,
        all: false,
        scope: None,
    }
    .run(desk)?;
    Allow {
        name: ROLE.parse()?,
        resources: BoundedList::read("", ["login_button", "login_log"], ShortText::new)?,
        with_children: false,
    }
    .run(desk)?;
    for name in AGENTS {
        CreateUser {
            name: name.parse()?,
            role: ROLE.parse()?,
            os_account: None,
            full_name: None,
        }
        .run(desk)?;
    }
    Ok(())
}

fn import(desk: &Desk<'_>, kind: Kind, input: &mut dyn Read) -> Result<(), Fault> {
    let request = Import {
        kind,
        file: "seed".parse()?,
        wishes: Wishes::default(),
    };
    request.run(desk, input, &Unwatched).map(|_| ())
}

struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _bytes: u64) {}
    fn done(&self, _items: u64, _total: u64) {}
}

/// The account of the real uid, in the form that `lac` uses.
fn os_account() -> String {
    let uid = nix::unistd::getuid();
    match nix::unistd::User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        _ => format!("uid:{uid}"),
    }
}
