//! From a file's text to what it wants.

use std::collections::BTreeMap;

use super::{FORMAT, Key, State};
use crate::View;
use crate::config::{Place, resource};
use crate::declared::{At, Source, Table, Value, Word, quoted};
use lac_model::config::{self, Field, Kind};
use lac_model::fault::Fault;
use lac_model::resource::Resource;
use lac_model::scope::ConfigScope;
use lac_store::Result;

/// A file that was read and is right in itself; scopes have not been looked up.
#[derive(Debug)]
pub struct Declared<'t> {
    source: Source<'t>,
    /// Every scope, and where it is named.
    scopes: Vec<(ConfigScope, At)>,
    values: State,
    /// What is fixed when the store is made: it may be said, not changed.
    fixed: BTreeMap<Key, (At, String)>,
}

/// The most values of a file. Each change is an event, and all are made under
/// the write lock.
const MOST_VALUES: usize = 10_000;

impl<'t> Declared<'t> {
    /// # Errors
    /// `invalid_file`, with line, column, field and reason.
    pub fn read(text: &'t str) -> Result<Self> {
        let source = Source::new(text);
        let mut file = source.table(FORMAT)?;
        let mut declared = Self {
            source,
            scopes: Vec::new(),
            values: State::new(),
            fixed: BTreeMap::new(),
        };
        let default = file.table("default")?;
        let websites = file.table("website")?;
        let views = file.table("store-view")?;
        file.done()?;
        if let Some(table) = default {
            declared.scope(ConfigScope::Default, table.at, table)?;
        }
        declared.scopes("[website.CODE]", ConfigScope::Website, websites)?;
        declared.scopes("[store-view.CODE]", ConfigScope::StoreView, views)?;
        let values = declared.values.len() + declared.fixed.len();
        source.at_most(MOST_VALUES, values.max(declared.scopes.len()), "values")?;
        Ok(declared)
    }

    fn scopes(
        &mut self,
        expected: &str,
        scope: fn(String) -> ConfigScope,
        tables: Option<Table<'t>>,
    ) -> Result<()> {
        let Some(tables) = tables else {
            return Ok(());
        };
        for (code, table) in tables.all_tables(&format!("a table, {expected}"))? {
            self.scope(scope(code.text), code.at, table)?;
        }
        Ok(())
    }

    fn scope(&mut self, scope: ConfigScope, at: At, table: Table<'t>) -> Result<()> {
        for (path, at, value) in table.all_values()? {
            self.value(&scope, &path, at, value)?;
        }
        self.scopes.push((scope, at));
        Ok(())
    }

    fn value(&mut self, scope: &ConfigScope, path: &Word, at: At, value: Value) -> Result<()> {
        let wrong = |at: At, reason: String| self.source.wrong(at, &path.text, reason);
        let Some(key) = Key::new(scope.clone(), &path.text) else {
            let meant = config::nearest(&path.text);
            let meant = meant.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return Err(wrong(
                path.at,
                format!("there is no such config path{meant}"),
            ));
        };
        let field = key.field();
        if !field.allows(&scope.level()) {
            let scopes: Vec<&str> = field.scopes.iter().map(|scope| scope.as_str()).collect();
            let reason = format!("it cannot be set at {scope}: only at {}", scopes.join(", "));
            return Err(wrong(path.at, reason));
        }
        let text = canonical(field, value).map_err(|reason| wrong(at, reason))?;
        if field.read_only {
            self.fixed.insert(key, (at, text));
        } else {
            self.values.insert(key, text);
        }
        Ok(())
    }

    /// What changing all that it speaks of takes.
    pub fn resources(&self) -> Vec<Resource> {
        let keys = self.values.keys().chain(self.fixed.keys());
        let mut needed: Vec<Resource> = keys.map(|key| resource(key.field())).collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// Looks up its scopes, and compares what cannot be changed: the values of
    /// those fields that the actor may read.
    ///
    /// # Errors
    /// `invalid_file`.
    pub fn look_up(&self, view: &View<'_>) -> Result<State> {
        for (scope, at) in &self.scopes {
            if let Err(fault) = Place::find(view, scope) {
                let code = scope.code().unwrap_or_default();
                let reason = match fault {
                    Fault::WebsiteNotFound { .. } => {
                        format!("there is no website {}", quoted(code))
                    }
                    Fault::StoreViewNotFound { .. } => {
                        format!("there is no store view {}", quoted(code))
                    }
                    other => return Err(other),
                };
                return Err(self.source.wrong(*at, scope.level().as_str(), reason));
            }
        }
        let may = |field: &Field| view.actor.rights.hold(resource(field));
        for (key, (at, value)) in &self.fixed {
            let field = key.field();
            if may(field) && view.config.default(field.path)?.value.as_ref() != Some(value) {
                let reason = "it is fixed when the store is made, and is another there";
                return Err(self.source.wrong(*at, field.path, reason));
            }
        }
        let read = self.values.iter().filter(|(key, _)| may(key.field()));
        Ok(read
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }

    #[cfg(test)]
    pub fn values(&self) -> &State {
        &self.values
    }
}

/// The canonical text of a value of a type that suits the field.
fn canonical(field: &Field, value: Value) -> std::result::Result<String, String> {
    let takes_numbers = matches!(
        field.kind,
        Kind::YesNo | Kind::Seconds { .. } | Kind::Days { .. } | Kind::Integer { .. }
    );
    let text = match value {
        Value::Text(text) => text,
        Value::Flag(true) if field.kind == Kind::YesNo => "yes".to_owned(),
        Value::Flag(false) if field.kind == Kind::YesNo => "no".to_owned(),
        Value::Number(number) if takes_numbers => number.to_string(),
        Value::Flag(_) => {
            return Err(format!(
                "it is true or false; expected {}",
                field.kind.expected()
            ));
        }
        Value::Number(_) => {
            return Err(format!(
                "it is a number; expected {}",
                field.kind.expected()
            ));
        }
    };
    field.kind.normalize(&text).map_err(|e| e.to_string())
}
