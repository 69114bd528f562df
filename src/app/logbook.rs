//! How acts open the audit log, and how they close it.

use super::settings::Config;
use super::story::Desk;
use crate::domain::audit::ActionGroup;
use crate::domain::config;
use crate::domain::time::Timestamp;
use crate::store::log::{Appended, Appender};
use crate::store::{Result, WriteTx};

/// How the log is opened.
pub type Opening =
    for<'tx> fn(&Desk<'tx>, &'tx dyn WriteTx, &Config, Timestamp) -> Result<Appender<'tx>>;

/// Opens it after every check.
pub fn open_log<'tx>(
    desk: &Desk<'tx>,
    tx: &'tx dyn WriteTx,
    config: &Config,
    now: Timestamp,
) -> Result<Appender<'tx>> {
    let key = desk.keys.audit()?.public();
    let origin = config.store_name()?;
    let mut log = Appender::open(tx, desk.random, &origin, &key, desk.high_water, now)?;
    log.leave_out(unlogged(config)?);
    Ok(log)
}

/// Opens it where the checkpoint file may be missing.
pub fn open_log_anyway<'tx>(
    desk: &Desk<'tx>,
    tx: &'tx dyn WriteTx,
    config: &Config,
    now: Timestamp,
) -> Result<Appender<'tx>> {
    if desk.high_water.read()?.is_some() {
        return open_log(desk, tx, config, now);
    }
    let key = desk.keys.audit()?.public();
    Appender::open_for_recovery(tx, desk.random, &config.store_name()?, &key, now)
}

/// Commits an act with its record. Afterwards, when the writer's lock has been
/// released, a checkpoint worth it is anchored.
///
/// # Errors
/// What the commit fails with.
pub fn commit(desk: &Desk<'_>, tx: Box<dyn WriteTx + '_>, proof: Appended) -> Result<()> {
    let anchored = proof.to_anchor().map(str::to_owned);
    tx.commit(proof, desk.high_water)?;
    if let Some(note) = anchored {
        desk.anchors.keep(&note);
    }
    Ok(())
}

/// The action groups that the config leaves out of the log.
fn unlogged(config: &Config) -> Result<Vec<ActionGroup>> {
    let Some(logged) = config.default(config::LOGGED_ACTIONS)?.value else {
        return Ok(Vec::new());
    };
    let left_out = |group: &ActionGroup| !config::is_logged(&logged, group.as_str());
    Ok(ActionGroup::ALL.into_iter().filter(left_out).collect())
}
