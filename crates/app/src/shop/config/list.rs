//! Lists the fields that an actor may read, with their values at a scope;
//! describes a field.

use serde::{Deserialize, Serialize};

use super::{ScopePlace, field_resource};
use crate::{Context, ReadView, config_field, read};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::config::lookup::ValueOrigin;
use lac_model::config::{ConfigField, fields};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::{ConfigScope, ScopeLevel};
use lac_store::Result;

/// Asks for all fields and their values at a scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigList {
    pub scope: ConfigScope,
    /// Only paths that start with this.
    pub section: Option<ShortText>,
}

/// A field in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigEntry {
    pub path: String,
    /// The effective value at the scope.
    pub value: Option<String>,
    pub origin: ValueOrigin,
    pub title: String,
    /// Narrower scopes with a value of their own, within the role scope.
    #[serde(default)]
    pub set_at: Vec<ConfigScope>,
}

impl ConfigList {
    /// Returns only the sections that the actor may read.
    ///
    /// # Errors
    /// `resource_denied` if the actor may not read any of the requested fields;
    /// `config_path_not_found` if no path starts with the section;
    /// `website_not_found`, `store_view_not_found`.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<ConfigEntry>> {
        let section = self.section.as_deref().unwrap_or_default();
        let asked: Vec<&ConfigField> = fields()
            .iter()
            .filter(|field| field.path.starts_with(section))
            .collect();
        if asked.is_empty() {
            return Err(Fault::ConfigPathNotFound {
                path: section.to_owned(),
                nearest: None,
            });
        }
        let mut any_of: Vec<Resource> = asked.iter().map(|field| field_resource(field)).collect();
        any_of.dedup();
        read(context, Action::ConfigRead, &any_of, |view| {
            let place = ScopePlace::find(view, &self.scope)?;
            let may = |field: &&&ConfigField| view.actor.rights.allows(field_resource(field));
            let entry = |field: &&ConfigField| {
                let effective = view
                    .config
                    .effective(field.path, place.website, place.view)?;
                Ok(ConfigEntry {
                    path: field.path.to_owned(),
                    value: effective.value,
                    origin: effective.origin,
                    title: field.title.to_owned(),
                    set_at: narrower_scopes(view, &self.scope, &place, field)?,
                })
            };
            asked.iter().filter(may).map(entry).collect()
        })
    }
}

/// The scopes below `scope` that have a value of their own.
fn narrower_scopes(
    view: &ReadView<'_>,
    scope: &ConfigScope,
    place: &ScopePlace<'_>,
    field: &ConfigField,
) -> Result<Vec<ConfigScope>> {
    let mut found = Vec::new();
    if matches!(scope, ConfigScope::StoreView(_)) {
        return Ok(found);
    }
    let tree = view.store_tree()?;
    let is_set = |level, id| {
        field.allows_scope(&level) && view.config.stored_at(field.path, level, id).is_some()
    };
    for website in tree
        .websites
        .iter()
        .filter(|w| view.actor.can_see_website(w.id))
    {
        match place.website {
            Some(only) if only.id != website.id => continue,
            None if is_set(ScopeLevel::Website, website.id) => {
                found.push(ConfigScope::Website(website.code.clone()));
            }
            _ => {}
        }
        let views = tree.views.iter().filter(|v| v.website_id == website.id);
        for inside in views.filter(|v| is_set(ScopeLevel::StoreView, v.id)) {
            found.push(ConfigScope::StoreView(inside.code.clone()));
        }
    }
    Ok(found)
}

/// Asks for a field's description.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigDescribe {
    pub path: ShortText,
}

/// A field's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDescription {
    pub path: String,
    pub title: String,
    pub meaning: String,
    /// The levels at which the field can be set.
    pub scopes: Vec<ScopeLevel>,
    /// The allowed values, for people.
    pub values: String,
    /// The value if none is set.
    pub default: Option<String>,
    /// Whether the value is fixed when the store is created.
    pub read_only: bool,
    /// The resource needed to read or change the field.
    pub resource: Resource,
}

impl ConfigDescribe {
    /// # Errors
    /// `config_path_not_found`, `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigDescription> {
        let field = config_field(&self.path)?;
        read(
            context,
            Action::ConfigRead,
            &[field_resource(field)],
            |_| {
                Ok(ConfigDescription {
                    path: field.path.to_owned(),
                    title: field.title.to_owned(),
                    meaning: field.description.to_owned(),
                    scopes: field.scopes.to_vec(),
                    values: field.kind.expected(),
                    default: field.default.map(str::to_owned),
                    read_only: field.read_only,
                    resource: field_resource(field),
                })
            },
        )
    }
}
