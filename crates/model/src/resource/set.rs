//! A set of resources, as in a role with custom access.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Resource;

/// Resources in the order of the tree. Serialised as a list of full ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceSet(BTreeSet<Resource>);

impl ResourceSet {
    pub fn new() -> Self {
        Self::default()
    }

    /// All resources, as in a role with access `all`.
    pub fn all() -> Self {
        Resource::all().collect()
    }

    pub fn contains(&self, resource: Resource) -> bool {
        self.0.contains(&resource)
    }

    /// `false` if it was there already.
    pub fn insert(&mut self, resource: Resource) -> bool {
        self.0.insert(resource)
    }

    /// `false` if it was not there.
    pub fn remove(&mut self, resource: Resource) -> bool {
        self.0.remove(&resource)
    }

    /// Whether all resources of `other` are in this set.
    pub fn is_superset(&self, other: &Self) -> bool {
        self.0.is_superset(&other.0)
    }

    /// The resources that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).copied().collect())
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Resource> + '_ {
        self.0.iter().copied()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Resource> for ResourceSet {
    fn from_iter<I: IntoIterator<Item = Resource>>(resources: I) -> Self {
        Self(resources.into_iter().collect())
    }
}

impl Extend<Resource> for ResourceSet {
    fn extend<I: IntoIterator<Item = Resource>>(&mut self, resources: I) {
        self.0.extend(resources);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_set_is_serialised_as_a_list_of_ids() {
        let set: ResourceSet = [Resource::LOGIN_LOG, Resource::LOGIN_BUTTON]
            .into_iter()
            .collect();
        let json =
            r#"["Magento_LoginAsCustomer::login_button","Magento_LoginAsCustomer::login_log"]"#;
        assert_eq!(serde_json::to_string(&set).unwrap(), json);
        assert_eq!(serde_json::from_str::<ResourceSet>(json).unwrap(), set);
        assert!(serde_json::from_str::<ResourceSet>(r#"["Lac::nothing"]"#).is_err());
    }

    #[test]
    fn parents_do_not_grant_their_children() {
        let set: ResourceSet = [Resource::LOGIN].into_iter().collect();
        assert!(!set.contains(Resource::LOGIN_BUTTON));
        assert!(ResourceSet::all().is_superset(&set) && ResourceSet::new().is_empty());
    }

    proptest! {
        #[test]
        fn superset_means_no_difference(
            a in proptest::sample::subsequence(Resource::all().collect::<Vec<_>>(), 0..=34),
            b in proptest::sample::subsequence(Resource::all().collect::<Vec<_>>(), 0..=34),
        ) {
            let (a, b): (ResourceSet, ResourceSet) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(a.is_superset(&b), b.difference(&a).is_empty());
            let mut union = a.clone();
            union.extend(b.iter());
            prop_assert!(union.is_superset(&a) && union.is_superset(&b));
        }
    }
}
