//! Keys, log and clock.

use std::io::ErrorKind;
use std::time::Duration;

use super::{Finding, Ward};
use crate::Desk;
use lac_ledger::anchor::Place;
use lac_ledger::fault::tampered;
use lac_ledger::head::{check_file, check_head};
use lac_ledger::keys::{active, chain};
use lac_ledger::signing::Error;
use lac_ledger::signing::keys::{Purpose, read_private_key};
use lac_ledger::state;
use lac_model::audit::StateKind;
use lac_model::fault::Fault;
use lac_model::text::shell_quoted;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

/// Events may be ahead of the clock by the microseconds that keep them apart.
const SLACK: Duration = Duration::from_secs(1);
/// 2020-01-01 and 2100-01-01: what lies outside is no clock anybody set.
const PLAUSIBLE: std::ops::Range<i64> = 1_577_836_800..4_102_444_800;

pub fn login_key(ward: &Ward<'_>) -> Result<Finding> {
    key(ward, "login_key", Purpose::Login)
}

pub fn audit_key(ward: &Ward<'_>) -> Result<Finding> {
    key(ward, "audit_key", Purpose::Audit)
}

/// The private key that the store names is there; nothing else is.
fn key(ward: &Ward<'_>, check: &str, purpose: Purpose) -> Result<Finding> {
    let rows = ward.read.signing_keys()?;
    let kid = &active(&rows, purpose)?.kid;
    let keys = ward.desk.keys;
    keys.named(purpose, kid)?;
    let aside = keys.path_aside(purpose);
    let shown = aside.display().to_string();
    Ok(match read_private_key(&aside) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Finding::ok(check, format!("readable, and known to the store: {kid}"))
        }
        Ok(key) if key.public().thumbprint() == *kid => Finding::warning(
            check,
            format!("the key {kid} is not in its place yet, but in {shown}"),
            "the next act that needs it moves it",
        ),
        _ => Finding::warning(
            check,
            format!("{shown} is left over: the store does not use what is in it"),
            format!(
                "the next rotation removes it, or: rm {}",
                shell_quoted(&shown)
            ),
        ),
    })
}

/// Everything that is defined in the database is what this program makes, and
/// indexes lead to the rows that they should.
pub fn schema(ward: &Ward<'_>) -> Result<Finding> {
    schema_of(ward.read)
}

/// The same of a store that is not up to date.
pub fn schema_of(read: &dyn ReadTx) -> Result<Finding> {
    if let Some(what) = read.schema_differs()? {
        return Err(Fault::SchemaTampered { what });
    }
    if let Some(what) = read.access_structure()? {
        return Err(Fault::StateTampered { what });
    }
    Ok(Finding::ok("schema", "as this program makes it"))
}

/// Compares events, head and checkpoint file as every append does. The public
/// key is the store's own row, so that a missing key file hides nothing.
pub fn log(ward: &Ward<'_>) -> Result<Finding> {
    let origin = ward.config.store_name()?;
    let keys = chain(&ward.read.signing_keys()?, &origin)?;
    let head = ward.read.audit_head()?;
    let head = head.ok_or_else(|| tampered("the head of the tree is gone"))?;
    check_head(ward.read, &head, &keys)?;
    let file = ward
        .checkpoint
        .clone()?
        .ok_or_else(|| Fault::CheckpointMissing {
            path: ward.desk.high_water.path(),
        })?;
    check_file(ward.read, &head, &file, &keys)?;
    let opened = keys.open(&file).map_err(|e| tampered(e.to_string()))?;
    let known = opened.checkpoint;
    let message = match head.size - known.size.min(head.size) {
        0 => format!("{} events, as signed in the checkpoint file", head.size),
        behind => format!(
            "{} events; the checkpoint file is {behind} behind and catches up with the next act",
            head.size
        ),
    };
    Ok(Finding::ok("log", message))
}

/// Who may do what is as the newest event that says so left it.
pub fn state(ward: &Ward<'_>) -> Result<Finding> {
    let origin = ward.config.store_name()?;
    let keys = chain(&ward.read.signing_keys()?, &origin)?;
    let head = ward.read.audit_head()?;
    let head = head.ok_or_else(|| tampered("the head of the tree is gone"))?;
    let frontier = check_head(ward.read, &head, &keys)?;
    let Some((seq, state)) = state::newest(ward.read, &frontier)? else {
        let message = "not recorded yet: the next change of roles, users, tokens or config begins";
        return Ok(Finding::ok("state", message));
    };
    if let Some(what) = state::difference(ward.read, seq, &state)? {
        return Err(Fault::StateTampered { what });
    }
    let tracked = |kind: &&StateKind| state.get(**kind).is_some();
    let titles = StateKind::ALL
        .iter()
        .filter(tracked)
        .map(|kind| kind.title());
    let titles: Vec<&str> = titles.collect();
    let message = format!("{} as event {seq} left them", titles.join(", "));
    Ok(Finding::ok("state", message))
}

/// Every archive is there, and as long as it was.
pub fn archives(ward: &Ward<'_>) -> Result<Finding> {
    let rows = ward.read.audit_archives()?;
    for row in &rows {
        let name = row.name.clone();
        let file = ward.desk.archives.open(&name)?;
        let file = file.ok_or_else(|| Fault::ArchiveMissing { name: name.clone() })?;
        let length = file.metadata().map_err(|e| Fault::io(&name, e))?.len();
        if length != row.bytes {
            let what = format!(
                "the archive {name} has {length} bytes instead of {}",
                row.bytes
            );
            return Err(tampered(what));
        }
    }
    let message = match rows.len() {
        0 => "none yet".to_owned(),
        count => format!("{count} files in {}", ward.desk.archives.place()),
    };
    Ok(Finding::ok("archives", message))
}

/// Every place where checkpoints are anchored; nothing where there is none.
pub fn anchors(desk: &Desk<'_>) -> Vec<Finding> {
    let finding = |place: Place| match place.problem {
        None => Finding::ok("anchor", place.name),
        Some(fault) if place.is_optional => Finding::warning(
            "anchor",
            fault.to_string(),
            "start it, or switch anchor.syslog off",
        ),
        Some(fault) => Finding {
            hint: Some("let whoever runs lac append to it, or change anchor.file".to_owned()),
            ..Finding::failed("anchor", fault)
        },
    };
    desk.anchors.examine().into_iter().map(finding).collect()
}

pub fn clock(ward: &Ward<'_>) -> Result<Finding> {
    if !PLAUSIBLE.contains(&ward.now.seconds()) {
        return Err(Fault::ConfigInvalid {
            problem: format!("the clock says {}", ward.now),
        });
    }
    let head = ward.read.audit_head()?;
    let last = head.map_or(Timestamp::MIN, |head| head.last_time);
    let behind = last.since(ward.now);
    if behind > SLACK {
        return Ok(Finding::warning(
            "clock",
            format!(
                "the clock is {} s behind the last event, of {last}",
                behind.as_secs()
            ),
            "set the clock; until then events get times after the last one",
        ));
    }
    Ok(Finding::ok("clock", ward.now.to_string()))
}
