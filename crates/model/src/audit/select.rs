//! A filter with resolved values (ids instead of names, instants instead of
//! dates), and its test on an event.
//!
//! An event matches a field if it matches any of the included values and none
//! of the excluded ones. It must match all fields. An event without a value (no
//! admin, no ticket) matches no included value and no excluded one.

use core::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use super::field::EventField;
use super::record_fields::RecordFields;
use crate::time::Timestamp;

/// Values of one field to include and to exclude.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionValues {
    /// Includes any of these; empty for all events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<String>,
    /// Excludes all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not: Vec<String>,
}

impl SelectionValues {
    /// Includes any of these values.
    pub fn any_of(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            any: values.into_iter().map(Into::into).collect(),
            not: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.not.is_empty()
    }
}

/// A resolved filter. Its JSON is in the manifest of an export; unset fields
/// are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// From this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Before this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub action_group: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub action: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub result: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub admin: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub role: SelectionValues,
    /// Customer ids.
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub customer_id: SelectionValues,
    /// Addresses that no customer has any more, without regard to case.
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub customer_email: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub website: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub store_view: SelectionValues,
    /// Ids, or their beginnings.
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub session_id: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub document: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub ticket: SelectionValues,
    /// Addresses or networks (CIDR).
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub ip_address: SelectionValues,
    /// Texts that the full action name contains, without regard to case.
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub full_action_name: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub reason: SelectionValues,
    #[serde(skip_serializing_if = "SelectionValues::is_empty")]
    pub details: SelectionValues,
}

impl Selection {
    /// The values of every field, and how they are compared.
    fn conditions(&self) -> [(EventField, Comparison, &SelectionValues); 16] {
        [
            (
                EventField::ActionGroup,
                Comparison::Equals,
                &self.action_group,
            ),
            (EventField::Action, Comparison::Equals, &self.action),
            (EventField::Result, Comparison::Equals, &self.result),
            (EventField::Admin, Comparison::Equals, &self.admin),
            (EventField::Role, Comparison::Equals, &self.role),
            // Handled together below: an address is one way to name a customer.
            (
                EventField::CustomerId,
                Comparison::Equals,
                &self.customer_id,
            ),
            (
                EventField::CustomerEmail,
                Comparison::EqualsEmail,
                &self.customer_email,
            ),
            (EventField::Website, Comparison::Equals, &self.website),
            (EventField::StoreView, Comparison::Equals, &self.store_view),
            (
                EventField::SessionId,
                Comparison::StartsWith,
                &self.session_id,
            ),
            (EventField::Document, Comparison::Equals, &self.document),
            (EventField::Ticket, Comparison::Equals, &self.ticket),
            (
                EventField::IpAddress,
                Comparison::InNetwork,
                &self.ip_address,
            ),
            (
                EventField::FullActionName,
                Comparison::Contains,
                &self.full_action_name,
            ),
            (EventField::Reason, Comparison::Contains, &self.reason),
            (EventField::Details, Comparison::ContainsJson, &self.details),
        ]
    }

    /// Whether it uses only fields of the record, so that a proof of the
    /// records also proves that the result is complete.
    pub fn uses_record_fields_only(&self) -> bool {
        self.conditions()
            .iter()
            .all(|(field, _, choice)| field.is_in_record() || choice.is_empty())
    }
}

/// The events that an actor with a custom role scope can see: those of these
/// websites (codes), and the admin user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogVisibility {
    pub websites: Vec<String>,
    pub admin_id: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equals,
    StartsWith,
    EqualsEmail,
    InNetwork,
    Contains,
    ContainsJson,
}

/// A selection that is prepared to test many events.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// In the form of the record.
    since: Option<String>,
    until: Option<String>,
    /// Of each inner list, at least one condition must be true.
    required: Vec<Vec<Condition>>,
    excluded: Vec<Condition>,
}

#[derive(Debug, Clone)]
enum Condition {
    /// The value is exactly this JSON text.
    Equals(EventField, String),
    /// The value begins with this text.
    StartsWith(EventField, String),
    EqualsEmail(String),
    InNetwork(IpNet),
    Contains(EventField, String),
    /// The details (as JSON) contain one of these: the text as typed, and the
    /// text escaped as in JSON.
    ContainsJson([String; 2]),
    /// Never true: an invalid network.
    Never,
}

