//! From what a store holds to a file's text.

use super::{FORMAT, Key, State};
use crate::declared::{key, quoted};
use lac_model::config::Kind;
use lac_model::scope::ConfigScope;
use lac_model::stores::StoreTree;

/// The file: default, then websites, then store views as the tree has them,
/// fields in the registry's order, one a line. Values are canonical.
pub fn write(state: &State, tree: &StoreTree) -> String {
    let websites = tree.websites.iter().map(|website| &website.code);
    let views = tree.views.iter().map(|view| &view.code);
    let scopes = [ConfigScope::Default]
        .into_iter()
        .chain(websites.map(|code| ConfigScope::Website(code.clone())))
        .chain(views.map(|code| ConfigScope::StoreView(code.clone())));
    let mut text = format!("format = {}\n", quoted(FORMAT));
    for scope in scopes {
        let set: Vec<(&Key, &String)> = state.iter().filter(|(k, _)| k.scope == scope).collect();
        if set.is_empty() {
            continue;
        }
        text += &match &scope {
            ConfigScope::Default => "\n[default]\n".to_owned(),
            ConfigScope::Website(code) => format!("\n[website.{}]\n", key(code)),
            ConfigScope::StoreView(code) => format!("\n[store-view.{}]\n", key(code)),
        };
        for (at, value) in set {
            let field = at.field();
            let is_number = matches!(
                field.kind,
                Kind::Seconds { .. } | Kind::Days { .. } | Kind::Integer { .. }
            );
            let bare = is_number && value.parse::<u64>().is_ok();
            let value = if bare { value.clone() } else { quoted(value) };
            text += &format!("{} = {value}\n", quoted(field.path));
        }
    }
    text
}
