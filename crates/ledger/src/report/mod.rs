//! What a report is: the events of a filter summed up in one pass.

mod answer;
mod changes;
mod tally;
#[cfg(test)]
mod tests;
mod top;

pub use answer::{
    Access, Change, Day, Logins, Long, Outside, Overridden, OwnConsent, Pair, Reported, Visits,
};
pub use tally::Tally;
pub use top::{Count, Top};
