//! The shop that every sequence begins in, and the program in this process:
//! thousands of steps would take long as processes.

use std::cell::Cell;
use std::time::Duration;

use lac_app::{Caller, Credential, Desk};
use lac_ledger::anchor::NoAnchors;
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::ring::KeyRing;
use lac_model::ambient::{Clock, Random};
use lac_model::notice::Hooks;
use lac_model::time::Timestamp;
use lac_render::export::EveryForm;
use lac_sqlite::SqliteStore;
use lac_store::dir::{CheckpointFile, StoreDir};

use crate::support::{NOW, Store, customer, documents, orders, page, stores, text};

pub const AGENTS: [&str; 3] = ["ann", "ben", "cyd"];
pub const ROLES: [&str; 2] = ["days", "nights"];
pub const WEBSITES: [&str; 2] = ["base", "eu"];
pub const ORIGINS: [&str; 2] = ["https://shop.example.com", "https://eu.shop.example.com"];

/// What every sequence's store is a copy of.
pub struct Template {
    store: Store,
    storefronts: [String; 2],
}

impl Template {
    /// Ada (base) and Cleo (eu) have said yes, Bob (base) no and Dan (eu)
    /// nothing. The first role starts from everywhere, the second
    /// approves and goes on without consent.
    pub fn new() -> Self {
        let store = Store::new();
        for (kind, data) in stores() {
            store.import(kind, &data);
        }
        let customers = [
            customer(1, "ada@example.com", ("Ada", "Apple"), (1, 1), 2),
            customer(2, "bob@example.com", ("Bob", "Birch"), (1, 2), 1),
            customer(3, "cleo@example.com", ("Cleo", "Clove"), (2, 3), 2),
            customer(4, "dan@example.com", ("Dan", "Dill"), (2, 4), 0),
        ];
        store.import("customers", &page(&customers));
        store.import("orders", &orders());
        store.import("invoices", &documents());
        let base = "web/secure/base_url";
        store.ok(&["config", "set", base, "https://shop.example.com/"]);
        let eu = "https://eu.shop.example.com/";
        store.ok(&["config", "set", base, eu, "--scope", "website:eu"]);
        store.switch("yes");
        for (role, more) in ROLES.into_iter().zip([
            ["sales_order"].as_slice(),
            &["Lac::approve", "Lac::consent_override"],
        ]) {
            store.ok(&["role", "create", role]);
            let mut allow = vec!["role", "allow", role, "login_button"];
            allow.extend(more);
            store.ok(&allow);
        }
        for (name, role) in AGENTS.into_iter().zip(["days", "days", "nights"]) {
            store.ok(&["user", "create", name, "--role", role, "--os-account", name]);
        }
        let storefronts = WEBSITES.map(|website| {
            let added = store.json(&["storefront", "add", website, "--website", website]);
            text(&added["token"]).to_owned()
        });
        Self { store, storefronts }
    }
}

/// A clock that the steps set.
struct Hand(Cell<i64>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.get())
    }
}

/// Numbers that are all different (splitmix64), and the same in each run.
struct Numbers(Cell<u64>);

impl Random for Numbers {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.0.set(state);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

/// One sequence's store, open.
pub struct Shop {
    sqlite: SqliteStore,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    keys: KeyRing,
    clock: Hand,
    numbers: Numbers,
    administrator: Caller,
    agents: [Caller; 3],
    storefronts: [Caller; 2],
    _files: Store,
}

impl Shop {
    pub fn new(template: &Template) -> Self {
        let files = template.store.copy();
        let dir = StoreDir::open(&files.dir(), None).expect("a store");
        let now: Timestamp = NOW.parse().expect("a time");
        let uid = nix::unistd::getuid();
        let account = match nix::unistd::User::from_uid(uid) {
            Ok(Some(user)) => user.name,
            _ => format!("uid:{uid}"),
        };
        let storefronts = &template.storefronts;
        Self {
            sqlite: SqliteStore::open(&dir, Duration::from_secs(5)).expect("a store"),
            high_water: CheckpointFile::of(&dir),
            archives: ArchiveDir::new(dir.root().join("archive")),
            keys: KeyRing::new(dir.keys()),
            clock: Hand(Cell::new(now.seconds())),
            numbers: Numbers(Cell::new(1)),
            administrator: caller(Credential::OsAccount(account)),
            agents: AGENTS.map(|name| caller(Credential::OsAccount(name.to_owned()))),
            storefronts: [0, 1].map(|at| caller(Credential::of(Some(&storefronts[at]), ""))),
            _files: files,
        }
    }

    pub fn set_clock(&self, seconds: i64) {
        self.clock.0.set(seconds);
    }

    pub fn now(&self) -> i64 {
        self.clock.0.get()
    }

    pub fn administrator(&self) -> Desk<'_> {
        self.desk(&self.administrator)
    }

    pub fn agent(&self, agent: usize) -> Desk<'_> {
        self.desk(&self.agents[agent])
    }

    pub fn storefront(&self, website: usize) -> Desk<'_> {
        self.desk(&self.storefronts[website])
    }

    fn desk<'a>(&'a self, caller: &'a Caller) -> Desk<'a> {
        Desk {
            store: &self.sqlite,
            high_water: &self.high_water,
            archives: &self.archives,
            anchors: &NoAnchors,
            formats: &EveryForm,
            hooks: Hooks::default(),
            keys: &self.keys,
            clock: &self.clock,
            random: &self.numbers,
            caller,
        }
    }
}

fn caller(credential: Credential) -> Caller {
    let os_account = match &credential {
        Credential::OsAccount(account) => Some(account.clone()),
        _ => None,
    };
    Caller {
        credential,
        os_account,
        login_uid: None,
        ip_address: None,
    }
}
