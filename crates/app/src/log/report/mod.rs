//! A summary of the log for those who answer for it: who was in whose account,
//! what was refused, and what deserves a second look.

mod consent;

use serde::{Deserialize, Serialize};

use super::{READERS, Readable, summary};
use crate::{Desk, View, look};
use lac_ledger::report::{Reported, Tally};
use lac_model::audit::Action;
use lac_model::audit::Filter;
use lac_model::fault::Fault;
use lac_model::form::ShortText;
use lac_model::time::{InvalidOffice, Office};
use lac_store::Result;

/// Rows of each list, unless asked otherwise.
pub const TOP: usize = 10;

/// Asks for the summary of a filter's events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    pub filter: Filter,
    /// As [`Office::parse`] reads it; `08:00-18:00` if not given.
    pub office_hours: Option<ShortText>,
    /// The same; `mon-fri` if not given.
    pub office_days: Option<ShortText>,
    /// Rows of each list at most; [`TOP`] if not given.
    pub top: Option<usize>,
}

impl Report {
    /// One pass over the events. Memory is bounded by the numbers of days and
    /// of pairs of admin user and customer among them, not of events.
    ///
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `row_damaged`;
    /// `invalid_value` naming the flag.
    pub fn run(self, desk: &Desk<'_>) -> Result<Reported> {
        let hours = self.office_hours.as_deref().unwrap_or(Office::HOURS);
        let days = self.office_days.as_deref().unwrap_or(Office::DAYS);
        let office = Office::parse(hours, days).map_err(|error| {
            let flag = match error {
                InvalidOffice::Hours(_) => "--office-hours",
                InvalidOffice::Days(_) => "--office-days",
            };
            Fault::invalid(flag, error)
        })?;
        let office_words = (hours.to_owned(), days.to_owned());
        look(desk, Action::LogRead, &READERS, |view| {
            self.summarize(view, office, office_words)
        })
    }

    fn summarize(
        &self,
        view: &View<'_>,
        office: Office,
        (office_hours, office_days): (String, String),
    ) -> Result<Reported> {
        let zone = summary::zone(view)?;
        let readable = Readable::of(view)?;
        let mut tally = Tally::new(zone, office, self.top.unwrap_or(TOP));
        let period = summary::events(view, &self.filter, &mut |seen| {
            let granted_at = consent::granted_at(view, &readable, &seen.event)?;
            tally.take(&seen, granted_at);
            Ok(())
        })?;
        let mut report = tally.finish(summary::about(view, &readable, zone, period)?);
        report.filter = self.filter.clone();
        report.outside.office_hours = office_hours;
        report.outside.office_days = office_days;
        Ok(report)
    }
}
