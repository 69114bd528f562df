//! Consent: *Allow remote shopping assistance*.

mod change;
mod history;
mod policy;
mod proof;
mod show;
mod withhold;

pub use change::{Change, Changed, Limit};
pub use history::{Entry, History};
pub use policy::{mode, standing};
pub use proof::{difference, proven};
pub use show::{ConsentView, Show};
pub use withhold::{may_pass_on, withhold};
