//! Audit events for a SIEM: records of the Open Cybersecurity Schema Framework
//! (OCSF). `docs/siem.md` describes the mapping and the reasons for it.

mod kind;
mod objects;

use serde_json::{Map, Value, json};

use self::kind::{OTHER_ACTIVITY, is_sensitive};
pub use self::kind::{OcsfClass, OcsfKind};
use self::objects::{
    actor, admin_user, customer_user, detail, entity, privileges, service, src_endpoint,
};
use lac_model::audit::{Action, EventView, Outcome};

/// The version of the schema. It is the oldest in which Entity Management has
/// Enable and Disable, so that most SIEMs understand it.
pub const SCHEMA_VERSION: &str = "1.3.0";

/// Failures that an analyst should look at: attempts without the rights, and
/// copied login URLs.
const ALARMING_CODES: [&str; 6] = [
    "not_authenticated",
    "resource_denied",
    "beyond_own_rights",
    "token_invalid",
    "token_spent",
    "audience_mismatch",
];

/// The event as an OCSF record with every attribute that its class requires.
///
/// Keys are sorted and absent values are left out, so that the same event
/// always gives the same bytes. Values for which the schema has no attribute
/// are in `unmapped`, under their names in the log. Nothing of an event is
/// lost: `time` has only milliseconds, but `metadata.original_time` has the
/// microseconds. `product_version` is the version of the program.
pub fn to_ocsf(event: &EventView, product_version: &str) -> Value {
    let action = Action::ALL
        .iter()
        .find(|action| action.full_name() == event.full_action_name);
    let kind = event_kind(event, action.copied());
    let mut record = base_record(event, kind, product_version);
    let (severity_id, severity) = severity(event, action.copied());
    let failed = event.result == Outcome::Failure;
    let code = detail(event, "code").filter(|_| failed);
    let mut put = |more: Value| add_non_null(&mut record, more);
    put(json!({
        "severity_id": severity_id,
        "severity": severity,
        "status_id": if failed { 2 } else { 1 },
        "status": if failed { "Failure" } else { "Success" },
        "message": message(event, code.as_deref()),
        "status_code": code,
        "status_detail": detail(event, if failed { "message" } else { "cause" }),
        "actor": actor(event),
        "src_endpoint": src_endpoint(event),
    }));
    put(match kind.class {
        OcsfClass::Authentication => json!({
            "user": customer_user(event, kind),
            "service": service(event),
            "session": event.session_id.as_ref().map(|id| json!({ "uid": id })),
            "logon_type_id": 99,
            "logon_type": "Impersonation",
            "duration": duration_seconds(event).map(|seconds| seconds.saturating_mul(1000)),
        }),
        OcsfClass::AccountChange => json!({ "user": admin_user(event) }),
        OcsfClass::UserAccess => json!({
            "user": admin_user(event),
            "privileges": privileges(event),
        }),
        OcsfClass::EntityManagement => json!({ "entity": entity(event, kind) }),
    });
    put(json!({ "unmapped": unmapped(event, kind) }));
    Value::Object(record)
}

/// Maps an event to its class and activity. The end of a session that was never
/// opened is not a logoff.
fn event_kind(event: &EventView, action: Option<Action>) -> OcsfKind {
    let kind = action.map_or_else(OcsfKind::unknown, OcsfKind::from_action);
    let is_end = matches!(action, Some(Action::LoginEnd | Action::LoginExpire));
    let succeeded = event.result == Outcome::Success;
    if is_end && succeeded && event.details.is_some() && duration_seconds(event).is_none() {
        return OcsfKind {
            activity: OTHER_ACTIVITY,
            ..kind
        };
    }
    kind
}

fn duration_seconds(event: &EventView) -> Option<u64> {
    event.details.as_ref()?.get("duration_seconds")?.as_u64()
}

/// The attributes that all records have.
fn base_record(event: &EventView, kind: OcsfKind, product_version: &str) -> Map<String, Value> {
    let (class, activity) = (kind.class, kind.activity);
    let caption = kind.activity_caption();
    // In these classes the schema has an actor only as part of a profile.
    let needs_profile = matches!(class, OcsfClass::EntityManagement | OcsfClass::UserAccess);
    let mut record = Map::new();
    add_non_null(
        &mut record,
        json!({
            "time": event.time.micros().div_euclid(1000),
            "category_uid": 3,
            "category_name": "Identity & Access Management",
            "class_uid": class.uid(),
            "class_name": class.caption(),
            "activity_id": activity,
            "activity_name": if activity == OTHER_ACTIVITY { &event.action } else { caption },
            "type_uid": class.uid() * 100 + u32::from(activity),
            "type_name": format!("{}: {caption}", class.caption()),
            "metadata": without_nulls(json!({
                "version": SCHEMA_VERSION,
                "profiles": needs_profile.then_some(["host"]),
                "product": {
                    "name": "lac",
                    "vendor_name": "login-as-customer",
                    "version": product_version,
                },
                "uid": event.seq.to_string(),
                "sequence": event.seq,
                "event_code": event.full_action_name,
                "correlation_uid": event.session_id,
                "log_name": "audit",
                "original_time": event.time,
            })),
        }),
    );
    record
}

/// Informational (1) for everyday events. Low (2) for changes of rights, and
/// for refusals. Medium (3) for attempts without the rights, copied login URLs,
/// a checkpoint file that was written again, and accepted changes that were
/// made directly in the database.
fn severity(event: &EventView, action: Option<Action>) -> (u8, &'static str) {
    let code = detail(event, "code").unwrap_or_default();
    let failed = event.result == Outcome::Failure;
    let alarming = failed && ALARMING_CODES.contains(&code.as_str());
    let is_past_a_proof = matches!(action, Some(Action::LogRecover | Action::LogAccept));
    if alarming || is_past_a_proof {
        (3, "Medium")
    } else if failed || action.is_some_and(is_sensitive) {
        (2, "Low")
    } else {
        (1, "Informational")
    }
}

/// One line for people. It contains no text from outside.
fn message(event: &EventView, code: Option<&str>) -> String {
    let result = code.unwrap_or(event.result.as_str());
    format!("{} {}: {result}", event.action_group, event.action)
}

/// The values that have no attribute of their own.
fn unmapped(event: &EventView, kind: OcsfKind) -> Value {
    let is_about_staff = kind.name_detail == "admin_user";
    let has_session = kind.class == OcsfClass::Authentication || kind.entity == "session";
    without_nulls(json!({
        "action_group": event.action_group,
        "action": event.action,
        "admin_id": event.admin_id.filter(|_| event.admin.is_none()),
        "role": event.role.as_ref().filter(|_| event.admin.is_none()),
        "os_account": event.os_account,
        "customer_id": event.customer_id.filter(|_| is_about_staff),
        "customer_email": event.customer_email.as_ref().filter(|_| is_about_staff),
        "website": event.website,
        "store_view": event.store_view,
        "session_id": event.session_id.as_ref().filter(|_| !has_session),
        "consent": event.consent,
        "document": event.document,
        "reason": event.reason,
        "ticket": event.ticket,
        "details": event.details,
    }))
}

fn add_non_null(record: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = without_nulls(more) {
        record.extend(more);
    }
}

/// Removes members that are null, only at the top level: a null inside the
/// details has a meaning.
fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

#[cfg(test)]
mod tests;
