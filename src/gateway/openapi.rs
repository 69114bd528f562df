//! The OpenAPI document, made from the table of routes. Its schemas are in
//! `schemas.json`; the tests compare every answer they see with it.

use serde_json::{Map, Value, json};

use super::routes::{Access, QueryParameter, Route, by_path};
use lac_store::Result;

use super::workers::to_json;

const SCHEMAS: &str = include_str!("schemas.json");

/// The document, as JSON.
pub(super) fn document() -> Result<Vec<u8>> {
    let mut paths = Map::new();
    for routes in by_path() {
        let mut path = Map::new();
        let names = parameter_names(routes[0].path);
        if !names.is_empty() {
            let parameters: Vec<Value> = names.iter().map(|name| path_parameter(name)).collect();
            path.insert("parameters".to_owned(), Value::Array(parameters));
        }
        for route in routes {
            path.insert(route.method.to_lowercase(), operation(route));
        }
        paths.insert(routes[0].path.to_owned(), Value::Object(path));
    }
    let schemas: Value =
        serde_json::from_str(SCHEMAS).map_err(lac_model::fault::Fault::internal)?;
    to_json(&json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Login as Customer: the storefront's side",
            "version": "1",
            "summary": "Redeem login tokens, check sessions, report what was done, ask for consent.",
            "description": "Versions only grow: clients ignore fields and values that they do not know. \
                A session state other than `active` is over.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"storefront": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"storefront": {
                "type": "http",
                "scheme": "bearer",
                "description": "The access token of a storefront's account (`lac storefront add`).",
            }},
        },
    }))
}

/// The names in braces.
fn parameter_names(path: &str) -> Vec<&str> {
    let segments = path.split('/');
    segments
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

fn path_parameter(name: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "minLength": 1}})
}

fn query_parameter(parameter: &QueryParameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": {"$ref": reference(parameter.schema)},
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "responses": responses(route),
    });
    if route.access == Access::Public {
        operation["security"] = json!([]);
    }
    if let Some(schema) = route.request {
        operation["requestBody"] = json!({
            "required": route.is_body_required,
            "content": content("application/json", schema),
        });
    }
    if !route.query.is_empty() {
        let parameters: Vec<Value> = route.query.iter().map(query_parameter).collect();
        operation["parameters"] = Value::Array(parameters);
    }
    operation
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    let answer = json!({
        "description": "Done.",
        "content": content("application/json", route.answer),
    });
    responses.insert("200".to_owned(), answer);
    for status in route.problems() {
        let mut problem = json!({
            "description": description(status),
            "content": content("application/problem+json", "Problem"),
        });
        match status {
            401 => problem["headers"] = header("WWW-Authenticate", "string"),
            429 | 503 => problem["headers"] = header("Retry-After", "integer"),
            _ => {}
        }
        responses.insert(status.to_string(), problem);
    }
    Value::Object(responses)
}

fn content(kind: &str, schema: &str) -> Value {
    json!({kind: {"schema": {"$ref": reference(schema)}}})
}

fn reference(schema: &str) -> String {
    format!("#/components/schemas/{schema}")
}

fn header(name: &str, kind: &str) -> Value {
    json!({name: {"schema": {"type": kind}}})
}

fn description(status: u16) -> &'static str {
    match status {
        400 => "A value is malformed or missing.",
        401 => "The token is no storefront's, or is not valid any more.",
        403 => "The storefront may not do this.",
        404 => "There is no such thing within the token's websites.",
        408 => "The body did not arrive in time.",
        409 => "The rules do not allow it, or it conflicts with what is on record.",
        413 => "The body is too large.",
        415 => "The body is not JSON.",
        429 => "Too many requests.",
        503 => "The store is busy, or cannot verify its log.",
        _ => "The gateway failed.",
    }
}
