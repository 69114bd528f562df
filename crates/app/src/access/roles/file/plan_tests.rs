//! Tests that carrying out a plan leads from any state to the wanted one.

use proptest::prelude::*;

use super::super::{AccessFile, write_file};
use super::*;

/// Makes a change as a store would, checking that the store could make it.
fn carry_out(state: &mut AccessState, change: &AccessChange) {
    let mut roles = state.roles.take().unwrap_or_default();
    let mut users = state.users.take().unwrap_or_default();
    match change.clone() {
        AccessChange::RoleCreate {
            role,
            access,
            websites,
        } => {
            let new = RoleState {
                access,
                resources: ResourceSet::new(),
                websites,
            };
            assert!(roles.insert(role, new).is_none());
        }
        AccessChange::RoleAccess {
            role,
            before,
            after,
        } => {
            let role = roles.get_mut(&role).unwrap();
            assert_eq!(role.access, before);
            role.access = after;
            role.resources = ResourceSet::new();
        }
        AccessChange::RoleDeny { role, resources } => {
            let role = roles.get_mut(&role).unwrap();
            assert_eq!(role.access, Access::Custom);
            assert!(resources.into_iter().all(|r| role.resources.remove(r)));
        }
        AccessChange::RoleAllow { role, resources } => {
            let role = roles.get_mut(&role).unwrap();
            assert_eq!(role.access, Access::Custom);
            assert!(resources.into_iter().all(|r| role.resources.insert(r)));
        }
        AccessChange::RoleScope {
            role,
            before,
            after,
        } => {
            let role = roles.get_mut(&role).unwrap();
            assert_eq!(role.websites, before);
            role.websites = after;
        }
        AccessChange::RoleDelete { role } => {
            assert!(users.values().all(|user| user.role != role));
            assert!(roles.remove(&role).is_some());
        }
        AccessChange::AdminUserCreate {
            admin_user,
            role,
            os_account,
            full_name,
        } => {
            assert!(roles.contains_key(&role));
            let new = UserState {
                role,
                full_name,
                os_account,
                enabled: true,
            };
            assert!(users.insert(admin_user, new).is_none());
        }
        AccessChange::AdminUserAssign {
            admin_user,
            before,
            after,
        } => {
            assert!(roles.contains_key(&after));
            let user = users.get_mut(&admin_user).unwrap();
            assert_eq!(user.role, before);
            user.role = after;
        }
        AccessChange::AdminUserEdit {
            admin_user,
            before,
            after,
        } => {
            let user = users.get_mut(&admin_user).unwrap();
            assert_eq!(user.profile(), before);
            user.full_name = after.full_name;
            user.os_account = after.os_account;
        }
        AccessChange::AdminUserDisable { admin_user } => {
            let user = users.get_mut(&admin_user).unwrap();
            assert!(std::mem::replace(&mut user.enabled, false));
        }
        AccessChange::AdminUserEnable { admin_user } => {
            let user = users.get_mut(&admin_user).unwrap();
            assert!(!std::mem::replace(&mut user.enabled, true));
        }
        AccessChange::AdminUserDelete { admin_user } => {
            assert!(users.remove(&admin_user).is_some());
        }
    }
    *state = AccessState {
        roles: Some(roles),
        users: Some(users),
    };
}

const ROLES: [&str; 5] = ["a", "b \"c\"", "Größe", "渡", "z"];

fn role() -> impl Strategy<Value = RoleState> {
    let resources = proptest::sample::subsequence(Resource::all().collect::<Vec<_>>(), 0..=35);
    let websites = proptest::sample::subsequence(vec!["base", "eu", "us"], 0..=3);
    (any::<bool>(), resources, proptest::option::of(websites)).prop_map(
        |(all, resources, websites)| {
            let codes = |codes: Vec<&str>| codes.into_iter().map(str::to_owned).collect();
            RoleState {
                access: if all { Access::All } else { Access::Custom },
                resources: resources.into_iter().filter(|_| !all).collect(),
                websites: websites.map(codes),
            }
        },
    )
}

/// Roles, and admin users who have one of them.
fn state() -> impl Strategy<Value = AccessState> {
    let roles = proptest::collection::btree_map(
        proptest::sample::select(ROLES.to_vec()).prop_map(str::to_owned),
        role(),
        0..=5,
    );
    let user = (
        any::<usize>(),
        proptest::option::of(any::<String>().prop_filter("some", |text| !text.is_empty())),
        any::<bool>(),
        any::<bool>(),
    );
    let users = proptest::collection::btree_map("[a-f]", user, 0..=6);
    (roles, users).prop_map(|(roles, users)| {
        let names: Vec<&String> = roles.keys().collect();
        let user = |(name, (role, full_name, account, enabled)): (String, _)| {
            let role: usize = role;
            let role = (*names.get(role % names.len().max(1))?).clone();
            let account: bool = account;
            let state = UserState {
                role,
                full_name,
                os_account: account.then(|| format!("os-{name}")),
                enabled,
            };
            Some((name, state))
        };
        let users = users.into_iter().filter_map(user).collect();
        AccessState {
            roles: Some(roles),
            users: Some(users),
        }
    })
}

fn carried_out(now: &AccessState, changes: &[AccessChange]) -> AccessState {
    let mut state = now.clone();
    for change in changes {
        carry_out(&mut state, change);
    }
    state
}

proptest! {
    #[test]
    fn pruning_makes_the_store_equal_to_the_file(now in state(), target in state()) {
        let changes = plan_changes(&now, &target, true);
        let then = carried_out(&now, &changes);
        prop_assert_eq!(&then, &target);
        prop_assert!(plan_changes(&then, &target, true).is_empty());
    }

    #[test]
    fn without_pruning_missing_entries_stay(now in state(), target in state()) {
        let then = carried_out(&now, &plan_changes(&now, &target, false));
        prop_assert!(plan_changes(&then, &target, false).is_empty());
        let (mut roles, mut users) = (now.roles.unwrap(), now.users.unwrap());
        roles.extend(target.roles.unwrap());
        users.extend(target.users.unwrap());
        prop_assert_eq!(then, AccessState { roles: Some(roles), users: Some(users) });
    }

    #[test]
    fn missing_sections_stay(now in state(), target in state(), roles: bool) {
        let part = if roles {
            AccessState { roles: None, ..target }
        } else {
            AccessState { users: None, ..target }
        };
        for change in plan_changes(&now, &part, true) {
            let of_roles = serde_json::to_value(&change).unwrap()["change"]
                .as_str()
                .unwrap()
                .starts_with("role_");
            prop_assert_eq!(of_roles, !roles, "{:?}", change);
        }
    }

    #[test]
    fn written_files_are_read_back_in_any_order(target in state(), reversed: bool) {
        let text = write_file(&target);
        let mut blocks: Vec<&str> = text.split("\n\n").collect();
        if reversed {
            blocks[1..].reverse();
        }
        let text = blocks.join("\n\n");
        // TOML allows the tables of one list in any order and apart.
        let read = AccessFile::read(&text).unwrap();
        let read = read.resolve_unchecked();
        prop_assert_eq!(read, target);
    }
}
