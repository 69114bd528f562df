//! ACL resources, which roles grant: those of Adobe Commerce that apply here,
//! and `lac`'s own.
//!
//! A granted resource grants only itself, never its children; Adobe Commerce
//! stores grants in the same way.

mod set;
mod tree;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text;
pub use set::ResourceSet;
pub use tree::Resource;
use tree::{RETIRED, TREE};

/// Why a text does not name a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    #[error("there is no resource `{text}`")]
    Unknown {
        text: String,
        /// The most similar resource.
        nearest: Option<Resource>,
    },
    #[error("`{id}` is not used any more: it never granted anything")]
    Retired { id: &'static str },
    #[error("`{text}` can be {}", join_ids(.candidates))]
    Ambiguous {
        text: String,
        candidates: Vec<Resource>,
    },
}

fn join_ids(resources: &[Resource]) -> String {
    let ids: Vec<&str> = resources.iter().map(|resource| resource.id()).collect();
    ids.join(" or ")
}

impl Resource {
    /// All resources, parents before their children.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        Self::from_index(0).subtree()
    }

    /// The full id, like `Magento_LoginAsCustomer::login_button`.
    pub fn id(self) -> &'static str {
        TREE[self.index()].id
    }

    /// The part of the id after `::`.
    pub fn short_id(self) -> &'static str {
        self.id()
            .rsplit_once("::")
            .map_or(self.id(), |(_, short)| short)
    }

    /// The title in Adobe Commerce's role editor.
    pub fn title(self) -> &'static str {
        TREE[self.index()].title
    }

    /// What it allows here.
    pub fn description(self) -> &'static str {
        TREE[self.index()].description
    }

    /// The number of ancestors; 0 for the root.
    pub fn depth(self) -> usize {
        TREE[self.index()].depth
    }

    /// `None` for the root.
    pub fn parent(self) -> Option<Self> {
        let above = (0..self.index()).rev().map(Self::from_index);
        above.into_iter().find(|other| other.depth() < self.depth())
    }

    /// The direct children.
    pub fn children(self) -> Vec<Self> {
        self.subtree()
            .filter(|other| other.depth() == self.depth() + 1)
            .collect()
    }

    /// The resource and all its descendants, parents before their children.
    pub fn subtree(self) -> impl DoubleEndedIterator<Item = Self> {
        let beneath = TREE[self.index() + 1..]
            .iter()
            .take_while(|e| e.depth > self.depth());
        (self.index()..=self.index() + beneath.count()).map(Self::from_index)
    }

    /// The resource with exactly this full id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::all().find(|resource| resource.id() == id)
    }

    /// Reads an id from a store or a role file; `None` for a resource that no
    /// longer exists and grants nothing.
    pub fn parse_stored(text: &str) -> Result<Option<Self>, ResourceError> {
        match Self::parse(text) {
            Ok(resource) => Ok(Some(resource)),
            Err(ResourceError::Retired { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Reads a full id, the part after `::`, or the end of that part after a
    /// `_` (`button` for `login_button`) if only one resource ends so.
    pub fn parse(text: &str) -> Result<Self, ResourceError> {
        if let Some(exact) = Self::from_id(text) {
            return Ok(exact);
        }
        let whole: Vec<Self> = Self::all()
            .filter(|resource| resource.short_id() == text)
            .collect();
        let fits = |resource: &Self| {
            let rest = resource.short_id().strip_suffix(text);
            !text.is_empty() && rest.is_some_and(|rest| rest.ends_with('_'))
        };
        let candidates = if whole.is_empty() {
            Self::all().filter(fits).collect()
        } else {
            whole
        };
        let ends = |id: &&&str| id.rsplit_once("::").is_some_and(|(_, short)| short == text);
        let former = RETIRED.iter().find(|id| **id == text || ends(id));
        if let (true, Some(id)) = (candidates.is_empty(), former) {
            return Err(ResourceError::Retired { id });
        }
        let text = text.to_owned();
        match *candidates {
            [one] => Ok(one),
            [] => Err(ResourceError::Unknown {
                nearest: Self::suggest(&text),
                text,
            }),
            _ => Err(ResourceError::Ambiguous { text, candidates }),
        }
    }

    fn suggest(text: &str) -> Option<Self> {
        let name = if text.contains("::") {
            Self::id
        } else {
            Self::short_id
        };
        let best = text::closest_match(text, Self::all().map(name))?;
        Self::all().find(|resource| name(*resource) == best)
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl Serialize for Resource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Resource {
    /// Accepts full ids only: the meaning of a short one can change with the
    /// tree.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let unknown = || ResourceError::Unknown {
            nearest: Self::suggest(&text),
            text: text.clone(),
        };
        Self::from_id(&text).ok_or_else(|| serde::de::Error::custom(unknown()))
    }
}

/// Reads a list of resources and leaves out those that this program does not
/// know, for the answers of brokers of another version.
pub fn deserialize_known<'de, D>(deserializer: D) -> Result<Vec<Resource>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let ids = Vec::<String>::deserialize(deserializer)?;
    Ok(ids.iter().filter_map(|id| Resource::from_id(id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_resources_of_another_version_are_left_out() {
        let json =
            r#"["Lac::backup", "Magento_LoginAsCustomer::login_button", "Lac::from_the_future"]"#;
        let mut reader = serde_json::Deserializer::from_str(json);
        assert_eq!(
            deserialize_known(&mut reader).unwrap(),
            [Resource::LOGIN_BUTTON]
        );
        assert!(serde_json::from_str::<Vec<Resource>>(json).is_err());
    }
}
