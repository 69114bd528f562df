//! The question to confirm before applying a file deletes something.

use super::AccessChange;

/// Names the roles and users to be deleted; `None` if there are none.
pub(super) fn deletion_question(changes: &[AccessChange]) -> Option<String> {
    let (mut roles, mut users) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            AccessChange::RoleDelete { role } => roles.push(role.as_str()),
            AccessChange::AdminUserDelete { admin_user } => users.push(admin_user.as_str()),
            _ => {}
        }
    }
    let (roles, users) = (name_list("role", &roles), name_list("admin user", &users));
    let all: Vec<String> = users.into_iter().chain(roles).collect();
    (!all.is_empty()).then(|| format!("delete {}", all.join(" and ")))
}

/// The maximum number of names in a question.
const MAX_NAMES_SHOWN: usize = 10;

fn name_list(what: &str, names: &[&str]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{what} {one}")),
        _ if names.len() <= MAX_NAMES_SHOWN => {
            Some(format!("{} {what}s ({})", names.len(), names.join(", ")))
        }
        _ => Some(format!(
            "{} {what}s ({} and {} more)",
            names.len(),
            names[..MAX_NAMES_SHOWN].join(", "),
            names.len() - MAX_NAMES_SHOWN
        )),
    }
}
