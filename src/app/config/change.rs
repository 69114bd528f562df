//! Setting a field at a scope, and letting it inherit again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Place, resource};
use crate::app::{Desk, Done, Work, act, known, sessions};
use crate::domain::audit::{Action, Event};
use crate::domain::config::{self, Field};
use crate::domain::fault::Fault;
use crate::domain::scope::ConfigScope;
use crate::domain::session::EndCause;
use crate::store::{ConfigRow, Permit, Result};

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
    let fill = |event: &mut Event| {
        event.detail("path", field.path);
        event.detail("scope", scope.to_string());
    };
    act(desk, action, &[resource(field)], fill, |work, permit| {
        let (id, website, store_view) = {
            let place = Place::find(work, &scope)?;
            (place.id(), place.website.cloned(), place.view.cloned())
        };
        work.draft.website = website.map(|website| website.code);
        work.draft.store_view = store_view.map(|view| view.code);
        if scope == ConfigScope::Default {
            work.demand_all_websites("a value for every website")?;
        }
        let before = work
            .config
            .stored(field.path, scope.level(), id)
            .map(str::to_owned);
        let answer = |changed| Changed {
            path: field.path.to_owned(),
            scope: scope.clone(),
            before: before.clone(),
            after: value.clone(),
            changed,
        };
        if before == value {
            return Ok(Done::Unchanged(answer(false)));
        }
        match &value {
            Some(value) => work.tx.config_put(
                permit,
                &ConfigRow {
                    path: field.path.to_owned(),
                    level: scope.level(),
                    scope_id: id,
                    value: value.clone(),
                },
            )?,
            None => {
                work.tx
                    .config_remove(permit, field.path, scope.level(), id)?;
            }
        }
        work.draft.change(
            before.clone().map(Value::from),
            value.clone().map(Value::from),
        );
        consequences(work, permit, field)?;
        let recorded = work.record()?;
        Ok(Done::Recorded(answer(true), recorded))
    })
}

/// What a changed field brings with it.
fn consequences(work: &mut Work<'_>, permit: &Permit<'_>, field: &Field) -> Result<()> {
    if field.path == config::LOGGED_ACTIONS {
        work.log_everything();
    }
    work.reload()?;
    if field.path == config::ENABLED && !work.config.is_yes(config::ENABLED)? {
        sessions::end_all(work, permit, EndCause::FeatureDisabled)?;
    }
    if field.path == config::CONSENT_MODE {
        sessions::end_where_consent_is_gone(work, permit, None)?;
    }
    Ok(())
}