impl Matcher {
    pub fn new(selection: &Selection, visible: Option<&LogVisibility>) -> Self {
        let quoted = |time: Timestamp| to_json_string(&time.to_string());
        let mut matcher = Self {
            since: selection.since.map(quoted),
            until: selection.until.map(quoted),
            required: Vec::new(),
            excluded: Vec::new(),
        };
        let mut customers = Vec::new();
        for (field, how, choice) in selection.conditions() {
            let tests = |values: &[String]| -> Vec<Condition> {
                values
                    .iter()
                    .map(|value| condition(field, how, value))
                    .collect()
            };
            matcher.excluded.extend(tests(&choice.not));
            if matches!(field, EventField::CustomerId | EventField::CustomerEmail) {
                customers.extend(tests(&choice.any));
            } else if !choice.any.is_empty() {
                matcher.required.push(tests(&choice.any));
            }
        }
        if !customers.is_empty() {
            matcher.required.push(customers);
        }
        if let Some(visible) = visible {
            let websites = visible.websites.iter();
            let mut any_of: Vec<Condition> = websites
                .map(|code| condition(EventField::Website, Comparison::Equals, code))
                .collect();
            let own = visible.admin_id;
            any_of.extend(own.map(|id| Condition::Equals(EventField::AdminId, id.to_string())));
            matcher.required.push(any_of);
        }
        matcher
    }

    pub fn matches(&self, event: &RecordFields<'_>) -> bool {
        let time = || event.value(EventField::Time);
        // RFC 3339 times in UTC with a fixed number of digits sort as texts.
        self.since.as_deref().is_none_or(|since| time() >= since)
            && self.until.as_deref().is_none_or(|until| time() < until)
            && self
                .required
                .iter()
                .all(|any| any.iter().any(|test| test.matches(event)))
            && !self.excluded.iter().any(|test| test.matches(event))
    }
}

fn condition(field: EventField, how: Comparison, value: &str) -> Condition {
    match how {
        Comparison::Equals => Condition::Equals(field, to_json_string(value)),
        // A whole id is the beginning of itself only.
        Comparison::StartsWith => {
            let quoted = to_json_string(value);
            Condition::StartsWith(field, quoted[..quoted.len() - 1].to_owned())
        }
        Comparison::EqualsEmail => Condition::EqualsEmail(value.to_lowercase()),
        // A caller of a broker has no network address.
        Comparison::InNetwork if parse_unix_uid(value).is_some() => {
            Condition::Equals(field, to_json_string(value))
        }
        Comparison::InNetwork => {
            parse_network(value).map_or(Condition::Never, Condition::InNetwork)
        }
        Comparison::Contains => Condition::Contains(field, value.to_lowercase()),
        Comparison::ContainsJson => {
            let plain = value.to_lowercase();
            let quoted = to_json_string(&plain);
            Condition::ContainsJson([quoted[1..quoted.len() - 1].to_owned(), plain])
        }
    }
}

impl Condition {
    fn matches(&self, event: &RecordFields<'_>) -> bool {
        match self {
            Self::Equals(field, wanted) => event.value(*field) == wanted,
            Self::StartsWith(field, wanted) => event.value(*field).starts_with(wanted.as_str()),
            Self::EqualsEmail(wanted) => event
                .decoded_value(EventField::CustomerEmail)
                .is_some_and(|email| email.to_lowercase() == *wanted),
            Self::InNetwork(network) => event
                .decoded_value(EventField::IpAddress)
                .and_then(|text| text.parse::<IpAddr>().ok())
                .is_some_and(|address| network.contains(&address.to_canonical())),
            Self::Contains(field, wanted) => event
                .decoded_value(*field)
                .is_some_and(|text| text.to_lowercase().contains(wanted.as_str())),
            Self::ContainsJson(either) => {
                let text = event.value(EventField::Details);
                let text = if text == "null" { "" } else { text }.to_lowercase();
                either.iter().any(|wanted| text.contains(wanted.as_str())) && !text.is_empty()
            }
            Self::Never => false,
        }
    }
}

/// The uid of a caller of a broker, as in `unix:1001`.
pub fn parse_unix_uid(text: &str) -> Option<u32> {
    let uid = text.strip_prefix("unix:")?;
    let is_plain = uid.bytes().all(|b| b.is_ascii_digit()) && (uid == "0" || !uid.starts_with('0'));
    uid.parse().ok().filter(|_| is_plain)
}

/// A network or a single address. An IPv4 address that is written as IPv6 is
/// read as IPv4.
pub fn parse_network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(address.to_canonical())),
        Err(_) => text
            .parse::<IpNet>()
            .ok()
            .map(|net| canonicalize(net).trunc()),
    }
}

fn canonicalize(net: IpNet) -> IpNet {
    let mapped = |net: Ipv6Net| {
        let address = net.addr().to_ipv4_mapped()?;
        Ipv4Net::new(address, net.prefix_len().checked_sub(96)?).ok()
    };
    match net {
        IpNet::V6(v6) => mapped(v6).map_or(net, IpNet::V4),
        IpNet::V4(_) => net,
    }
}

/// The JSON string as it is in a record.
fn to_json_string(text: &str) -> String {
    // Serialising a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}
