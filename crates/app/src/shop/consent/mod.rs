//! Customers' consent: *Allow remote shopping assistance*.

mod change;
mod history;
mod show;
mod withhold;

pub use change::{ConsentChange, ConsentChanged, GrantLimit};
pub use history::{ConsentHistory, ConsentHistoryEntry};
pub use show::{ConsentShow, ConsentView};
pub use withhold::{may_transfer_consent, withhold_consent};
