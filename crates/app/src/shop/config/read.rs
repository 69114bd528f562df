//! Reads a field's effective value, and the scope that it comes from.

use serde::{Deserialize, Serialize};

use super::{ScopePlace, field_resource};
use crate::{Context, config_field, read};
use lac_model::audit::Action;
use lac_model::bounded::ShortText;
use lac_model::config::lookup::ValueOrigin;
use lac_model::scope::ConfigScope;
use lac_store::Result;

/// Asks for a field's value at a scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigGet {
    pub path: ShortText,
    pub scope: ConfigScope,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigValue {
    pub path: String,
    pub scope: ConfigScope,
    pub value: Option<String>,
    pub origin: ValueOrigin,
}

impl ConfigGet {
    /// # Errors
    /// `config_path_not_found`, `website_not_found`, `store_view_not_found`,
    /// `resource_denied`.
    pub fn run(self, context: &Context<'_>) -> Result<ConfigValue> {
        let field = config_field(&self.path)?;
        read(
            context,
            Action::ConfigRead,
            &[field_resource(field)],
            |view| {
                let place = ScopePlace::find(view, &self.scope)?;
                let effective = view
                    .config
                    .effective(field.path, place.website, place.view)?;
                Ok(ConfigValue {
                    path: field.path.to_owned(),
                    scope: self.scope,
                    value: effective.value,
                    origin: effective.origin,
                })
            },
        )
    }
}
