//! Setting a field at a scope, and letting it inherit again.

use serde::{Deserialize, Serialize};

use super::{file, resource, steps};
use crate::confirm::{Confirmation, Reach};
use crate::{Desk, Done, act_with, known};
use lac_model::audit::{Action, Event};
use lac_model::config::{self, Field};
use lac_model::fault::Fault;
use lac_model::form::{LongText, ShortText};
use lac_model::resource::Resource;
use lac_model::scope::ConfigScope;
use lac_store::{Act, ConfigWrite, Covers, Result, SessionWrite};

/// Sets a field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Set {
    pub path: ShortText,
    pub value: LongText,
    pub scope: ConfigScope,
    #[serde(default)]
    pub confirmation: Confirmation,
}

/// Removes a field's value at a scope, so that it inherits again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unset {
    pub path: ShortText,
    pub scope: ConfigScope,
    #[serde(default)]
    pub confirmation: Confirmation,
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
    /// role scope is some websites; `confirmation_required` where somebody is
    /// there to be asked about another consent mode.
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let field = changeable(&self.path, &self.scope)?;
        let value = field
            .kind
            .normalize(&self.value)
            .map_err(|e| Fault::invalid(field.path, e))?;
        let action = Action::ConfigSet;
        change(
            desk,
            action,
            field,
            self.scope,
            Some(value),
            self.confirmation,
        )
    }
}

impl Unset {
    /// # Errors
    /// As [`Set::run`].
    pub fn run(self, desk: &Desk<'_>) -> Result<Changed> {
        let field = changeable(&self.path, &self.scope)?;
        let action = Action::ConfigUnset;
        change(desk, action, field, self.scope, None, self.confirmation)
    }
}

/// What another consent mode means, for whoever is asked.
pub(super) fn consent_mode(after: Option<&str>, scope: &ConfigScope, ended: usize) -> String {
    let mode = after.unwrap_or("what it inherits");
    let whose = match scope {
        ConfigScope::Default => "every website without its own".to_owned(),
        other => other.to_string(),
    };
    let ended = match ended {
        0 => String::new(),
        1 => "; it ends 1 session".to_owned(),
        n => format!("; it ends {n} sessions"),
    };
    format!("change how customers of {whose} are asked for consent to {mode}{ended}")
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

/// Any change of a field.
struct FieldChange;

impl Act for FieldChange {
    const ANY_OF: &'static [Resource] = &file::RESOURCES;
}

impl Covers<ConfigWrite> for FieldChange {}
impl Covers<SessionWrite> for FieldChange {}

fn change(
    desk: &Desk<'_>,
    action: Action,
    field: &'static Field,
    scope: ConfigScope,
    value: Option<String>,
    confirmation: Confirmation,
) -> Result<Changed> {
    let fill = |event: &mut Event| steps::about(event, field, &scope);
    act_with::<FieldChange, _>(desk, action, &[resource(field)], fill, |work, permit| {
        let step = steps::write(work, &permit.narrow(), field, &scope, value.clone())?;
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
        let ended = steps::consequences(work, &permit.narrow(), &[field])?;
        if field.path == config::CONSENT_MODE {
            let what = consent_mode(answer.after.as_deref(), &answer.scope, ended);
            confirmation.demand(Reach::Wide, what)?;
        }
        let recorded = work.record()?;
        Ok(Done::Recorded(answer, recorded))
    })
}
