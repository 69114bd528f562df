//! Reads config files.

use std::collections::BTreeMap;

use super::{ConfigState, FORMAT, ScopedField};
use crate::ReadView;
use crate::core::toml::{Offset, ScalarValue, Source, SpannedText, TomlTable, toml_string};
use crate::shop::config::{ScopePlace, field_resource};
use lac_model::config::{self, ConfigField, ValueType};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::ConfigScope;
use lac_store::Result;

/// A file that was read and is valid by itself. Its scopes have not been looked
/// up.
#[derive(Debug)]
pub(crate) struct ConfigFile<'t> {
    source: Source<'t>,
    /// All scopes, with their positions.
    scopes: Vec<(ConfigScope, Offset)>,
    values: ConfigState,
    /// Values of fields that are fixed when the store is created. The file may
    /// contain them, but not change them.
    read_only_values: BTreeMap<ScopedField, (Offset, String)>,
}

/// The most values in a file: each change is an event, and all are made under
/// the write lock.
const MAX_VALUES: usize = 10_000;

impl<'t> ConfigFile<'t> {
    pub(crate) fn read(text: &'t str) -> Result<Self> {
        let source = Source::new(text);
        let mut file = source.parse_table(FORMAT)?;
        let mut declared = Self {
            source,
            scopes: Vec::new(),
            values: ConfigState::new(),
            read_only_values: BTreeMap::new(),
        };
        let default = file.table("default")?;
        let websites = file.table("website")?;
        let views = file.table("store-view")?;
        file.expect_empty()?;
        if let Some(table) = default {
            declared.read_scope(ConfigScope::Default, table.offset, table)?;
        }
        declared.read_scopes("[website.CODE]", ConfigScope::Website, websites)?;
        declared.read_scopes("[store-view.CODE]", ConfigScope::StoreView, views)?;
        let values = declared.values.len() + declared.read_only_values.len();
        source.check_count(MAX_VALUES, values.max(declared.scopes.len()), "values")?;
        Ok(declared)
    }

    fn read_scopes(
        &mut self,
        expected: &str,
        scope: fn(String) -> ConfigScope,
        tables: Option<TomlTable<'t>>,
    ) -> Result<()> {
        let Some(tables) = tables else {
            return Ok(());
        };
        for (code, table) in tables.all_tables(&format!("a table, {expected}"))? {
            self.read_scope(scope(code.text), code.offset, table)?;
        }
        Ok(())
    }

    fn read_scope(&mut self, scope: ConfigScope, at: Offset, table: TomlTable<'t>) -> Result<()> {
        for (path, at, value) in table.all_values()? {
            self.read_value(&scope, &path, at, value)?;
        }
        self.scopes.push((scope, at));
        Ok(())
    }

    fn read_value(
        &mut self,
        scope: &ConfigScope,
        path: &SpannedText,
        at: Offset,
        value: ScalarValue,
    ) -> Result<()> {
        let wrong = |at: Offset, reason: String| self.source.field_fault(at, &path.text, reason);
        let Some(key) = ScopedField::new(scope.clone(), &path.text) else {
            let meant = config::suggest_path(&path.text);
            let meant = meant.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return Err(wrong(
                path.offset,
                format!("there is no such config path{meant}"),
            ));
        };
        let field = key.field();
        if !field.allows_scope(&scope.level()) {
            let scopes: Vec<&str> = field.scopes.iter().map(|scope| scope.as_str()).collect();
            let reason = format!("it cannot be set at {scope}: only at {}", scopes.join(", "));
            return Err(wrong(path.offset, reason));
        }
        let text = canonical_text(field, value).map_err(|reason| wrong(at, reason))?;
        if field.read_only {
            self.read_only_values.insert(key, (at, text));
        } else {
            self.values.insert(key, text);
        }
        Ok(())
    }

    /// The resources needed to change all values in the file.
    pub(crate) fn resources(&self) -> Vec<Resource> {
        let keys = self.values.keys().chain(self.read_only_values.keys());
        let mut needed: Vec<Resource> = keys.map(|key| field_resource(key.field())).collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// Looks up the scopes and compares the values that cannot be changed.
    /// Returns the values of the fields that the actor may read.
    pub(crate) fn resolve(&self, view: &ReadView<'_>) -> Result<ConfigState> {
        for (scope, at) in &self.scopes {
            if let Err(fault) = ScopePlace::find(view, scope) {
                let code = scope.code().unwrap_or_default();
                let reason = match fault {
                    Fault::WebsiteNotFound { .. } => {
                        format!("there is no website {}", toml_string(code))
                    }
                    Fault::StoreViewNotFound { .. } => {
                        format!("there is no store view {}", toml_string(code))
                    }
                    other => return Err(other),
                };
                return Err(self.source.field_fault(*at, scope.level().as_str(), reason));
            }
        }
        let may = |field: &ConfigField| view.actor.rights.allows(field_resource(field));
        for (key, (at, value)) in &self.read_only_values {
            let field = key.field();
            if may(field) && view.config.at_default(field.path)?.value.as_ref() != Some(value) {
                let reason = "it is fixed when the store is made, and is another there";
                return Err(self.source.field_fault(*at, field.path, reason));
            }
        }
        let read = self.values.iter().filter(|(key, _)| may(key.field()));
        Ok(read
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    #[cfg(test)]
    pub(crate) fn values(&self) -> &ConfigState {
        &self.values
    }
}

/// The canonical text of a value, if its TOML type fits the field.
fn canonical_text(field: &ConfigField, value: ScalarValue) -> std::result::Result<String, String> {
    let takes_numbers = matches!(
        field.kind,
        ValueType::YesNo
            | ValueType::Seconds { .. }
            | ValueType::OffOrSeconds { .. }
            | ValueType::Days { .. }
            | ValueType::Integer { .. }
    );
    let text = match value {
        ScalarValue::Text(text) => text,
        ScalarValue::Bool(true) if field.kind == ValueType::YesNo => "yes".to_owned(),
        ScalarValue::Bool(false) if field.kind == ValueType::YesNo => "no".to_owned(),
        ScalarValue::Number(number) if takes_numbers => number.to_string(),
        ScalarValue::Bool(_) => {
            return Err(format!(
                "it is true or false; expected {}",
                field.kind.expected()
            ));
        }
        ScalarValue::Number(_) => {
            return Err(format!(
                "it is a number; expected {}",
                field.kind.expected()
            ));
        }
    };
    field.kind.normalize(&text).map_err(|e| e.to_string())
}
