use proptest::prelude::*;

use super::*;

fn any_rights() -> impl Strategy<Value = Rights> {
    let resources = proptest::collection::vec(0..Resource::all().count(), 0..6);
    let websites = proptest::option::of(proptest::collection::vec(1..5i64, 0..4));
    (any::<bool>(), resources, websites).prop_map(|(all, picked, websites)| {
        let every: Vec<Resource> = Resource::all().collect();
        Rights {
            access: if all { Access::All } else { Access::Custom },
            resources: if all {
                ResourceSet::new()
            } else {
                picked.into_iter().map(|at| every[at]).collect()
            },
            scope: websites.map_or(RoleScope::All, RoleScope::Websites),
        }
    })
}

proptest! {
    /// A limited token has the rights that both the role and the limit have.
    #[test]
    fn a_limit_only_removes_rights(role in any_rights(), limit in any_rights()) {
        let both = role.intersection(&limit);
        for resource in Resource::all() {
            prop_assert_eq!(both.allows(resource), role.allows(resource) && limit.allows(resource));
        }
        for website in 0..6 {
            let covers = role.scope.covers(website) && limit.scope.covers(website);
            prop_assert_eq!(both.scope.covers(website), covers);
        }
        prop_assert!(role.is_superset(&both) && limit.is_superset(&both));
        prop_assert_eq!(both.intersection(&limit), both);
    }

    #[test]
    fn each_token_of_a_chain_has_no_more_rights_than_the_one_before(role in any_rights(), first in any_rights(), second in any_rights()) {
        let inherited = second.intersection(&first);
        prop_assert!(role.intersection(&first).is_superset(&role.intersection(&inherited)));
    }
}

#[test]
fn unrestricted_rights_are_no_limit() {
    let role = Rights {
        access: Access::Custom,
        resources: [Resource::LOGIN_BUTTON].into_iter().collect(),
        scope: RoleScope::Websites(vec![2]),
    };
    assert_eq!(role.intersection(&Rights::unrestricted()), role);
    assert_eq!(Rights::unrestricted().intersection(&role), role);
}
