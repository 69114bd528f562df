//! Checks of keys, log, archives and clock.

use std::io::ErrorKind;
use std::time::Duration;

use super::{DoctorContext, DoctorFinding};
use crate::Context;
use lac_ledger::anchor::AnchorStatus;
use lac_ledger::event_log::newest_head;
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

/// Events can be ahead of the clock by microseconds, because no two have the
/// same time.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);
/// 2020-01-01 to 2100-01-01: a clock outside of it was never set.
const PLAUSIBLE_TIMES: std::ops::Range<i64> = 1_577_836_800..4_102_444_800;

pub(super) fn check_login_key(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    check_key(doctor, "login_key", KeyPurpose::Login)
}

pub(super) fn check_audit_key(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    check_key(doctor, "audit_key", KeyPurpose::Audit)
}

/// The active private key can be loaded, and no other key file is left over.
fn check_key(
    doctor: &DoctorContext<'_>,
    check: &str,
    purpose: KeyPurpose,
) -> Result<DoctorFinding> {
    let rows = doctor.read.signing_keys()?;
    let kid = &active_key(&rows, purpose)?.kid;
    let keys = doctor.context.keys;
    keys.load_by_kid(purpose, kid)?;
    let temporary = keys.pending_path(purpose);
    let shown = temporary.display().to_string();
    Ok(match read_private_key(&temporary) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            DoctorFinding::ok(check, format!("readable, and known to the store: {kid}"))
        }
        Ok(key) if key.public().thumbprint() == *kid => DoctorFinding::warning(
            check,
            format!("the key {kid} is not in its place yet, but in {shown}"),
            "it is moved into place when it is next used",
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

/// The schema is the one this program creates, and indexes lead to the right
/// rows.
pub(super) fn check_schema(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    check_schema_of(doctor.read)
}

/// The same check for a store that was not migrated yet.
pub(super) fn check_schema_of(read: &dyn ReadTx) -> Result<DoctorFinding> {
    if let Some(what) = read.schema_difference()? {
        return Err(Fault::SchemaTampered { what });
    }
    if let Some(what) = read.access_structure_problem()? {
        return Err(Fault::StateTampered { what });
    }
    Ok(DoctorFinding::ok("schema", "as this program makes it"))
}

/// Compares events, head and checkpoint file as every append does. The public
/// key comes from the database, so that a missing key file does not hide a
/// problem.
pub(super) fn check_log(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let origin = doctor.config.store_name()?;
    let keys = log_keys(&doctor.read.signing_keys()?, &origin)?;
    let head = newest_head(doctor.read)?;
    check_head(doctor.read, &head, &keys)?;
    let file = doctor
        .checkpoint_file
        .clone()?
        .ok_or_else(|| Fault::CheckpointMissing {
            path: doctor.context.high_water.path(),
        })?;
    check_checkpoint_file(doctor.read, &head, &file, &keys)?;
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

/// Roles, admin users, tokens and the like match the digests in the newest
/// event that contains digests.
pub(super) fn check_state(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let origin = doctor.config.store_name()?;
    let keys = log_keys(&doctor.read.signing_keys()?, &origin)?;
    let head = newest_head(doctor.read)?;
    let frontier = check_head(doctor.read, &head, &keys)?;
    let Some((seq, state)) = state::newest_state(doctor.read, &frontier)? else {
        let message =
            "not recorded yet: the next change of roles, users, tokens or config records it";
        return Ok(DoctorFinding::ok("state", message));
    };
    if let Some(what) = state::state_difference(doctor.read, seq, &state)? {
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

/// Every archive exists and has the right length.
pub(super) fn check_archives(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    let rows = doctor.read.audit_archives()?;
    for row in &rows {
        let name = row.name.clone();
        let file = doctor.context.archives.open(&name)?;
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
        count => format!("{count} files in {}", doctor.context.archives.location()),
    };
    Ok(DoctorFinding::ok("archives", message))
}

/// One finding for each place where checkpoints are anchored.
pub(super) fn check_anchors(context: &Context<'_>) -> Vec<DoctorFinding> {
    let finding = |place: AnchorStatus| match place.problem {
        None => DoctorFinding::ok("anchor", place.name),
        Some(fault) if place.is_optional => DoctorFinding::warning(
            "anchor",
            fault.to_string(),
            "start it, or switch anchor.syslog off",
        ),
        Some(fault) => DoctorFinding {
            hint: Some(
                "allow the account that runs lac to append to it, or change anchor.file".to_owned(),
            ),
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

pub(super) fn check_clock(doctor: &DoctorContext<'_>) -> Result<DoctorFinding> {
    if !PLAUSIBLE_TIMES.contains(&doctor.now.seconds()) {
        return Err(Fault::ConfigInvalid {
            problem: format!("the clock says {}", doctor.now),
        });
    }
    let head = doctor.read.audit_head()?;
    let last = head.map_or(Timestamp::MIN, |head| head.last_time);
    let behind = last.duration_since(doctor.now);
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
    Ok(DoctorFinding::ok("clock", doctor.now.to_string()))
}
