//! Computes the changes that make the store match a file. Pure: two states go
//! in, a list of changes comes out.

use serde::{Deserialize, Serialize};

use super::ConfigState;
use lac_model::config;
use lac_model::scope::ConfigScope;

/// One change: the same as one command, with one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ConfigChange {
    ConfigSet {
        path: String,
        scope: ConfigScope,
        /// `null` if it inherited.
        before: Option<String>,
        after: String,
    },
    ConfigUnset {
        path: String,
        scope: ConfigScope,
        before: String,
    },
}

impl ConfigChange {
    pub fn path(&self) -> &str {
        match self {
            Self::ConfigSet { path, .. } | Self::ConfigUnset { path, .. } => path,
        }
    }

    pub fn scope(&self) -> &ConfigScope {
        match self {
            Self::ConfigSet { scope, .. } | Self::ConfigUnset { scope, .. } => scope,
        }
    }

    /// The new value; `None` if the field will inherit.
    pub fn after(&self) -> Option<&str> {
        match self {
            Self::ConfigSet { after, .. } => Some(after),
            Self::ConfigUnset { .. } => None,
        }
    }
}

/// The changes from `now` to `wanted`. With `prune`, values that are not in
/// `wanted` are removed. The setting of which actions are logged comes first,
/// so that the other changes are logged.
pub(crate) fn plan_changes(
    now: &ConfigState,
    target: &ConfigState,
    prune: bool,
) -> Vec<ConfigChange> {
    let set = target.iter().filter_map(|(key, after)| {
        let before = now.get(key);
        (before != Some(after)).then(|| ConfigChange::ConfigSet {
            path: key.field().path.to_owned(),
            scope: key.scope.clone(),
            before: before.cloned(),
            after: after.clone(),
        })
    });
    let gone = now
        .iter()
        .filter(|(key, _)| prune && !target.contains_key(*key));
    let unset = gone.map(|(key, before)| ConfigChange::ConfigUnset {
        path: key.field().path.to_owned(),
        scope: key.scope.clone(),
        before: before.clone(),
    });
    let mut changes: Vec<ConfigChange> = set.chain(unset).collect();
    changes.sort_by_key(|change| change.path() != config::LOGGED_ACTIONS);
    changes
}

/// The number of stored values that the file does not have.
pub(crate) fn count_unmanaged(now: &ConfigState, target: &ConfigState) -> usize {
    now.keys().filter(|key| !target.contains_key(*key)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{ConfigFile, ScopedField, write_file};
    use super::*;
    use lac_model::config::{ValueType, fields};
    use lac_model::stores::{StoreTree, StoreView, Website};

    fn carried_out(now: &ConfigState, changes: &[ConfigChange]) -> ConfigState {
        let mut state = now.clone();
        for change in changes {
            let key = ScopedField::new(change.scope().clone(), change.path()).unwrap();
            match change {
                ConfigChange::ConfigSet { before, after, .. } => {
                    assert_eq!(state.insert(key, after.clone()), *before);
                }
                ConfigChange::ConfigUnset { before, .. } => {
                    assert_eq!(state.remove(&key).as_ref(), Some(before));
                }
            }
        }
        state
    }

    /// A value of the type, in canonical form.
    fn value(kind: ValueType, n: u64, text: &str) -> Option<String> {
        let given = match kind {
            ValueType::YesNo => ["yes", "no"][usize::from(n.is_multiple_of(2))].to_owned(),
            ValueType::Seconds { min, max }
            | ValueType::OffOrSeconds { min, max }
            | ValueType::Days { min, max }
            | ValueType::Integer { min, max } => (min + n % (max - min + 1)).to_string(),
            ValueType::OneOf(choices) => choices[usize::from(n.is_multiple_of(2))].to_owned(),
            ValueType::Timezone => "Europe/Berlin".to_owned(),
            ValueType::BaseUrl => format!("https://shop{n}.example/"),
            ValueType::ActionGroups => "config keys".to_owned(),
            ValueType::WordSet(words) => words[usize::from(n.is_multiple_of(2))].to_owned(),
            ValueType::Pattern => format!("ZD-{n}|[a-z]+"),
            ValueType::Text { .. } | ValueType::Name { .. } | ValueType::NameList { .. } => {
                text.to_owned()
            }
        };
        kind.normalize(&given).ok()
    }

    fn state() -> impl Strategy<Value = ConfigState> {
        let scope = proptest::sample::select(vec![
            ConfigScope::Default,
            ConfigScope::Website("base".to_owned()),
            ConfigScope::Website("eu".to_owned()),
            ConfigScope::StoreView("de".to_owned()),
        ]);
        let one = (scope, 0..fields().len(), any::<u64>(), any::<String>());
        proptest::collection::vec(one, 0..20).prop_map(|all| {
            let one = |(scope, index, n, text): (ConfigScope, usize, u64, String)| {
                let field = &fields()[index];
                let fits = field.allows_scope(&scope.level()) && !field.read_only;
                let value = value(field.kind, n, &text).filter(|_| fits)?;
                Some((ScopedField::new(scope, field.path)?, value))
            };
            all.into_iter().filter_map(one).collect()
        })
    }

    fn tree() -> StoreTree {
        let website = |(id, code): (i64, &str)| Website {
            id,
            code: code.to_owned(),
            name: code.to_owned(),
            default_group_id: None,
            is_default: false,
        };
        let view = StoreView {
            id: 1,
            website_id: 1,
            group_id: 1,
            code: "de".to_owned(),
            name: "de".to_owned(),
            active: true,
        };
        StoreTree {
            websites: [(1, "eu"), (2, "base")].map(website).to_vec(),
            groups: Vec::new(),
            views: vec![view],
        }
    }

    proptest! {
        #[test]
        fn with_prune_the_store_matches_the_file(now in state(), target in state()) {
            let then = carried_out(&now, &plan_changes(&now, &target, true));
            prop_assert_eq!(&then, &target);
            prop_assert!(plan_changes(&then, &target, true).is_empty());
        }

        #[test]
        fn without_prune_other_values_stay(now in state(), target in state()) {
            let then = carried_out(&now, &plan_changes(&now, &target, false));
            prop_assert!(plan_changes(&then, &target, false).is_empty());
            let mut both = now.clone();
            both.extend(target);
            prop_assert_eq!(then, both);
        }

        #[test]
        fn written_file_is_read_in_any_order(target in state(), reversed: bool) {
            let text = write_file(&target, &tree());
            let mut blocks: Vec<&str> = text.split("\n\n").collect();
            if reversed {
                blocks[1..].reverse();
            }
            let text = blocks.join("\n\n");
            let read = ConfigFile::read(&text).unwrap();
            prop_assert_eq!(read.values(), &target);
        }
    }
}
