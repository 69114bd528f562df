//! Writes a file of roles and admin users.

use std::collections::BTreeMap;

use super::{AccessState, FORMAT, RoleState, UserState};
use crate::core::toml::toml_string;
use lac_model::access::Access;
use lac_model::resource::Resource;

/// Writes roles and admin users by name, with one resource per line in the
/// order of the tree, so that a small change in the store changes few lines.
pub(crate) fn write_file(state: &AccessState) -> String {
    let mut text = format!("format = {}\n", toml_string(FORMAT));
    // An empty section is written as well: it means that there are none.
    if state.roles.as_ref().is_some_and(BTreeMap::is_empty) {
        text += "role = []\n";
    }
    if state.users.as_ref().is_some_and(BTreeMap::is_empty) {
        text += "user = []\n";
    }
    for (name, role) in state.roles.iter().flatten() {
        write_role(&mut text, name, role);
    }
    for (name, user) in state.users.iter().flatten() {
        write_user(&mut text, name, user);
    }
    text
}

fn write_role(text: &mut String, name: &str, role: &RoleState) {
    *text += "\n[[role]]\n";
    line(text, "name", &toml_string(name));
    line(text, "access", &toml_string(role.access.as_str()));
    match &role.websites {
        None => line(text, "scope", &toml_string("all")),
        Some(codes) => {
            let codes: Vec<String> = codes.iter().map(|code| toml_string(code)).collect();
            line(text, "scope", &format!("[{}]", codes.join(", ")));
        }
    }
    if role.access == Access::All {
        return;
    }
    if role.resources.is_empty() {
        line(text, "resources", "[]");
        return;
    }
    *text += "resources = [\n";
    for id in role.resources.iter().map(Resource::id) {
        *text += &format!("  {},\n", toml_string(id));
    }
    *text += "]\n";
}

fn write_user(text: &mut String, name: &str, user: &UserState) {
    *text += "\n[[user]]\n";
    line(text, "name", &toml_string(name));
    if let Some(full_name) = &user.full_name {
        line(text, "full_name", &toml_string(full_name));
    }
    line(text, "role", &toml_string(&user.role));
    if let Some(account) = &user.os_account {
        line(text, "os_account", &toml_string(account));
    }
    line(text, "enabled", if user.enabled { "true" } else { "false" });
}

fn line(text: &mut String, key: &str, value: &str) {
    *text += key;
    *text += " = ";
    *text += value;
    text.push('\n');
}
