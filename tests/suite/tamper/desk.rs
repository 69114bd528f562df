//! The verification of `lac log verify`, called in this process: for sweeps of
//! thousands of cases, which would take an hour as processes.

use std::time::Duration;

use login_as_customer::app::config::Set;
use login_as_customer::app::log::verify::Verify;
use login_as_customer::app::{Caller, Credential, Desk};
use login_as_customer::domain::ambient::{Clock, Random};
use login_as_customer::domain::fault::{Fault, Kind};
use login_as_customer::domain::scope::ConfigScope;
use login_as_customer::domain::time::Timestamp;
use login_as_customer::signing::ring::KeyRing;
use login_as_customer::store::anchor::NoAnchors;
use login_as_customer::store::archive::ArchiveDir;
use login_as_customer::store::dir::{CheckpointFile, StoreDir};
use login_as_customer::store::sqlite::SqliteStore;

use super::TODAY;
use crate::support::Store;

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        TODAY.parse().expect("a time")
    }
}

impl Random for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// An open store, as the command line opens it.
pub struct Bench {
    store: Result<SqliteStore, Fault>,
    high_water: CheckpointFile,
    archives: ArchiveDir,
    keys: KeyRing,
    caller: Caller,
}

impl Bench {
    pub fn new(store: &Store) -> Self {
        let dir = StoreDir::open(&store.dir(), None).expect("a store");
        let uid = nix::unistd::getuid();
        let account = match nix::unistd::User::from_uid(uid) {
            Ok(Some(user)) => user.name,
            _ => format!("uid:{uid}"),
        };
        Self {
            store: SqliteStore::open(&dir, Duration::from_secs(5)),
            high_water: CheckpointFile::of(&dir),
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

    fn desk(&self) -> Result<Desk<'_>, Fault> {
        Ok(Desk {
            store: self.store.as_ref().map_err(Clone::clone)?,
            high_water: &self.high_water,
            archives: &self.archives,
            anchors: &NoAnchors,
            keys: &self.keys,
            clock: &Fixed,
            random: &Fixed,
            caller: &self.caller,
        })
    }

    /// As many events, each the change of a setting.
    pub fn change_settings(&self, count: usize) {
        let desk = self.desk().expect("a desk");
        for value in ["yes", "no"].iter().cycle().take(count) {
            let set = Set {
                path: "web/url/use_store".to_owned(),
                value: (*value).to_owned(),
                scope: ConfigScope::Default,
            };
            set.run(&desk).expect("set");
        }
    }

    /// Everything that is found; `None` where all is said to be well. A fault
    /// that the program would not exit with 6 for is a panic.
    pub fn found(&self) -> Option<Vec<String>> {
        let verified = self
            .desk()
            .and_then(|desk| Verify::default().run(&desk, &mut |_, _| {}));
        match verified {
            Ok(verified) if verified.verdict().is_ok() => None,
            Ok(verified) => {
                let found = verified.findings.found.iter().map(ToString::to_string);
                Some(found.collect())
            }
            Err(fault @ (Fault::Database { .. } | Fault::RowDamaged { .. })) => {
                Some(vec![fault.to_string()])
            }
            Err(fault) if fault.kind() == Kind::Tampered => Some(vec![fault.to_string()]),
            Err(fault) => panic!("{fault:?}"),
        }
    }
}
