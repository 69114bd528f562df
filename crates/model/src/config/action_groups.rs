//! Action groups: which ones can be left out of the log.

use super::invalid::InvalidValue;

/// All action groups, in the order of lists.
pub const ACTION_GROUPS: [&str; 11] = [
    "login_as_customer",
    "consent",
    "config",
    "roles",
    "admin_users",
    "stores",
    "customers",
    "import",
    "log",
    "keys",
    "storefronts",
];

/// The groups that no setting turns off: without them a login could leave no
/// trace.
pub const ALWAYS_LOGGED: [&str; 6] = [
    "login_as_customer",
    "consent",
    "roles",
    "admin_users",
    "keys",
    "log",
];

const ALL: &str = "all";

/// Whether `group` is logged under `value`, a canonical value of
/// [`LOGGED_ACTIONS`](super::LOGGED_ACTIONS).
pub fn is_logged(value: &str, group: &str) -> bool {
    value == ALL || ALWAYS_LOGGED.contains(&group) || value.split(',').any(|on| on == group)
}

/// `all`, or the named groups and [`ALWAYS_LOGGED`] in the order of
/// [`ACTION_GROUPS`], separated by commas.
pub(super) fn normalize(input: &str) -> Result<String, InvalidValue> {
    let separator = |c: char| c == ',' || c.is_whitespace();
    let named: Vec<&str> = input
        .split(separator)
        .filter(|name| !name.is_empty())
        .collect();
    if named.is_empty() {
        return Err(invalid_groups("it names no action group"));
    }
    let unknown = |name: &&&str| **name != ALL && !ACTION_GROUPS.contains(*name);
    if let Some(name) = named.iter().find(unknown) {
        return Err(invalid_groups(&format!("`{name}` is not an action group")));
    }
    let is_on = |group: &&str| {
        named.contains(&ALL) || named.contains(group) || ALWAYS_LOGGED.contains(group)
    };
    let on: Vec<&str> = ACTION_GROUPS.into_iter().filter(is_on).collect();
    Ok(if on.len() == ACTION_GROUPS.len() {
        ALL.to_owned()
    } else {
        on.join(",")
    })
}

fn invalid_groups(reason: &str) -> InvalidValue {
    InvalidValue::new(reason, expected())
}

pub(super) fn expected() -> String {
    format!("all, or some of {}", ACTION_GROUPS.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_canonical_form_contains_the_groups_always_logged() {
        let some = "login_as_customer,consent,config,roles,admin_users,log,keys";
        assert_eq!(normalize("config").as_deref(), Ok(some));
        assert_eq!(normalize(some).as_deref(), Ok(some));
        assert_eq!(normalize(" log ,config  keys ").as_deref(), Ok(some));
        assert_eq!(normalize("all").as_deref(), Ok("all"));
        assert_eq!(normalize(&ACTION_GROUPS.join(" ")).as_deref(), Ok("all"));
        assert!(normalize("").is_err() && normalize("config,catalog").is_err());
    }

    proptest! {
        #[test]
        fn named_groups_and_the_groups_always_logged_are_logged(
            named in proptest::sample::subsequence(ACTION_GROUPS.to_vec(), 1..=11)
        ) {
            let value = normalize(&named.join(",")).unwrap();
            for group in ACTION_GROUPS {
                let expected = named.contains(&group) || ALWAYS_LOGGED.contains(&group);
                prop_assert_eq!(is_logged(&value, group), expected);
            }
        }
    }
}
