//! The store's config, as one transaction sees it.

use lac_model::config::lookup::{self, EffectiveValue};
use lac_model::config::{self, ConfigField, InvalidValue};
use lac_model::fault::Fault;
use lac_model::scope::{ConfigScope, ScopeLevel};
use lac_model::stores::{StoreView, Website};
use lac_store::{ConfigRow, ReadTx, Result};

/// All stored config values, read once per transaction.
#[derive(Debug, Clone)]
pub struct Config {
    rows: Vec<ConfigRow>,
}

impl Config {
    pub fn read(tx: &dyn ReadTx) -> Result<Self> {
        Ok(Self {
            rows: tx.config_rows()?,
        })
    }

    pub fn at_default(&self, path: &str) -> Result<EffectiveValue> {
        self.effective(path, None, None)
    }

    /// The value that applies to a store view, looked up in this order: store
    /// view, website, default scope, built-in default.
    pub fn effective(
        &self,
        path: &str,
        website: Option<&Website>,
        view: Option<&StoreView>,
    ) -> Result<EffectiveValue> {
        let field = config_field(path)?;
        let chain = lookup::scope_chain(
            website.map(|w| w.code.as_str()),
            view.map(|v| v.code.as_str()),
        );
        let effective = lookup::resolve(field, &chain, |scope| {
            let id = match scope {
                ConfigScope::Default => Some(0),
                ConfigScope::Website(_) => website.map(|w| w.id),
                ConfigScope::StoreView(_) => view.map(|v| v.id),
            };
            self.stored_at(path, scope.level(), id?)
        });
        effective.map_err(|unfit| damaged_value(path, &unfit.scope, &unfit.problem))
    }

    /// The value stored at exactly this scope.
    pub fn stored_at(&self, path: &str, level: ScopeLevel, scope_id: i64) -> Option<&str> {
        self.rows
            .iter()
            .find(|row| row.path == path && row.level == level && row.scope_id == scope_id)
            .map(|row| row.value.as_str())
    }

    /// The value of a yes/no field at the default scope.
    pub fn is_yes(&self, path: &str) -> Result<bool> {
        Ok(self.at_default(path)?.is_yes())
    }

    /// The store's name, which is also the token issuer and the checkpoint
    /// origin.
    pub fn store_name(&self) -> Result<String> {
        let name = self.at_default(config::STORE_NAME)?.value;
        name.ok_or_else(|| Fault::internal("the store has no name"))
    }

    pub fn rows(&self) -> &[ConfigRow] {
        &self.rows
    }
}

/// The fault for a stored value that its field does not allow. It can only come
/// from a change made directly in the database.
pub(crate) fn damaged_value(path: &str, scope: &ConfigScope, problem: &InvalidValue) -> Fault {
    Fault::RowDamaged {
        table: "config_value".to_owned(),
        id: format!("{path} at {scope}"),
        problem: problem.to_string(),
    }
}

/// The field with this path. The fault for an unknown path suggests the nearest
/// one.
pub fn config_field(path: &str) -> Result<&'static ConfigField> {
    config::find_field(path).ok_or_else(|| Fault::ConfigPathNotFound {
        path: path.to_owned(),
        nearest: config::suggest_path(path).map(str::to_owned),
    })
}
