//! What storefronts report was done on a customer's behalf.

use std::fmt;
use std::ops::Deref;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::audit::{Action, ActionGroup, EventView, Outcome};
use super::bounded::{ActionId, Summary};
use super::document::DocumentName;
use super::time::Timestamp;

/// How many actions one request may report.
pub const MAX_ACTIONS_PER_REPORT: usize = 100;

/// How many actions are recorded for one session.
pub const MAX_ACTIONS_PER_SESSION: u64 = 1000;

/// A kind of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedKind {
    OrderPlaced,
    AccountChanged,
    AddressChanged,
    CartChanged,
    Other,
}

impl ReportedKind {
    pub const ALL: [Self; 5] = [
        Self::OrderPlaced,
        Self::AccountChanged,
        Self::AddressChanged,
        Self::CartChanged,
        Self::Other,
    ];

    /// The action that the log records.
    pub fn action(self) -> Action {
        match self {
            Self::OrderPlaced => Action::OrderPlaced,
            Self::AccountChanged => Action::AccountChanged,
            Self::AddressChanged => Action::AddressChanged,
            Self::CartChanged => Action::CartChanged,
            Self::Other => Action::OtherDone,
        }
    }

    /// The kind of a successful event; `None` if it is none of these.
    pub fn from_event(event: &EventView) -> Option<Self> {
        let is_done = event.result == Outcome::Success
            && event.action_group == ActionGroup::LoginAsCustomer.as_str();
        Self::from_name(&event.action).filter(|_| is_done)
    }

    /// The kind with this name, which is that of its action.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.action().name() == name)
    }
}

/// One action, as the storefront reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedAction {
    /// Chosen by the storefront. The same id again adds nothing.
    pub id: ActionId,
    pub action: ReportedKind,
    #[serde(default)]
    pub document: Option<DocumentName>,
    #[serde(default)]
    pub summary: Option<Summary>,
    /// When it was done, by the storefront's clock.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// What was done in a session, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneAction {
    pub seq: u64,
    pub action: ReportedKind,
    /// Such as `order:000000001`.
    pub document: Option<String>,
    pub summary: Option<String>,
    /// When it was done, as the storefront says, or else when it was reported.
    pub at: Timestamp,
    /// Whether it was reported after the session's end.
    pub after_end: bool,
}

impl DoneAction {
    /// From its event; `None` for any other event.
    pub fn from_event(event: &EventView) -> Option<Self> {
        let action = ReportedKind::from_event(event)?;
        let detail = |key: &str| event.details.as_ref()?.get(key);
        let text = |key: &str| detail(key)?.as_str();
        Some(Self {
            seq: event.seq,
            action,
            // Not the one that the session started from.
            document: event
                .document
                .clone()
                .filter(|_| detail("document_of").is_none()),
            summary: text("summary").map(str::to_owned),
            at: text("at")
                .and_then(|at| at.parse().ok())
                .unwrap_or(event.time),
            after_end: detail("after_end").and_then(serde_json::Value::as_bool) == Some(true),
        })
    }
}

/// The actions of one report: 1 to [`MAX_ACTIONS_PER_REPORT`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportedActions(Vec<ReportedAction>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReport {
    #[error("a report has at least one action")]
    Empty,
    #[error("a report has at most 100 actions")]
    TooLong,
}

impl ReportedActions {
    pub fn new(actions: Vec<ReportedAction>) -> Result<Self, InvalidReport> {
        match actions.len() {
            0 => Err(InvalidReport::Empty),
            1..=MAX_ACTIONS_PER_REPORT => Ok(Self(actions)),
            _ => Err(InvalidReport::TooLong),
        }
    }
}

impl Deref for ReportedActions {
    type Target = [ReportedAction];

    fn deref(&self) -> &[ReportedAction] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for ReportedActions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;

        impl<'de> Visitor<'de> for ListVisitor {
            type Value = ReportedActions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of actions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut actions = Vec::new();
                while let Some(action) = list.next_element()? {
                    if actions.len() == MAX_ACTIONS_PER_REPORT {
                        return Err(de::Error::custom(InvalidReport::TooLong));
                    }
                    actions.push(action);
                }
                ReportedActions::new(actions).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_seq(ListVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_one_to_a_hundred_actions() {
        let report = |n: usize| {
            let actions = vec![r#"{"id":"1","action":"other"}"#; n];
            serde_json::from_str::<ReportedActions>(&format!("[{}]", actions.join(",")))
        };
        let starts = |n: usize, start: &str| {
            let error = report(n).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
        };
        starts(0, "a report has at least one action");
        assert_eq!(report(1).unwrap().len(), 1);
        assert_eq!(report(100).unwrap().len(), 100);
        starts(101, "a report has at most 100 actions");
    }

    #[test]
    fn kinds_are_named_as_their_actions() {
        for kind in ReportedKind::ALL {
            let name = kind.action().name();
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
            assert_eq!(ReportedKind::from_name(name), Some(kind));
        }
        assert_eq!(ReportedKind::from_name("issue"), None);
    }
}
