//! Sets a field at a scope, or removes its value so that it inherits.

use serde::{Deserialize, Serialize};

use super::{field_resource, file, steps};
use crate::core::confirm::{Confirmation, Impact};
use crate::{Context, WriteOutcome, config_field, write_with_resources};
use lac_model::audit::{Action, Event};
use lac_model::bounded::{LongText, ShortText};
use lac_model::config::{self, ConfigField};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::ConfigScope;
use lac_store::{Act, ConfigWrite, Covers, Result, SessionWrite};

/// Sets a field at a scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigSet {
    pub path: ShortText,
    pub value: LongText,
    pub scope: ConfigScope,
    #[serde(default)]
    pub confirmation: Confirmation,
}

/// Removes a field's value at a scope, so that it inherits again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigUnset {
    pub path: ShortText,
    pub scope: ConfigScope,
    #[serde(default)]
    pub confirmation: Confirmation,
}

/// A field after the change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigChanged {
    pub path: String,
    pub scope: ConfigScope,
    /// The value that was stored at this scope before; `null` if the field
    /// inherited.
    pub before: Option<String>,
    pub after: Option<String>,
    pub changed: bool,
}

impl ConfigSet {
    /// # Errors
    /// `config_path_not_found`, `read_only`, `scope_not_allowed`,
    /// `invalid_value`, `website_not_found`, `store_view_not_found`,
    /// `resource_denied`; `beyond_own_rights` for the default scope if the
    /// actor's role scope is limited to some websites; `confirmation_required`
    /// for another consent mode if a person can be asked.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigChanged> {
        let field = changeable_field(&self.path, &self.scope)?;
        let value = field
            .kind
            .normalize(&self.value)
            .map_err(|e| Fault::invalid(field.path, e))?;
        let action = Action::ConfigSet;
        change_value(
            context,
            action,
            field,
            self.scope,
            Some(value),
            self.confirmation,
        )
    }
}

impl ConfigUnset {
    /// # Errors
    /// As [`ConfigSet::run`], except `invalid_value`.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigChanged> {
        let field = changeable_field(&self.path, &self.scope)?;
        let action = Action::ConfigUnset;
        change_value(context, action, field, self.scope, None, self.confirmation)
    }
}

/// The question whether to change the consent mode.
pub(super) fn consent_mode_question(
    after: Option<&str>,
    scope: &ConfigScope,
    ended: usize,
) -> String {
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
    format!("change the consent mode of {whose} to {mode}{ended}")
}

fn changeable_field(path: &str, scope: &ConfigScope) -> Result<&'static ConfigField> {
    let field = config_field(path)?;
    if field.read_only {
        return Err(Fault::ReadOnly {
            what: format!("{path} is fixed when the store is made"),
        });
    }
    if !field.allows_scope(&scope.level()) {
        return Err(Fault::ScopeNotAllowed {
            path: path.to_owned(),
            scope: scope.to_string(),
            allowed: field.scopes.iter().map(ToString::to_string).collect(),
        });
    }
    Ok(field)
}

/// The act of changing a field, by [`ConfigSet`] or [`ConfigUnset`].
struct FieldChange;

impl Act for FieldChange {
    const ANY_OF: &'static [Resource] = &file::RESOURCES;
}

impl Covers<ConfigWrite> for FieldChange {}
impl Covers<SessionWrite> for FieldChange {}

fn change_value(
    context: &Context<'_>,
    action: Action,
    field: &'static ConfigField,
    scope: ConfigScope,
    value: Option<String>,
    confirmation: Confirmation,
) -> Result<ConfigChanged> {
    let fill = |event: &mut Event| steps::describe_event(event, field, &scope);
    write_with_resources::<FieldChange, _>(
        context,
        action,
        &[field_resource(field)],
        fill,
        |work, permit| {
            let step = steps::write_value(work, &permit.narrow(), field, &scope, value.clone())?;
            let answer = ConfigChanged {
                path: field.path.to_owned(),
                scope: scope.clone(),
                before: step.before,
                after: value,
                changed: step.changed,
            };
            if !answer.changed {
                return Ok(WriteOutcome::Unchanged(answer));
            }
            let ended = steps::apply_consequences(work, &permit.narrow(), &[field])?;
            if field.path == config::CONSENT_MODE {
                let what = consent_mode_question(answer.after.as_deref(), &answer.scope, ended);
                confirmation.require(Impact::Broad, what)?;
            }
            let recorded = work.record()?;
            Ok(WriteOutcome::Recorded(answer, recorded))
        },
    )
}
