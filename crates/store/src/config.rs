//! Stored config values, in the port.

use super::{ConfigWrite, Permit, Result};
use lac_model::scope::ScopeLevel;

/// One config value as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigRow {
    pub path: String,
    pub level: ScopeLevel,
    /// 0 at default, else the website's or store view's id.
    pub scope_id: i64,
    pub value: String,
}

pub trait ConfigReads {
    /// Every stored value: tens of rows, so one query serves a whole act.
    fn config_rows(&self) -> Result<Vec<ConfigRow>>;
}

pub trait ConfigWrites {
    fn config_put(&self, permit: &Permit<'_, ConfigWrite>, row: &ConfigRow) -> Result<()>;
    /// Whether there was a value.
    fn config_remove(
        &self,
        permit: &Permit<'_, ConfigWrite>,
        path: &str,
        level: ScopeLevel,
        scope_id: i64,
    ) -> Result<bool>;
}
