//! Keys, log and clock.

use std::time::Duration;

use super::{Finding, Ward};
use crate::app::Desk;
use crate::domain::fault::Fault;
use crate::domain::time::Timestamp;
use crate::signing::keys::{PrivateKey, PublicKey, Purpose};
use crate::signing::note;
use crate::store::anchor::Place;
use crate::store::log::{check_file, check_head, tampered};
use crate::store::{KeyRow, Result};

/// Events may be ahead of the clock by the microseconds that keep them apart.
const SLACK: Duration = Duration::from_secs(1);
/// 2020-01-01 and 2100-01-01: what lies outside is no clock anybody set.
const PLAUSIBLE: std::ops::Range<i64> = 1_577_836_800..4_102_444_800;

pub fn login_key(ward: &Ward<'_>) -> Result<Finding> {
    key(
        ward,
        "login_key",
        Purpose::Login,
        ward.desk.keys.login().map_err(Fault::from),
    )
}

pub fn audit_key(ward: &Ward<'_>) -> Result<Finding> {
    key(
        ward,
        "audit_key",
        Purpose::Audit,
        ward.desk.keys.audit().map_err(Fault::from),
    )
}

fn key(
    ward: &Ward<'_>,
    check: &str,
    purpose: Purpose,
    file: Result<&PrivateKey>,
) -> Result<Finding> {
    let kid = file?.public().thumbprint();
    let rows = ward.read.signing_keys()?;
    if active(&rows, purpose).any(|row| row.kid == kid) {
        return Ok(Finding::ok(
            check,
            format!("readable, and known to the store: {kid}"),
        ));
    }
    let path = ward.desk.keys.path(purpose).display().to_string();
    let message = format!(
        "{path} holds the key {kid}, which is not the store's {} key",
        purpose.as_str()
    );
    let purpose = purpose.as_str().to_owned();
    Ok(Finding {
        message,
        ..Finding::failed(check, Fault::KeyMissing { purpose, path })
    })
}

fn active(rows: &[KeyRow], purpose: Purpose) -> impl Iterator<Item = &KeyRow> {
    rows.iter()
        .filter(move |row| row.purpose == purpose.as_str() && row.state == "active")
}

/// Compares events, head and checkpoint file as every append does. The public
/// key is the store's own row, so that a missing key file hides nothing.
pub fn log(ward: &Ward<'_>) -> Result<Finding> {
    let rows = ward.read.signing_keys()?;
    let row = active(&rows, Purpose::Audit).next();
    let row = row.ok_or_else(|| tampered("the store knows no audit key"))?;
    let key = PublicKey::from_bytes(&row.public_key)?;
    let origin = ward.config.store_name()?;
    let head = ward.read.audit_head()?;
    let head = head.ok_or_else(|| tampered("the head of the tree is gone"))?;
    check_head(ward.read, &head, &origin, &key)?;
    let file = ward
        .checkpoint
        .clone()?
        .ok_or_else(|| Fault::CheckpointMissing {
            path: ward.desk.high_water.path(),
        })?;
    check_file(ward.read, &head, &file, &origin, &key)?;
    let known = note::open(&file, &origin, &[key]).map_err(|e| tampered(e.to_string()))?;
    let message = match head.size - known.size.min(head.size) {
        0 => format!("{} events, as signed in the checkpoint file", head.size),
        behind => format!(
            "{} events; the checkpoint file is {behind} behind and catches up with the next act",
            head.size
        ),
    };
    Ok(Finding::ok("log", message))
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
