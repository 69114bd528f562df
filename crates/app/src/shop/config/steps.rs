//! The inner steps of every act on config: a single command takes one, a whole
//! file many; there is no other way to change a value.

use serde_json::Value;

use super::ScopePlace;
use crate::UnitOfWork;
use crate::core::sessions;
use lac_model::audit::Event;
use lac_model::config::{self, ConfigField};
use lac_model::scope::ConfigScope;
use lac_model::session::EndCause;
use lac_store::{ConfigRow, ConfigWrite, Permit, Result, SessionWrite};

/// What the events of a value say they are about.
pub fn describe_event(event: &mut Event, field: &ConfigField, scope: &ConfigScope) {
    event.add_detail("path", field.path);
    event.add_detail("scope", scope.to_string());
}

/// What a step came to.
#[derive(Debug)]
pub struct ValueWritten {
    /// What was stored at this scope before.
    pub before: Option<String>,
    pub changed: bool,
}

/// Sets a field's value at a scope, or removes it for `None`, and says so in
/// the draft. Nothing is written where it is so already.
///
/// # Errors
/// `website_not_found`, `store_view_not_found`; `beyond_own_rights` for the
/// default scope where the role scope is some websites.
pub fn write_value(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, ConfigWrite>,
    field: &ConfigField,
    scope: &ConfigScope,
    value: Option<String>,
) -> Result<ValueWritten> {
    let (id, website, store_view) = {
        let place = ScopePlace::find(work, scope)?;
        (
            place.scope_id(),
            place.website.cloned(),
            place.view.cloned(),
        )
    };
    work.draft.website = website.map(|website| website.code);
    work.draft.store_view = store_view.map(|view| view.code);
    if *scope == ConfigScope::Default {
        work.require_all_websites("a value for every website")?;
    }
    let level = scope.level();
    let before = work.config.stored_at(field.path, level, id);
    let before = before.map(str::to_owned);
    let changed = before != value;
    if changed {
        work.draft.add_change(
            before.clone().map(Value::from),
            value.clone().map(Value::from),
        );
        match value {
            Some(value) => work.tx.config_put(
                permit,
                &ConfigRow {
                    path: field.path.to_owned(),
                    level,
                    scope_id: id,
                    value,
                },
            )?,
            None => {
                work.tx.config_remove(permit, field.path, level, id)?;
            }
        }
    }
    Ok(ValueWritten { before, changed })
}

/// What changed fields bring with them; how many sessions ended.
pub fn apply_consequences(
    work: &mut UnitOfWork<'_>,
    permit: &Permit<'_, SessionWrite>,
    fields: &[&ConfigField],
) -> Result<usize> {
    let is_among = |path: &str| fields.iter().any(|field| field.path == path);
    if is_among(config::LOGGED_ACTIONS) {
        work.log_everything();
    }
    work.reload()?;
    if is_among(config::ENABLED) && !work.config.is_yes(config::ENABLED)? {
        return sessions::end_all(work, permit, EndCause::FeatureDisabled);
    }
    if is_among(config::CONSENT_MODE) {
        return sessions::end_without_consent(work, permit, None);
    }
    Ok(0)
}
