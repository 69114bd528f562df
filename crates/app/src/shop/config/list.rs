//! Every field an actor may read, as a scope sees it; and what a field is.

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

/// Asks for all fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigList {
    pub scope: ConfigScope,
    /// Only paths that begin with this.
    pub section: Option<ShortText>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigEntry {
    pub path: String,
    /// The value that counts there.
    pub value: Option<String>,
    pub origin: ValueOrigin,
    pub title: String,
    /// Narrower scopes that have a value of their own, as far as the role scope
    /// reaches.
    #[serde(default)]
    pub set_at: Vec<ConfigScope>,
}

impl ConfigList {
    /// Only the sections the actor may read.
    ///
    /// # Errors
    /// `resource_denied` where none of what was asked for may be read;
    /// `config_path_not_found` for a section that there is not;
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

/// The scopes beneath one that have a value of their own.
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

/// Asks what a field is.
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
    /// Where it may be set.
    pub scopes: Vec<ScopeLevel>,
    /// What it takes, for people.
    pub values: String,
    /// What counts while nothing is set.
    pub default: Option<String>,
    /// Fixed when the store is made.
    pub read_only: bool,
    /// What reading and changing it takes.
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
