//! The maintenance that a long-running program does every minute.

use std::time::Duration;

use lac_app::login::sessions::SessionExpire;
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
use serde_json::{Value, json};

use crate::support::{InProcessStore, StorefrontFixture, json_str};

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

/// Sweeps with an unmapped account; returns how many sessions had expired.
fn sweep(shop: &StorefrontFixture, at: &str) -> usize {
    let dir = StoreDir::open(&shop.store.dir(), None).expect("a store");
    let store = SqliteStore::open(&dir, Duration::from_secs(5)).expect("a store");
    let context = Context {
        store: &store,
        high_water: &CheckpointFile::new(&dir),
        archives: &ArchiveDir::new(dir.root().join("archive")),
        anchors: &NoAnchors,
        formats: &AllFormats,
        hooks: EnabledHooks::default(),
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
    SessionExpire {}.run(&context).expect("a sweep").expired
}

#[test]
fn a_sweep_records_expired_sessions_only() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let (ann, ben) = (store.create_agent("ann"), store.create_agent("ben"));
    let token = shop.issue_link(&ann, &["1"]);
    let active = shop.redeem(&token, "https://shop.example.com");
    shop.issue_link(&ben, &["3"]);
    let before = store.log_events().len();
    assert_eq!(sweep(&shop, "2026-10-05T12:00:30Z"), 0);
    assert_eq!(
        store.log_events().len(),
        before,
        "nothing to do, nothing written"
    );
    assert_eq!(sweep(&shop, "2026-10-05T12:05:00Z"), 1);
    let event = &store.log_events()[0];
    assert_eq!(
        (json_str(&event["action"]), json_str(&event["admin"])),
        ("expire", "ben")
    );
    assert_eq!(event["role"], "bens");
    assert_eq!(event["os_account"], Value::Null, "nobody did it");
    assert_eq!(event["details"], json!({"cause": "link_expired"}));
    assert_eq!(sweep(&shop, "2026-10-05T12:06:00Z"), 0);
    assert_eq!(sweep(&shop, "2026-10-05T15:00:00Z"), 1);
    let shown = store.run_json(&["session", "show", &active]);
    assert_eq!(
        (json_str(&shown["state"]), json_str(&shown["end_cause"])),
        ("expired", "duration_over")
    );
    assert_eq!(store.log_events()[0]["details"]["duration_seconds"], 3600);
    store.clock.set("2026-10-05T15:00:01.000000Z");
    store.run_ok(&["log", "verify"]);
}

/// A login records some of the expired links. That of the agent counts as
/// expired, not as replaced, although it is not among them.
#[test]
fn a_login_does_not_wait_for_many_expiries() {
    let shop = StorefrontFixture::new();
    let store = &shop.store;
    let ann = store.create_agent("ann");
    let agents: Vec<String> = (0..105).map(|number| format!("agent{number}")).collect();
    let user = |name: &String| {
        format!("[[user]]\nname = '{name}'\nrole = 'anns'\nos_account = '{name}'\n")
    };
    let users: String = agents.iter().map(user).collect();
    let file = store.home().join("users.toml");
    std::fs::write(&file, format!("format = 'lac-roles/1'\n{users}")).expect("a file");
    store.run_ok(&["role", "apply", &file.display().to_string(), "--yes"]);
    InProcessStore::new(store).issue_links(agents.into_iter());
    let last = json_str(&store.login(&["1"])["session_id"]).to_owned();
    store.clock.set("2026-10-05T13:00:00.000000Z");
    shop.issue_link(&ann, &["1"]);
    let expired = || {
        let expired = store.run_json(&["log", "list", "--action", "expire"]);
        expired.as_array().expect("a list").len()
    };
    assert_eq!(expired(), 50);
    let login = store.login(&["1"]);
    assert_eq!(login["replaced"], Value::Null);
    assert_eq!(expired(), 101);
    let before = store.run_json(&["session", "show", &last]);
    assert_eq!(before["end_cause"], "link_expired");
    assert_eq!(sweep(&shop, "2026-10-05T13:00:01Z"), 5);
    assert_eq!(sweep(&shop, "2026-10-05T13:00:02Z"), 0);
    store.clock.set("2026-10-05T13:00:03.000000Z");
    store.run_ok(&["log", "verify"]);
}
