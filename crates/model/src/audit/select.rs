//! Which events: a filter with everything resolved (names to ids, dates to
//! instants), and the test of one event against it.
//!
//! Several values of one filter mean any of them; several filters mean all of
//! them; what is excluded is excluded whatever else holds. An event without a
//! value (no admin, no ticket) is never one of those asked for, and never one
//! of those excluded.

use core::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use super::cut::Cut;
use super::field::Field;
use crate::time::Timestamp;

/// Values of one field that are wanted, and that are not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Any of these; empty for no such filter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<String>,
    /// None of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not: Vec<String>,
}

impl Choice {
    /// Any of these.
    pub fn any(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            any: values.into_iter().map(Into::into).collect(),
            not: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.not.is_empty()
    }
}

/// A resolved filter. Its JSON stands in the manifest of an export: what is
/// not asked for is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// From this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Before this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub action_group: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub action: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub result: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub admin: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub role: Choice,
    /// Ids.
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub customer_id: Choice,
    /// Addresses that no customer has any more, without regard to case.
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub customer_email: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub website: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub store_view: Choice,
    /// Ids or their beginnings.
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub session_id: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub document: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub ticket: Choice,
    /// Addresses or networks (CIDR).
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub ip_address: Choice,
    /// Texts that the full action name contains, without regard to case.
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub full_action_name: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub reason: Choice,
    #[serde(skip_serializing_if = "Choice::is_empty")]
    pub details: Choice,
}

impl Selection {
    /// Every field's choice, with how it is compared.
    fn choices(&self) -> [(Field, How, &Choice); 16] {
        [
            (Field::ActionGroup, How::Is, &self.action_group),
            (Field::Action, How::Is, &self.action),
            (Field::Result, How::Is, &self.result),
            (Field::Admin, How::Is, &self.admin),
            (Field::Role, How::Is, &self.role),
            // Together, below: an address is one of several ways to name them.
            (Field::CustomerId, How::Is, &self.customer_id),
            (Field::CustomerEmail, How::SameAddress, &self.customer_email),
            (Field::Website, How::Is, &self.website),
            (Field::StoreView, How::Is, &self.store_view),
            (Field::SessionId, How::Begins, &self.session_id),
            (Field::Document, How::Is, &self.document),
            (Field::Ticket, How::Is, &self.ticket),
            (Field::IpAddress, How::Within, &self.ip_address),
            (Field::FullActionName, How::Contains, &self.full_action_name),
            (Field::Reason, How::Contains, &self.reason),
            (Field::Details, How::ContainsJson, &self.details),
        ]
    }

    /// Whether it asks only for what stands in records, so that a proof of the
    /// records proves the answer complete.
    pub fn is_of_records(&self) -> bool {
        self.choices()
            .iter()
            .all(|(field, _, choice)| field.is_of_record() || choice.is_empty())
    }
}

/// The part of the log that exists for an actor with a custom role scope:
/// events of these websites (codes), and the admin user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visible {
    pub websites: Vec<String>,
    pub admin_id: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Is,
    Begins,
    SameAddress,
    Within,
    Contains,
    ContainsJson,
}

/// A selection made ready to test many events.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// As they stand in a record.
    since: Option<String>,
    until: Option<String>,
    /// Each holds if any of its tests does.
    wanted: Vec<Vec<Test>>,
    unwanted: Vec<Test>,
}

#[derive(Debug, Clone)]
enum Test {
    /// The value is exactly this JSON text.
    Is(Field, String),
    /// A text begins so.
    Begins(Field, String),
    Address(String),
    Within(IpNet),
    Contains(Field, String),
    /// Details as JSON text contain any of these: as typed, and as JSON
    /// escapes it.
    ContainsJson([String; 2]),
    /// Matches nothing: a network that is none.
    Never,
}

