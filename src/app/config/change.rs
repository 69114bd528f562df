//! Setting a field at a scope, and letting it inherit again.

use serde::{Deserialize, Serialize};

use super::{resource, steps};
use crate::app::{Desk, Done, act, known};
use crate::domain::audit::{Action, Event};
use crate::domain::config::Field;
use crate::domain::fault::Fault;
use crate::domain::scope::ConfigScope;
use crate::store::Result;

/// Sets a field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Set {
    pub path: String,
    pub value: String,
    pub scope: ConfigScope,
}

/// Removes a field's value at a scope, so that it inherits again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unset {
    pub path: String,
    pub scope: ConfigScope,
}

/// What a change came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
    pub path: String,
    pub scope: ConfigScope,
    /// What was stored at this scope before; `null` if it inherited.
    pub before: Option<String>,
    pub after: Option<String>,
    pub changed: bool,
}

impl Set {
    /// # Errors
    /// `config_path_not_found`, `invalid_value`, `scope_not_allowed`,
    /// `read_only`, `website_not_found`, `store_view_not_found`,
    /// `resource_denied`, `beyond_own_rights` for the default scope where the
    /// role scope is some websites.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let field = changeable(&self.path, &self.scope)?;
        let value = field
            .kind
            .normalize(&self.value)
            .map_err(|e| Fault::invalid(field.path, e))?;
        change(desk, Action::ConfigSet, field, self.scope, Some(value))
    }
}

impl Unset {
    /// # Errors
    /// As [`Set::run`].
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let field = changeable(&self.path, &self.scope)?;
        change(desk, Action::ConfigUnset, field, self.scope, None)
    }
}

fn changeable(path: &str, scope: &ConfigScope) -> Result<&'static Field> {
    let field = known(path)?;
    if field.read_only {
        return Err(Fault::ReadOnly {
            what: format!("{path} is fixed when the store is made"),
        });
    }
    if !field.allows(&scope.level()) {
        return Err(Fault::ScopeNotAllowed {
            path: path.to_owned(),
            scope: scope.to_string(),
            allowed: field.scopes.iter().map(ToString::to_string).collect(),
        });
    }
    Ok(field)
}

fn change(
    desk: &Desk<'_>,
    action: Action,
    field: &'static Field,
    scope: ConfigScope,
    value: Option<String>,
) -> Result<Changed> {
    let fill = |event: &mut Event| steps::about(event, field, &scope);
    act(desk, action, &[resource(field)], fill, |work, permit| {
        let step = steps::write(work, permit, field, &scope, value.clone())?;
        let answer = Changed {
            path: field.path.to_owned(),
            scope: scope.clone(),
            before: step.before,
            after: value,
            changed: step.changed,
        };
        if !answer.changed {
            return Ok(Done::Unchanged(answer));
        }
        steps::consequences(work, permit, &[field])?;
        let recorded = work.record()?;
        Ok(Done::Recorded(answer, recorded))
    })
}
