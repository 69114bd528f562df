//! Named log filters in the config file.

use serde::Deserialize;

use lac_model::audit::{Filter, FilterValues};
use lac_model::bounded::{BoundedList, IntoBoundedText, MAX_VALUES_PER_FIELD, ShortText};
use lac_model::fault::Fault;
use lac_store::Result;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(serde::Serialize))]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn to_vec(values: Option<&Self>) -> Vec<String> {
        match values {
            None => Vec::new(),
            Some(Self::One(value)) => vec![value.clone()],
            Some(Self::Many(values)) => values.clone(),
        }
    }
}

macro_rules! saved {
    (one: $($one:ident)*; several: $($any:ident $not:ident)*; contains: $($contains:ident)*;) => {
        /// `[filters.NAME]`; its keys have the names of the flags.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[cfg_attr(test, derive(serde::Serialize))]
        pub struct SavedFilter {
            $(#[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $one: Option<String>,)*
            $(#[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $any: Option<OneOrMany>,
            #[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $not: Option<OneOrMany>,)*
            $(#[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $contains: Option<OneOrMany>,)*
        }

        impl SavedFilter {
            /// Combines this filter with the flags, which override it.
            pub fn with_flags(&self, given: Filter) -> Result<Filter> {
                Ok(Filter {
                    $($one: match given.$one {
                        Some(given) => Some(given),
                        None => self.$one.clone().into_bounded()?,
                    },)*
                    $($any: FilterValues {
                        any: flags_or_saved(given.$any.any, self.$any.as_ref())?,
                        not: flags_or_saved(given.$any.not, self.$not.as_ref())?,
                    },)*
                    $($contains: flags_or_saved(given.$contains, self.$contains.as_ref())?,)*
                })
            }
        }
    };
}

saved! {
    one: since until;
    several:
        action_group not_action_group
        action not_action
        result not_result
        admin not_admin
        role not_role
        customer not_customer
        website not_website
        store_view not_store_view
        session not_session
        ticket not_ticket
        document not_document
        ip not_ip;
    contains: full_action_name details reason;
}

/// An unparsed `[filters.NAME]`. It is parsed when used, so that a mistake in it
/// does not stop other commands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RawFilter(toml::Value);

impl RawFilter {
    pub fn parse(&self, name: &str) -> Result<SavedFilter> {
        self.0.clone().try_into().map_err(|e: toml::de::Error| {
            let problem = format!("filters.{name}: {}", e.message());
            Fault::ConfigInvalid { problem }
        })
    }
}

fn flags_or_saved(
    given: BoundedList<ShortText, MAX_VALUES_PER_FIELD>,
    saved: Option<&OneOrMany>,
) -> Result<BoundedList<ShortText, MAX_VALUES_PER_FIELD>> {
    if given.is_empty() {
        BoundedList::parse("--filter", OneOrMany::to_vec(saved), ShortText::new)
    } else {
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_override_the_saved_filter() {
        let text = "since = 'last-month'\nadmin = ['anna', 'bob']\nnot_result = 'failure'";
        let saved: SavedFilter = toml::from_str(text).unwrap();
        let given = Filter {
            admin: FilterValues::any_of(["eve"]).unwrap(),
            ..Filter::default()
        };
        let filter = saved.with_flags(given).unwrap();
        assert_eq!(filter.since.as_deref(), Some("last-month"));
        assert_eq!(filter.admin.any[..], ["eve"]);
        assert_eq!(filter.result.not[..], ["failure"]);
        assert!(toml::from_str::<SavedFilter>("amdin = 'anna'").is_err());
    }
}
