//! How acts open the audit log, and how they close it.

use std::sync::Arc;

use super::settings::Config;
use super::story::Desk;
use lac_ledger::appender::{Appender, Recorded};
use lac_ledger::fault::tampered;
use lac_ledger::keys::{active, chain};
use lac_ledger::signing::chain::Chain;
use lac_ledger::signing::keys::{PrivateKey, Purpose};
use lac_ledger::signing::ring::KeyRing;
use lac_model::audit::{ActionGroup, StateKind};
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::Appended;
use lac_store::{HighWater, KeyRow, ReadTx, Result, WriteTx};

/// The keys of one transaction. Which one signs is what its snapshot says.
#[derive(Debug)]
pub struct Keys {
    pub rows: Vec<KeyRow>,
    /// Those of the log.
    pub chain: Chain,
    /// The log's private key.
    pub audit: Arc<PrivateKey>,
}

impl Keys {
    /// Needs the log's private key, so that a store whose rows were exchanged
    /// is noticed wherever the keys are out of reach.
    ///
    /// # Errors
    /// `log_tampered` for rows that do not fit together; `key_missing` or
    /// `key_mismatch` where the private key is not there.
    pub fn of(ring: &KeyRing, read: &dyn ReadTx, origin: &str) -> Result<Self> {
        Self::with(read, origin, |kid| Ok(ring.named(Purpose::Audit, kid)?))
    }

    /// The same under the write lock, where a key that still lies aside is put
    /// in its place.
    ///
    /// # Errors
    /// As [`of`](Self::of); `log_tampered` where the checkpoint file shows that
    /// an older database was put back.
    pub fn settled(desk: &Desk<'_>, tx: &dyn WriteTx, config: &Config) -> Result<Self> {
        let origin = config.store_name()?;
        let keys = Self::with(tx.as_read(), &origin, |kid| {
            Ok(desk.keys.settled(Purpose::Audit, kid)?)
        });
        keys.map_err(|fault| match fault {
            Fault::KeyMismatch { .. } => put_back(desk, tx.as_read(), &origin).unwrap_or(fault),
            other => other,
        })
    }

    fn with(
        read: &dyn ReadTx,
        origin: &str,
        private: impl FnOnce(&str) -> Result<Arc<PrivateKey>>,
    ) -> Result<Self> {
        let rows = read.signing_keys()?;
        let chain = chain(&rows, origin)?;
        let audit = private(&active(&rows, Purpose::Audit)?.kid)?;
        Ok(Self { rows, chain, audit })
    }
}

/// Whether the key at hand has signed more events than the database has.
fn put_back(desk: &Desk<'_>, read: &dyn ReadTx, origin: &str) -> Option<Fault> {
    let key = desk.keys.at_hand(Purpose::Audit).ok()?.public();
    let file = desk.high_water.read().ok()??;
    let known = Chain::of(origin, key).open(&file).ok()?.checkpoint.size;
    let head = read.audit_head().ok()??;
    (known > head.size).then(|| {
        tampered(format!(
            "the checkpoint file knows {known} events, the database only {}: an older copy was \
             put back",
            head.size
        ))
    })
}

/// How the log is opened.
pub type Opening =
    for<'tx> fn(&Desk<'tx>, &'tx dyn WriteTx, &Config, &Chain, Timestamp) -> Result<Appender<'tx>>;

/// Opens it after every check.
pub fn open_log<'tx>(
    desk: &Desk<'tx>,
    tx: &'tx dyn WriteTx,
    config: &Config,
    keys: &Chain,
    now: Timestamp,
) -> Result<Appender<'tx>> {
    let mut log = Appender::open(tx, desk.random, keys, desk.high_water, now)?;
    log.leave_out(unlogged(config)?);
    Ok(log)
}

/// Opens it where the checkpoint file may be missing.
pub fn open_log_anyway<'tx>(
    desk: &Desk<'tx>,
    tx: &'tx dyn WriteTx,
    config: &Config,
    keys: &Chain,
    now: Timestamp,
) -> Result<Appender<'tx>> {
    if desk.high_water.read()?.is_some() {
        return open_log(desk, tx, config, keys, now);
    }
    Appender::open_for_recovery(tx, desk.random, keys, now)
}

/// Signs what was appended. Which groups are left out may be what the act has
/// changed.
///
/// # Errors
/// `state_tampered`.
pub fn seal(
    mut log: Appender<'_>,
    tx: &dyn WriteTx,
    recorded: Recorded,
    key: &PrivateKey,
) -> Result<Appended> {
    if tx.state_written().contains(&StateKind::Config) {
        log.leave_out(unlogged(&Config::read(tx.as_read())?)?);
    }
    log.seal(recorded, key)
}

/// Commits an act with its record. Afterwards, when the writer's lock has been
/// released, a checkpoint worth it is anchored.
///
/// # Errors
/// What the commit fails with.
pub fn commit(desk: &Desk<'_>, tx: Box<dyn WriteTx + '_>, proof: Appended) -> Result<()> {
    let anchored = proof.to_anchor().map(str::to_owned);
    let last = Last {
        high_water: desk.high_water,
        keys: desk.keys,
    };
    if let Err(fault) = tx.commit(proof, &last) {
        desk.keys.leave_made();
        return Err(fault);
    }
    if let Some(note) = anchored {
        desk.anchors.keep(&note);
    }
    Ok(())
}

/// What is done once an act is committed, still under the write lock: the
/// checkpoint file, and new keys to their places. Outside of the lock a slow
/// process could put a key over one that came after it.
struct Last<'d> {
    high_water: &'d dyn HighWater,
    keys: &'d KeyRing,
}

impl HighWater for Last<'_> {
    fn read(&self) -> Result<Option<Vec<u8>>> {
        self.high_water.read()
    }

    fn advance(&self, note: &str) -> Result<()> {
        let advanced = self.high_water.advance(note);
        self.keys.place_made();
        advanced
    }

    fn path(&self) -> String {
        self.high_water.path()
    }
}

/// The action groups that the config leaves out of the log.
fn unlogged(config: &Config) -> Result<Vec<ActionGroup>> {
    let Some(logged) = config.default(config::LOGGED_ACTIONS)?.value else {
        return Ok(Vec::new());
    };
    let left_out = |group: &ActionGroup| !config::is_logged(&logged, group.as_str());
    Ok(ActionGroup::ALL.into_iter().filter(left_out).collect())
}
