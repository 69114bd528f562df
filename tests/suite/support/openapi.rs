//! Compares requests and answers with the gateway's OpenAPI document: a small
//! reader of JSON Schema, which knows the words that the document uses.

use serde_json::{Map, Value};

/// What an OpenAPI document says of one operation.
pub(crate) struct Operation<'d> {
    document: &'d Value,
    operation: &'d Value,
}

impl<'d> Operation<'d> {
    /// The operation of a method and path; `None` if there is none.
    pub(crate) fn find(document: &'d Value, method: &str, path: &str) -> Option<Self> {
        let path = path.split('?').next()?;
        let paths = document["paths"].as_object()?.iter();
        let mut matching = paths.filter(|(template, _)| is_match(template, path));
        let (_, item) = matching.next()?;
        let method = if method == "HEAD" {
            "get"
        } else {
            &method.to_lowercase()
        };
        let operation = item.get(method)?;
        Some(Self {
            document,
            operation,
        })
    }

    /// How a request's body differs from its schema, if the document has one.
    pub(crate) fn request_problem(&self, body: &Value) -> Option<String> {
        let content = &self.operation["requestBody"]["content"]["application/json"];
        let schema = content.get("schema")?;
        let mut checker = Checker::new(self.document);
        checker.check(schema, body, "the body");
        checker.problems.into_iter().next()
    }

    /// How an answer differs from the document.
    pub(crate) fn answer_problem(&self, status: u16, kind: &str, body: &Value) -> Option<String> {
        let Some(response) = self.operation["responses"].get(status.to_string()) else {
            return Some(format!("{status} is not in the document"));
        };
        let Some(schema) = response["content"][kind].get("schema") else {
            return Some(format!("{kind} is not in the document for {status}"));
        };
        let mut checker = Checker::new(self.document);
        checker.check(schema, body, "the answer");
        checker.problems.into_iter().next()
    }
}

fn is_match(template: &str, path: &str) -> bool {
    let (mut names, mut found) = (template.split('/'), path.split('/'));
    loop {
        match (names.next(), found.next()) {
            (None, None) => return true,
            (Some(name), Some(value)) if name.starts_with('{') || name == value => {}
            _ => return false,
        }
    }
}

struct Checker<'d> {
    document: &'d Value,
    problems: Vec<String>,
}

impl<'d> Checker<'d> {
    fn new(document: &'d Value) -> Self {
        Self {
            document,
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, at: &str, what: &str) {
        self.problems.push(format!("{at}: {what}"));
    }

    /// Stricter than JSON Schema in one thing: a field that the schema does not
    /// name is a problem, unless the schema names none.
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let schema = schema.as_object().expect("a schema is an object");
        for (word, rule) in schema {
            match word.as_str() {
                "$ref" => {
                    let pointer = rule.as_str().expect("a reference");
                    let found = self.document.pointer(pointer.trim_start_matches('#'));
                    let found = found.unwrap_or_else(|| panic!("{pointer} is not there"));
                    self.check(found, value, at);
                }
                "type" if !has_type(rule, value) => self.problem(at, &format!("not {rule}")),
                "const" if rule != value => self.problem(at, &format!("not {rule}")),
                "enum" if !is_one_of(rule, value) => self.problem(at, &format!("not in {rule}")),
                "oneOf" | "anyOf" => self.check_choices(rule, value, at),
                "required" => self.check_required(rule, value, at),
                "properties" => self.check_properties(rule, value, at),
                "items" => {
                    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}[{n}]"));
                    }
                }
                "format" => assert_eq!(rule, "date-time"),
                "type" | "const" | "enum" | "description" | "examples" | "pattern"
                | "minLength" | "maxLength" | "minItems" | "maxItems" | "minimum" | "maximum"
                | "default" => {}
                other => panic!("the document uses {other}, which is not checked"),
            }
        }
    }

    fn check_choices(&mut self, choices: &Value, value: &Value, at: &str) {
        let choices = choices.as_array().expect("choices");
        let fits = choices.iter().any(|choice| {
            let mut checker = Checker::new(self.document);
            checker.check(choice, value, at);
            checker.problems.is_empty()
        });
        if !fits {
            self.problem(at, "fits none of the choices");
        }
    }

    fn check_required(&mut self, names: &Value, value: &Value, at: &str) {
        for name in names.as_array().expect("names") {
            let name = name.as_str().expect("a name");
            if value.is_object() && value.get(name).is_none() {
                self.problem(at, &format!("{name} is missing"));
            }
        }
    }

    fn check_properties(&mut self, properties: &Value, value: &Value, at: &str) {
        let none = Map::new();
        let fields = value.as_object().unwrap_or(&none);
        for (name, field) in fields {
            match properties.get(name) {
                Some(schema) => self.check(schema, field, &format!("{at}.{name}")),
                None => self.problem(at, &format!("{name} is not in the document")),
            }
        }
    }
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("no type: {other}"),
    };
    match rule {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().expect("a type"))),
        _ => panic!("no type: {rule}"),
    }
}

fn is_one_of(choices: &Value, value: &Value) -> bool {
    choices.as_array().expect("choices").contains(value)
}
