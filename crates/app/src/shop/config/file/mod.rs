//! Config files (`lac-config/1`).

pub(super) mod plan;
mod read;
mod write;

pub use plan::ConfigChange;
pub(super) use read::ConfigFile;
pub(super) use write::write_file;

use std::collections::BTreeMap;

use super::field_resource;
use crate::ReadView;
use crate::core::config::damaged_value;
use lac_model::config::{ConfigField, fields};
use lac_model::resource::Resource;
use lac_model::scope::{ConfigScope, ScopeLevel};
use lac_store::Result;

/// The value of `format` in a file.
pub const FORMAT: &str = "lac-config/1";

/// The resources for the two parts of the config.
pub(super) const RESOURCES: [Resource; 2] = [Resource::CONFIG_SECTION, Resource::CONFIG];

/// A field at a scope; ordered by scope, then as in the registry of fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ScopedField {
    pub scope: ConfigScope,
    /// The index in [`fields`].
    index: usize,
}

impl ScopedField {
    /// `None` if there is no field with this path.
    pub(super) fn new(scope: ConfigScope, path: &str) -> Option<Self> {
        let index = fields().iter().position(|field| field.path == path)?;
        Some(Self { scope, index })
    }

    pub(super) fn field(&self) -> &'static ConfigField {
        &fields()[self.index]
    }
}

/// Values in canonical form, either as stored or as in a file.
pub(super) type ConfigState = BTreeMap<ScopedField, String>;

/// The stored values that the actor may read and that a file can set.
pub(super) fn stored_state(view: &ReadView<'_>) -> Result<ConfigState> {
    let tree = view.store_tree()?;
    let scope = |level: ScopeLevel, id: i64| match level {
        ScopeLevel::Default => Some(ConfigScope::Default),
        ScopeLevel::Website => {
            let website = tree.website(id)?;
            let seen = view.actor.can_see_website(website.id);
            seen.then(|| ConfigScope::Website(website.code.clone()))
        }
        ScopeLevel::StoreView => {
            let found = tree.view(id)?;
            let seen = view.actor.can_see_website(found.website_id);
            seen.then(|| ConfigScope::StoreView(found.code.clone()))
        }
    };
    let mut state = ConfigState::new();
    for row in view.config.rows() {
        let Some(scope) = scope(row.level, row.scope_id) else {
            continue;
        };
        let key = ScopedField::new(scope, &row.path);
        let is_ours = |key: &ScopedField| {
            let field = key.field();
            let may = view.actor.rights.allows(field_resource(field));
            may && field.allows_scope(&row.level) && !field.read_only
        };
        if let Some(key) = key.filter(is_ours) {
            let value = key.field().kind.normalize(&row.value);
            let value = value.map_err(|problem| damaged_value(&row.path, &key.scope, &problem))?;
            state.insert(key, value);
        }
    }
    Ok(state)
}

/// Descriptions of the sections that are left out because the actor lacks their
/// resources.
pub(super) fn left_out_sections(view: &ReadView<'_>, needed: &[Resource]) -> Vec<String> {
    let lacks = |resource: &&Resource| !view.actor.rights.allows(**resource);
    let said = |resource: &Resource| {
        let what = if *resource == Resource::CONFIG_SECTION {
            "login_as_customer/… and lac/…"
        } else {
            "every section but Login as Customer"
        };
        format!("{what}: that takes {resource}")
    };
    needed.iter().filter(lacks).map(said).collect()
}
