//! Rights and their limits.

use proptest::prelude::*;

use super::*;

fn rights() -> impl Strategy<Value = Rights> {
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
    /// A limited token holds what both hold, and nothing else.
    #[test]
    fn a_limit_takes_away_and_never_gives(role in rights(), limit in rights()) {
        let both = role.within(&limit);
        for resource in Resource::all() {
            prop_assert_eq!(both.hold(resource), role.hold(resource) && limit.hold(resource));
        }
        for website in 0..6 {
            let covers = role.scope.covers(website) && limit.scope.covers(website);
            prop_assert_eq!(both.scope.covers(website), covers);
        }
        prop_assert!(role.enclose(&both) && limit.enclose(&both));
        prop_assert_eq!(both.within(&limit), both);
    }

    /// A chain of tokens, each made by the one before, only narrows.
    #[test]
    fn a_chain_only_narrows(role in rights(), first in rights(), second in rights()) {
        let inherited = second.within(&first);
        prop_assert!(role.within(&first).enclose(&role.within(&inherited)));
    }
}

#[test]
fn everything_is_no_limit() {
    let role = Rights {
        access: Access::Custom,
        resources: [Resource::LOGIN_BUTTON].into_iter().collect(),
        scope: RoleScope::Websites(vec![2]),
    };
    assert_eq!(role.within(&Rights::everything()), role);
    assert_eq!(Rights::everything().within(&role), role);
}
