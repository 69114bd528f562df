//! The effective value of a field, and where it comes from.

use serde::{Deserialize, Serialize};

use super::{Place, resource};
use crate::{Desk, known, look};
use lac_model::audit::Action;
use lac_model::config::lookup::Origin;
use lac_model::form::ShortText;
use lac_model::scope::ConfigScope;
use lac_store::Result;

/// Asks for one field as a scope sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Get {
    pub path: ShortText,
    pub scope: ConfigScope,
}

/// A field's value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setting {
    pub path: String,
    pub scope: ConfigScope,
    pub value: Option<String>,
    pub origin: Origin,
}

impl Get {
    /// # Errors
    /// `config_path_not_found`, `website_not_found`, `store_view_not_found`,
    /// `resource_denied`.
    pub fn run(self, desk: &Desk<'_>) -> Result<Setting> {
        let field = known(&self.path)?;
        look(desk, Action::ConfigRead, &[resource(field)], |view| {
            let place = Place::find(view, &self.scope)?;
            let effective = view.config.at(field.path, place.website, place.view)?;
            Ok(Setting {
                path: field.path.to_owned(),
                scope: self.scope,
                value: effective.value,
                origin: effective.origin,
            })
        })
    }
}
