//! Changes of who may do what: config, roles, admin users.

use serde_json::Value;

use super::Change;
use crate::domain::audit::{ActionGroup, EventView, Outcome};

/// The longest text of a value before or after, in characters.
const LONGEST: usize = 120;

const GROUPS: [ActionGroup; 3] = [
    ActionGroup::Config,
    ActionGroup::Roles,
    ActionGroup::AdminUsers,
];

/// Whether the event changed something of it.
pub(super) fn is_one(event: &EventView) -> bool {
    event.result == Outcome::Success
        && GROUPS
            .iter()
            .any(|group| group.as_str() == event.action_group)
        && event.action != "read"
}

pub(super) fn change(event: &EventView) -> Change {
    let detail = |key: &str| event.details.as_ref()?.get(key);
    let what = ["path", "admin_user", "role", "name"]
        .into_iter()
        .find_map(detail);
    let value = |key| detail(key).and_then(short);
    Change {
        seq: event.seq,
        time: event.time,
        admin: event.admin.clone(),
        action_group: event.action_group.clone(),
        action: event.action.clone(),
        what: what.and_then(short),
        before: value("before"),
        after: value("after"),
    }
}

/// Text as it is, everything else as compact JSON, cut.
fn short(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}
