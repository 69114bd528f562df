//! Access reports: summarise the events of a filter in one pass.

mod access_report;
mod builder;
mod changes;
#[cfg(test)]
mod tests;
mod top;

pub use access_report::{
    AccessReport, AccessSummary, AccountAccess, AdminChange, AdminCustomerPair, ConsentGrant,
    ConsentOverride, LoginCounts, LongSession, OutOfHoursAccess, PlacedOrder, QUICK_CONSENT,
    QuickConsent, ReportDay, SelfGrantedConsent,
};
pub use builder::ReportBuilder;
pub use top::{NamedCount, Top};
