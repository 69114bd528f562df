//! The JSON schemas of files that declare roles and config, written from the
//! resource tree and the registry of config.

use serde_json::{Map, Value, json};

use lac_app::access::roles as role_files;
use lac_app::shop::config as config_files;
use lac_model::config::{ConfigField, ValueType, fields};
use lac_model::resource::Resource;
use lac_model::scope::{MAX_CODE_LEN, ScopeLevel};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// `lac-roles/1`.
pub(crate) fn roles() -> Value {
    let ids: Vec<&str> = Resource::all().map(Resource::id).collect();
    let endings: Vec<&str> = Resource::all().map(Resource::short_id).collect();
    let name = json!({
        "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^-\\s]",
        "description": "1 to 64 characters",
    });
    let resources = json!({
        "type": "array", "uniqueItems": true,
        "description": "What a role with custom access holds: full ids, or endings that fit one resource",
        "items": {"anyOf": [
            {"enum": ids},
            {"enum": endings},
            {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$"},
        ]},
    });
    let scope = json!({
        "description": "Where it counts: everywhere, or on these websites",
        "anyOf": [
            {"const": "all"},
            {"type": "array", "uniqueItems": true, "items": {"type": "string"}},
        ],
    });
    let role = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "access", "scope"],
        "properties": {
            "name": name,
            "access": {"enum": ["all", "custom"], "description": "Everything, or what resources says"},
            "scope": scope,
            "resources": resources,
        },
        "if": {"properties": {"access": {"const": "all"}}},
        "then": {"properties": {"resources": {"maxItems": 0}}},
    });
    let user = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "role"],
        "properties": {
            "name": name,
            "full_name": {"type": "string", "maxLength": 255},
            "role": {"type": "string", "description": "A role of this file or of the store"},
            "os_account": {
                "type": "string", "maxLength": 64,
                "description": "The operating-system account that is this admin user",
            },
            "enabled": {"type": "boolean", "default": true},
        },
    });
    json!({
        "$schema": DRAFT,
        "title": "Roles and admin users of lac",
        "description": "Written by lac role export, read by lac role diff and lac role apply",
        "type": "object",
        "additionalProperties": false,
        "required": ["format"],
        "anyOf": [{"required": ["role"]}, {"required": ["user"]}],
        "properties": {
            "format": {"const": role_files::FORMAT},
            "role": {"type": "array", "items": role},
            "user": {"type": "array", "items": user},
        },
    })
}

/// `lac-config/1`.
pub(crate) fn config() -> Value {
    let scopes = |level: ScopeLevel| {
        json!({
            "type": "object",
            "propertyNames": {"maxLength": MAX_CODE_LEN},
            "additionalProperties": table(level),
        })
    };
    json!({
        "$schema": DRAFT,
        "title": "Config of lac",
        "description": "Written by lac config export, read by lac config diff and lac config apply",
        "type": "object",
        "additionalProperties": false,
        "required": ["format"],
        "properties": {
            "format": {"const": config_files::FORMAT},
            "default": table(ScopeLevel::Default),
            "website": scopes(ScopeLevel::Website),
            "store-view": scopes(ScopeLevel::StoreView),
        },
    })
}

fn table(level: ScopeLevel) -> Value {
    let allowed = fields().iter().filter(|field| field.allows_scope(&level));
    let properties: Map<String, Value> = allowed
        .map(|field| (field.path.to_owned(), value(field)))
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn value(field: &ConfigField) -> Value {
    let text = json!({"type": "string"});
    let number = |min: u64, max: u64| json!({"type": "integer", "minimum": min, "maximum": max});
    let mut value = match field.kind {
        ValueType::YesNo => json!({"anyOf": [
            {"type": "boolean"},
            {"enum": [0, 1]},
            {"type": "string", "pattern": "^([Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[01])$"},
        ]}),
        ValueType::Seconds { min, max }
        | ValueType::OffOrSeconds { min, max }
        | ValueType::Days { min, max }
        | ValueType::Integer { min, max } => {
            json!({"anyOf": [number(min, max), text]})
        }
        ValueType::Text { max } | ValueType::Name { max } => {
            json!({"type": "string", "minLength": 1, "maxLength": max})
        }
        ValueType::OneOf(choices) => json!({"enum": choices}),
        ValueType::BaseUrl
        | ValueType::Timezone
        | ValueType::ActionGroups
        | ValueType::Pattern
        | ValueType::WordSet(_)
        | ValueType::NameList { .. } => text,
    };
    let object = value.as_object_mut().expect("an object");
    object.insert("title".to_owned(), json!(field.title));
    let takes = if field.read_only {
        "cannot be changed".to_owned()
    } else {
        field.kind.expected()
    };
    let description = format!("{} Takes: {takes}.", field.description);
    object.insert("description".to_owned(), json!(description));
    if let Some(default) = field.default {
        object.insert("default".to_owned(), json!(default));
    }
    value
}
