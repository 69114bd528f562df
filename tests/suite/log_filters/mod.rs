//! The filters that every command of the log shares, against plain
//! recomputations over all events.

pub mod busy;
mod days;
mod language;
mod order;
mod property;
mod saved;
