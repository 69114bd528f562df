//! The port's traits and rows for config values.

use super::{ConfigWrite, Permit, Result};
use lac_model::scope::ScopeLevel;

/// A stored config value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRow {
    pub path: String,
    pub level: ScopeLevel,
    /// 0 for the default scope, otherwise the id of the website or store view.
    pub scope_id: i64,
    pub value: String,
}

/// Config values.
pub trait ConfigReads {
    /// All stored values. There are only some dozens, so one query serves a
    /// whole command.
    fn config_rows(&self) -> Result<Vec<ConfigRow>>;
}

/// Changes to config values.
pub trait ConfigWrites {
    /// Inserts a value, or replaces the one with the same path and scope.
    fn config_put(&self, permit: &Permit<'_, ConfigWrite>, row: &ConfigRow) -> Result<()>;
    /// Deletes a value; `false` if there was none.
    fn config_remove(
        &self,
        permit: &Permit<'_, ConfigWrite>,
        path: &str,
        level: ScopeLevel,
        scope_id: i64,
    ) -> Result<bool>;
}
