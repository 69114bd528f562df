//! Config as a file declares it (`lac-config/1`).

pub mod plan;
mod read;
mod write;

pub use plan::Change;
pub use read::Declared;
pub use write::write;

use std::collections::BTreeMap;

use super::resource;
use crate::View;
use crate::settings::damaged;
use lac_model::config::{Field, fields};
use lac_model::resource::Resource;
use lac_model::scope::{ConfigScope, ScopeLevel};
use lac_store::Result;

/// What a file says of itself.
pub const FORMAT: &str = "lac-config/1";

/// Both that config can take.
pub const RESOURCES: [Resource; 2] = [Resource::CONFIG_SECTION, Resource::CONFIG];

/// A field at a scope; ordered by scope, then as the registry is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub scope: ConfigScope,
    /// Which of [`fields`].
    index: usize,
}

impl Key {
    /// `None` for a path that there is not.
    pub fn new(scope: ConfigScope, path: &str) -> Option<Self> {
        let index = fields().iter().position(|field| field.path == path)?;
        Some(Self { scope, index })
    }

    pub fn field(&self) -> &'static Field {
        &fields()[self.index]
    }
}

/// Canonical values: what a store holds or what a file wants.
pub type State = BTreeMap<Key, String>;

/// What is stored, as far as the actor may read it and a file can set it.
pub fn state(view: &View<'_>) -> Result<State> {
    let tree = view.tree()?;
    let scope = |level: ScopeLevel, id: i64| match level {
        ScopeLevel::Default => Some(ConfigScope::Default),
        ScopeLevel::Website => {
            let website = tree.website(id)?;
            let seen = view.actor.sees(website.id);
            seen.then(|| ConfigScope::Website(website.code.clone()))
        }
        ScopeLevel::StoreView => {
            let found = tree.view(id)?;
            let seen = view.actor.sees(found.website_id);
            seen.then(|| ConfigScope::StoreView(found.code.clone()))
        }
    };
    let mut state = State::new();
    for row in view.config.rows() {
        let Some(scope) = scope(row.level, row.scope_id) else {
            continue;
        };
        let key = Key::new(scope, &row.path);
        let is_ours = |key: &Key| {
            let field = key.field();
            let may = view.actor.rights.hold(resource(field));
            may && field.allows(&row.level) && !field.read_only
        };
        if let Some(key) = key.filter(is_ours) {
            let value = key.field().kind.normalize(&row.value);
            let value = value.map_err(|problem| damaged(&row.path, &key.scope, &problem))?;
            state.insert(key, value);
        }
    }
    Ok(state)
}

/// Those of the resources that the actor lacks, and what is left out for it.
pub fn left_out(view: &View<'_>, needed: &[Resource]) -> Vec<String> {
    let lacks = |resource: &&Resource| !view.actor.rights.hold(**resource);
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
