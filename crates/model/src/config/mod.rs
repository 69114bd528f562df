//! The config fields, which values they accept, and which value is effective.
//! Paths, scopes and defaults are Adobe Commerce's; `lac/…` fields are our own.

mod action_groups;
mod base_url;
mod invalid;
pub mod lookup;
pub mod pattern;
mod registry;
mod value_type;

pub use action_groups::{ACTION_GROUPS, ALWAYS_LOGGED, is_logged};
pub use base_url::{login_url, url_origin};
pub use invalid::InvalidValue;
pub use registry::*;
pub use value_type::ValueType;

use super::scope::ScopeLevel;
use super::text;

/// A config field.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigField {
    /// `section/group/field`.
    pub path: &'static str,
    /// The levels at which it can be set, widest first.
    pub scopes: &'static [ScopeLevel],
    pub kind: ValueType,
    /// The value while nothing is set, in canonical form.
    pub default: Option<&'static str>,
    pub title: &'static str,
    /// One or two sentences for users.
    pub description: &'static str,
    /// Set when the store is created, and never again.
    pub read_only: bool,
    /// A field of `lac` that Adobe Commerce does not have.
    pub is_lac_field: bool,
}

impl ConfigField {
    /// Whether it can be set at this level.
    pub fn allows_scope(&self, level: &ScopeLevel) -> bool {
        self.scopes.contains(level)
    }

    /// Whether reading and changing it needs
    /// `Magento_LoginAsCustomer::config_section` (for `login_as_customer/…` and
    /// `lac/…`) instead of `Magento_Config::config`.
    pub fn needs_section_resource(&self) -> bool {
        ["login_as_customer/", "lac/"]
            .iter()
            .any(|section| self.path.starts_with(section))
    }
}

/// All fields, in the order of lists.
pub fn fields() -> &'static [ConfigField] {
    registry::FIELDS
}

/// The field with exactly this path.
pub fn find_field(path: &str) -> Option<&'static ConfigField> {
    fields().iter().find(|field| field.path == path)
}

/// The path that is most similar to a misspelled one. The last part alone
/// (`enabled`) is enough.
pub fn suggest_path(path: &str) -> Option<&'static str> {
    let ends_so = |known: &&str| known.rsplit_once('/').is_some_and(|(_, last)| last == path);
    let mut paths = fields().iter().map(|field| field.path);
    paths
        .clone()
        .find(ends_so)
        .or_else(|| text::closest_match(path, &mut paths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_valid() {
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
            assert_eq!(field.is_lac_field, field.path.starts_with("lac/"));
            assert!(field.description.ends_with('.') && !field.title.is_empty());
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
    fn fields_are_found_and_suggested() {
        assert_eq!(find_field(ENABLED).unwrap().default, Some("no"));
        assert_eq!(find_field("login_as_customer/general/enable"), None);
        assert_eq!(
            suggest_path("login_as_customer/general/enable"),
            Some(ENABLED)
        );
        assert_eq!(suggest_path("timezone"), Some(TIMEZONE));
        assert_eq!(suggest_path("catalog/search/engine"), None);
    }

    #[test]
    fn fields_know_their_section_and_scopes() {
        let own: Vec<_> = fields()
            .iter()
            .filter(|f| f.needs_section_resource())
            .collect();
        assert!(own.iter().any(|f| f.path == ENABLED) && own.iter().any(|f| f.is_lac_field));
        assert!(own.iter().all(|f| f.path != TIMEZONE));
        let url = find_field(BASE_URL).unwrap();
        assert!(url.allows_scope(&ScopeLevel::StoreView) && url.allows_scope(&ScopeLevel::Website));
        assert!(
            !find_field(ENABLED)
                .unwrap()
                .allows_scope(&ScopeLevel::Website)
        );
    }
}
