//! Whether a customer's consent allows a login.

mod policy;
mod proof;

pub use policy::{check_consent, consent_mode};
pub use proof::{check_against_log, difference_from_log};
