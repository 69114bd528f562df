//! The exact bytes of an event: the record and its two parts
//! (`docs/audit-log.md`, Bytes).
//!
//! The *record* has no personal data and is never removed; its SHA-256 is the
//! leaf of the tree (RFC 6962, section 2.1). It contains salted commitments to
//! the `shopper` and `staff` parts, so a `shopper` part can be erased without a
//! change of the tree. All three are compact JSON with a fixed key order and
//! `null` for absent values. The stored bytes are the hashed bytes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memmem;

use crate::merkle;
use lac_model::audit::{
    Action, ConsentBasis, Event, EventParts, EventView, Outcome, SealedEvent, StateDigests,
    StoredEvent,
};
use lac_model::ids::{CustomerId, SessionId};
use lac_model::time::Timestamp;

/// The version of this format, the record's first field.
const VERSION: u8 = 1;

/// The order of the fields is the order of the bytes. Never reorder them;
/// append only with a new version.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    v: u8,
    seq: u64,
    time: Timestamp,
    /// The time that the clock showed, if it was not later than the event
    /// before.
    clock: Option<Timestamp>,
    action_group: String,
    action: String,
    full_action_name: String,
    result: Outcome,
    admin: Option<String>,
    admin_id: Option<i64>,
    role: Option<String>,
    session_id: Option<SessionId>,
    customer_id: Option<CustomerId>,
    website: Option<String>,
    store_view: Option<String>,
    consent: Option<ConsentBasis>,
    document: Option<String>,
    ticket: Option<String>,
    erased: Option<Vec<(u64, u64)>>,
    /// Added later than the other fields, so it is left out instead of `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<StateDigests>,
    /// Commitments: base64url(SHA-256(0x02 ‖ salt ‖ part)).
    shopper: String,
    staff: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct ShopperPart {
    customer_email: Option<String>,
    reason: Option<String>,
    details: Option<Map<String, Value>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StaffPart {
    ip_address: Option<String>,
    os_account: Option<String>,
    login_uid: Option<u32>,
    /// Left out of events that have none, as all did before it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

/// Encodes an event and computes its leaf.
///
/// `seq` counts from 1. `time` must be later than that of the event before; if
/// the clock was not, `clock` has what it showed. `salts` are 32 fresh random
/// bytes each, for the `shopper` part and the `staff` part.
pub fn seal_event(
    event: &Event,
    seq: u64,
    time: Timestamp,
    clock: Option<Timestamp>,
    salts: [[u8; 32]; 2],
) -> Result<SealedEvent, serde_json::Error> {
    let shopper = serde_json::to_string(&ShopperPart {
        customer_email: event.customer_email.clone(),
        reason: event.reason.clone(),
        details: (!event.details.is_empty()).then(|| event.details.clone()),
    })?;
    let staff = serde_json::to_string(&StaffPart {
        ip_address: event.ip_address.clone(),
        os_account: event.os_account.clone(),
        login_uid: event.login_uid,
        user_agent: event.user_agent.as_ref().map(ToString::to_string),
    })?;
    let commit =
        |salt, part: &str| URL_SAFE_NO_PAD.encode(merkle::commitment(salt, part.as_bytes()));
    let record = serde_json::to_string(&Record {
        v: VERSION,
        seq,
        time,
        clock,
        action_group: event.action.group().as_str().to_owned(),
        action: event.action.name().to_owned(),
        full_action_name: event.action.full_name().to_owned(),
        result: event.outcome,
        admin: event.admin.clone(),
        admin_id: event.admin_id,
        role: event.role.clone(),
        session_id: event.session_id.clone(),
        customer_id: event.customer_id,
        website: event.website.clone(),
        store_view: event.store_view.clone(),
        consent: event.consent.clone(),
        document: event.document.as_ref().map(ToString::to_string),
        ticket: event.ticket.as_ref().map(|t| t.as_str().to_owned()),
        erased: event.erased.clone(),
        state: event.state.clone(),
        shopper: commit(&salts[0], &shopper),
        staff: commit(&salts[1], &staff),
    })?;
    let leaf = merkle::leaf_hash(record.as_bytes());
    let parts = EventParts {
        customer_part: Some((shopper, salts[0])),
        staff_part: (staff, salts[1]),
    };
    Ok(SealedEvent {
        seq,
        time,
        record,
        parts,
        leaf,
    })
}

/// The state digests in a record; `None` if it has none.
pub fn state_in_record(record: &[u8]) -> Result<Option<StateDigests>, serde_json::Error> {
    // A string cannot contain these bytes: its quotes are escaped.
    if memmem::find(record, b",\"state\":{").is_none() {
        return Ok(None);
    }
    Ok(serde_json::from_slice::<Record>(record)?.state)
}

/// Whether a record is that of a successful `log archive`.
pub fn is_archiving_event(record: &[u8]) -> Result<bool, serde_json::Error> {
    if memmem::find(record, b"\"action\":\"archive\"").is_none() {
        return Ok(false);
    }
    let record: Record = serde_json::from_slice(record)?;
    Ok(record.action == Action::LogArchive.name() && record.result == Outcome::Success)
}

/// Decodes the stored texts into the fields that every output format uses.
/// Customer e-mail address, reason and details are `None` if the `shopper` part
/// was erased.
pub fn decode_event(stored: &StoredEvent) -> Result<EventView, serde_json::Error> {
    let record: Record = serde_json::from_str(&stored.record)?;
    let shopper: Option<ShopperPart> = stored
        .customer_part
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?;
    let staff: StaffPart = serde_json::from_str(&stored.staff_part)?;
    let (customer_email, reason, details) = shopper.map_or((None, None, None), |s| {
        (s.customer_email, s.reason, s.details)
    });
    Ok(EventView {
        seq: record.seq,
        time: record.time,
        action_group: record.action_group,
        action: record.action,
        full_action_name: record.full_action_name,
        result: record.result,
        admin: record.admin,
        admin_id: record.admin_id,
        role: record.role,
        ip_address: staff.ip_address,
        os_account: staff.os_account,
        customer_id: record.customer_id,
        customer_email,
        website: record.website,
        store_view: record.store_view,
        session_id: record.session_id,
        consent: record.consent,
        document: record.document,
        reason,
        ticket: record.ticket,
        details,
    })
}

#[cfg(test)]
#[path = "record_fields_tests.rs"]
mod fields_tests;
#[cfg(test)]
#[path = "record_select_tests.rs"]
mod select_tests;
