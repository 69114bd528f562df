//! Filters of the log that are kept in the config file under a name.

use serde::Deserialize;

use lac_model::audit::{Filter, Wanted};
use lac_model::fault::Fault;
use lac_model::form::{BoundedList, OptionalText, SOME, ShortText};
use lac_store::Result;

/// One value or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(serde::Serialize))]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    fn list(values: Option<&Self>) -> Vec<String> {
        match values {
            None => Vec::new(),
            Some(Self::One(value)) => vec![value.clone()],
            Some(Self::Several(values)) => values.clone(),
        }
    }
}

macro_rules! saved {
    (one: $($one:ident)*; several: $($any:ident $not:ident)*; contains: $($contains:ident)*;) => {
        /// `[filters.NAME]`: what the flags of the same names say.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[cfg_attr(test, derive(serde::Serialize))]
        pub struct SavedFilter {
            $(#[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $one: Option<String>,)*
            $(#[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $any: Option<Values>,
            #[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $not: Option<Values>,)*
            $(#[cfg_attr(test, serde(skip_serializing_if = "Option::is_none"))]
            $contains: Option<Values>,)*
        }

        impl SavedFilter {
            /// Puts it under what the flags said: a flag counts before the
            /// same filter here.
            pub fn under(&self, given: Filter) -> Result<Filter> {
                Ok(Filter {
                    $($one: match given.$one {
                        Some(given) => Some(given),
                        None => self.$one.clone().formed()?,
                    },)*
                    $($any: Wanted {
                        any: or(given.$any.any, self.$any.as_ref())?,
                        not: or(given.$any.not, self.$not.as_ref())?,
                    },)*
                    $($contains: or(given.$contains, self.$contains.as_ref())?,)*
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

/// `[filters.NAME]` as it stands in the file. It is read when it is used: a
/// mistake in one filter stops no command that does without it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct UnreadFilter(toml::Value);

impl UnreadFilter {
    /// The filter; or what is wrong with it.
    ///
    /// # Errors
    /// `config_invalid`.
    pub fn read(&self, name: &str) -> Result<SavedFilter> {
        self.0.clone().try_into().map_err(|e: toml::de::Error| {
            let problem = format!("filters.{name}: {}", e.message());
            Fault::ConfigInvalid { problem }
        })
    }
}

fn or(
    given: BoundedList<ShortText, SOME>,
    saved: Option<&Values>,
) -> Result<BoundedList<ShortText, SOME>> {
    if given.is_empty() {
        BoundedList::read("--filter", Values::list(saved), ShortText::new)
    } else {
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_counts_before_the_file() {
        let text = "since = 'last-month'\nadmin = ['anna', 'bob']\nnot_result = 'failure'";
        let saved: SavedFilter = toml::from_str(text).unwrap();
        let given = Filter {
            admin: Wanted::any(["eve"]).unwrap(),
            ..Filter::default()
        };
        let filter = saved.under(given).unwrap();
        assert_eq!(filter.since.as_deref(), Some("last-month"));
        assert_eq!(filter.admin.any[..], ["eve"]);
        assert_eq!(filter.result.not[..], ["failure"]);
        assert!(toml::from_str::<SavedFilter>("amdin = 'anna'").is_err());
    }
}
