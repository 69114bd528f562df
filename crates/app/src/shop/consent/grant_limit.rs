//! When a grant of consent ends.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::UnitOfWork;
use lac_model::bounded::ShortText;
use lac_model::config;
use lac_model::fault::Fault;
use lac_model::time::{Edge, Timestamp, parse_bound};
use lac_store::Result;

/// When a grant ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantLimit {
    /// This long after now.
    For(Duration),
    /// A date, time or period as in filters of the log, in the time zone
    /// `general/locale/timezone`. The end of the period is included.
    Until(ShortText),
    At(Timestamp),
}

/// The greatest duration of a grant: ten years. For longer, use no end.
const MAX_GRANT_DURATION: Duration = Duration::from_secs(3653 * 24 * 60 * 60);

impl GrantLimit {
    pub(super) fn resolve(&self, work: &UnitOfWork<'_>) -> Result<Timestamp> {
        let (flag, at) = match self {
            Self::At(at) => ("until", *at),
            Self::For(length) => ("--for", work.now.saturating_add(*length)),
            Self::Until(text) => {
                let zone = work.config.at_default(config::TIMEZONE)?.value;
                let zone = zone.and_then(|zone| zone.parse().ok());
                let zone = zone.unwrap_or(chrono_tz::UTC);
                let at = parse_bound(text, zone, work.now, Edge::Until);
                ("--until", at.map_err(|e| Fault::invalid("--until", e))?)
            }
        };
        if at <= work.now {
            return Err(Fault::invalid(flag, "a grant must end in the future"));
        }
        if at > work.now.saturating_add(MAX_GRANT_DURATION) {
            let most = "at most ten years; leave it out for a grant without end";
            return Err(Fault::invalid(flag, most));
        }
        Ok(at)
    }
}
