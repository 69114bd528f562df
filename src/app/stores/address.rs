//! `website:CODE`, `group:CODE`, `store-view:CODE`: what one names a node of
//! the store hierarchy by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::scope::valid_code;

/// A level of the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Website,
    Group,
    StoreView,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Website, Self::Group, Self::StoreView];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Group => "group",
            Self::StoreView => "store-view",
        }
    }
}

/// One node, by its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Address {
    pub level: Level,
    pub code: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level.as_str(), self.code)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is not website:CODE, group:CODE or store-view:CODE");
        let (level, code) = text.split_once(':').ok_or_else(wrong)?;
        let level = Level::ALL
            .into_iter()
            .find(|known| known.as_str() == level)
            .ok_or_else(wrong)?;
        if !valid_code(code) {
            return Err(wrong());
        }
        Ok(Self {
            level,
            code: code.to_owned(),
        })
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse()
    }
}
