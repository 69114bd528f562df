//! Changes of who may do what: config, roles, admin users.

use serde_json::{Map, Value};

use super::Change;
use lac_model::audit::{ActionGroup, EventView, Outcome};

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
    let (before, after) = differing(detail("before"), detail("after"));
    Change {
        seq: event.seq,
        time: event.time,
        admin: event.admin.clone(),
        action_group: event.action_group.clone(),
        action: event.action.clone(),
        what: what.and_then(short),
        before: before.as_ref().and_then(short),
        after: after.as_ref().and_then(short),
    }
}

/// Both values; of two objects only the fields that differ.
fn differing(before: Option<&Value>, after: Option<&Value>) -> (Option<Value>, Option<Value>) {
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

/// A value as people write it, cut.
fn short(value: &Value) -> Option<String> {
    let text = words(value)?;
    Some(match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

fn words(value: &Value) -> Option<String> {
    let joined = |parts: Vec<String>, by: &str| match parts.as_slice() {
        [] => "none".to_owned(),
        parts => parts.join(by),
    };
    Some(match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) => joined(values.iter().filter_map(words).collect(), ", "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let value = words(value).unwrap_or_else(|| "none".to_owned());
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
    fn only_what_differs_is_told() {
        let was = json!({"access": "custom", "resources": [], "scope": "all"});
        let is = json!({"access": "custom", "resources": ["a", "b"], "scope": "all"});
        let (before, after) = differing(Some(&was), Some(&is));
        let told = [before, after].map(|value| short(&value.unwrap()).unwrap());
        assert_eq!(told, ["resources: none", "resources: a, b"]);
        let whole = differing(None, Some(&was)).1.unwrap();
        let told = short(&whole).unwrap();
        assert_eq!(told, "access: custom; resources: none; scope: all");
        assert_eq!(short(&json!(null)), None);
        assert_eq!(
            short(&json!("ä".repeat(200))).unwrap().chars().count(),
            LONGEST + 1
        );
    }
}
