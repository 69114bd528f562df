//! The store that every sequence starts with, and the program in this process:
//! thousands of steps would take long as processes.

use std::cell::Cell;
use std::time::Duration;

use lac_app::{Caller, Context, Credential};
use lac_ledger::anchor::NoAnchors;
use lac_ledger::archive::ArchiveDir;
use lac_ledger::signing::key_ring::KeyRing;
use lac_model::environment::{Clock, Random};
use lac_model::notice::EnabledHooks;
use lac_model::time::Timestamp;
use lac_render::export::AllFormats;
use lac_sqlite::SqliteStore;
use lac_store::checkpoint_file::CheckpointFile;
use lac_store::dir::StoreDir;

use crate::support::{
    NOW, TestStore, json_str, rest_customer, rest_page, sample_documents, sample_orders,
    sample_stores,
};

pub(super) const AGENTS: [&str; 3] = ["ann", "ben", "cyd"];
pub(super) const ROLES: [&str; 2] = ["days", "nights"];
pub(super) const WEBSITES: [&str; 2] = ["base", "eu"];
pub(super) const ORIGINS: [&str; 2] = ["https://shop.example.com", "https://eu.shop.example.com"];

/// The store that every sequence copies.
pub(super) struct Template {
    store: TestStore,
    storefronts: [String; 2],
}

impl Template {
    /// Ada (base) and Cleo (eu) have consented, Bob (base) has refused and Dan
    /// (eu) has no consent record. The first role may log in from everywhere,
    /// the second may approve and override consent.
    pub(super) fn new() -> Self {
        let store = TestStore::new();
        for (kind, data) in sample_stores() {
            store.import(kind, &data);
        }
        let customers = [
            rest_customer(1, "ada@example.com", ("Ada", "Apple"), (1, 1), 2),
            rest_customer(2, "bob@example.com", ("Bob", "Birch"), (1, 2), 1),
            rest_customer(3, "cleo@example.com", ("Cleo", "Clove"), (2, 3), 2),
            rest_customer(4, "dan@example.com", ("Dan", "Dill"), (2, 4), 0),
        ];
        store.import("customers", &rest_page(&customers));
        store.import("orders", &sample_orders());
        store.import("invoices", &sample_documents());
        let base = "web/secure/base_url";
        store.run_ok(&["config", "set", base, "https://shop.example.com/"]);
        let eu = "https://eu.shop.example.com/";
        store.run_ok(&["config", "set", base, eu, "--scope", "website:eu"]);
        store.set_feature("yes");
        for (role, more) in ROLES.into_iter().zip([
            ["sales_order"].as_slice(),
            &["Lac::approve", "Lac::consent_override"],
        ]) {
            store.run_ok(&["role", "create", role]);
            let mut allow = vec!["role", "allow", role, "login_button"];
            allow.extend(more);
            store.run_ok(&allow);
        }
        for (name, role) in AGENTS.into_iter().zip(["days", "days", "nights"]) {
            store.run_ok(&["user", "create", name, "--role", role, "--os-account", name]);
        }
        let storefronts = WEBSITES.map(|website| {
            let added = store.run_json(&["storefront", "add", website, "--website", website]);
            json_str(&added["token"]).to_owned()
        });
        Self { store, storefronts }
    }
}

/// A clock that the steps set.
struct TestClock(Cell<i64>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.get())
    }
}

/// Distinct numbers (splitmix64) that are the same in each run.
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

/// The open store of one sequence.
pub(super) struct SampleShop {
    sqlite: SqliteStore,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    keys: KeyRing,
    clock: TestClock,
    numbers: Numbers,
    administrator: Caller,
    agents: [Caller; 3],
    storefronts: [Caller; 2],
    _files: TestStore,
}

impl SampleShop {
    pub(super) fn new(template: &Template) -> Self {
        let files = template.store.copy_store();
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
            high_water: CheckpointFile::new(&dir),
            archives: ArchiveDir::new(dir.root().join("archive")),
            keys: KeyRing::new(dir.keys()),
            clock: TestClock(Cell::new(now.seconds())),
            numbers: Numbers(Cell::new(1)),
            administrator: caller(Credential::OsAccount(account)),
            agents: AGENTS.map(|name| caller(Credential::OsAccount(name.to_owned()))),
            storefronts: [0, 1].map(|at| {
                caller(Credential::from_token_or_account(
                    Some(&storefronts[at]),
                    "",
                ))
            }),
            _files: files,
        }
    }

    pub(super) fn set_clock(&self, seconds: i64) {
        self.clock.0.set(seconds);
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.0.get()
    }

    pub(super) fn administrator(&self) -> Context<'_> {
        self.context(&self.administrator)
    }

    pub(super) fn agent(&self, agent: usize) -> Context<'_> {
        self.context(&self.agents[agent])
    }

    pub(super) fn storefront(&self, website: usize) -> Context<'_> {
        self.context(&self.storefronts[website])
    }

    fn context<'a>(&'a self, caller: &'a Caller) -> Context<'a> {
        Context {
            store: &self.sqlite,
            high_water: &self.high_water,
            archives: &self.archives,
            anchors: &NoAnchors,
            formats: &AllFormats,
            hooks: EnabledHooks::default(),
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
