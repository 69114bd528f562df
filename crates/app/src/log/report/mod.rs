//! A summary of the log for those who answer for it: who was in whose account,
//! what was refused, and what deserves a second look.

mod consent;

use serde::{Deserialize, Serialize};

use super::{LOG_READERS, ReadableLog, reading};
use crate::{Context, ReadView, read};
use lac_ledger::report::{AccessReport, ReportBuilder};
use lac_model::audit::Action;
use lac_model::audit::Filter;
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::time::{InvalidOfficeHours, OfficeHours};
use lac_store::Result;

/// Rows of each list, unless asked otherwise.
pub const DEFAULT_TOP: usize = 10;

/// Asks for the summary of a filter's events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogReport {
    pub filter: Filter,
    /// As [`Office::parse`] reads it; `08:00-18:00` if not given.
    pub office_hours: Option<ShortText>,
    /// The same; `mon-fri` if not given.
    pub office_days: Option<ShortText>,
    /// Rows of each list at most; [`TOP`] if not given.
    pub top: Option<usize>,
}

impl LogReport {
    /// One pass over the events. Memory is bounded by the numbers of days and
    /// of pairs of admin user and customer among them, not of events.
    ///
    /// # Errors
    /// `resource_denied`, `customer_not_found`, `row_damaged`;
    /// `invalid_value` naming the flag.
    pub fn run(self, context: &Context<'_>) -> Result<AccessReport> {
        let hours = self
            .office_hours
            .as_deref()
            .unwrap_or(OfficeHours::DEFAULT_HOURS);
        let days = self
            .office_days
            .as_deref()
            .unwrap_or(OfficeHours::DEFAULT_DAYS);
        let office = OfficeHours::parse(hours, days).map_err(|error| {
            let flag = match error {
                InvalidOfficeHours::Hours(_) => "--office-hours",
                InvalidOfficeHours::Days(_) => "--office-days",
            };
            Fault::invalid(flag, error)
        })?;
        let office_words = (hours.to_owned(), days.to_owned());
        read(context, Action::LogRead, &LOG_READERS, |view| {
            self.summarize(view, office, office_words)
        })
    }

    fn summarize(
        &self,
        view: &ReadView<'_>,
        office: OfficeHours,
        (office_hours, office_days): (String, String),
    ) -> Result<AccessReport> {
        let zone = reading::store_timezone(view)?;
        let readable = ReadableLog::for_actor(view)?;
        let mut tally = ReportBuilder::new(zone, office, self.top.unwrap_or(DEFAULT_TOP));
        let period = reading::for_each_event(view, &self.filter, &mut |seen| {
            let granted_at = consent::consent_granted_at(view, &readable, &seen.event)?;
            tally.add_event(&seen, granted_at);
            Ok(())
        })?;
        let mut report = tally.finish(reading::report_context(view, &readable, zone, period)?);
        report.filter = self.filter.clone();
        report.outside.office_hours = office_hours;
        report.outside.office_days = office_days;
        Ok(report)
    }
}
