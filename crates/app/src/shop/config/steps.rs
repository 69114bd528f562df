//! The steps of all config changes: a command changes one value, a file many.
//! No other code changes values, except imports of store configs.

use serde_json::Value;

use super::ScopePlace;
use crate::UnitOfWork;
use crate::core::sessions;
use lac_model::audit::Event;
use lac_model::config::{self, ConfigField};
use lac_model::scope::ConfigScope;
use lac_model::session::EndCause;
use lac_store::{ConfigRow, ConfigWrite, Permit, Result, SessionWrite};

/// Fills field and scope in an event.
pub(super) fn describe_event(event: &mut Event, field: &ConfigField, scope: &ConfigScope) {
    event.add_detail("path", field.path);
    event.add_detail("scope", scope.to_string());
}

/// The result of writing a value.
#[derive(Debug)]
pub(super) struct ValueWritten {
    /// The value that was stored at this scope before.
    pub before: Option<String>,
    pub changed: bool,
}

/// Sets a field's value at a scope, or removes it for `None`, and describes the
/// change in the draft of the event. Writes nothing if the value is the same.
pub(super) fn write_value(
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

/// Applies the effects of changed fields. Returns the number of sessions that
/// ended.
pub(super) fn apply_consequences(
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
