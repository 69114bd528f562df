//! The inner steps of every act on config: a single command takes one, a whole
//! file many; there is no other way to change a value.

use serde_json::Value;

use super::Place;
use crate::{Work, sessions};
use lac_model::audit::Event;
use lac_model::config::{self, Field};
use lac_model::scope::ConfigScope;
use lac_model::session::EndCause;
use lac_store::{ConfigRow, ConfigWrite, Permit, Result, SessionWrite};

/// What the events of a value say they are about.
pub fn about(event: &mut Event, field: &Field, scope: &ConfigScope) {
    event.detail("path", field.path);
    event.detail("scope", scope.to_string());
}

/// What a step came to.
#[derive(Debug)]
pub struct Written {
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
pub fn write(
    work: &mut Work<'_>,
    permit: &Permit<'_, ConfigWrite>,
    field: &Field,
    scope: &ConfigScope,
    value: Option<String>,
) -> Result<Written> {
    let (id, website, store_view) = {
        let place = Place::find(work, scope)?;
        (place.id(), place.website.cloned(), place.view.cloned())
    };
    work.draft.website = website.map(|website| website.code);
    work.draft.store_view = store_view.map(|view| view.code);
    if *scope == ConfigScope::Default {
        work.demand_all_websites("a value for every website")?;
    }
    let level = scope.level();
    let before = work.config.stored(field.path, level, id);
    let before = before.map(str::to_owned);
    let changed = before != value;
    if changed {
        work.draft.change(
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
    Ok(Written { before, changed })
}

/// What changed fields bring with them; how many sessions ended.
pub fn consequences(
    work: &mut Work<'_>,
    permit: &Permit<'_, SessionWrite>,
    fields: &[&Field],
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
        return sessions::end_where_consent_is_gone(work, permit, None);
    }
    Ok(0)
}