impl Matcher {
    pub fn new(selection: &Selection, visible: Option<&Visible>) -> Self {
        let quoted = |time: Timestamp| json(&time.to_string());
        let mut matcher = Self {
            since: selection.since.map(quoted),
            until: selection.until.map(quoted),
            wanted: Vec::new(),
            unwanted: Vec::new(),
        };
        let mut customers = Vec::new();
        for (field, how, choice) in selection.choices() {
            let tests = |values: &[String]| -> Vec<Test> {
                values.iter().map(|value| test(field, how, value)).collect()
            };
            matcher.unwanted.extend(tests(&choice.not));
            if matches!(field, Field::CustomerId | Field::CustomerEmail) {
                customers.extend(tests(&choice.any));
            } else if !choice.any.is_empty() {
                matcher.wanted.push(tests(&choice.any));
            }
        }
        if !customers.is_empty() {
            matcher.wanted.push(customers);
        }
        if let Some(visible) = visible {
            let websites = visible.websites.iter();
            let mut seen: Vec<Test> = websites
                .map(|code| test(Field::Website, How::Is, code))
                .collect();
            let own = visible.admin_id;
            seen.extend(own.map(|id| Test::Is(Field::AdminId, id.to_string())));
            matcher.wanted.push(seen);
        }
        matcher
    }

    /// Whether it is one of those asked for.
    pub fn fits(&self, event: &Cut<'_>) -> bool {
        let time = event.value(Field::Time);
        // RFC 3339 in UTC with a fixed number of digits sorts as text.
        self.since.as_deref().is_none_or(|since| time >= since)
            && self.until.as_deref().is_none_or(|until| time < until)
            && self
                .wanted
                .iter()
                .all(|any| any.iter().any(|test| test.fits(event)))
            && !self.unwanted.iter().any(|test| test.fits(event))
    }
}

fn test(field: Field, how: How, value: &str) -> Test {
    match how {
        How::Is => Test::Is(field, json(value)),
        // A whole id begins with itself alone.
        How::Begins => {
            let quoted = json(value);
            Test::Begins(field, quoted[..quoted.len() - 1].to_owned())
        }
        How::SameAddress => Test::Address(value.to_lowercase()),
        // Whoever came through a broker came from no network.
        How::Within if local(value).is_some() => Test::Is(field, json(value)),
        How::Within => network(value).map_or(Test::Never, Test::Within),
        How::Contains => Test::Contains(field, value.to_lowercase()),
        How::ContainsJson => {
            let plain = value.to_lowercase();
            let quoted = json(&plain);
            Test::ContainsJson([quoted[1..quoted.len() - 1].to_owned(), plain])
        }
    }
}

impl Test {
    fn fits(&self, event: &Cut<'_>) -> bool {
        match self {
            Self::Is(field, wanted) => event.value(*field) == wanted,
            Self::Begins(field, wanted) => event.value(*field).starts_with(wanted.as_str()),
            Self::Address(wanted) => event
                .text(Field::CustomerEmail)
                .is_some_and(|email| email.to_lowercase() == *wanted),
            Self::Within(network) => event
                .text(Field::IpAddress)
                .and_then(|text| text.parse::<IpAddr>().ok())
                .is_some_and(|address| network.contains(&address.to_canonical())),
            Self::Contains(field, wanted) => event
                .text(*field)
                .is_some_and(|text| text.to_lowercase().contains(wanted.as_str())),
            Self::ContainsJson(either) => {
                let text = event.value(Field::Details);
                let text = if text == "null" { "" } else { text }.to_lowercase();
                either.iter().any(|wanted| text.contains(wanted.as_str())) && !text.is_empty()
            }
            Self::Never => false,
        }
    }
}

/// The account behind a broker's socket, as `unix:1001`.
pub fn local(text: &str) -> Option<u32> {
    let uid = text.strip_prefix("unix:")?;
    let is_plain = uid.bytes().all(|b| b.is_ascii_digit()) && (uid == "0" || !uid.starts_with('0'));
    uid.parse().ok().filter(|_| is_plain)
}

/// A network, or one address; IPv4 written as IPv6 is IPv4.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(address.to_canonical())),
        Err(_) => text.parse::<IpNet>().ok().map(|net| canonical(net).trunc()),
    }
}

fn canonical(net: IpNet) -> IpNet {
    let mapped = |net: Ipv6Net| {
        let address = net.addr().to_ipv4_mapped()?;
        Ipv4Net::new(address, net.prefix_len().checked_sub(96)?).ok()
    };
    match net {
        IpNet::V6(v6) => mapped(v6).map_or(net, IpNet::V4),
        IpNet::V4(_) => net,
    }
}

/// A text as it stands in a record.
fn json(text: &str) -> String {
    // Strings are always JSON.
    serde_json::to_string(text).unwrap_or_default()
}
