//! Opens the audit log for a write, signs it and commits.

use std::sync::Arc;

use super::config::Config;
use super::context::Context;
use lac_ledger::appender::{Appender, RecordedEvent};
use lac_ledger::fault::log_tampered;
use lac_ledger::key_rows::{active_key, log_keys};
use lac_ledger::signing::key_ring::KeyRing;
use lac_ledger::signing::keys::{KeyPurpose, PrivateKey};
use lac_ledger::signing::log_keys::LogKeys;
use lac_model::audit::{ActionGroup, Event, StateKind};
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::time::Timestamp;
use lac_store::AppendProof;
use lac_store::{HighWaterMark, KeyRow, ReadTx, Result, WriteTx};

/// The keys of one transaction. The snapshot decides which one signs.
#[derive(Debug)]
pub struct SigningKeys {
    pub rows: Vec<KeyRow>,
    /// The public keys of the log.
    pub chain: LogKeys,
    pub signing_key: Arc<PrivateKey>,
}

impl SigningKeys {
    /// Loads the keys. Fails if the log's private key cannot be loaded, so that
    /// replaced key rows are noticed where the keys are unreachable.
    pub fn load(ring: &KeyRing, read: &dyn ReadTx, origin: &str) -> Result<Self> {
        Self::load_with(read, origin, |kid| {
            Ok(ring.load_by_kid(KeyPurpose::Audit, kid)?)
        })
    }

    /// Like [`load`](Self::load), under the write lock. A key file that was not
    /// yet moved into place is moved. If the private key does not match and the
    /// checkpoint file is ahead of the database, an older database was
    /// restored: `log_tampered`.
    pub fn load_for_write(
        context: &Context<'_>,
        tx: &dyn WriteTx,
        config: &Config,
    ) -> Result<Self> {
        let origin = config.store_name()?;
        let keys = Self::load_with(tx.as_read(), &origin, |kid| {
            Ok(context.keys.load_and_install(KeyPurpose::Audit, kid)?)
        });
        keys.map_err(|fault| match fault {
            Fault::KeyMismatch { .. } => {
                detect_rollback(context, tx.as_read(), &origin).unwrap_or(fault)
            }
            other => other,
        })
    }

    fn load_with(
        read: &dyn ReadTx,
        origin: &str,
        private: impl FnOnce(&str) -> Result<Arc<PrivateKey>>,
    ) -> Result<Self> {
        let rows = read.signing_keys()?;
        let chain = log_keys(&rows, origin)?;
        let audit = private(&active_key(&rows, KeyPurpose::Audit)?.kid)?;
        Ok(Self {
            rows,
            chain,
            signing_key: audit,
        })
    }
}

/// Whether the current key has signed more events than the database contains.
fn detect_rollback(context: &Context<'_>, read: &dyn ReadTx, origin: &str) -> Option<Fault> {
    let key = context.keys.load_current(KeyPurpose::Audit).ok()?.public();
    let file = context.high_water.read().ok()??;
    let known = LogKeys::new(origin, key).open(&file).ok()?.checkpoint.size;
    let head = read.audit_head().ok()??;
    (known > head.size).then(|| {
        log_tampered(format!(
            "the checkpoint file knows {known} events, the database only {}: an older copy was \
             put back",
            head.size
        ))
    })
}

/// A function that opens the log.
pub(crate) type OpenLog = for<'tx> fn(
    &Context<'tx>,
    &'tx dyn WriteTx,
    &Config,
    &LogKeys,
    Timestamp,
) -> Result<Appender<'tx>>;

/// Opens the log after all checks.
pub(crate) fn open_log<'tx>(
    context: &Context<'tx>,
    tx: &'tx dyn WriteTx,
    config: &Config,
    keys: &LogKeys,
    now: Timestamp,
) -> Result<Appender<'tx>> {
    let mut log = Appender::open(tx, context.random, keys, context.high_water, now)?;
    log.exclude_groups(unlogged_groups(config)?);
    Ok(log)
}

/// Opens the log when the checkpoint file may be missing.
pub(crate) fn open_log_for_recovery<'tx>(
    context: &Context<'tx>,
    tx: &'tx dyn WriteTx,
    config: &Config,
    keys: &LogKeys,
    now: Timestamp,
) -> Result<Appender<'tx>> {
    if context.high_water.read()?.is_some() {
        return open_log(context, tx, config, keys, now);
    }
    Appender::open_for_recovery(tx, context.random, keys, now)
}

/// Signs the appended events. The write may have changed which action groups
/// are logged, so the config is read again.
pub(crate) fn seal(
    mut log: Appender<'_>,
    tx: &dyn WriteTx,
    recorded: RecordedEvent,
    key: &PrivateKey,
) -> Result<AppendProof> {
    if tx.written_state_kinds().contains(&StateKind::Config) {
        log.exclude_groups(unlogged_groups(&Config::read(tx.as_read())?)?);
    }
    log.finish(recorded, key)
}

/// Commits a write with its event. After the write lock is released, the
/// checkpoint is anchored if it is due.
pub(crate) fn commit(
    context: &Context<'_>,
    tx: Box<dyn WriteTx + '_>,
    proof: AppendProof,
) -> Result<()> {
    let anchored = proof.note_to_anchor().map(str::to_owned);
    let last = PlaceKeysAfterCommit {
        high_water: context.high_water,
        keys: context.keys,
    };
    if let Err(fault) = tx.commit(proof, &last) {
        context.keys.keep_pending();
        return Err(fault);
    }
    if let Some(note) = anchored {
        context.anchors.append_note(&note);
    }
    Ok(())
}

/// Runs after the commit, still under the write lock: advances the checkpoint
/// file and moves new keys into place. Without the lock, a slow process could
/// replace a newer key with an older one.
struct PlaceKeysAfterCommit<'d> {
    high_water: &'d dyn HighWaterMark,
    keys: &'d KeyRing,
}

impl HighWaterMark for PlaceKeysAfterCommit<'_> {
    fn read(&self) -> Result<Option<Vec<u8>>> {
        self.high_water.read()
    }

    fn read_notes(&self) -> Result<Option<Vec<Vec<u8>>>> {
        self.high_water.read_notes()
    }

    fn advance(&self, note: &str) -> Result<()> {
        let advanced = self.high_water.advance(note);
        self.keys.install_pending();
        advanced
    }

    fn path(&self) -> String {
        self.high_water.path()
    }
}

/// The action groups that the config excludes from the log.
fn unlogged_groups(config: &Config) -> Result<Vec<ActionGroup>> {
    let Some(logged) = config.at_default(config::LOGGED_ACTIONS)?.value else {
        return Ok(Vec::new());
    };
    let left_out = |group: &ActionGroup| !config::is_logged(&logged, group.as_str());
    Ok(ActionGroup::ALL.into_iter().filter(left_out).collect())
}

/// Records an event in a transaction of its own.
pub(super) fn record_in_own_transaction(context: &Context<'_>, event: &Event) -> Result<()> {
    context.keys.load_current(KeyPurpose::Audit)?;
    let tx = context.store.write()?;
    let proof = {
        let config = Config::read(tx.as_read())?;
        let keys = SigningKeys::load_for_write(context, &*tx, &config)?;
        let mut log = open_log(context, &*tx, &config, &keys.chain, context.clock.now())?;
        let recorded = log.append(event)?;
        log.finish(recorded, &keys.signing_key)?
    };
    commit(context, tx, proof)
}
