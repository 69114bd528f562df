//! The filters that all log commands share, compared with simple recomputations
//! over all events.

pub(crate) mod busy;
mod days;
mod language;
mod order;
mod property;
mod saved;
