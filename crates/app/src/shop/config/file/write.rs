//! Writes config files.

use super::{ConfigState, FORMAT, ScopedField};
use crate::core::toml::{toml_key, toml_string};
use lac_model::config::ValueType;
use lac_model::scope::ConfigScope;
use lac_model::stores::StoreTree;

/// The text of a file: the default scope, then websites and store views in the
/// order of the store tree; in each, one line per field, in the order of the
/// registry.
pub(crate) fn write_file(state: &ConfigState, tree: &StoreTree) -> String {
    let websites = tree.websites.iter().map(|website| &website.code);
    let views = tree.views.iter().map(|view| &view.code);
    let scopes = [ConfigScope::Default]
        .into_iter()
        .chain(websites.map(|code| ConfigScope::Website(code.clone())))
        .chain(views.map(|code| ConfigScope::StoreView(code.clone())));
    let mut text = format!("format = {}\n", toml_string(FORMAT));
    for scope in scopes {
        let set: Vec<(&ScopedField, &String)> =
            state.iter().filter(|(k, _)| k.scope == scope).collect();
        if set.is_empty() {
            continue;
        }
        text += &match &scope {
            ConfigScope::Default => "\n[default]\n".to_owned(),
            ConfigScope::Website(code) => format!("\n[website.{}]\n", toml_key(code)),
            ConfigScope::StoreView(code) => format!("\n[store-view.{}]\n", toml_key(code)),
        };
        for (at, value) in set {
            let field = at.field();
            let is_number = matches!(
                field.kind,
                ValueType::Seconds { .. }
                    | ValueType::OffOrSeconds { .. }
                    | ValueType::Days { .. }
                    | ValueType::Integer { .. }
            );
            let bare = is_number && value.parse::<u64>().is_ok();
            let value = if bare {
                value.clone()
            } else {
                toml_string(value)
            };
            text += &format!("{} = {value}\n", toml_string(field.path));
        }
    }
    text
}
