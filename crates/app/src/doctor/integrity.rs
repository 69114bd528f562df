//! Keys, log and clock.

use std::io::ErrorKind;
use std::time::Duration;

use super::{DoctorContext, DoctorFinding};
use crate::Context;
use lac_ledger::anchor::AnchorStatus;
use lac_ledger::fault::log_tampered;
use lac_ledger::head::{check_checkpoint_file, check_head};
use lac_ledger::key_rows::{active_key, log_keys};
use lac_ledger::signing::Error;
use lac_ledger::signing::keys::{KeyPurpose, read_private_key};
use lac_ledger::state;
use lac_model::audit::StateKind;
use lac_model::fault::Fault;
use lac_model::text::shell_quoted;
use lac_model::time::Timestamp;
use lac_store::{ReadTx, Result};

/// Events may be ahead of the clock by the microseconds that keep them apart.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);
/// 2020-01-01 and 2100-01-01: what lies outside is no clock anybody set.
const PLAUSIBLE_TIMES: std::ops::Range<i64> = 1_577_836_800..4_102_444_800;

pub fn check_login_key(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    check_key(ward, "login_key", KeyPurpose::Login)
}

pub fn check_audit_key(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    check_key(ward, "audit_key", KeyPurpose::Audit)
}

/// The private key that the store names is there; nothing else is.
fn check_key(ward: &DoctorContext<'_>, check: &str, purpose: KeyPurpose) -> Result<DoctorFinding> {
    let rows = ward.read.signing_keys()?;
    let kid = &active_key(&rows, purpose)?.kid;
    let keys = ward.context.keys;
    keys.load_by_kid(purpose, kid)?;
    let aside = keys.pending_path(purpose);
    let shown = aside.display().to_string();
    Ok(match read_private_key(&aside) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            DoctorFinding::ok(check, format!("readable, and known to the store: {kid}"))
        }
        Ok(key) if key.public().thumbprint() == *kid => DoctorFinding::warning(
            check,
            format!("the key {kid} is not in its place yet, but in {shown}"),
            "the next act that needs it moves it",
        ),
        _ => DoctorFinding::warning(
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
pub fn check_schema(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    check_schema_of(ward.read)
}

/// The same of a store that is not up to date.
pub fn check_schema_of(read: &dyn ReadTx) -> Result<DoctorFinding> {
    if let Some(what) = read.schema_difference()? {
        return Err(Fault::SchemaTampered { what });
    }
    if let Some(what) = read.access_structure_problem()? {
        return Err(Fault::StateTampered { what });
    }
    Ok(DoctorFinding::ok("schema", "as this program makes it"))
}

/// Compares events, head and checkpoint file as every append does. The public
/// key is the store's own row, so that a missing key file hides nothing.
pub fn check_log(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let origin = ward.config.store_name()?;
    let keys = log_keys(&ward.read.signing_keys()?, &origin)?;
    let head = ward.read.audit_head()?;
    let head = head.ok_or_else(|| log_tampered("the head of the tree is gone"))?;
    check_head(ward.read, &head, &keys)?;
    let file = ward
        .checkpoint_file
        .clone()?
        .ok_or_else(|| Fault::CheckpointMissing {
            path: ward.context.high_water.path(),
        })?;
    check_checkpoint_file(ward.read, &head, &file, &keys)?;
    let opened = keys.open(&file).map_err(|e| log_tampered(e.to_string()))?;
    let known = opened.checkpoint;
    let message = match head.size - known.size.min(head.size) {
        0 => format!("{} events, as signed in the checkpoint file", head.size),
        behind => format!(
            "{} events; the checkpoint file is {behind} behind and catches up with the next act",
            head.size
        ),
    };
    Ok(DoctorFinding::ok("log", message))
}

/// Who may do what is as the newest event that says so left it.
pub fn check_state(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let origin = ward.config.store_name()?;
    let keys = log_keys(&ward.read.signing_keys()?, &origin)?;
    let head = ward.read.audit_head()?;
    let head = head.ok_or_else(|| log_tampered("the head of the tree is gone"))?;
    let frontier = check_head(ward.read, &head, &keys)?;
    let Some((seq, state)) = state::newest_state(ward.read, &frontier)? else {
        let message = "not recorded yet: the next change of roles, users, tokens or config begins";
        return Ok(DoctorFinding::ok("state", message));
    };
    if let Some(what) = state::state_difference(ward.read, seq, &state)? {
        return Err(Fault::StateTampered { what });
    }
    let tracked = |kind: &&StateKind| state.get(**kind).is_some();
    let titles = StateKind::ALL
        .iter()
        .filter(tracked)
        .map(|kind| kind.title());
    let titles: Vec<&str> = titles.collect();
    let message = format!("{} as event {seq} left them", titles.join(", "));
    Ok(DoctorFinding::ok("state", message))
}

/// Every archive is there, and as long as it was.
pub fn check_archives(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let rows = ward.read.audit_archives()?;
    for row in &rows {
        let name = row.name.clone();
        let file = ward.context.archives.open(&name)?;
        let file = file.ok_or_else(|| Fault::ArchiveMissing { name: name.clone() })?;
        let length = file.metadata().map_err(|e| Fault::io(&name, e))?.len();
        if length != row.bytes {
            let what = format!(
                "the archive {name} has {length} bytes instead of {}",
                row.bytes
            );
            return Err(log_tampered(what));
        }
    }
    let message = match rows.len() {
        0 => "none yet".to_owned(),
        count => format!("{count} files in {}", ward.context.archives.location()),
    };
    Ok(DoctorFinding::ok("archives", message))
}

/// Every place where checkpoints are anchored; nothing where there is none.
pub fn check_anchors(context: &Context<'_>) -> Vec<DoctorFinding> {
    let finding = |place: AnchorStatus| match place.problem {
        None => DoctorFinding::ok("anchor", place.name),
        Some(fault) if place.is_optional => DoctorFinding::warning(
            "anchor",
            fault.to_string(),
            "start it, or switch anchor.syslog off",
        ),
        Some(fault) => DoctorFinding {
            hint: Some("let whoever runs lac append to it, or change anchor.file".to_owned()),
            ..DoctorFinding::failed("anchor", fault)
        },
    };
    context
        .anchors
        .check_all()
        .into_iter()
        .map(finding)
        .collect()
}

pub fn check_clock(ward: &DoctorContext<'_>) -> Result<DoctorFinding> {
    if !PLAUSIBLE_TIMES.contains(&ward.now.seconds()) {
        return Err(Fault::ConfigInvalid {
            problem: format!("the clock says {}", ward.now),
        });
    }
    let head = ward.read.audit_head()?;
    let last = head.map_or(Timestamp::MIN, |head| head.last_time);
    let behind = last.duration_since(ward.now);
    if behind > CLOCK_TOLERANCE {
        return Ok(DoctorFinding::warning(
            "clock",
            format!(
                "the clock is {} s behind the last event, of {last}",
                behind.as_secs()
            ),
            "set the clock; until then events get times after the last one",
        ));
    }
    Ok(DoctorFinding::ok("clock", ward.now.to_string()))
}
