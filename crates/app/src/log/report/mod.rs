//! Summarizes the log for those responsible for it: access to accounts,
//! refusals, and what deserves a closer look.

mod consent;

use serde::{Deserialize, Serialize};

use self::consent::GrantFinder;
use super::{LOG_READERS, ReadableLog, reading};
use crate::{Context, ReadView, read};
use lac_ledger::report::{AccessReport, ReportBuilder};
use lac_model::audit::Action;
use lac_model::audit::Filter;
use lac_model::bounded::ShortText;
use lac_model::fault::Fault;
use lac_model::time::{InvalidOfficeHours, OfficeHours};
use lac_store::Result;

/// The number of rows in each list, unless the request has another.
pub const DEFAULT_TOP: usize = 10;

/// Summarizes the events of a filter.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LogReport {
    pub filter: Filter,
    /// Working hours as [`OfficeHours::parse`] takes them; `08:00-18:00` if
    /// absent.
    pub office_hours: Option<ShortText>,
    /// Working days; `mon-fri` if absent.
    pub office_days: Option<ShortText>,
    /// The maximum number of rows in each list; [`DEFAULT_TOP`] if absent.
    pub top: Option<usize>,
}

impl LogReport {
    /// Summarizes in one pass. Memory grows with the number of days and of
    /// pairs of admin user and customer, not of events.
    ///
    /// # Errors
    /// `resource_denied`, `document_number`, `row_damaged`, `archive_missing`;
    /// `invalid_value`, naming the flag.
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
        let mut builder = ReportBuilder::new(zone, office, self.top.unwrap_or(DEFAULT_TOP));
        let mut grants = GrantFinder::new(view, &readable);
        let period = reading::for_each_event(view, &self.filter, &mut |summary| {
            let grant = grants.find(&summary.event)?;
            builder.add_event(&summary, grant);
            Ok(())
        })?;
        let mut report = builder.finish(reading::report_context(view, &readable, zone, period)?);
        report.filter = self.filter.clone();
        report.outside.office_hours = office_hours;
        report.outside.office_days = office_days;
        Ok(report)
    }
}
