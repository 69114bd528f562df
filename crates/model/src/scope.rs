//! Config scopes.
//!
//! As in Adobe Commerce, a value can be set in the default scope, for a website
//! or for a store view (never for a store group). A narrower scope overrides a
//! wider one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest code of a website or store view, in characters: the width of the
/// `code` columns of Adobe Commerce's `store` and `store_website` tables.
pub const MAX_CODE_LEN: usize = 32;

/// The level of a scope: default, website or store view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeLevel {
    Default,
    Website,
    StoreView,
}

impl ScopeLevel {
    /// `default`, `website` or `store-view`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Website => "website",
            Self::StoreView => "store-view",
        }
    }
}

impl fmt::Display for ScopeLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A scope. Websites and store views are named by code.
///
/// Written `default`, `website:CODE` or `store-view:CODE`, in text and in
/// serde.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ConfigScope {
    Default,
    Website(String),
    StoreView(String),
}

impl ConfigScope {
    pub fn level(&self) -> ScopeLevel {
        match self {
            Self::Default => ScopeLevel::Default,
            Self::Website(_) => ScopeLevel::Website,
            Self::StoreView(_) => ScopeLevel::StoreView,
        }
    }

    /// The code of the website or store view; `None` in the default scope.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Default => None,
            Self::Website(code) | Self::StoreView(code) => Some(code),
        }
    }
}

/// Why a text is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    #[error("`{0}` is not a scope; expected default, website:CODE or store-view:CODE")]
    InvalidSyntax(String),
    #[error(
        "`{0}` is not a code; a code is a letter followed by letters, digits and underscores, \
         at most 32 characters"
    )]
    InvalidCode(String),
}

/// Whether `code` can be the code of a website or store view.
///
/// Adobe Commerce's rule: `^[a-z][a-z0-9_]*$` without regard to case, at most
/// [`MAX_CODE_LEN`] characters.
pub fn is_valid_code(code: &str) -> bool {
    code.len() <= MAX_CODE_LEN
        && code.starts_with(|c: char| c.is_ascii_alphabetic())
        && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl fmt::Display for ConfigScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            None => f.pad(self.level().as_str()),
            Some(code) => f.pad(&format!("{}:{code}", self.level())),
        }
    }
}

impl FromStr for ConfigScope {
    type Err = ScopeError;

    /// Reads what [`Display`](fmt::Display) writes, and `store_view:CODE`.
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let scope = match text.split_once(':') {
            None if text == "default" => return Ok(Self::Default),
            Some(("website", code)) => Self::Website(code.to_owned()),
            Some(("store-view" | "store_view", code)) => Self::StoreView(code.to_owned()),
            _ => return Err(ScopeError::InvalidSyntax(text.to_owned())),
        };
        match scope.code() {
            Some(code) if !is_valid_code(code) => Err(ScopeError::InvalidCode(code.to_owned())),
            _ => Ok(scope),
        }
    }
}

impl From<ConfigScope> for String {
    fn from(scope: ConfigScope) -> Self {
        scope.to_string()
    }
}

impl TryFrom<String> for ConfigScope {
    type Error = ScopeError;

    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_three_forms() {
        assert_eq!("default".parse(), Ok(ConfigScope::Default));
        assert_eq!(
            "website:base".parse(),
            Ok(ConfigScope::Website("base".into()))
        );
        let view = ConfigScope::StoreView("de_DE".into());
        assert_eq!("store-view:de_DE".parse(), Ok(view.clone()));
        assert_eq!("store_view:de_DE".parse(), Ok(view.clone()));
        assert_eq!(
            serde_json::to_string(&view).unwrap(),
            r#""store-view:de_DE""#
        );
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "Default",
            "default:",
            "website",
            "stores:1",
            "group:main",
            " default",
        ] {
            assert_eq!(
                text.parse::<ConfigScope>(),
                Err(ScopeError::InvalidSyntax(text.into()))
            );
        }
        for code in ["", "1a", "_a", "a-b", "a b", "ä", "a:b", &"a".repeat(33)] {
            let text = format!("website:{code}");
            assert_eq!(
                text.parse::<ConfigScope>(),
                Err(ScopeError::InvalidCode(code.into()))
            );
        }
        assert!(serde_json::from_str::<ConfigScope>(r#""website:""#).is_err());
    }

    proptest! {
        #[test]
        fn a_written_scope_is_read_back(code in "[A-Za-z][A-Za-z0-9_]{0,31}", view: bool) {
            prop_assert!(is_valid_code(&code));
            let scope = if view { ConfigScope::StoreView(code) } else { ConfigScope::Website(code) };
            prop_assert_eq!(scope.to_string().parse(), Ok(scope));
        }
    }
}
