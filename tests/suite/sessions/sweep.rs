//! What a program that runs for long does every minute.

use std::time::Duration;

use lac_app::sessions::Sweep;
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
use serde_json::{Value, json};

use crate::support::{Support, text};

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

struct Salt;

impl Random for Salt {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// Sweeps by an account that is nobody here; how many had run out.
fn sweep(shop: &Support, at: &str) -> usize {
    let dir = StoreDir::open(&shop.store.dir(), None).expect("a store");
    let store = SqliteStore::open(&dir, Duration::from_secs(5)).expect("a store");
    let desk = Desk {
        store: &store,
        high_water: &CheckpointFile::of(&dir),
        archives: &ArchiveDir::new(dir.root().join("archive")),
        anchors: &NoAnchors,
        formats: &EveryForm,
        hooks: Hooks::default(),
        keys: &KeyRing::new(dir.keys()),
        clock: &At(at.parse().expect("a time")),
        random: &Salt,
        caller: &Caller {
            credential: Credential::OsAccount("lac-service".to_owned()),
            os_account: Some("lac-service".to_owned()),
            login_uid: None,
            ip_address: None,
        },
    };
    Sweep {}.run(&desk).expect("a sweep").expired
}

#[test]
fn it_writes_down_what_ran_out_and_nothing_else() {
    let shop = Support::new();
    let store = &shop.store;
    let (ann, ben) = (store.agent("ann"), store.agent("ben"));
    let token = shop.link(&ann, &["1"]);
    let active = shop.open(&token, "https://shop.example.com");
    shop.link(&ben, &["3"]);
    let before = store.log().len();
    assert_eq!(sweep(&shop, "2026-10-05T12:00:30Z"), 0);
    assert_eq!(store.log().len(), before, "nothing to do, nothing written");
    assert_eq!(sweep(&shop, "2026-10-05T12:05:00Z"), 1);
    let event = &store.log()[0];
    assert_eq!(
        (text(&event["action"]), text(&event["admin"])),
        ("expire", "ben")
    );
    assert_eq!(event["role"], "bens");
    assert_eq!(event["os_account"], Value::Null, "nobody did it");
    assert_eq!(event["details"], json!({"cause": "link_expired"}));
    assert_eq!(sweep(&shop, "2026-10-05T12:06:00Z"), 0);
    assert_eq!(sweep(&shop, "2026-10-05T15:00:00Z"), 1);
    let shown = store.json(&["session", "show", &active]);
    assert_eq!(
        (text(&shown["state"]), text(&shown["end_cause"])),
        ("expired", "duration_over")
    );
    assert_eq!(store.log()[0]["details"]["duration_seconds"], 3600);
    store.clock.set("2026-10-05T15:00:01.000000Z");
    store.ok(&["log", "verify"]);
}
