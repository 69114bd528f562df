//! Changes of config, roles and admin users in a report.

use serde_json::{Map, Value};

use super::AdminChange;
use lac_model::audit::{ActionGroup, EventView, Outcome};

/// The longest text of a value, in characters.
const MAX_VALUE_CHARS: usize = 120;

const ADMIN_GROUPS: [ActionGroup; 3] = [
    ActionGroup::Config,
    ActionGroup::Roles,
    ActionGroup::AdminUsers,
];

/// Whether the event is such a change.
pub(super) fn is_admin_change(event: &EventView) -> bool {
    event.result == Outcome::Success
        && ADMIN_GROUPS
            .iter()
            .any(|group| group.as_str() == event.action_group)
        && event.action != "read"
}

pub(super) fn admin_change(event: &EventView) -> AdminChange {
    let detail = |key: &str| event.details.as_ref()?.get(key);
    let what = ["path", "admin_user", "role", "name"]
        .into_iter()
        .find_map(detail);
    let (before, after) = changed_fields(detail("before"), detail("after"));
    AdminChange {
        seq: event.seq,
        time: event.time,
        admin: event.admin.clone(),
        action_group: event.action_group.clone(),
        action: event.action.clone(),
        what: what.and_then(short_text),
        before: before.as_ref().and_then(short_text),
        after: after.as_ref().and_then(short_text),
    }
}

/// Both values; of two objects only the fields that differ.
fn changed_fields(before: Option<&Value>, after: Option<&Value>) -> (Option<Value>, Option<Value>) {
    let (Some(Value::Object(was)), Some(Value::Object(is))) = (before, after) else {
        return (before.cloned(), after.cloned());
    };
    let only = |of: &Map<String, Value>, other: &Map<String, Value>| {
        let fields = of
            .iter()
            .filter(|(name, value)| other.get(*name) != Some(*value));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone()));
        Some(Value::Object(fields.collect()))
    };
    (only(was, is), only(is, was))
}

/// A value as text for people, cut to [`MAX_VALUE_CHARS`].
fn short_text(value: &Value) -> Option<String> {
    let text = value_text(value)?;
    Some(match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

fn value_text(value: &Value) -> Option<String> {
    let joined = |parts: Vec<String>, by: &str| match parts.as_slice() {
        [] => "none".to_owned(),
        parts => parts.join(by),
    };
    Some(match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) => joined(values.iter().filter_map(value_text).collect(), ", "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let value = value_text(value).unwrap_or_else(|| "none".to_owned());
                format!("{name}: {value}")
            };
            joined(fields.iter().map(field).collect(), "; ")
        }
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_differing_fields_are_reported() {
        let was = json!({"access": "custom", "resources": [], "scope": "all"});
        let is = json!({"access": "custom", "resources": ["a", "b"], "scope": "all"});
        let (before, after) = changed_fields(Some(&was), Some(&is));
        let texts = [before, after].map(|value| short_text(&value.unwrap()).unwrap());
        assert_eq!(texts, ["resources: none", "resources: a, b"]);
        let whole = changed_fields(None, Some(&was)).1.unwrap();
        let texts = short_text(&whole).unwrap();
        assert_eq!(texts, "access: custom; resources: none; scope: all");
        assert_eq!(short_text(&json!(null)), None);
        assert_eq!(
            short_text(&json!("ä".repeat(200))).unwrap().chars().count(),
            MAX_VALUE_CHARS + 1
        );
    }
}
