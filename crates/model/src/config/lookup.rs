//! Which value is effective: that of the narrowest scope that has one,
//! otherwise the field's default. Adobe Commerce does the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ConfigField, InvalidValue};
use crate::scope::{ConfigScope, ScopeError};

/// Where an effective value comes from.
///
/// Written as the scope, `built-in` or `unset`, in text and in serde.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ValueOrigin {
    /// Set in this scope.
    Scope(ConfigScope),
    /// The field's default.
    BuiltIn,
    /// Not set, and there is no default.
    Unset,
}

impl fmt::Display for ValueOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(scope) => scope.fmt(f),
            Self::BuiltIn => f.pad("built-in"),
            Self::Unset => f.pad("unset"),
        }
    }
}

impl From<ValueOrigin> for String {
    fn from(origin: ValueOrigin) -> Self {
        origin.to_string()
    }
}

impl TryFrom<String> for ValueOrigin {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        match text.as_str() {
            "built-in" => Ok(Self::BuiltIn),
            "unset" => Ok(Self::Unset),
            scope => scope.parse().map(Self::Scope),
        }
    }
}

/// The effective value of a field, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectiveValue {
    /// `None` only if the origin is [`ValueOrigin::Unset`].
    pub value: Option<String>,
    pub origin: ValueOrigin,
}

impl EffectiveValue {
    /// Whether the value of a yes/no field is `yes`.
    pub fn is_yes(&self) -> bool {
        self.value.as_deref() == Some("yes")
    }

    /// The number of a field of seconds, days or integers.
    pub fn as_number(&self) -> Option<u64> {
        self.value.as_deref()?.parse().ok()
    }
}

/// The scopes to look in, narrowest first: the store view, its website, the
/// default scope.
pub fn scope_chain(website: Option<&str>, store_view: Option<&str>) -> Vec<ConfigScope> {
    let store_view = store_view.map(|code| ConfigScope::StoreView(code.to_owned()));
    let website = website.map(|code| ConfigScope::Website(code.to_owned()));
    store_view
        .into_iter()
        .chain(website)
        .chain([ConfigScope::Default])
        .collect()
}

/// A stored value that its field does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidStoredValue {
    pub scope: ConfigScope,
    pub problem: InvalidValue,
}

/// The effective value of `field` along `chain` (see [`scope_chain`]).
/// `value_at` returns the value that is set in a scope. Scopes that the field
/// does not allow are skipped, so that a stray value there has no effect.
pub fn resolve<'v>(
    field: &ConfigField,
    chain: &[ConfigScope],
    mut value_at: impl FnMut(&ConfigScope) -> Option<&'v str>,
) -> Result<EffectiveValue, InvalidStoredValue> {
    for scope in chain
        .iter()
        .filter(|scope| field.allows_scope(&scope.level()))
    {
        if let Some(value) = value_at(scope) {
            let value = field
                .kind
                .normalize(value)
                .map_err(|problem| InvalidStoredValue {
                    scope: scope.clone(),
                    problem,
                })?;
            return Ok(EffectiveValue {
                value: Some(value),
                origin: ValueOrigin::Scope(scope.clone()),
            });
        }
    }
    Ok(match field.default {
        Some(value) => EffectiveValue {
            value: Some(value.to_owned()),
            origin: ValueOrigin::BuiltIn,
        },
        None => EffectiveValue {
            value: None,
            origin: ValueOrigin::Unset,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{BASE_URL, ENABLED, EXPIRATION_TIME, find_field};
    use super::*;

    fn effective_value(path: &str, set: &[(&str, &str)]) -> EffectiveValue {
        let set: BTreeMap<ConfigScope, &str> = set
            .iter()
            .map(|(scope, value)| (scope.parse().unwrap(), *value))
            .collect();
        let chain = scope_chain(Some("base"), Some("de"));
        resolve(find_field(path).unwrap(), &chain, |scope| {
            set.get(scope).copied()
        })
        .unwrap()
    }

    #[test]
    fn the_narrowest_scope_wins() {
        let all = [
            ("default", "https://a.example/"),
            ("website:base", "https://b.example/"),
            ("store-view:de", "https://c.example/"),
        ];
        for (count, (scope, value)) in all.iter().enumerate() {
            let effective = effective_value(BASE_URL, &all[..=count]);
            assert_eq!(effective.value.as_deref(), Some(*value));
            assert_eq!(effective.origin, ValueOrigin::Scope(scope.parse().unwrap()));
        }
        assert_eq!(
            effective_value(BASE_URL, &[("website:other", "x")]).origin,
            ValueOrigin::Unset
        );
    }

    #[test]
    fn defaults_apply_and_stray_values_do_not() {
        let effective = effective_value(
            ENABLED,
            &[("website:base", "yes"), ("store-view:de", "yes")],
        );
        assert_eq!(
            effective,
            EffectiveValue {
                value: Some("no".into()),
                origin: ValueOrigin::BuiltIn
            }
        );
        assert!(effective_value(ENABLED, &[("default", "yes")]).is_yes());
        assert_eq!(effective_value(EXPIRATION_TIME, &[]).as_number(), Some(60));
    }

    #[test]
    fn origins_are_written_as_text() {
        for text in [
            "default",
            "website:eu",
            "store-view:de",
            "built-in",
            "unset",
        ] {
            let origin = ValueOrigin::try_from(text.to_owned()).unwrap();
            assert_eq!(origin.to_string(), text);
        }
    }

    /// A value that was written into the database without this program has no
    /// effect if nobody could set it.
    #[test]
    fn an_invalid_stored_value_has_no_effect() {
        for field in super::super::fields() {
            for (value, is_any) in [("999999999", true), ("\u{202e}", false), ("", false)] {
                let set = |scope: &ConfigScope| (*scope == ConfigScope::Default).then_some(value);
                let found = resolve(field, &scope_chain(None, None), set);
                let expected = field.kind.normalize(value);
                assert!(
                    is_any || expected.is_err(),
                    "{} takes {value:?}",
                    field.path
                );
                match (found, expected) {
                    (Ok(found), Ok(expected)) => assert_eq!(found.value, Some(expected)),
                    (Err(unfit), Err(problem)) => {
                        assert_eq!(
                            (unfit.scope, unfit.problem),
                            (ConfigScope::Default, problem)
                        );
                    }
                    (found, expected) => panic!("{}: {found:?}, {expected:?}", field.path),
                }
            }
        }
        let set = |_: &ConfigScope| Some("999999999");
        assert!(
            resolve(
                find_field(EXPIRATION_TIME).unwrap(),
                &scope_chain(None, None),
                set
            )
            .is_err()
        );
    }
}
