//! Configuration: which fields there are, what they may hold, and which value
//! counts where. Paths, scopes and defaults are Adobe Commerce's; `lac/…` is ours.

mod base_url;
mod groups;
mod invalid;
mod kind;
pub mod lookup;
pub mod pattern;
mod registry;

pub use base_url::{login_url, origin_of};
pub use groups::{ACTION_GROUPS, ALWAYS_LOGGED, is_logged};
pub use invalid::InvalidValue;
pub use kind::Kind;
pub use registry::*;

use super::scope::ScopeLevel;
use super::text;

/// One configurable value.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// `section/group/field`.
    pub path: &'static str,
    /// Where it may be set, widest first.
    pub scopes: &'static [ScopeLevel],
    pub kind: Kind,
    /// What counts while nothing is set, in canonical form.
    pub default: Option<&'static str>,
    pub title: &'static str,
    /// One or two sentences for people.
    pub meaning: &'static str,
    /// Written once, when the store is made, and never again.
    pub read_only: bool,
    /// `lac`'s own; not known to Adobe Commerce.
    pub own: bool,
}

impl Field {
    /// Whether the field may be set at scopes of this level.
    pub fn allows(&self, level: &ScopeLevel) -> bool {
        self.scopes.contains(level)
    }

    /// Whether reading and changing it takes `Magento_LoginAsCustomer::config_section`
    /// (`login_as_customer/…` and `lac/…`) instead of `Magento_Config::config`.
    pub fn needs_own_section_resource(&self) -> bool {
        ["login_as_customer/", "lac/"]
            .iter()
            .any(|section| self.path.starts_with(section))
    }
}

/// Every field, in the order in which they are listed.
pub fn fields() -> &'static [Field] {
    registry::FIELDS
}

/// The field at exactly this path.
pub fn field(path: &str) -> Option<&'static Field> {
    fields().iter().find(|field| field.path == path)
}

/// The path that `path` is probably a misspelling of; its last part alone will
/// do (`enabled`).
pub fn nearest(path: &str) -> Option<&'static str> {
    let ends_so = |known: &&str| known.rsplit_once('/').is_some_and(|(_, last)| last == path);
    let mut paths = fields().iter().map(|field| field.path);
    paths
        .clone()
        .find(ends_so)
        .or_else(|| text::nearest(path, &mut paths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sound() {
        for (at, field) in fields().iter().enumerate() {
            assert!(
                fields()[..at].iter().all(|other| other.path != field.path),
                "{}",
                field.path
            );
            assert!(
                field.scopes.first() == Some(&ScopeLevel::Default),
                "{}",
                field.path
            );
            assert!(field.scopes.is_sorted(), "{}", field.path);
            assert_eq!(field.own, field.path.starts_with("lac/"));
            assert!(field.meaning.ends_with('.') && !field.title.is_empty());
            if let Some(default) = field.default {
                assert_eq!(
                    field.kind.normalize(default).as_deref(),
                    Ok(default),
                    "{}",
                    field.path
                );
            }
        }
    }

    #[test]
    fn finds_and_guesses() {
        assert_eq!(field(ENABLED).unwrap().default, Some("no"));
        assert_eq!(field("login_as_customer/general/enable"), None);
        assert_eq!(nearest("login_as_customer/general/enable"), Some(ENABLED));
        assert_eq!(nearest("timezone"), Some(TIMEZONE));
        assert_eq!(nearest("catalog/search/engine"), None);
    }

    #[test]
    fn sections_and_scopes() {
        let own: Vec<_> = fields()
            .iter()
            .filter(|f| f.needs_own_section_resource())
            .collect();
        assert!(own.iter().any(|f| f.path == ENABLED) && own.iter().any(|f| f.own));
        assert!(own.iter().all(|f| f.path != TIMEZONE));
        let url = field(BASE_URL).unwrap();
        assert!(url.allows(&ScopeLevel::StoreView) && url.allows(&ScopeLevel::Website));
        assert!(!field(ENABLED).unwrap().allows(&ScopeLevel::Website));
    }
}
